// Why: every verb that measures forecasts takes the same windows from the end of a user's series.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

struct WindowChoice {
  int64_t windows = 8;  // of each series, the latest; 0: all
  int64_t stride = 0;   // steps between two; 0: a horizon
  int64_t last = 0;     // only windows of the last steps; 0: of all
};

struct MeasuredWindows {
  std::unique_ptr<SeriesBank>
      bank;                     // a series that is new to the model has its scale from what lies before its first window
  std::vector<Window> windows;  // series after series, in time
};

// Throws Error{data, "data/too_short"} where no window fits.
MeasuredWindows windows_to_measure(const ForecastFront& front, const SeriesSet& set, int horizon,
                                   const WindowChoice& choice);

// How many of the windows begin within what the model was fitted, chosen or calibrated on (ForecastFront::until).
int64_t windows_learnt_from(const ForecastFront& front, const SeriesSet& set, const std::vector<Window>& windows);

constexpr int64_t kMostWindows = 4000;  // for choosing, for calibration, of all series together
// Windows whose targets lie between: all of them, or so many of the latest origins of every series, evenly spaced.
std::vector<Window> spread_windows(const SeriesBank& bank, std::span<const int64_t> first, std::span<const int64_t> last,
                                   int horizon, int64_t most);

}  // namespace rnn::core
