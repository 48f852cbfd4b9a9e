// Why: see scale_scores.h.
#include "metrics/scale_scores.h"

#include <cmath>
#include <vector>

namespace rnn::core {

double steps_off(const LabelScores& scores) {
  const size_t K = scores.labels().size();
  double sum = 0, n = 0;
  for (size_t i = 0; i < K; ++i) {
    for (size_t j = 0; j < K; ++j) {
      const auto count = static_cast<double>(scores.confused(i, j));
      sum += count * std::fabs(static_cast<double>(i) - static_cast<double>(j)), n += count;
    }
  }
  return n > 0 ? sum / n : 0;
}

double quadratic_kappa(const LabelScores& scores) {
  const size_t K = scores.labels().size();
  std::vector<double> wanted(K, 0), given(K, 0);
  double n = 0;
  for (size_t i = 0; i < K; ++i) {
    for (size_t j = 0; j < K; ++j) {
      const auto count = static_cast<double>(scores.confused(i, j));
      wanted[i] += count, given[j] += count, n += count;
    }
  }
  double observed = 0, expected = 0;
  for (size_t i = 0; i < K; ++i) {
    for (size_t j = 0; j < K; ++j) {
      const double apart = static_cast<double>(i) - static_cast<double>(j), weight = apart * apart;
      observed += weight * static_cast<double>(scores.confused(i, j));
      expected += weight * wanted[i] * given[j] / n;
    }
  }
  return expected > 0 ? 1 - observed / expected : 0;
}

}  // namespace rnn::core
