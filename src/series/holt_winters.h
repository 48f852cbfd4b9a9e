// Why: level, trend and season smoothed exponentially; on monthly and quarterly series hard to beat.
#pragma once

#include <span>
#include <vector>

#include "series/seasonal_indices.h"

namespace rnn::core {

// Holt 1957, Winters 1960, in the form of R's HoltWinters(): with the season index s of the same position one season ago,
//   level' = alpha (y - s) + (1 - alpha) (level + trend)        multiplicative: y / s
//   trend' = beta (level' - level) + (1 - beta) trend
//   s'     = gamma (y - level') + (1 - gamma) s                 multiplicative: y / level'
// A missing value counts as its own one-step forecast. season below 2: no season (Holt's linear trend).
struct HoltWinters {
  int season = 1;
  SeasonForm form = SeasonForm::additive;
  double alpha = 0, beta = 0, gamma = 0;
  double level = 0,
         trend = 0;  // before the first value that is smoothed: that of the second season, without a season the third
  std::vector<double> indices;  // [season] of the first season
};

// First states: classical indices of the first two seasons, and the least-squares line through their moving average (without a season: the
// second value and its distance from the first). The three parameters have the least sum of squared one-step errors in [0, 1]^3. `history`
// begins with an observed value and has at least two seasons (without a season: two values); multiplicative: all values positive.
HoltWinters fit_holt_winters(std::span<const double> history, int season, SeasonForm form);

// `history` begins with the values that were fitted: more of it updates the states and leaves the parameters. Multiplicative: not below 0.
std::vector<double> holt_winters_forecast(const HoltWinters& fitted, std::span<const double> history, int horizon);

// Fitted to `history`. SES where it is shorter than two seasons; additive in place of multiplicative where a value is 0 or less.
std::vector<double> holt_winters_additive_forecast(std::span<const double> history, int horizon, int season);
std::vector<double> holt_winters_multiplicative_forecast(std::span<const double> history, int horizon, int season);

}  // namespace rnn::core
