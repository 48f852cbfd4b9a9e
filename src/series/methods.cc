// Why: a line per statistical forecast.
#include "series/methods.h"

#include <algorithm>

#include "base/numbers.h"
#include "series/autoregression.h"
#include "series/holt_winters.h"
#include "series/intermittent.h"
#include "series/naive.h"
#include "series/observed.h"
#include "series/smoothing.h"

namespace rnn::core {
namespace {

constexpr MethodNeeds kAnyHistory{}, kTwoValues{2}, kOneSeason{1, 1, true}, kPositiveSeasons{1, 2, false, true};

constexpr ForecastMethod kMethods[] = {
    {"naive", "naive", naive_forecast, kAnyHistory, "", "the last observed value"},
    {"seasonal-naive", "seasonal naive", seasonal_naive_forecast, kOneSeason, "naive",
     "the latest observed value at the position of the season"},
    {"drift", "drift", drift_forecast, kTwoValues, "naive", "the line from the first to the last observed value"},
    {"zero", "zero", zero_forecast, kAnyHistory, "", "count for nothing"},
    {"mean", "mean", mean_forecast, kAnyHistory, "", "left out"},
    {"window-mean", "mean of the last four seasons", window_mean_forecast, kAnyHistory, "", "left out"},
    {"ses", "simple exponential smoothing", ses_forecast, kAnyHistory, "", "the level is carried"},
    {"theta", "Theta", theta_forecast, kTwoValues, "ses", "left out of line and indices, the level is carried"},
    {"holt-winters",
     "Holt-Winters, additive",
     holt_winters_additive_forecast,
     {2, 2},
     "ses",
     "count as their one-step forecast"},
    {"holt-winters-multiplicative", "Holt-Winters, multiplicative", holt_winters_multiplicative_forecast, kPositiveSeasons,
     "holt-winters", "count as their one-step forecast"},
    {"autoregression", "autoregression", autoregression_forecast, {8}, "naive", "windows with one are left out of the fit"},
    {"tsb", "TSB (intermittent demand)", tsb_forecast, kAnyHistory, "", "change nothing"},
    {"seasonal-growth",
     "last season x growth",
     growth_forecast,
     {1, 2, true, true},
     "seasonal-naive",
     "positions observed in both seasons make the growth"},
    {"season-median", "median of the last four seasons", season_median_forecast, kOneSeason, "naive", "left out"},
};

}  // namespace

std::span<const ForecastMethod> forecast_methods() { return kMethods; }

const ForecastMethod* find_forecast_method(std::string_view name) {
  const auto found = std::find_if(std::begin(kMethods), std::end(kMethods), [&](const auto& m) { return m.name == name; });
  return found == std::end(kMethods) ? nullptr : found;
}

std::string unmet_need(const ForecastMethod& method, std::span<const double> history, int season) {
  const MethodNeeds& needs = method.needs;
  const auto n = static_cast<int64_t>(from_first_observed(history).size());
  if (needs.has_season && season < 2) return "needs a season, there is none";
  if (needs.positive && !all_positive(history)) return "needs values above 0, some are not";
  const std::string there = ", there " + std::string(n == 1 ? "is " : "are ") + counted(n, "value");
  if (n < needs.values) return "needs " + counted(needs.values, "value") + there;
  const int64_t steps = std::max(season, 1);
  if (n >= needs.seasons * steps) return {};
  return steps == 1 ? "needs " + counted(needs.seasons, "value") + there
                    : "needs " + counted(needs.seasons, "season") + " of " + counted(steps, "step") + there;
}

}  // namespace rnn::core
