// Why: the Theta method, the strongest simple forecast of the M3 and M4 competitions.
#include <algorithm>
#include <cmath>

#include "series/observed.h"
#include "series/seasonal_indices.h"
#include "series/smoothing.h"

namespace rnn::core {
namespace {

// Least squares over the observed values; x counts from 0.
struct Line {
  double at_zero = 0, slope = 0;
  double at(double x) const { return at_zero + slope * x; }
};
Line line_through(std::span<const double> values) {
  double n = 0, x_mean = 0, y_mean = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (observed(values[i])) n += 1, x_mean += static_cast<double>(i), y_mean += values[i];
  }
  x_mean /= n, y_mean /= n;
  double xx = 0, xy = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!observed(values[i])) continue;
    const double x = static_cast<double>(i) - x_mean;
    xx += x * x, xy += x * (values[i] - y_mean);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {y_mean - slope * x_mean, slope};
}

}  // namespace

std::vector<double> theta_forecast(std::span<const double> history, int horizon, int season) {
  const std::span<const double> h = from_first_observed(history);
  std::vector<double> out(static_cast<size_t>(std::max(horizon, 0)), kMissing);
  if (h.empty()) return out;
  const bool multiplicative = all_positive(h), below_zero = std::any_of(h.begin(), h.end(), [](double y) { return y < 0; });
  const int m = is_seasonal(h, season) ? season : 1;
  const std::vector<double> indices =
      seasonal_indices(h, m, multiplicative ? SeasonForm::multiplicative : SeasonForm::additive);
  std::vector<double> values(h.begin(), h.end());
  for (size_t i = 0; i < values.size(); ++i) {
    const double index = indices[i % indices.size()];
    values[i] = multiplicative ? values[i] / index : values[i] - index;
  }
  const Line line = line_through(values);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 2 * values[i] - line.at(static_cast<double>(i));
  const double level = fit_smoothing(values).level;
  for (size_t k = 0; k < out.size(); ++k) {
    const size_t step = h.size() + k;
    const double index = indices[step % indices.size()];
    double y = (line.at(static_cast<double>(step)) + level) / 2;
    if (!below_zero && multiplicative) y = std::max(y, 0.0);
    y = multiplicative ? y * index : y + index;
    out[k] = below_zero ? y : std::max(y, 0.0);
  }
  return out;
}

}  // namespace rnn::core
