// Why: forecasts without a fit: repeated, averaged or extended values.
#include "series/naive.h"

#include <algorithm>
#include <cmath>

#include "series/observed.h"

namespace rnn::core {
namespace {

// The latest observed value at the position of the season that step h (from 0) after `history` has, and how many seasons before that step
// it lies; back = 0: there is none.
struct SamePosition {
  double value = kMissing;
  int64_t back = 0;
};
SamePosition same_position(std::span<const double> history, int h, int64_t season) {
  const int64_t step = static_cast<int64_t>(history.size()) + h;
  for (int64_t back = h / season + 1; step - back * season >= 0; ++back) {
    const double y = history[static_cast<size_t>(step - back * season)];
    if (observed(y)) return {y, back};
  }
  return {};
}

bool has_seasons(std::span<const double> history, int season, size_t seasons) {
  return from_first_observed(history).size() >= seasons * static_cast<size_t>(season);
}

// Of the last season over the one before it.
double growth_of(std::span<const double> history, size_t season) {
  double last = 0, before = 0;
  for (size_t i = history.size() - season; i < history.size(); ++i) {
    if (observed(history[i]) && observed(history[i - season])) last += history[i], before += history[i - season];
  }
  return before > 0 ? std::clamp(last / before, 0.5, 2.0) : 1;
}

double middle_of(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : values[half - 1] + (values[half] - values[half - 1]) / 2;
}

std::vector<double> constant_forecast(double value, int horizon) {
  return std::vector<double>(static_cast<size_t>(std::max(horizon, 0)), value);
}

}  // namespace

std::vector<double> naive_forecast(std::span<const double> history, int horizon, int /*season*/) {
  return constant_forecast(last_observed(history), horizon);
}

std::vector<double> seasonal_naive_forecast(std::span<const double> history, int horizon, int season) {
  std::vector<double> out = naive_forecast(history, horizon, season);
  if (season < 2 || !has_seasons(history, season, 1)) return out;
  for (int h = 0; h < horizon; ++h) {
    const SamePosition same = same_position(history, h, season);
    if (same.back > 0) out[static_cast<size_t>(h)] = same.value;
  }
  return out;
}

std::vector<double> drift_forecast(std::span<const double> history, int horizon, int season) {
  std::vector<double> out = naive_forecast(history, horizon, season);
  const std::span<const double> h = from_first_observed(history);
  if (h.size() < 2) return out;
  size_t last = h.size() - 1;
  while (!observed(h[last])) --last;
  const double slope = last > 0 ? (h[last] - h[0]) / static_cast<double>(last) : 0;
  for (size_t k = 0; k < out.size(); ++k) out[k] += slope * static_cast<double>(h.size() - last + k);
  return out;
}

std::vector<double> zero_forecast(std::span<const double> history, int horizon, int) {
  return std::vector<double>(static_cast<size_t>(horizon), from_first_observed(history).empty() ? kMissing : 0.0);
}

std::vector<double> mean_forecast(std::span<const double> history, int horizon, int /*season*/) {
  return constant_forecast(mean_observed(history), horizon);
}

std::vector<double> window_mean_forecast(std::span<const double> history, int horizon, int season) {
  const size_t width = std::min(history.size(), 4 * static_cast<size_t>(std::max(season, 1)));
  const double mean = mean_observed(history.last(width));
  return constant_forecast(observed(mean) ? mean : last_observed(history), horizon);
}

std::vector<double> growth_forecast(std::span<const double> history, int horizon, int season) {
  std::vector<double> out = seasonal_naive_forecast(history, horizon, season);
  if (season < 2 || !has_seasons(history, season, 2) || !all_positive(history)) return out;
  const double growth = growth_of(history, static_cast<size_t>(season));
  for (int h = 0; h < horizon; ++h) {
    const SamePosition same = same_position(history, h, season);
    if (same.back == 0) continue;
    const double grown = same.value * std::pow(growth, static_cast<double>(same.back));
    out[static_cast<size_t>(h)] = std::isfinite(grown) ? grown : same.value;
  }
  return out;
}

std::vector<double> season_median_forecast(std::span<const double> history, int horizon, int season) {
  std::vector<double> out = seasonal_naive_forecast(history, horizon, season);
  if (season < 2 || !has_seasons(history, season, 1)) return out;
  std::vector<double> same;
  for (int h = 0; h < horizon; ++h) {
    same.clear();
    const int64_t step = static_cast<int64_t>(history.size()) + h, nearest = h / season + 1;
    for (int64_t back = nearest; back < nearest + 4 && step - back * season >= 0; ++back) {
      const double y = history[static_cast<size_t>(step - back * season)];
      if (observed(y)) same.push_back(y);
    }
    if (!same.empty()) out[static_cast<size_t>(h)] = middle_of(same);
  }
  return out;
}

}  // namespace rnn::core
