// Why: numbers with outliers: a loss that is squared near zero and absolute beyond.
#pragma once

#include <limits>

#include "heads/family.h"

namespace rnn::core {

// (y - o)^2 / 2 where |y - o| <= 1, else |y - o| - 1/2 (Huber 1964 with delta = 1; torch.nn.HuberLoss).
double huber_loss(const Said& said, double y, double* d);

inline constexpr Family kHuber{"huber",        "Huber loss", std::numeric_limits<double>::max(), one_number, huber_loss,
                               point_quantile, point_mean};

}  // namespace rnn::core
