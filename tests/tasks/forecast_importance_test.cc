// Why: a column that decides the values is found, one that does not is worth nothing.
#include "tasks/forecast/importance.h"

#include <gtest/gtest.h>

#include "tasks/forecast/backtest.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

// y is 20 and, on the days of a promotion, 10 more; the dice mean nothing; both are known ahead. Two series, on different days.
std::string promotions() {
  std::string text = "id,step,y,dice,promo\n";
  Random random(4, Purpose::test);
  for (const char* id : {"a", "b"}) {
    for (int t = 0; t < 306; ++t) {
      const double promo = random.below(2), noise = random.normal();
      text += std::string(id) + "," + std::to_string(t) + "," + (t < 300 ? std::to_string(20 + 10 * promo + noise) : "") +
              "," + std::to_string(random.below(6)) + "," + std::to_string(promo) + "\n";
    }
  }
  return text;
}

struct Importance {
  TinySeries t = fitted();
  ReadyPair pair{t, ForecastNetwork::segments, ForecastHead::quantiles};
  std::vector<Window> windows = all_windows(t);
  double mae = 0;

  static TinySeries fitted() {
    SeriesOptions options = tiny_options();
    options.season = 1;
    TinySeries t = fit_series(promotions(), options);
    t.front.share = 0;
    return t;
  }
  std::vector<CovariateImportance> of(uint64_t seed) {
    windows.erase(windows.begin(), windows.begin() + 200);
    const auto forecast = [&](const SeriesSet& some, std::span<const int64_t> seen, std::span<const Window> which) {
      const SeriesBank bank(t.front, some, seen);
      std::vector<std::vector<double>> points;
      for (const Forecast& f : pair.forecaster.forecast(bank, which, {})) points.push_back(f.point);
      return points;
    };
    ImportanceOptions how;
    how.seed = seed, how.steps = std::max(12, t.front.linear.models[0].shape().context);
    return covariate_importance(forecast, t.front, t.set, windows, 6, how, &mae);
  }
};

TEST(ForecastImportance, WhatDecidesIsFirstWhatIsNoiseIsNothing) {
  Importance i;
  const std::vector<CovariateImportance> found = i.of(1);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "promo");
  EXPECT_EQ(found[0].use, Covariate::Use::known);
  // Half of the days have another promotion then, each of which is wrong by 10; and at most so does the last day that a forecast starts
  // from: the mean of |d - e| is 0.75 where d and e are -1, 0, 0, 1 with the same probability.
  EXPECT_GT(found[0].increase, 5 - i.mae);
  EXPECT_LT(found[0].increase, 7.5);
  EXPECT_LT(std::abs(found[1].increase), 0.1);
}

TEST(ForecastImportance, ForecastsAsTheyAreHaveTheErrorOfTheBacktest) {
  Importance i;
  i.of(1);
  BacktestOptions how;
  how.rows = false;
  const Backtest found = backtest(i.pair.forecaster, i.t.front, *i.t.bank, i.t.set, i.windows, how);
  ASSERT_TRUE(found.rows[0].scores.mae);
  EXPECT_NEAR(i.mae, *found.rows[0].scores.mae, 1e-9);
}

TEST(ForecastImportance, TheSeedDecides) {
  const auto figures = [](uint64_t seed) {
    Importance i;
    std::vector<double> values;
    for (const CovariateImportance& c : i.of(seed)) values.push_back(c.increase);
    return values;
  };
  EXPECT_EQ(figures(1), figures(1));
  EXPECT_NE(figures(1), figures(2));
}

}  // namespace
}  // namespace rnn::core::test
