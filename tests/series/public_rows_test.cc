// Why: figures of the rows beside a forecast on public series, computed before by NumPy from their definitions, are met.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "public_series.h"
#include "series/autoregression.h"
#include "series/holt_winters.h"
#include "series/methods.h"
#include "series/scores.h"
#include "series/smoothing.h"

namespace rnn::core {
namespace {

using Values = std::vector<double>;
using Forecast = std::function<Values(std::span<const double>)>;

// Mean absolute error over windows of `horizon` values at the origins first, first + stride, ...; as long as whole windows are left.
double mean_error(const Values& y, size_t first, size_t stride, size_t horizon, const Forecast& forecast) {
  ScoreSums sums({.horizon = static_cast<int>(horizon), .quantiles = {}, .bands = {}});
  for (size_t at = first; at + horizon <= y.size(); at += stride) {
    const Values point = forecast(std::span(y).first(at));
    sums.add({0, {}, std::span(y).subspan(at, horizon), point, {}});
  }
  return *sums.pooled().mae;
}

Forecast method(const char* name, int horizon, int season) {
  return
      [=, m = find_forecast_method(name)](std::span<const double> history) { return m->forecast(history, horizon, season); };
}

// Two windows of twelve months after the first 120; what is fitted is fitted once.
TEST(PublicRows, Airline) {
  RNN_NEED_DATA();
  const Values y = test::plain_column("classic-univariate/airline-passengers.csv", 1);
  ASSERT_EQ(y.size(), 144U);
  const auto error = [&](const Forecast& f) { return mean_error(y, 120, 12, 12, f); };
  EXPECT_NEAR(error(method("seasonal-naive", 12, 12)), 47.583, 0.001);
  EXPECT_NEAR(error(method("seasonal-growth", 12, 12)), 23.876, 0.001);
  const HoltWinters w = fit_holt_winters(std::span(y).first(120), 12, SeasonForm::multiplicative);
  // A grid and a search by coordinates in NumPy, from R's start: 16.380.
  EXPECT_NEAR(error([&](std::span<const double> history) { return holt_winters_forecast(w, history, 12); }), 16.38, 0.02);
  const Autoregression ar = fit_autoregression(std::span(y).first(120), 24);
  EXPECT_NEAR(error([&](std::span<const double> history) { return iterated_forecast(ar, history, 12); }), 12.545, 0.001);
}

// Fourteen day-ahead forecasts of 48 half-hours; a season is a week.
TEST(PublicRows, Taylor) {
  RNN_NEED_DATA();
  const Values y = test::plain_column("darts/taylor.csv", 0);
  ASSERT_EQ(y.size(), 4032U);
  EXPECT_NEAR(mean_error(y, y.size() - 14 * 48, 48, 48, method("seasonal-naive", 48, 336)), 513.878, 0.001);
}

// Twelve months from every origin in the last fifth.
TEST(PublicRows, Sunspots) {
  RNN_NEED_DATA();
  const Values y = test::plain_column("classic-univariate/monthly-sunspots.csv", 1);
  ASSERT_EQ(y.size(), 2820U);
  const size_t cut = y.size() * 4 / 5;
  const auto error = [&](const Forecast& f) { return mean_error(y, cut, 1, 12, f); };
  EXPECT_NEAR(error(method("naive", 12, 1)), 23.927, 0.001);
  const std::span<const double> training = std::span(y).first(cut);
  const Autoregression iterated = fit_autoregression(training, 36);
  EXPECT_NEAR(error([&](std::span<const double> history) { return iterated_forecast(iterated, history, 12); }), 18.901,
              0.001);
  const std::vector<Autoregression> direct = fit_direct_autoregression(training, 132, 12);
  EXPECT_NEAR(error([&](std::span<const double> history) { return direct_forecast(direct, history); }), 18.200, 0.001);
}

// Day-ahead prices of four markets: fourteen days, each as the day before.
TEST(PublicRows, ElectricityPrices) {
  RNN_NEED_DATA();
  const double expected[] = {9.889, 16.294, 7.702, 5.021};  // BE, DE, FR, NP
  const auto markets = test::long_table("nixtla/electricity-short-with-ex-vars.csv", 2);
  ASSERT_EQ(markets.size(), 4U);
  for (size_t i = 0; i < 4; ++i) {
    const Values& y = markets[i].second;
    EXPECT_NEAR(mean_error(y, y.size() - 14 * 24, 24, 24, method("seasonal-naive", 24, 24)), expected[i], 0.001)
        << markets[i].first;
  }
}

// Eight times 28 days; the scale is that of the days before the origin, from the first sale on.
TEST(PublicRows, SalesOfM5) {
  RNN_NEED_DATA();
  const auto items = test::long_table("nixtla/m5_sales_exog_small.csv", 2);
  ASSERT_EQ(items.size(), 8U);
  const auto rmsse = [&](const Forecast& f) {
    ScoreSums sums({.horizon = 28, .quantiles = {}, .bands = {}});
    for (size_t i = 0; i < items.size(); ++i) {
      const Values& y = items[i].second;
      for (size_t at = y.size() - 8 * 28; at < y.size(); at += 28) {
        const std::span<const double> history = std::span(y).first(at);
        const auto sold = std::find_if(history.begin(), history.end(), [](double x) { return x > 0; });
        const Values point = f(history.subspan(static_cast<size_t>(sold - history.begin())));
        sums.add({static_cast<int64_t>(i), error_scale(history, 7), std::span(y).subspan(at, 28), point, {}});
      }
    }
    return *sums.pooled().rmsse;
  };
  EXPECT_NEAR(rmsse(method("window-mean", 28, 7)), 0.7461, 0.0001);
  EXPECT_NEAR(rmsse([](auto) { return Values(28, 0.0); }), 0.8729, 0.0001);
  EXPECT_NEAR(rmsse([](auto history) { return Values(28, smooth(history, 0.05).level); }), 0.7533, 0.0001);
  EXPECT_NEAR(rmsse(method("ses", 28, 7)), 0.768, 0.001) << "alpha by least squares: worse than .05 for every item";
  EXPECT_LT(rmsse(method("tsb", 28, 7)), 0.873) << "better than no sales";
}

}  // namespace
}  // namespace rnn::core
