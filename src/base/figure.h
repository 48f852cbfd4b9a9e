// Why: a figure of a result is declared once: its key for programs, its title and digits for people, which way is better.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rnn::core {

// What a loss counts: nats per predicted token, nats per label, squares of numbers, what a head of forecasts says of a value
// (heads/family.h), or an error-to-signal ratio (heads/esr.h).
enum class LossUnit { token, label, square, value, ratio };

// How a value is worded: 2.574, 87.30% (of 0.873), 0.00312 (of any size: `digits` are significant), 24,310, 1:13, 41k.
enum class FigureForm { decimals, percent, significant, whole, time, rate };

// Declared as constants (metrics/figures.h); two with one key measure the same thing in different units, and a row has one of them.
struct Figure {
  std::string_view key;    // in JSON, CSV, events and cards: "bits_per_byte"
  std::string_view title;  // the head of a column: "bits/byte"
  std::string_view name;   // in a document: "bits per byte"
  FigureForm form = FigureForm::decimals;
  int digits = 3;  // of runs side by side
  int fine = 4;    // of one model's evaluation
  int card = 4;    // decimals of the plain number in a model card; a share is then a number up to 1
  bool higher_is_better = false;

  bool better(double value, double than) const { return higher_is_better ? value > than : value < than; }
};

enum class Digits { few, fine };

// The value in the figure's form; "" for one that is not there, NaN or infinite.
std::string figure_text(const Figure& figure, std::optional<double> value, Digits digits = Digits::few);

// One row of a table of results: "this model", "trigram", "zstd -19". A figure that is not defined for the row is not there.
class ResultRow {
 public:
  using Value = std::pair<const Figure*, double>;

  ResultRow() = default;
  explicit ResultRow(std::string row_name) : name(std::move(row_name)) {}

  std::optional<double> operator[](const Figure& figure) const { return (*this)[figure.key]; }
  std::optional<double> operator[](std::string_view key) const;
  double at(const Figure& figure) const;  // throws std::out_of_range if it is not there
  // Sets it, in place of one with the same key; an absent value removes it.
  ResultRow& set(const Figure& figure, std::optional<double> value);
  const Figure* find(std::string_view key) const;  // how the row declares it; null: not there
  bool empty() const { return values_.empty(); }
  const std::vector<Value>& values() const { return values_; }  // in the order in which they were set

  std::string name;

 private:
  std::vector<Value> values_;
};

}  // namespace rnn::core
