// Why: a linear function of the last p values is the row that many networks do not beat.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// y_t = constant + sum over k of weights[k] y_{t-1-k}, by least squares.
struct Autoregression {
  double constant = 0;
  std::vector<double> weights;  // [order] the latest value first
};

// One function per step of the horizon, each fitted to that step: direct[h] forecasts h + 1 steps ahead. Windows with a missing value in what
// they read or forecast are left out. All weights are 0 and the constant is the mean where no window is left or nothing varies; with fewer
// windows than weights the shortest of the solutions is approached (the diagonal is 1 + 1e-10 of itself).
std::vector<Autoregression> fit_direct_autoregression(std::span<const double> history, int order, int horizon);
Autoregression fit_autoregression(std::span<const double> history, int order);  // one step ahead

// The last values of `history` are read, missing ones (and those before the first) as the last observed before them, else the first observed
// after. Of a history without any value all is NaN.
std::vector<double> iterated_forecast(const Autoregression& fitted, std::span<const double> history, int horizon);
// A method of methods.h: iterated, of the order of two seasons (36 without a season), at most a quarter of the history; naive below 8 values.
// Forecasts stay within the range of the history and once its width beyond, for an explosive one would leave any scale.
std::vector<double> autoregression_forecast(std::span<const double> history, int horizon, int season);
std::vector<double> direct_forecast(std::span<const Autoregression> fitted, std::span<const double> history);

}  // namespace rnn::core
