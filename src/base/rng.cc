// Why: the two distributions of Random that need more than a line.
#include "base/rng.h"

#include <cmath>
#include <numbers>

namespace rnn::core {

double Random::normal() {
  const double u = 1.0 - uniform(), v = uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

uint32_t Random::below(uint32_t n) {
  uint64_t m = uint64_t{word()} * n;
  if (static_cast<uint32_t>(m) < n) {
    const uint32_t threshold = -n % n;
    while (static_cast<uint32_t>(m) < threshold) m = uint64_t{word()} * n;
  }
  return static_cast<uint32_t>(m >> 32);
}

}  // namespace rnn::core
