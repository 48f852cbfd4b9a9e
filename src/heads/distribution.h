// Why: what a head of numbers has said of the future, read without the head: quantiles, means, samples.
#pragma once

#include <string_view>
#include <vector>

#include "heads/family.h"

namespace rnn::core {

// Null: there is no such head, or its outputs are classes.
const Family* find_family(std::string_view head);

// The outputs of one kind of head. Values are in the units of the targets that it was trained on.
class Distribution {
 public:
  // levels: of a head of quantiles, else ignored. Throws Error{usage, "model/head"} for a kind that find_family does not know.
  explicit Distribution(std::string_view head, std::vector<double> levels = {});
  // Of a family that no head has.
  explicit Distribution(const Family& family) : family_(&family), numbers_(family.numbers(0)) {}

  int numbers() const { return numbers_; }  // P of each step
  bool points() const;                      // it says a single number: no spread
  // outputs: of one row, [steps * P]; scale: of the row, as Targets::scales. `level` in (0, 1), a higher one never has a lower
  // quantile.
  template <class T>
  double quantile(const T* outputs, int step, double level, double scale = 1) const;
  template <class T>
  double mean(const T* outputs, int step, double scale = 1) const;
  // The sample that a uniform number u of [0, 1) stands for: the quantile at u.
  template <class T>
  double sample(const T* outputs, int step, double u, double scale = 1) const;
  // The same from two uniform numbers in (0, 1), as fast as the head can: for many samples.
  template <class T>
  double draw(const T* outputs, int step, double u, double v, double scale = 1) const;

 private:
  const Family* family_;
  std::vector<double> levels_;
  int numbers_;
};

}  // namespace rnn::core
