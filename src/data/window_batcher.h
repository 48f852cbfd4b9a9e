// Why: windows of series become batches, the past normalised by itself alone, without a copy of the series.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "data/batcher.h"
#include "options/kinds.h"

namespace rnn::core {

// A series and what is beside it, step by step; NaN: missing. Non-owning.
struct WindowSeries {
  std::span<const float> y;
  std::vector<std::span<const float>> past;   // covariates known up to the origin, as long as y
  std::vector<std::span<const float>> known;  // covariates known ahead, as long as y or longer
  int32_t id = 0;                             // Batch::stream_ids; 0: unknown
};

// origin: the first step that is forecast, from 0 to the length of y.
struct Window {
  int32_t series = 0;
  int64_t origin = 0;
};

struct WindowOptions {
  ForecastNetwork network = ForecastNetwork::segments;
  int context = 0;  // L, steps of the past that are read
  int horizon = 0;  // H, steps that are forecast
  int segment = 0;  // steps of a segment; segments only
  Normalise normalise = Normalise::last;
  bool counts = false;  // targets stay as they are, with the size of the past as Targets::scales; `normalise` is not read
  bool mask = false;    // beside each value, 1: observed, 0: missing
  std::vector<int> lags =
      {};                    // after them the values so many steps before, each at least 1; they may lie before the context
  bool past_targets = true;  // autoregressive: the steps of the past are targets, too
  int batch = 64;            // windows
  // What another part already says of the future, in the units of y: out [horizon]. Targets are then what it leaves, divided by the scale
  // of the window. Thread-safe; empty: nothing.
  std::function<void(const Window&, std::span<double>)> base = nullptr;
  bool shuffle = true;  // false: in the order of the list, longer pasts first, the same in every epoch (evaluation)
  uint64_t seed = 1;
};

// A value is centre + scale * what the network sees. scale > 0, both finite.
struct WindowScale {
  double centre = 0, scale = 1;
};
inline double denormalise(double value, const WindowScale& of) { return of.centre + of.scale * value; }

// From the observed values of the past. A scale is at least a thousandth of the mean size of the values, and 1 where that is 0 or
// nothing is observed. counts: centre 0, scale 1 + their mean.
WindowScale window_scale(std::span<const float> past, Normalise normalise, bool counts);
// The past that a window reads: at most `context` steps before the origin.
std::span<const float> window_past(const WindowSeries& series, int64_t origin, int context);

bool has_gaps(std::span<const WindowSeries> series);  // then WindowOptions::mask is for them
// Numbers of a step of the past: the value, the mask, lags, past and known covariates, in that order.
int window_inputs(const WindowSeries& series, const WindowOptions& options);

// Windows as one batch, stream i is windows[i]; ids[i] becomes the key of its random masks. A missing number is 0 (after
// normalisation), a missing target NaN, so are targets after the horizon or the end of y.
//   segments  source.frames [segments of the past, segment * inputs], the last one ends at the origin, the first one is filled up with
//             missing steps; in.ids [segments of the horizon] are positions, in.frames [.., segment * known] what is known of them: known
//             covariates, then the lags that are at least the horizon; targets [.., segment]
//   stacked   in.frames [steps of the past, inputs]; targets [windows, horizon] after the last step
//   autoregressive  see autoregressive_windows.h
void fill_windows(std::span<const WindowSeries> series, std::span<const Window> windows, std::span<const uint32_t> ids,
                  const WindowOptions& options, Batch& batch);

// Every window once per epoch, shuffled by (seed, epoch), pasts of similar lengths together. `series` and `windows` must outlive it.
// Throws Error{data}: data/too_short (no windows), data/known (a known covariate ends before a horizon), data/counts (a negative count);
// Error{usage, "usage/batch"}.
std::unique_ptr<Batcher> window_batcher(std::span<const WindowSeries> series, std::span<const Window> windows,
                                        const WindowOptions& options);

}  // namespace rnn::core
