// Why: see negative_binomial.h.
#include "heads/negative_binomial.h"

#include <algorithm>
#include <cmath>

#include "heads/special.h"

namespace rnn::core {
namespace {

struct Counts {
  double mean, shape;
};

Counts counts_of(const Said& said) {
  return {said.scale * softplus(said.o[0]), (softplus(said.o[1]) + kLeastShape) / std::sqrt(said.scale)};
}

// log of p(k) without (m r / (m + r))^k / k!: with r = 1 / a, p(k) = Gamma(k + r) / (k! Gamma(r)) (1 + m a)^-(k + r) (m a)^k.
double log_mass(double k, const Counts& c, double log_mean) {
  const double r = 1 / c.shape;
  return log_rising(r, k) - log_gamma(k + 1) + (k > 0 ? k * log_mean : 0) - (r + k) * std::log1p(c.shape * c.mean);
}

// P(Y <= k) = I_x(r, k + 1) at x = 1 / (1 + m a).
double mass_up_to(double k, const Counts& c) {
  const double r = 1 / c.shape, rest = c.shape * c.mean / (1 + c.shape * c.mean);
  return incomplete_beta(r, k + 1, 1 / (1 + c.shape * c.mean),
                         log_mass(k, c, std::log(c.mean)) + std::log(rest) + std::log(r + k));
}

// The smallest count whose sum of masses from 0 on reaches the level; the sum stops where it no longer grows.
double summed_quantile(double level, const Counts& c) {
  const double r = 1 / c.shape, rest = c.shape * c.mean / (1 + c.shape * c.mean);
  double mass = std::exp(-r * std::log1p(c.shape * c.mean)), sum = mass, k = 0;
  while (sum < level) {
    mass *= (k + r) / (k + 1) * rest;
    if (sum + mass == sum && k > c.mean) break;
    sum += mass, ++k;
  }
  return k;
}

// For counts too large to add up. The counts that are compared do not depend on the level.
double searched_quantile(double level, const Counts& c) {
  double low = -1, high = 1;  // P(Y <= low) < level <= P(Y <= high)
  while (high < 1e15 && mass_up_to(high, c) < level) low = high, high *= 2;
  while (high - low > 1) {
    const double middle = std::floor(0.5 * (low + high));
    (mass_up_to(middle, c) < level ? low : high) = middle;
  }
  return high;
}

}  // namespace

// -log p(y); the mean's logarithm from its output, which is finite where the mean is not above 0 in double.
double negative_binomial_loss(const Said& said, double y, double* d) {
  const Counts c = counts_of(said);
  const double r = 1 / c.shape, spread = c.shape * c.mean;
  if (d) {
    d[0] = (c.mean - y) / (1 + spread) * softplus_slope(said.o[0]);
    const double by_shape = r * r * (log_rising_slope(r, y) - std::log1p(spread)) + (r + y) * c.mean / (1 + spread);
    d[1] = by_shape / std::sqrt(said.scale) * logistic(said.o[1]);
  }
  return -log_mass(y, c, std::log(said.scale) + log_softplus(said.o[0]));
}

double negative_binomial_mean(const Said& said) { return counts_of(said).mean; }

double negative_binomial_quantile(const Said& said, double level) {
  constexpr double kMostSummed = 20000, kLeastMass = -700;
  const Counts c = counts_of(said);
  if (!(c.mean > 0)) return c.mean;  // 0 or NaN
  const double spread = c.shape * c.mean, reach = c.mean + 10 * std::sqrt(c.mean + spread * c.mean) + 40 * spread;
  const bool sums = reach < kMostSummed && -std::log1p(spread) / c.shape > kLeastMass;
  return sums ? summed_quantile(level, c) : searched_quantile(level, c);
}

}  // namespace rnn::core
