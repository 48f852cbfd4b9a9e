// Why: what is fitted in closed form costs little, so a backtest can fit it again before every window, as someone would who trains daily.
#pragma once

#include <cstdint>
#include <vector>

#include "options/options.h"
#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

// Windows of all series whose first step has the same place on the grid.
struct WindowsOfOneTime {
  int64_t position = 0;
  std::vector<Window> windows;
};
// Ascending in time.
std::vector<WindowsOfOneTime> windows_by_time(const SeriesSet& set, std::span<const Window> windows);

// The front as rows before a grid position have it, split by the options of its training: the linear part on all of them, with the lengths
// and penalties that it has; bands calibrated beside one that has not seen the rows of calibration, as in training. Scales are fitted again
// if the network has no share; else it reads numbers in the units that it knows. The network and its share stay. Throws Error{data,
// "data/too_short"} where too few rows are before.
ForecastFront refit_front(const ForecastFront& front, const SeriesOptions& options, const Model<float>& model, Pool& pool,
                          const SeriesSet& set, int64_t position);

}  // namespace rnn::core
