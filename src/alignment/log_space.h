// Why: probabilities of long paths are products that no number holds: they are added by their logarithms.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/view.h"

namespace rnn::core {

inline constexpr double kLogZero = -std::numeric_limits<double>::infinity();

// ln(e^a + e^b), also of -inf; not of NaN.
inline double log_add(double a, double b) noexcept {
  const double top = std::max(a, b);
  return top == kLogZero ? top : top + std::log1p(std::exp(std::min(a, b) - top));
}
inline double log_add(double a, double b, double c) noexcept {
  const double top = std::max({a, b, c});
  return top == kLogZero ? top : top + std::log(std::exp(a - top) + std::exp(b - top) + std::exp(c - top));
}

// A distribution over K classes per row, as natural logarithms: what the kernel log_softmax gives. A type of its own, because the same
// numbers taken for scores or for probabilities give a loss, too, and a wrong one.
template <class T>
struct LogProbs {
  View<const T> rows;
};

}  // namespace rnn::core
