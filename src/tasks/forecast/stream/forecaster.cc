// Why: see forecaster.h.
#include "tasks/forecast/stream/forecaster.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/rng.h"
#include "base/thread_pool.h"
#include "data/hash.h"
#include "decode/sample.h"
#include "heads/sample_quantiles.h"
#include "series/observed.h"
#include "tasks/forecast/stream/ancestral.h"

namespace rnn::core {
namespace {

constexpr double kMiddle = 0.5;
// No band is narrower than one of these levels that lies within it, whether that is asked for or not: so a band is the same alone and beside
// others. Those of a backtest, whose figures are then of the bands that a forecast shows.
constexpr double kNested[] = {0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 0.95};

}  // namespace

void linear_base(const ForecastFront& front, const SeriesBank& bank, const Window& window, const WindowOptions& options,
                 std::span<double> out) {
  const LinearPart& linear = front.linear;
  const auto s = static_cast<size_t>(window.series);
  const WindowSeries& series = bank.views()[s];
  if (!linear.present()) {
    const double centre =
        window_scale(window_past(series, window.origin, options.context), options.normalise, options.counts).centre;
    std::fill(out.begin(), out.end(), centre);
    return;
  }
  const int number = bank.known_series(s);
  const bool own = linear.kind == LinearPart::Kind::own;
  const size_t which = own ? static_cast<size_t>(std::max(number, 0)) : 0;
  const RidgeModel& model = linear.models[which];
  const std::span<const float> waves = linear.waves.empty() ? std::span<const float>() : linear.waves[which];
  const RidgeShape& shape = model.shape();
  const std::span<const float> past = window_past(series, window.origin, shape.context);
  std::vector<double> x(static_cast<size_t>(shape.context), kMissing);
  std::copy(past.begin(), past.end(), x.end() - std::ssize(past));
  if (own && number < 0) {  // nothing was learnt of it
    const double last = last_observed(x);
    std::fill(out.begin(), out.end(), std::isnan(last) ? 0.0 : last);
    return;
  }
  for (auto i = waves.empty() ? 0 : std::ssize(past); i > 0; --i)
    x[x.size() - static_cast<size_t>(i)] -= calendar_level(series, waves, window.origin - i);
  std::vector<std::vector<double>> ahead(static_cast<size_t>(shape.covariates));
  for (size_t k = 0; k < ahead.size(); ++k) {
    for (int64_t t = window.origin - 1; t < window.origin + shape.horizon; ++t) {
      const std::span<const float> from = series.known[k];
      const float v = t < std::ssize(from) ? from[static_cast<size_t>(t)] : 0.0f;
      ahead[k].push_back(std::isnan(v) ? 0.0 : static_cast<double>(v));
    }
  }
  const std::vector<std::span<const double>> covariates(ahead.begin(), ahead.end());
  model.predict(x, covariates, 1, out);
  for (double& v : out) v = std::isnan(v) ? 0.0 : v;
  for (size_t h = 0; h < out.size() && !waves.empty(); ++h)
    out[h] += calendar_level(series, waves, window.origin + static_cast<int64_t>(h));
}

std::vector<Window> windows_between(const SeriesBank& bank, std::span<const int64_t> first, std::span<const int64_t> last,
                                    int horizon, int stride, int64_t most) {
  std::vector<Window> windows;
  for (size_t s = 0; s < bank.size(); ++s) {
    std::vector<Window> own;
    const std::span<const float> y = bank.views()[s].y;
    std::vector<int64_t> values = {0};  // [steps + 1] before each
    for (const float v : y) values.push_back(values.back() + !std::isnan(v));
    const auto before = [&](int64_t step) { return values[static_cast<size_t>(std::min(step, std::ssize(y)))]; };
    const int64_t begin = std::max<int64_t>(first[s], 1), end = std::min(last[s], bank.covered(s)) - horizon;
    for (int64_t origin = end; origin >= begin && std::ssize(own) < most; origin -= stride)
      if (before(origin + horizon) > before(origin)) own.push_back({static_cast<int32_t>(s), origin});
    windows.insert(windows.end(), own.rbegin(), own.rend());
  }
  return windows;
}

Forecaster::Forecaster(const ForecastFront& front, const Model<float>& model, Pool& pool)
    : front_(front),
      model_(model),
      pool_(pool),
      distribution_(model.config().forecast.autoregressive()
                        ? Distribution(kSampled)
                        : Distribution(model.config().forecast.head_name(), model.config().forecast.levels)) {}

WindowOptions Forecaster::window_options() const {
  const ForecastOptions& o = options();
  WindowOptions w;
  w.network = o.network, w.context = o.context, w.horizon = o.horizon, w.segment = o.segment, w.normalise = o.normalise;
  w.counts = front_.counts;
  w.mask = o.masked(static_cast<int>(front_.channels.size())), w.lags = o.lags;
  w.shuffle = false;
  return w;
}

void Forecaster::begin_part(const SeriesBank& bank, const Window& window, const WindowOptions& how,
                            ForecastParts& part) const {
  part.window = window_scale(window_past(bank.views()[static_cast<size_t>(window.series)], window.origin, how.context),
                             how.normalise, how.counts);
  part.base.resize(static_cast<size_t>(horizon()));
  linear_base(front_, bank, window, how, part.base);
}

std::vector<ForecastParts> Forecaster::parts(const SeriesBank& bank, std::span<const Window> windows, int steps) const {
  const WindowOptions how = window_options();
  const int H = horizon(), P = distribution_.numbers();
  std::vector<ForecastParts> found(windows.size());
  const FlushDenormals flush;
  if (options().autoregressive()) {
    auto said = sample_windows(model_, pool_, bank, windows, how, steps > 0 ? std::min(steps, H) : H);
    for (size_t i = 0; i < windows.size(); ++i)
      begin_part(bank, windows[i], how, found[i]), found[i].network = std::move(said[i]);
    return found;
  }
  Arena arena;
  Batch batch;
  for (size_t begin = 0; begin < windows.size(); begin += kWindowsAtOnce) {
    const std::span<const Window> some = windows.subspan(begin, std::min<size_t>(kWindowsAtOnce, windows.size() - begin));
    std::vector<uint32_t> ids(some.size());
    std::iota(ids.begin(), ids.end(), 0u);
    fill_windows(bank.views(), some, ids, how, batch);
    State<float> state = model_.initial(batch.in.seq.streams());
    arena.clear();
    Context<float> context{pool_, arena};
    const View<float> h = model_.forward_hidden(context, batch, state, nullptr);
    const View<float> outputs = context.arena.matrix<float>(h.rows, model_.outputs());
    model_.forward_output(context, h, outputs);
    const Seq& seq = batch.in.seq;
    const int streams = seq.streams(), width = options().targets();
    for (int r = 0; r < streams; ++r) {
      const auto i = static_cast<size_t>(seq.order[static_cast<size_t>(r)]);
      ForecastParts& part = found[begin + i];
      begin_part(bank, some[i], how, part);
      part.network.resize(static_cast<size_t>(H) * static_cast<size_t>(P));
      for (int step = 0; step < H; ++step) {
        const int row = options().segments() ? step / width * streams + r : r;
        const float* from = row_of(outputs, row).data() + step % width * P;
        std::copy_n(from, P, part.network.data() + static_cast<ptrdiff_t>(step) * P);
      }
    }
  }
  return found;
}

double Forecaster::raw_quantile(const ForecastParts& parts, int step, double level, double share) const {
  const auto at = [&](double l) {
    return distribution_.quantile(parts.network.data(), step, l, front_.counts ? parts.window.scale : 1);
  };
  const double middle = at(kMiddle), spread = distribution_.points() || level == kMiddle ? 0 : at(level) - middle;
  return parts.base[static_cast<size_t>(step)] + (front_.counts ? 1 : parts.window.scale) * (share * middle + spread);
}

// Between the levels that were calibrated a straight line, outside them the nearest.
double Forecaster::margin(double band, int step) const {
  const Calibration& c = front_.calibration;
  if (c.levels.empty()) return 0;
  const auto above = std::lower_bound(c.levels.begin(), c.levels.end(), band);
  const auto value = [&](size_t i) { return c.margins[i][static_cast<size_t>(step)]; };
  if (above == c.levels.begin()) return value(0);
  if (above == c.levels.end()) return value(c.levels.size() - 1);
  const auto i = static_cast<size_t>(above - c.levels.begin());
  const double part = (band - c.levels[i - 1]) / (c.levels[i] - c.levels[i - 1]);
  return value(i - 1) + part * (value(i) - value(i - 1));
}

double Forecaster::scaled_quantile(const ForecastParts& parts, int step, double level) const {
  const double middle = raw_quantile(parts, step, kMiddle, front_.share);
  if (level == kMiddle) return middle;
  const double out = margin(std::abs(2 * level - 1), step), raw = raw_quantile(parts, step, level, front_.share);
  return level < kMiddle ? std::min(raw - out, middle) : std::max(raw + out, middle);
}

Forecast Forecaster::finish(const ForecastParts& parts, const SeriesScale& scale, std::span<const double> levels) const {
  Forecast found;
  const int H = horizon();
  const auto back = [&](double z) { return front_.backward(scale.centre + scale.scale * z); };
  std::vector<double> all(levels.begin(), levels.end());
  for (const double band : kNested) all.push_back((1 - band) / 2), all.push_back((1 + band) / 2);
  std::sort(all.begin(), all.end());
  for (int h = 0; h < H; ++h) {
    const double middle = raw_quantile(parts, h, kMiddle, front_.share);
    found.point.push_back(front_.counts ? back(distribution_.mean(parts.network.data(), h, parts.window.scale))
                                        : back(middle));
    std::vector<double> q;  // of all
    for (const double level : all) q.push_back(scaled_quantile(parts, h, level));
    // Outwards from the middle: no end of a band lies inside a narrower one.
    const auto middle_at = static_cast<size_t>(std::lower_bound(all.begin(), all.end(), kMiddle) - all.begin());
    double limit = middle;
    for (size_t i = middle_at; i < q.size(); ++i) limit = q[i] = std::max(q[i], limit);
    limit = middle;
    for (size_t i = middle_at; i-- > 0;) limit = q[i] = std::min(q[i], limit);
    for (const double level : levels)
      found.quantile.push_back(back(q[static_cast<size_t>(std::lower_bound(all.begin(), all.end(), level) - all.begin())]));
  }
  return found;
}

std::vector<std::vector<double>> Forecaster::futures(const SeriesBank& bank, const Window& window,
                                                     const PathOptions& o) const {
  assert(options().autoregressive());
  const WindowOptions how = window_options();
  const FlushDenormals flush;
  const auto words = random_words(o.seed, Purpose::sample, fnv1a64(o.series));
  auto found = sample_futures(model_, pool_, bank, window, how, static_cast<uint64_t>(words[0]) << 32 | words[1], o.count);
  ForecastParts part;
  begin_part(bank, window, how, part);
  const SeriesScale& scale = bank.scale(static_cast<size_t>(window.series));
  for (std::vector<double>& path : found) {
    for (size_t h = 0; h < path.size(); ++h) {
      const double z = part.base[h] + (front_.counts ? path[h] : part.window.scale * path[h]);
      path[h] = front_.backward(scale.centre + scale.scale * z);
    }
  }
  return found;
}

std::vector<Forecast> Forecaster::forecast(const SeriesBank& bank, std::span<const Window> windows,
                                           std::span<const double> levels) const {
  std::vector<Forecast> found;
  found.reserve(windows.size());
  const std::vector<ForecastParts> all = parts(bank, windows);
  for (size_t i = 0; i < windows.size(); ++i)
    found.push_back(finish(all[i], bank.scale(static_cast<size_t>(windows[i].series)), levels));
  return found;
}

}  // namespace rnn::core
