// Why: which columns a model really uses is seen when they are taken from another time: a forecast that gets no worse did not need them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tasks/forecast/backtest.h"

namespace rnn::core {

// What a covariate is worth to the forecasts of some windows (permutation importance, Breiman 2001).
struct CovariateImportance {
  std::string name;
  Covariate::Use use = Covariate::Use::past;
  double increase = 0;  // of MAE, when every window has its values from around another step
};

struct ImportanceOptions {
  int repeats = 5;  // draws, whose mean is taken
  uint64_t seed = 1;
  int steps = 0;  // that a forecast reads, at most
};

// The models of a file and others, whose forecasts are averaged: of some windows of a bank that it makes of the set.
using PointForecasts = std::function<std::vector<std::vector<double>>(const SeriesSet&, std::span<const int64_t> seen,
                                                                      std::span<const Window>)>;

// The largest first, equal ones in the order of the set. `known`: the front of the models, by whose scales series stay as they are. A
// covariate keeps its order in time; it is taken from a random step of a random series, where it has rows for all that a window reads, as far
// as there are such. mae: that of the forecasts as they are.
std::vector<CovariateImportance> covariate_importance(const PointForecasts& forecast, const ForecastFront& known,
                                                      const SeriesSet& set, std::span<const Window> windows, int horizon,
                                                      const ImportanceOptions& options, double* mae);

}  // namespace rnn::core
