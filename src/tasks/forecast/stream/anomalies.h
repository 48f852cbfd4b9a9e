// Why: a value is odd if it lies far outside what was expected one step before, seen from what was usual when the model was made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

// One step of a series beside what was expected of it `ahead` steps before.
struct JudgedStep {
  int64_t step = 0;          // from the beginning of the series
  double value = 0;          // in its own unit, as the expected ones
  double expected = 0;       // the median
  double low = 0, high = 0;  // where the score is 1
  double score = 0;  // distance from the median, in units of what is usual: half the width of the 90 % band times `usual`
};

// Every observed step t with `from` <= t < `to` of a series, judged by the forecast from t - ahead + 1 (ahead 1: the step before). Steps
// before which the model has not seen anything are left out. With smooth > 1 the score is the mean of the last `smooth` distances, each
// with its sign: what stays away for long is odder than one outlier.
std::vector<JudgedStep> judge_steps(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                                    size_t series, int64_t from, int64_t to, int ahead, int smooth, double usual);

// The largest score, with usual = 1, of steps [from[s], to[s]) of all series: what counts as usual. 1 where there is none.
double largest_score(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                     std::span<const int64_t> from, std::span<const int64_t> to, int ahead, int smooth);

}  // namespace rnn::core
