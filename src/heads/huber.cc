// Why: see huber.h.
#include "heads/huber.h"

#include <algorithm>
#include <cmath>

namespace rnn::core {

double huber_loss(const Said& said, double y, double* d) {
  const double error = said.o[0] - y, size = std::fabs(error);
  if (d) d[0] = std::clamp(error, -1.0, 1.0);
  return size <= 1 ? 0.5 * error * error : size - 0.5;
}

}  // namespace rnn::core
