// Why: simple exponential smoothing, alone and inside Theta.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// level += alpha (y - level). A missing value leaves the level as it is. All NaN where the history has no value.
struct SimpleSmoothing {
  double alpha = 0;
  double start = 0;          // the level before the first value
  double level = 0;          // after the last value: the forecast of every step
  double squared_error = 0;  // sum over the one-step forecasts of the history
};
// With the start that has the least squared error: errors are linear in it.
SimpleSmoothing smooth(std::span<const double> history, double alpha);
// With the alpha in [0.0001, 0.9999] that has the least: the best of a grid, made exact by golden sections.
SimpleSmoothing fit_smoothing(std::span<const double> history);

std::vector<double> ses_forecast(std::span<const double> history, int horizon, int season);

// The Theta method as the M4 competition ran it (Assimakopoulos and Nikolopoulos 2000): half of the least-squares line and half of SES of
// 2 y - line, not below 0, on the values divided by multiplicative seasonal indices where is_seasonal(). That is for series of positive
// values; ours, for the others: additive indices if a value is 0 or less, and forecasts below 0 if a value is below 0.
// Missing values: the line and the indices leave them out, SES carries its level.
std::vector<double> theta_forecast(std::span<const double> history, int horizon, int season);

}  // namespace rnn::core
