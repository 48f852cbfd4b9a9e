// Why: how much of a series the calendar alone says is a least squares fit of a few waves, whatever the level and the growth of the series.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// The normal equations of the weights of waves, the same for every series added. Each series has a constant and a straight line of its own
// beside them, so that growth over a part of a turn is not taken for a season.
class WaveSums {
 public:
  explicit WaveSums(int waves);
  // values: NaN where missing; waves: [waves], each at least as long as `values`.
  void add(std::span<const double> values, std::span<const std::span<const float>> waves);
  // [waves]; 0 where no series says anything of them.
  std::vector<float> solve() const;

 private:
  size_t waves_;
  std::vector<double> ww_;  // [waves, waves] after the constants and lines are taken off
  std::vector<double> wy_;  // [waves]
};

}  // namespace rnn::core
