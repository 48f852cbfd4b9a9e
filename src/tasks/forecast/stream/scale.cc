// Why: see scale.h.
#include "tasks/forecast/stream/scale.h"

#include <cmath>

namespace rnn::core {

void ScaleSums::add(double value) {
  if (std::isnan(value)) return;
  count += 1;
  const double before = value - mean;
  mean += before / count;
  squares += before * (value - mean);
}

SeriesScale scale_of(const ForecastFront& front, const ScaleSums& sums) {
  SeriesScale found;
  if (front.counts || sums.count == 0) return found;
  found.centre = sums.mean;
  const double deviation = std::sqrt(sums.squares / sums.count);
  if (deviation > 1e-9 * std::abs(found.centre) && std::isfinite(deviation)) found.scale = deviation;
  return found;
}

}  // namespace rnn::core
