// Why: the sums behind the figures of forecasts.
#include "series/scores.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"
#include "series/observed.h"

namespace rnn::core {
namespace {

// Position of a level among ascending levels; `levels.size()` where it is not.
size_t position_of(const std::vector<double>& levels, double level) {
  const auto near = [&](double other) { return std::abs(other - level) < 1e-9; };
  return static_cast<size_t>(std::find_if(levels.begin(), levels.end(), near) - levels.begin());
}

std::optional<double> ratio(double sum, double count) {
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

}  // namespace

ErrorScale error_scale(std::span<const double> training, int season) {
  const size_t m = static_cast<size_t>(std::max(season, 1));
  ErrorScale scale;
  double pairs = 0;
  for (size_t i = m; i < training.size(); ++i) {
    const double difference = training[i] - training[i - m];
    if (observed(difference)) scale.absolute += std::abs(difference), pairs += 1;
  }
  if (pairs > 0) scale.absolute /= pairs;
  const auto first = std::find_if(training.begin(), training.end(), [](double y) { return observed(y) && y != 0; });
  pairs = 0;
  for (size_t i = static_cast<size_t>(first - training.begin()) + 1; i < training.size(); ++i) {
    const double difference = training[i] - training[i - 1];
    if (observed(difference)) scale.squared += difference * difference, pairs += 1;
  }
  if (pairs > 0) scale.squared /= pairs;
  return scale;
}

ScoreSums::ScoreSums(ScoreOptions options) : options_(std::move(options)) {
  const std::vector<double>& q = options_.quantiles;
  for (const double level : options_.bands) {
    const Ends ends{position_of(q, (1 - level) / 2), position_of(q, (1 + level) / 2)};
    if (!q.empty() && std::max(ends.low, ends.high) == q.size()) {
      throw Error(Exit::usage, "series/quantiles",
                  "a band of " + percent_text(level) + " needs the quantiles " + number_text((1 - level) / 2) + " and " +
                      number_text((1 + level) / 2),
                  "add them to the quantiles that are forecast, or leave out the band");
    }
    ends_.push_back(ends);
  }
  for (int k = 1; k <= 9; ++k) nine_.push_back(position_of(q, k / 10.0));
  if (std::find(nine_.begin(), nine_.end(), q.size()) != nine_.end()) nine_.clear();
  by_step_.assign(static_cast<size_t>(options_.horizon), nothing());
}

ScoreSums::Sums ScoreSums::nothing() const {
  Sums sums;
  sums.pinball.assign(options_.quantiles.size(), 0);
  sums.covered.assign(ends_.size(), 0);
  sums.interval.assign(ends_.size(), 0);
  return sums;
}

void ScoreSums::add_target(const ScoredWindow& window, size_t step, Sums& to) const {
  const double y = window.target[step], error = window.point[step] - y, sizes = std::abs(y) + std::abs(window.point[step]);
  to.targets += 1;
  to.absolute += std::abs(error), to.squared += error * error, to.error += error, to.size += std::abs(y);
  to.smape += sizes > 0 ? 200 * std::abs(error) / sizes : 0;
  if (window.quantile.empty()) return;
  const std::vector<double>& levels = options_.quantiles;
  const std::span<const double> q = window.quantile.subspan(step * levels.size(), levels.size());
  to.quantile_targets += 1;
  for (size_t k = 0; k < levels.size(); ++k) {
    to.pinball[k] += std::max(levels[k] * (y - q[k]), (levels[k] - 1) * (y - q[k]));
  }
  for (size_t b = 0; b < ends_.size(); ++b) {
    const double low = q[ends_[b].low], high = q[ends_[b].high], outside = std::max({0.0, low - y, y - high});
    to.covered[b] += outside > 0 ? 0 : 1;
    to.interval[b] += high - low + 2 / (1 - options_.bands[b]) * outside;
  }
}

void ScoreSums::add_sums(const Sums& from, Sums& to) {
  to.absolute += from.absolute, to.squared += from.squared, to.smape += from.smape, to.error += from.error;
  to.size += from.size, to.targets += from.targets, to.quantile_targets += from.quantile_targets;
  for (size_t k = 0; k < to.pinball.size(); ++k) to.pinball[k] += from.pinball[k];
  for (size_t b = 0; b < to.covered.size(); ++b) to.covered[b] += from.covered[b];
}

void ScoreSums::add_window(const Sums& window, const ErrorScale& scale, Sums& to) {
  add_sums(window, to);
  const auto n = static_cast<double>(window.targets);
  to.windows += 1;
  if (scale.absolute > 0) {
    to.scaled_windows += 1;
    to.scaled += window.absolute / n / scale.absolute;
    for (size_t b = 0; b < to.interval.size(); ++b) to.interval[b] += window.interval[b] / n / scale.absolute;
  }
  if (scale.squared > 0) to.rooted_windows += 1, to.scaled_root += std::sqrt(window.squared / n / scale.squared);
}

void ScoreSums::add(const ScoredWindow& window) {
  const size_t n = window.target.size();
  if (n > by_step_.size() || window.point.size() != n ||
      (!window.quantile.empty() && window.quantile.size() != n * options_.quantiles.size())) {
    throw Error(Exit::internal, "series/window",
                "a window has " + counted(n, "target") + ", " + counted(window.point.size(), "forecast") + " and " +
                    counted(window.quantile.size(), "quantile") + ", the horizon is " + counted(options_.horizon, "step"),
                "give as many forecasts as targets, and all quantiles of each");
  }
  Sums whole = nothing(), one = whole;
  const Sums none = whole;
  for (size_t step = 0; step < n; ++step) {
    if (!observed(window.target[step])) continue;
    one = none;
    add_target(window, step, one);
    add_window(one, window.scale, by_step_[step]);
    add_target(window, step, whole);
  }
  if (whole.targets > 0) add_window(whole, window.scale, by_series_.try_emplace(window.series, none).first->second);
}

ForecastScores ScoreSums::scores(const Sums& s) const {
  ForecastScores out;
  const auto n = static_cast<double>(s.targets), q = static_cast<double>(s.quantile_targets);
  out.targets = s.targets, out.windows = s.windows;
  out.excluded_from_mase = s.windows - s.scaled_windows, out.excluded_from_rmsse = s.windows - s.rooted_windows;
  out.mase = ratio(s.scaled, static_cast<double>(s.scaled_windows));
  out.rmsse = ratio(s.scaled_root, static_cast<double>(s.rooted_windows));
  out.mae = ratio(s.absolute, n), out.smape = ratio(s.smape, n), out.bias = ratio(s.error, n);
  if (s.targets > 0) out.rmse = std::sqrt(s.squared / n);
  out.relative_bias = ratio(s.error, s.size);
  if (s.quantile_targets == 0) return out;
  double pinball = 0, nine = 0;
  for (const double loss : s.pinball) pinball += loss;
  for (const size_t k : nine_) nine += s.pinball[k];
  out.pinball = pinball / q / static_cast<double>(s.pinball.size());
  if (!nine_.empty()) out.wql = ratio(2 * nine / 9, s.size);
  for (size_t b = 0; b < ends_.size(); ++b) {
    out.bands.push_back({options_.bands[b], s.covered[b] / q, ratio(s.interval[b], static_cast<double>(s.scaled_windows))});
  }
  return out;
}

ForecastScores ScoreSums::of_series(int64_t series) const {
  const auto found = by_series_.find(series);
  if (found == by_series_.end()) return {};
  ForecastScores out = scores(found->second);
  out.series = 1;
  return out;
}

std::vector<int64_t> ScoreSums::series() const {
  std::vector<int64_t> out;
  for (const auto& [name, sums] : by_series_) out.push_back(name);
  return out;
}

std::vector<ForecastScores> ScoreSums::per_step() const {
  std::vector<ForecastScores> out;
  for (const Sums& sums : by_step_) out.push_back(scores(sums));
  return out;
}

ForecastScores ScoreSums::pooled() const {
  Sums all = nothing();
  double mase = 0, rmsse = 0, scaled = 0, rooted = 0;
  std::vector<double> msis(ends_.size(), 0);
  for (const auto& [name, sums] : by_series_) {
    add_sums(sums, all);
    all.windows += sums.windows, all.scaled_windows += sums.scaled_windows, all.rooted_windows += sums.rooted_windows;
    const auto windows = static_cast<double>(sums.scaled_windows);
    if (windows > 0) {
      mase += sums.scaled / windows, scaled += 1;
      for (size_t b = 0; b < msis.size(); ++b) msis[b] += sums.interval[b] / windows;
    }
    if (sums.rooted_windows > 0) rmsse += sums.scaled_root / static_cast<double>(sums.rooted_windows), rooted += 1;
  }
  ForecastScores out = scores(all);
  out.series = static_cast<int64_t>(by_series_.size());
  out.mase = ratio(mase, scaled), out.rmsse = ratio(rmsse, rooted);
  for (size_t b = 0; b < out.bands.size(); ++b) out.bands[b].msis = ratio(msis[b], scaled);
  return out;
}

}  // namespace rnn::core
