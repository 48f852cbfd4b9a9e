// Why: see autoregressive_windows.h.
#include "data/autoregressive_windows.h"

#include <cassert>
#include <cmath>

#include "data/window_rows.h"

namespace rnn::core {

float StepwiseWindow::value(int64_t t) const {
  if (t >= window.origin) return value_at(future, t - window.origin);
  return normalised(value_at(series->y, t), scale);
}

StepwiseWindow stepwise_window(const WindowSeries& series, const Window& window, const WindowOptions& o) {
  const std::span<const float> past = window_past(series, window.origin, o.context);
  return {&series, window, window_scale(past, o.normalise, o.counts), window.origin - std::ssize(past), {}};
}

StepwiseWindow stepwise_window_with_future(const WindowSeries& series, const Window& window, const WindowOptions& o) {
  StepwiseWindow found = stepwise_window(series, window, o);
  for (int64_t t = window.origin; t < window.origin + o.horizon; ++t)
    found.future.push_back(normalised(value_at(series.y, t), found.scale));
  return found;
}

void stepwise_frame(const StepwiseWindow& window, int64_t t, const WindowOptions& o, float* to) {
  const bool inside = t - 1 >= window.first;
  const float before = inside ? window.value(t - 1) : std::nanf("");
  *to++ = present(before);
  if (o.mask) *to++ = std::isnan(before) ? 0.0f : 1.0f;
  for (const int lag : o.lags) *to++ = present(window.value(t - lag));
  const bool seen = inside && t - 1 < window.window.origin;
  for (const auto& past : window.series->past) *to++ = seen ? present(value_at(past, t - 1)) : 0.0f;
  for (const auto& known : window.series->known) *to++ = present(value_at(known, t));
}

void fill_stepwise(std::span<const WindowSeries> series, std::span<const Window> windows, std::span<const uint32_t> ids,
                   const WindowOptions& o, Batch& batch) {
  assert(!windows.empty() && windows.size() == ids.size());
  batch = {};
  std::vector<StepwiseWindow> steps;
  std::vector<int> lengths;
  for (const Window& w : windows) {
    const WindowSeries& own = series[static_cast<size_t>(w.series)];
    steps.push_back(stepwise_window_with_future(own, w, o));
    lengths.push_back(static_cast<int>(steps.back().known_until() - steps.back().first));
    batch.stream_ids.push_back(own.id);
  }
  batch.in.seq = Seq::ragged(lengths);
  batch.in.seq.id.assign(ids.begin(), ids.end());
  const Seq& seq = batch.in.seq;
  batch.in.width = window_inputs(*steps[0].series, o), batch.to.width = 1;
  batch.in.frames.resize(static_cast<size_t>(seq.rows()) * static_cast<size_t>(batch.in.width));
  float* to = batch.in.frames.data();
  for (int k = 0; k < seq.steps(); ++k) {
    for (int r = 0; r < seq.active(k); ++r, to += batch.in.width) {
      const StepwiseWindow& own = steps[static_cast<size_t>(seq.order[static_cast<size_t>(r)])];
      assert(window_inputs(*own.series, o) == batch.in.width);
      const int64_t t = own.first + k;
      stepwise_frame(own, t, o, to);
      const bool asked = o.past_targets || t >= own.window.origin;
      batch.to.values.push_back(!asked ? std::nanf("") : o.counts ? value_at(own.series->y, t) : own.value(t));
      if (o.counts) batch.to.scales.push_back(static_cast<float>(own.scale.scale));
    }
  }
}

}  // namespace rnn::core
