// Why: how many rows a window has, and where its values are, for who lays it out and who counts it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "data/window_batcher.h"

namespace rnn::core {

inline float value_at(std::span<const float> values, int64_t t) {
  return t >= 0 && t < static_cast<int64_t>(values.size()) ? values[static_cast<size_t>(t)]
                                                           : std::numeric_limits<float>::quiet_NaN();
}

inline int64_t steps_of_past(int64_t origin, const WindowOptions& o) { return std::min<int64_t>(origin, o.context); }

// Steps of the recurrence over the past.
inline int past_rows(int64_t origin, const WindowOptions& o) {
  const int64_t steps = steps_of_past(origin, o);
  return static_cast<int>(o.network == ForecastNetwork::segments ? (steps + o.segment - 1) / o.segment : steps);
}

// Rows of targets after the origin, and values of each.
inline int future_rows(const WindowOptions& o) {
  if (o.network == ForecastNetwork::autoregressive) return o.horizon;
  return o.network == ForecastNetwork::segments ? (o.horizon + o.segment - 1) / o.segment : 1;
}
inline int values_of_row(const WindowOptions& o) {
  if (o.network == ForecastNetwork::autoregressive) return 1;
  return o.network == ForecastNetwork::segments ? o.segment : o.horizon;
}

// What a network sees of a value; NaN stays.
inline float normalised(float value, const WindowScale& of) {
  constexpr double kMostSize = 1e30;
  if (std::isnan(value)) return value;
  return static_cast<float>(std::clamp((static_cast<double>(value) - of.centre) / of.scale, -kMostSize, kMostSize));
}

// A number that a network reads.
inline float present(float value) { return std::isnan(value) ? 0.0f : value; }

// The target of step t, at the origin or later: NaN after the horizon and after the end.
inline float target_at(const WindowSeries& series, const Window& window, int64_t t, const WindowOptions& o) {
  return t < window.origin + o.horizon ? value_at(series.y, t) : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace rnn::core
