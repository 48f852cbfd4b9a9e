// Why: the forecasts that repeat, average or extend what was observed; a model that does not beat them is not worth its training.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// What holds for every method of this room. history: equally spaced values, oldest first, NaN where missing. horizon: how many steps are
// forecast after the last one. season: steps of a season; below 2 there is none. The result has `horizon` values, NaN only if the history
// has no value at all.

// The last observed value.
std::vector<double> naive_forecast(std::span<const double> history, int horizon, int season);
// The latest observed value at the same position of the season; the last observed value where there is none, and naive where the history
// is shorter than a season (from the first observed value on; the same for the others).
std::vector<double> seasonal_naive_forecast(std::span<const double> history, int horizon, int season);
// The straight line through the first and the last observed value, y_n + h (y_n - y_1) / (n - 1).
std::vector<double> drift_forecast(std::span<const double> history, int horizon, int season);
// 0 at every step: of counts that are mostly zero it has the best absolute error, and is of no use.
std::vector<double> zero_forecast(std::span<const double> history, int horizon, int season);
// The mean of all observed values.
std::vector<double> mean_forecast(std::span<const double> history, int horizon, int season);
// The mean of what was observed in the last four seasons (28 days of daily values; 4 values where there is no season).
std::vector<double> window_mean_forecast(std::span<const double> history, int horizon, int season);
// Last season times its growth: the latest observed value at the position, k seasons back, times growth^k. Growth: the sum of the last
// season divided by that of the one before it, over the positions observed in both, in [1/2, 2]. As seasonal naive where there are less than
// two seasons, or a value is 0 or less: the growth of counts with zeros is noise, and its powers are large.
std::vector<double> growth_forecast(std::span<const double> history, int horizon, int season);
// The median of the values observed at the same position in the last four seasons; as seasonal naive where there is none.
std::vector<double> season_median_forecast(std::span<const double> history, int horizon, int season);

}  // namespace rnn::core
