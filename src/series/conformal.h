// Why: bands of a stated level must cover that share of what comes; the errors of past windows say how wide they must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rnn::core {

// The ceil((n + 1) level)-th smallest of n scores: what the score of one more, exchangeable with them, stays below with probability `level`
// at least (Vovk et al. 2005). Infinite where there are fewer than fewest_scores(level). Scores are finite; level in (0, 1).
double conformal_quantile(std::vector<double> scores, double level);
int64_t fewest_scores(double level);  // ceil(level / (1 - level))

// |y - median| / width: its quantile is the factor of the width. A width of 0 counts as 1e-12 of |y| and at least as the smallest number.
double width_score(double y, double median, double width);
// Conformalised quantile regression (Romano et al. 2019): the distance of y outside [low, high], negative inside. Its quantile is the
// margin by which both ends move outwards.
double band_score(double y, double low, double high);

// Scores of the windows kept for calibration, per step of the horizon; what its quantile corrects is for the caller.
class ConformalScores {
 public:
  explicit ConformalScores(int horizon) : scores_(static_cast<size_t>(horizon)) {}
  // step from 0. NaN (no target) is left out.
  void add(int step, double score);
  int64_t count(int step) const { return static_cast<int64_t>(scores_[static_cast<size_t>(step)].size()); }
  // [levels][horizon] The quantile of each step. A step with fewer than fewest_scores() of the largest level is pooled with its neighbours,
  // those next to it first, until there are enough; infinite where all steps together have too few. So a larger level never has a smaller
  // quantile, and bands never cross.
  std::vector<std::vector<double>> quantiles(std::span<const double> levels) const;

 private:
  std::vector<std::vector<double>> scores_;  // [horizon]
};

}  // namespace rnn::core
