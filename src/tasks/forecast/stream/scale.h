// Why: a series is scaled by its own mean and deviation, and one that grows value by value must end with the same bits as one read at once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tasks/forecast/stream/front.h"

namespace rnn::core {

// Transform::log.
inline double shifted_logarithm(double value, double offset) { return std::log(std::max(value + offset, 1e-12)); }

// Mean and squares of the observed values so far, after the transform, in one pass (Welford 1962).
struct ScaleSums {
  double count = 0, mean = 0, squares = 0;  // squares: the sum of (value - mean)^2
  void add(double value);                   // transformed; NaN: not counted
};

// Centre and scale of these values; the scale is 1 where they are all alike or there is none. counts: centre 0, scale 1. No id, no errors.
SeriesScale scale_of(const ForecastFront& front, const ScaleSums& sums);
// The same of the first `count` values of a series, with its id and the sizes of its naive errors.
SeriesScale fit_scale(const ForecastFront& front, const Series& series, int64_t count);

}  // namespace rnn::core
