// Why: counts: whole numbers from 0 on, with a variance above their mean, of series of very different sizes.
#pragma once

#include "heads/family.h"

namespace rnn::core {

// Mean m = scale * softplus(o0) and shape a = (softplus(o1) + kLeastShape) / sqrt(scale), variance m + a m^2; -log p(y) in nats,
// y >= 0 (Salinas, Flunkert, Gasthaus and Januschowski 2020, sections 3.1 and 3.3).
double negative_binomial_loss(const Said& said, double y, double* d);
double negative_binomial_quantile(const Said& said, double level);  // the smallest count that reaches the level
double negative_binomial_mean(const Said& said);

constexpr double kLeastShape = 1e-6;  // a tends to 0: Poisson

// A count of a million where none was expected costs about a million nats.
inline constexpr Family kNegativeBinomial{
    "negative-binomial",   "nats", 1e9, [](size_t) { return 2; }, negative_binomial_loss, negative_binomial_quantile,
    negative_binomial_mean};

}  // namespace rnn::core
