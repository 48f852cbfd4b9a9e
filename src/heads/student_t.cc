// Why: see student_t.h.
#include "heads/student_t.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "heads/special.h"

namespace rnn::core {
namespace {

constexpr double kNearlyNormal = 1e4;  // degrees of freedom

// log of Gamma((v + 1) / 2) / (sqrt(v pi) Gamma(v / 2)), the density at the location.
double log_peak(double v) { return log_rising(v / 2, 0.5) - 0.5 * std::log(2 * std::numbers::pi); }

// log(1 + z^2 / v); the square may not overflow.
double log_tail(double z, double v) {
  const double root = std::fabs(z) / std::sqrt(v);
  return root < 1e100 ? std::log1p(root * root) : 2 * std::log(root);
}

// P(T > t), t > 0: I_x(v / 2, 1/2) / 2 at x = v / (v + t^2).
double upper_tail(double t, double v) {
  const double root = t / std::sqrt(v), squares = root * root, x = 1 / (1 + squares);
  if (squares == 0) return 0.5;
  // x^a (1 - x)^b / B(a, b) = density at 0 * t * x^a sqrt(x)
  const double log_front = log_peak(v) + std::log(t) - 0.5 * (v + 1) * log_tail(t, v);
  return 0.5 * incomplete_beta(v / 2, 0.5, x, log_front);
}

// t > 0 with P(T > t) = p, 0 < p < 1/2. The numbers that bisection compares with do not depend on p, so a lower p never has a
// lower t, whatever the rounding. A number is its 12 bits of sign and exponent and 31 of its fraction.
double upper_quantile(double p, double v) {
  constexpr int kCut = 21;
  const auto number = [](uint64_t bits) { return std::bit_cast<double>(bits << kCut); };
  uint64_t low = std::bit_cast<uint64_t>(1e-18) >> kCut, high = std::bit_cast<uint64_t>(1e150) >> kCut;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    (upper_tail(number(middle), v) > p ? low : high) = middle;
  }
  return number(high);
}

double expanded_quantile(double x, double v) {
  const double s = x * x;
  const double terms[] = {x * (s + 1) / 4, x * ((5 * s + 16) * s + 3) / 96, x * (((3 * s + 19) * s + 17) * s - 15) / 384,
                          x * ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160};
  return x + (terms[0] + (terms[1] + (terms[2] + terms[3] / v) / v) / v) / v;
}

}  // namespace

// With z = (y - m) / s: log p = log_peak(v) - log s - (v + 1) / 2 log(1 + z^2 / v).
double student_t_loss(const Said& said, double y, double* d) {
  const double s = softplus(said.o[1]) + kLeastDeviation, v = 2 + softplus(said.o[2]), z = (y - said.o[0]) / s;
  const double tail = log_tail(z, v);
  if (d) {
    const bool near = std::fabs(z) < 1e100;
    const double share = near ? z * z / (v + z * z) : 1;       // (z^2 / v) / (1 + z^2 / v)
    const double pull = near ? (v + 1) * z / (v + z * z) : 0;  // dL/dz
    d[0] = -pull / s;
    d[1] = (1 - (v + 1) * share) / s * logistic(said.o[1]);
    d[2] = 0.5 * (tail - (v + 1) / v * share - log_rising_slope(v / 2, 0.5)) * logistic(said.o[2]);
  }
  return std::log(s) + 0.5 * (v + 1) * tail - log_peak(v);
}

double student_t_quantile(const Said& said, double level) {
  const double s = softplus(said.o[1]) + kLeastDeviation, v = 2 + softplus(said.o[2]);
  if (std::isnan(v)) return v;
  if (level == 0.5) return said.o[0];
  if (v > kNearlyNormal) return said.o[0] + s * expanded_quantile(normal_quantile(level), v);
  const double t = upper_quantile(std::min(level, 1 - level), v);
  return said.o[0] + (level < 0.5 ? -s * t : s * t);
}

// sqrt(v (u^(-2/v) - 1)) cos(2 pi w); for many degrees of freedom the method of Box and Muller.
double student_t_draw(const Said& said, double u, double w) {
  const double s = softplus(said.o[1]) + kLeastDeviation, v = 2 + softplus(said.o[2]);
  return said.o[0] + s * std::sqrt(v * std::expm1(-2 / v * std::log(u))) * std::cos(2 * std::numbers::pi * w);
}

}  // namespace rnn::core
