// Why: classical decomposition and the test for a season, as in the benchmarks of M4.
#include "series/seasonal_indices.h"

#include <algorithm>
#include <cmath>

#include "series/observed.h"

namespace rnn::core {

std::vector<double> moving_average(std::span<const double> history, int season) {
  const size_t n = history.size(), m = static_cast<size_t>(season), half = m / 2;
  std::vector<double> out(n, kMissing);
  for (size_t i = half; i + half < n; ++i) {
    double sum = 0;
    for (size_t k = i - half; k <= i + half; ++k) {
      sum += history[k] * (m % 2 == 0 && (k == i - half || k == i + half) ? 0.5 : 1);
    }
    out[i] = sum / static_cast<double>(m);
  }
  return out;
}

std::vector<double> seasonal_indices(std::span<const double> history, int season, SeasonForm form) {
  const bool multiplicative = form == SeasonForm::multiplicative;
  const size_t m = static_cast<size_t>(std::max(season, 1));
  const std::vector<double> neutral(m, multiplicative ? 1 : 0);
  if (season < 2) return neutral;
  const std::vector<double> trend = moving_average(history, season);
  std::vector<double> sums(m, 0), counts(m, 0);
  for (size_t i = 0; i < history.size(); ++i) {
    const double left = multiplicative ? history[i] / trend[i] : history[i] - trend[i];
    if (observed(left)) sums[i % m] += left, counts[i % m] += 1;
  }
  double mean = 0;
  for (size_t k = 0; k < m; ++k) {
    sums[k] /= counts[k];  // NaN where nothing is left of the position
    mean += sums[k] / static_cast<double>(m);
  }
  for (double& index : sums) {
    index = multiplicative ? index / mean : index - mean;
    if (!std::isfinite(index) || (multiplicative && index <= 0)) return neutral;
  }
  return sums;
}

bool is_seasonal(std::span<const double> history, int season) {
  const size_t n = history.size(), m = static_cast<size_t>(std::max(season, 0));
  if (m < 2 || n < 3 * m) return false;
  const double mean = mean_observed(history);
  double squares = 0, count = 0;
  for (const double y : history) {
    if (observed(y)) squares += (y - mean) * (y - mean), count += 1;
  }
  if (!(squares > 0)) return false;
  double below = 0, r = 0;  // below: the sum of r_i^2 before the lag
  for (size_t lag = 1; lag <= m; ++lag) {
    below += lag > 1 ? r * r : 0;
    double sum = 0;
    for (size_t i = lag; i < n; ++i) {
      const double product = (history[i] - mean) * (history[i - lag] - mean);
      if (observed(product)) sum += product;
    }
    r = sum / squares;
  }
  return std::abs(r) > 1.645 * std::sqrt((1 + 2 * below) / count);
}

}  // namespace rnn::core
