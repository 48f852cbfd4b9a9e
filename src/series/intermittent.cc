// Why: the method of Teunter, Syntetos and Babai.
#include "series/intermittent.h"

#include <algorithm>

#include "series/nelder_mead.h"
#include "series/observed.h"

namespace rnn::core {

IntermittentDemand intermittent_demand(std::span<const double> history, double alpha, double beta) {
  double values = 0, demands = 0, sum = 0;
  for (const double y : history) {
    if (!observed(y)) continue;
    values += 1;
    if (y != 0) demands += 1, sum += y;
  }
  IntermittentDemand d{alpha, beta, demands / values, demands > 0 ? sum / demands : 0, 0};
  for (const double y : history) {
    if (!observed(y)) continue;
    const double error = y - d.chance * d.size;
    d.squared_error += error * error;
    d.chance += beta * ((y != 0 ? 1 : 0) - d.chance);
    if (y != 0) d.size += alpha * (y - d.size);
  }
  return d;
}

IntermittentDemand fit_intermittent(std::span<const double> history) {
  const std::vector<double> starts[] = {{0.1, 0.1}, {0.01, 0.01}, {0.3, 0.3}};
  const std::vector<double> best =
      nelder_mead([&](std::span<const double> p) { return intermittent_demand(history, p[0], p[1]).squared_error; }, starts);
  return intermittent_demand(history, best[0], best[1]);
}

std::vector<double> tsb_forecast(std::span<const double> history, int horizon, int /*season*/) {
  const bool any = !from_first_observed(history).empty();
  const IntermittentDemand d = any ? fit_intermittent(history) : IntermittentDemand{};
  return std::vector<double>(static_cast<size_t>(std::max(horizon, 0)), any ? d.chance * d.size : kMissing);
}

}  // namespace rnn::core
