// Why: Holt-Winters by least squares.
#include "series/holt_winters.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "series/nelder_mead.h"
#include "series/observed.h"
#include "series/smoothing.h"

namespace rnn::core {
namespace {

struct SmoothedStates {
  double level, trend, squared_error;
  std::vector<double> indices;  // [season]; that of history[i] is indices[i % season]
};

// Where the recursion begins: the values before gave the first states.
size_t first_smoothed(int season) { return static_cast<size_t>(std::max(season, 2)); }

// squared_error is infinite where a multiplicative level or index is not positive.
SmoothedStates run_through(const HoltWinters& w, std::span<const double> history) {
  SmoothedStates s{w.level, w.trend, 0, w.indices};
  const bool multiplicative = w.form == SeasonForm::multiplicative, seasonal = w.season > 1;
  const size_t m = w.indices.size();
  for (size_t i = first_smoothed(w.season), k = i % m; i < history.size(); ++i, k = k + 1 == m ? 0 : k + 1) {
    double& index = s.indices[k];
    const double before = s.level + s.trend;
    const double forecast = multiplicative ? before * index : before + index;
    const double y = observed(history[i]) ? history[i] : forecast;
    s.squared_error += (y - forecast) * (y - forecast);
    const double level = w.alpha * (multiplicative ? y / index : y - index) + (1 - w.alpha) * before;
    s.trend = w.beta * (level - s.level) + (1 - w.beta) * s.trend;
    s.level = level;
    if (seasonal) index = w.gamma * (multiplicative ? y / level : y - level) + (1 - w.gamma) * index;
    if (multiplicative && !(level > 0 && index > 0)) s.squared_error = std::numeric_limits<double>::infinity();
  }
  return s;
}

// Level and trend at the start of the second season, from the moving average of the first two.
void start_from(std::span<const double> two_seasons, HoltWinters& w) {
  const std::vector<double> trend = moving_average(two_seasons, w.season);
  double n = 0, x_mean = 0, y_mean = 0, xx = 0, xy = 0;
  for (const double y : trend) {
    if (observed(y)) y_mean += y, x_mean += n + 1, n += 1;  // R counts from the first value of the average
  }
  x_mean /= n, y_mean /= n;
  double x = 0;
  for (const double y : trend) {
    if (!observed(y)) continue;
    x += 1;
    xx += (x - x_mean) * (x - x_mean), xy += (x - x_mean) * (y - y_mean);
  }
  w.trend = xx > 0 ? xy / xx : 0;
  w.level = y_mean - w.trend * x_mean;
  if (w.form == SeasonForm::multiplicative && w.level <= 0) w.level = y_mean, w.trend = 0;
}

std::vector<double> fitted_forecast(std::span<const double> history, int horizon, int season, SeasonForm form) {
  const std::span<const double> h = from_first_observed(history);
  const int m = std::max(season, 1);
  if (h.size() < 2 * static_cast<size_t>(m)) return ses_forecast(history, horizon, season);
  if (!all_positive(h)) form = SeasonForm::additive;
  return holt_winters_forecast(fit_holt_winters(h, season, form), h, horizon);
}

}  // namespace

HoltWinters fit_holt_winters(std::span<const double> history, int season, SeasonForm form) {
  HoltWinters w;
  w.season = std::max(season, 1), w.form = form;
  const std::vector<double> filled = interpolated(history);
  if (w.season > 1) {
    const std::span<const double> two = std::span<const double>(filled).first(2 * static_cast<size_t>(w.season));
    w.indices = seasonal_indices(two, w.season, form);
    start_from(two, w);
  } else {
    w.indices = {form == SeasonForm::multiplicative ? 1.0 : 0.0};
    w.level = filled[1], w.trend = filled[1] - filled[0];
  }
  const std::vector<double> starts[] = {{0.3, 0.1, 0.1}, {0.1, 0.01, 0.3}, {0.6, 0.05, 0.6}};
  const std::vector<double> best = nelder_mead(
      [&](std::span<const double> p) {
        w.alpha = p[0], w.beta = p[1], w.gamma = p[2];
        return run_through(w, history).squared_error;
      },
      starts);
  w.alpha = best[0], w.beta = best[1], w.gamma = best[2];
  return w;
}

std::vector<double> holt_winters_forecast(const HoltWinters& fitted, std::span<const double> history, int horizon) {
  const SmoothedStates s = run_through(fitted, history);
  std::vector<double> out(static_cast<size_t>(std::max(horizon, 0)));
  for (size_t k = 0; k < out.size(); ++k) {
    const double trend = s.level + static_cast<double>(k + 1) * s.trend;
    const double index = s.indices[(history.size() + k) % s.indices.size()];
    out[k] = fitted.form == SeasonForm::multiplicative ? std::max(trend * index, 0.0) : trend + index;
  }
  return out;
}

std::vector<double> holt_winters_additive_forecast(std::span<const double> history, int horizon, int season) {
  return fitted_forecast(history, horizon, season, SeasonForm::additive);
}

std::vector<double> holt_winters_multiplicative_forecast(std::span<const double> history, int horizon, int season) {
  return fitted_forecast(history, horizon, season, SeasonForm::multiplicative);
}

}  // namespace rnn::core
