// Why: rows of log-probabilities for tests of decoders: written by hand as their best classes, or drawn.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"

namespace rnn::core::test {

// A distribution over `classes` per row, of which classes[t] has probability `share` and the others the rest in equal parts.
inline Matrix<float> rows_with(const std::vector<int32_t>& best, int classes, double share = 0.9) {
  Matrix<float> rows(static_cast<int>(best.size()), classes);
  for (int t = 0; t < rows.rows(); ++t) {
    for (int k = 0; k < classes; ++k)
      rows(t, k) = static_cast<float>(std::log(k == best[static_cast<size_t>(t)] ? share : (1 - share) / (classes - 1)));
  }
  return rows;
}

inline Matrix<float> drawn_rows(int count, int classes, uint32_t stream, double spread = 1.5) {
  Random random(31, Purpose::test, stream);
  Matrix<float> rows(count, classes);
  for (int t = 0; t < count; ++t) {
    std::vector<double> logits;
    double sum = 0;
    for (int k = 0; k < classes; ++k) {
      logits.push_back(spread * random.normal());
      sum += std::exp(logits.back());
    }
    for (int k = 0; k < classes; ++k) rows(t, k) = static_cast<float>(logits[static_cast<size_t>(k)] - std::log(sum));
  }
  return rows;
}

}  // namespace rnn::core::test
