// Why: a network that forecasts one step from the one before reads a window otherwise than one that says all of the future at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/window_batcher.h"

namespace rnn::core {

// A window step by step: its past is that of the series, its future what is known or sampled of it. `series` outlives it.
struct StepwiseWindow {
  const WindowSeries* series = nullptr;
  Window window;
  WindowScale scale;
  int64_t first = 0;          // the first step of its past
  std::vector<float> future;  // normalised values from the origin on, as many as there are; NaN: missing

  int64_t known_until() const { return window.origin + static_cast<int64_t>(future.size()); }
  // Normalised; NaN: missing, before the series, or not known yet.
  float value(int64_t t) const;
};
// Without a future.
StepwiseWindow stepwise_window(const WindowSeries& series, const Window& window, const WindowOptions& options);
// With that of the series, a horizon long: for training.
StepwiseWindow stepwise_window_with_future(const WindowSeries& series, const Window& window, const WindowOptions& options);

// What is read of step t, to [window_inputs()]: the value before it, its mask, the values as many steps before as the lags say, past
// covariates of the step before (0 from the origin on), known covariates of the step itself. What is missing is 0, and so is what lies
// before the window, but for the lags, which reach as far as the series.
void stepwise_frame(const StepwiseWindow& window, int64_t t, const WindowOptions& options, float* to);

// fill_windows() for ForecastNetwork::autoregressive: in.frames [steps of the past + horizon, window_inputs()], each row has one target, the
// value of its step, NaN in the past unless `past_targets`.
void fill_stepwise(std::span<const WindowSeries> series, std::span<const Window> windows, std::span<const uint32_t> ids,
                   const WindowOptions& options, Batch& batch);

}  // namespace rnn::core
