// Why: counts that are mostly zero need the chance of a demand and its size apart.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// Teunter, Syntetos and Babai 2011: with every value the chance of a demand, chance += beta ((y != 0) - chance); with every demand its size,
// size += alpha (y - size). The forecast of every step is chance * size. A missing value changes nothing.
struct IntermittentDemand {
  double alpha = 0, beta = 0;
  double chance = 0, size = 0;  // after the last value
  double squared_error = 0;     // of the one-step forecasts of the history
};
// First states: the share of values that are not 0, and their mean. The parameters are given, or those in [0, 1]^2 with the least error.
IntermittentDemand intermittent_demand(std::span<const double> history, double alpha, double beta);
IntermittentDemand fit_intermittent(std::span<const double> history);

std::vector<double> tsb_forecast(std::span<const double> history, int horizon, int season);

}  // namespace rnn::core
