// Why: a mean and a deviation.
#pragma once

#include <limits>

#include "heads/family.h"

namespace rnn::core {

// Mean o0, deviation softplus(o1) + kLeastDeviation; -log p(y) in nats, which has the square of y's distance: any finite number may
// be one.
double gaussian_loss(const Said& said, double y, double* d);
double gaussian_quantile(const Said& said, double level);

inline constexpr Family kGaussian{
    "gaussian",        "nats",    std::numeric_limits<double>::max(), [](size_t) { return 2; }, gaussian_loss,
    gaussian_quantile, point_mean};

}  // namespace rnn::core
