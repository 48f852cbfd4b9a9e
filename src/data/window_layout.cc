// Why: how a window is cut, normalised and laid out as a network reads it.
#include "data/window_rows.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "data/autoregressive_windows.h"

namespace rnn::core {
namespace {

constexpr double kLeastShare = 1e-3;  // of the mean size of the values: a scale

// Between neighbours of `sorted`, as numpy.quantile.
double sorted_quantile(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const double next = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (place - static_cast<double>(below)) * (next - sorted[below]);
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

// The value `lag` steps before step t: 0 where the series has none.
float lagged(const WindowSeries& series, int64_t t, int lag, const WindowScale& scale) {
  return present(normalised(value_at(series.y, t - lag), scale));
}

// Appends what is read of step t; what is before the window's past is missing.
void append_step(const WindowSeries& series, int64_t t, int64_t first, const WindowScale& scale, const WindowOptions& o,
                 float* to) {
  const float y = t >= first ? value_at(series.y, t) : std::numeric_limits<float>::quiet_NaN();
  *to++ = std::isnan(y) ? 0.0f : normalised(y, scale);
  if (o.mask) *to++ = std::isnan(y) ? 0.0f : 1.0f;
  for (const int lag : o.lags) *to++ = t >= first ? lagged(series, t, lag, scale) : 0.0f;
  for (const auto& past : series.past) *to++ = t >= first ? present(value_at(past, t)) : 0.0f;
  for (const auto& known : series.known) *to++ = t >= first ? present(value_at(known, t)) : 0.0f;
}

// What fill_windows does for all windows before it cuts them.
struct Layout {
  std::vector<WindowScale> scales;
  std::vector<int> past;  // rows
};

Layout lay_out(std::span<const WindowSeries> series, std::span<const Window> windows, const WindowOptions& o) {
  Layout layout;
  for (const Window& w : windows) {
    const std::span<const float> past = window_past(series[static_cast<size_t>(w.series)], w.origin, o.context);
    layout.scales.push_back(window_scale(past, o.normalise, o.counts));
    layout.past.push_back(past_rows(w.origin, o));
  }
  return layout;
}

// The past, `steps` steps to a row.
void fill_past(std::span<const WindowSeries> series, std::span<const Window> windows, const Layout& layout,
               const WindowOptions& o, int steps, Rows& rows) {
  const int inputs = window_inputs(series[static_cast<size_t>(windows[0].series)], o);
  rows.width = steps * inputs;
  rows.frames.resize(static_cast<size_t>(rows.seq.rows()) * static_cast<size_t>(rows.width));
  float* to = rows.frames.data();
  for (int t = 0; t < rows.seq.steps(); ++t) {
    for (int r = 0; r < rows.seq.active(t); ++r) {
      const auto i = static_cast<size_t>(rows.seq.order[static_cast<size_t>(r)]);
      const Window& w = windows[i];
      const WindowSeries& own = series[static_cast<size_t>(w.series)];
      assert(window_inputs(own, o) == inputs);
      const int64_t begin = w.origin - int64_t{layout.past[i] - t} * steps, first = w.origin - steps_of_past(w.origin, o);
      for (int k = 0; k < steps; ++k, to += inputs) append_step(own, begin + k, first, layout.scales[i], o, to);
    }
  }
}

// Segments of the future: positions, what is known of them.
void fill_future(std::span<const WindowSeries> series, std::span<const Window> windows, const Layout& layout,
                 const WindowOptions& o, Rows& rows) {
  const size_t known = series[static_cast<size_t>(windows[0].series)].known.size();
  std::vector<int> lags;
  for (const int lag : o.lags)
    if (lag >= o.horizon) lags.push_back(lag);
  rows.width = o.segment * static_cast<int>(known + lags.size());
  rows.ids.clear(), rows.frames.clear();
  for (int m = 0; m < rows.seq.steps(); ++m) {
    for (size_t i = 0; i < windows.size(); ++i) {
      const Window& w = windows[i];
      rows.ids.push_back(m);
      const WindowSeries& own = series[static_cast<size_t>(w.series)];
      assert(own.known.size() == known);
      for (int64_t t = w.origin + int64_t{m} * o.segment, end = t + o.segment; t < end; ++t) {
        const bool within = t < w.origin + o.horizon;
        for (const auto& covariate : own.known) rows.frames.push_back(within ? present(value_at(covariate, t)) : 0.0f);
        for (const int lag : lags) rows.frames.push_back(within ? lagged(own, t, lag, layout.scales[i]) : 0.0f);
      }
    }
  }
}

}  // namespace

std::span<const float> window_past(const WindowSeries& series, int64_t origin, int context) {
  const int64_t steps = std::min<int64_t>(origin, context);
  return series.y.subspan(static_cast<size_t>(origin - steps), static_cast<size_t>(steps));
}

WindowScale window_scale(std::span<const float> past, Normalise normalise, bool counts) {
  std::vector<double> seen;
  for (const float y : past)
    if (!std::isnan(y)) seen.push_back(static_cast<double>(y));
  if (seen.empty() || (normalise == Normalise::none && !counts)) return {};
  if (counts) return {0, 1 + std::max(0.0, mean_of(seen))};
  std::vector<double> sizes = seen;
  for (double& s : sizes) s = std::fabs(s);
  const double size = mean_of(sizes), mean = mean_of(seen);
  const auto at_least = [&](double scale) { return size > 0 ? std::max(scale, kLeastShare * size) : 1; };
  switch (normalise) {
    case Normalise::none:
      break;
    case Normalise::last:
      return {seen.back(), 1};
    case Normalise::mean:
      return {mean, 1};
    case Normalise::mean_abs:
      return {0, at_least(size)};
    case Normalise::standard: {
      std::vector<double> squares = seen;
      for (double& s : squares) s = (s - mean) * (s - mean);
      return {mean, at_least(std::sqrt(mean_of(squares)))};
    }
    case Normalise::median:
      std::sort(seen.begin(), seen.end());
      return {sorted_quantile(seen, 0.5), at_least(sorted_quantile(seen, 0.75) - sorted_quantile(seen, 0.25))};
  }
  return {};
}

bool has_gaps(std::span<const WindowSeries> series) {
  return std::any_of(series.begin(), series.end(), [](const WindowSeries& s) {
    return std::any_of(s.y.begin(), s.y.end(), [](float y) { return std::isnan(y); });
  });
}

int window_inputs(const WindowSeries& series, const WindowOptions& options) {
  return 1 + (options.mask ? 1 : 0) + static_cast<int>(options.lags.size() + series.past.size() + series.known.size());
}

void fill_windows(std::span<const WindowSeries> series, std::span<const Window> windows, std::span<const uint32_t> ids,
                  const WindowOptions& o, Batch& batch) {
  assert(!windows.empty() && windows.size() == ids.size());
  if (o.network == ForecastNetwork::autoregressive) return fill_stepwise(series, windows, ids, o, batch);
  const bool segments = o.network == ForecastNetwork::segments;
  const Layout layout = lay_out(series, windows, o);
  batch = {};
  batch.in.seq = segments ? Seq::uniform_batch(static_cast<int>(windows.size()), future_rows(o)) : Seq::ragged(layout.past);
  batch.in.seq.id.assign(ids.begin(), ids.end());
  if (segments) {
    batch.source.seq = Seq::ragged(layout.past);
    batch.source.seq.id = batch.in.seq.id;
    fill_past(series, windows, layout, o, o.segment, batch.source);
    fill_future(series, windows, layout, o, batch.in);
  } else {
    fill_past(series, windows, layout, o, 1, batch.in);
  }
  for (const Window& w : windows) batch.stream_ids.push_back(series[static_cast<size_t>(w.series)].id);
  batch.to.last_step = !segments, batch.to.width = values_of_row(o);
  std::vector<double> bases(o.base ? windows.size() * static_cast<size_t>(o.horizon) : 0);
  for (size_t i = 0; i < windows.size() && o.base; ++i)
    o.base(windows[i], std::span(bases).subspan(i * static_cast<size_t>(o.horizon), static_cast<size_t>(o.horizon)));
  for (int row = 0; row < future_rows(o); ++row) {
    for (const int stream : batch.in.seq.order) {
      const auto i = static_cast<size_t>(stream);
      const int64_t begin = windows[i].origin + int64_t{row} * batch.to.width;
      for (int64_t t = begin; t < begin + batch.to.width; ++t) {
        const float y = target_at(series[static_cast<size_t>(windows[i].series)], windows[i], t, o);
        const auto step = static_cast<size_t>(t - windows[i].origin);
        const WindowScale& own = layout.scales[i];
        const bool based = o.base && step < static_cast<size_t>(o.horizon);
        const WindowScale scale = based ? WindowScale{bases[i * static_cast<size_t>(o.horizon) + step], own.scale} : own;
        batch.to.values.push_back(o.counts || std::isnan(y) ? y : normalised(y, scale));
      }
      if (o.counts) batch.to.scales.push_back(static_cast<float>(layout.scales[i].scale));
    }
  }
}

}  // namespace rnn::core
