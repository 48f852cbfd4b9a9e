// Why: see table_inputs.h.
#include "data/labels/table_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/text_line.h"

namespace rnn::core {
namespace {

constexpr size_t kParts = 10;
constexpr size_t kLongestName = 24,
                 kLongestValue = 32;  // bytes; with the signs around them less than 64 (text/word_rules.h)

std::optional<double> number_of_cell(std::string_view cell) {
  const std::optional<double> number = parse_number<double>(cell);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// As a part of a word between < and >: at most so many bytes, cut between characters.
std::string word_part(std::string_view text, size_t most) {
  size_t end = std::min(text.size(), most);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string part(text.substr(0, end));
  for (char& c : part)
    if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == ':') c = '_';
  return part;
}

}  // namespace

InputColumn learn_input_column(const std::string& name, const std::vector<std::string_view>& cells) {
  InputColumn column{name, {}};
  std::vector<double> numbers;
  std::unordered_set<std::string_view> values;
  for (std::string_view cell : cells) {
    cell = trimmed(cell);
    if (cell.empty()) continue;
    const std::optional<double> number = number_of_cell(cell);
    if (!number) return column;
    numbers.push_back(*number), values.insert(cell);
  }
  if (values.size() <= kParts) return column;
  std::sort(numbers.begin(), numbers.end());
  for (size_t k = 1; k < kParts; ++k) {
    const double cut = numbers[k * numbers.size() / kParts];
    if (cut > (column.cuts.empty() ? numbers.front() : column.cuts.back())) column.cuts.push_back(cut);
  }
  return column;
}

std::string word_of_cell(const InputColumn& column, std::string_view cell) {
  const std::string name = word_part(column.name, kLongestName);
  cell = trimmed(cell);
  if (cell.empty()) return fmt::format("<{}:?>", name);
  if (column.cuts.empty()) return fmt::format("<{}:{}>", name, word_part(cell, kLongestValue));
  const std::optional<double> number = number_of_cell(cell);
  if (!number) throw std::invalid_argument(std::string(cell));
  const auto part = std::upper_bound(column.cuts.begin(), column.cuts.end(), *number) - column.cuts.begin();
  return fmt::format("<{}:{}/{}>", name, part + 1, column.cuts.size() + 1);
}

void learn_inputs(RawSet& set) {
  for (size_t c = 0; c < set.inputs.size(); ++c) {
    std::vector<std::string_view> cells;
    for (const RawExample& e : set.examples) cells.emplace_back(e.inputs[c]);
    set.inputs[c] = learn_input_column(set.inputs[c].name, cells);
  }
}

void write_inputs(const std::vector<InputColumn>& columns, RawSet& set) {
  if (columns.empty()) return;
  for (RawExample& e : set.examples) {
    if (e.inputs.empty()) continue;  // a text alone
    std::string words;
    for (size_t c = 0; c < columns.size(); ++c) {
      try {
        words += word_of_cell(columns[c], e.inputs[c]) + " ";
      } catch (const std::invalid_argument& cell) {
        throw Error(Exit::data, "data/number",
                    fmt::format("{}: '{}' of column '{}' is no number", set.place(e), cell.what(), columns[c].name),
                    "in training the column had numbers alone; leave the cell empty where one is missing");
      }
    }
    e.text = words + e.text, e.inputs.clear();
  }
}

std::string names_of_inputs(const std::vector<InputColumn>& columns) {
  std::string names;
  for (const InputColumn& column : columns) names += (names.empty() ? "" : ",") + column.name;
  return names;
}

}  // namespace rnn::core
