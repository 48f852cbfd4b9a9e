// Why: see gaussian.h.
#include "heads/gaussian.h"

#include <cmath>
#include <numbers>

#include "heads/special.h"

namespace rnn::core {

double gaussian_loss(const Said& said, double y, double* d) {
  const double s = softplus(said.o[1]) + kLeastDeviation, z = (y - said.o[0]) / s;
  if (d) d[0] = -z / s, d[1] = (1 - z * z) / s * logistic(said.o[1]);
  return 0.5 * std::log(2 * std::numbers::pi) + std::log(s) + 0.5 * z * z;
}

double gaussian_quantile(const Said& said, double level) {
  return said.o[0] + (softplus(said.o[1]) + kLeastDeviation) * normal_quantile(level);
}

}  // namespace rnn::core
