// Why: a forecast without an assumed shape: quantiles at given levels, which cannot cross.
#pragma once

#include <limits>

#include "heads/family.h"

namespace rnn::core {

// n levels, n outputs: the middle quantile q[n / 2] is its output, each further one is a softplus of its output away from its
// neighbour. The loss is 2 / n * sum of max(level (y - q), (level - 1) (y - q)) (Koenker and Bassett 1978): |y - q| for the median
// alone. Quantiles between the levels are interpolated linearly, those outside are the outermost; the mean is that of this
// distribution.
double pinball_loss(const Said& said, double y, double* d);
double interpolated_quantile(const Said& said, double level);
double interpolated_mean(const Said& said);

inline constexpr Family kQuantiles{"quantiles",
                                   "pinball loss",
                                   std::numeric_limits<double>::max(),
                                   [](size_t levels) { return static_cast<int>(levels); },
                                   pinball_loss,
                                   interpolated_quantile,
                                   interpolated_mean};

}  // namespace rnn::core
