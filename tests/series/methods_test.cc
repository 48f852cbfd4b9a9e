// Why: the statistical forecasts stand beside every model's, so they must be what their names say, on every history.
#include "series/methods.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "forecast_golden.h"
#include "series/holt_winters.h"
#include "series/intermittent.h"
#include "series/naive.h"
#include "series/nelder_mead.h"
#include "series/seasonal_indices.h"
#include "series/smoothing.h"

namespace rnn::core {
namespace {

using test::expect_near;
using test::numbers;
using Values = std::vector<double>;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

struct GoldenSeries {
  std::string name;
  Values values;
  const nlohmann::json& expected;
  int season;
};

std::vector<GoldenSeries> golden_series() {
  std::vector<GoldenSeries> out;
  for (const auto& [name, values] : test::forecast_golden()["series"].items()) {
    const auto& expected = test::forecast_golden()["methods"][name];
    out.push_back({name, numbers(values), expected, expected["season"].get<int>()});
  }
  return out;
}

TEST(Methods, RepeatAndAverageByHand) {
  const Values y = {1, 2, 3, 4, kNaN, 8, 6, 10};
  EXPECT_EQ(naive_forecast(y, 2, 4), (Values{10, 10}));
  EXPECT_EQ(naive_forecast({{1, 2, kNaN}}, 2, 1), (Values{2, 2}));
  EXPECT_EQ(seasonal_naive_forecast(y, 6, 4), (Values{1, 8, 6, 10, 1, 8})) << "the missing fifth value: one season before";
  EXPECT_EQ(seasonal_naive_forecast({{kNaN, 5, 7, 8, kNaN}}, 4, 4), (Values{5, 7, 8, 8}))
      << "nothing at the position: the last value";
  EXPECT_EQ(seasonal_naive_forecast({{kNaN, 5, 6, 7}}, 3, 4), (Values{7, 7, 7})) << "less than a season";
  EXPECT_EQ(drift_forecast({{1, 2, 5, 7}}, 2, 1), (Values{9, 11}));
  EXPECT_EQ(drift_forecast({{kNaN, 1, 2, 5, kNaN}}, 2, 1), (Values{9, 11})) << "from 1 to 5 in two steps, then two steps on";
  EXPECT_EQ(mean_forecast(y, 1, 4), (Values{34.0 / 7}));
  EXPECT_EQ(window_mean_forecast({{100, 1, 2, 3, 4, 5, kNaN, 7, 8}}, 1, 2), (Values{30.0 / 7})) << "the last eight";
  EXPECT_EQ(window_mean_forecast({{3, kNaN, kNaN, kNaN, kNaN}}, 1, 1), (Values{3}));
  EXPECT_EQ(growth_forecast({{1, 3, 2, 6}}, 5, 2), (Values{4, 12, 8, 24, 16}));
  EXPECT_EQ(growth_forecast({{1, 3, kNaN, 6}}, 2, 2), (Values{4, 12}))
      << "growth 2 of one position, two seasons for the other";
  EXPECT_EQ(growth_forecast({{1, -3, 2, 6}}, 2, 2), (Values{2, 6})) << "a value below 0: seasonal naive";
  EXPECT_EQ(growth_forecast({{1, 3, 9, 27}}, 4, 2), (Values{18, 54, 36, 108})) << "at most twice";
  EXPECT_EQ(season_median_forecast({{90, 0, 1, 0, 7, 0, kNaN, 0, 3, 1}}, 3, 2), (Values{3, 0, 3}))
      << "1, 7, 3; three seasons";
  EXPECT_EQ(season_median_forecast({{9, 1, 2, 4, 8}}, 1, 1), (Values{8})) << "no season";
}

TEST(Methods, SmoothingIndicesAndThetaAreNumPys) {
  for (const GoldenSeries& s : golden_series()) {
    EXPECT_EQ(is_seasonal(s.values, s.season), s.expected["seasonal"].get<bool>()) << s.name;
    if (s.expected.contains("multiplicative")) {
      expect_near(seasonal_indices(s.values, s.season, SeasonForm::multiplicative), numbers(s.expected["multiplicative"]),
                  1e-12, s.name);
    }
    if (s.expected.contains("additive")) {
      expect_near(seasonal_indices(s.values, s.season, SeasonForm::additive), numbers(s.expected["additive"]), 1e-12,
                  s.name);
    }
    if (!s.expected.contains("ses")) continue;
    const SimpleSmoothing fitted = fit_smoothing(s.values);
    const Values ses = numbers(s.expected["ses"]);  // alpha, level, sum of squares, from grids within grids
    EXPECT_NEAR(fitted.level, ses[1], 2e-4 * (1 + std::abs(ses[1]))) << s.name << ": flat around the minimum";
    EXPECT_NEAR(fitted.squared_error, ses[2], 1e-8 * (1 + ses[2])) << s.name;
    expect_near(theta_forecast(s.values, 18, s.season), numbers(s.expected["theta"]), 2e-4, s.name + " theta");
  }
}

TEST(Methods, HoltWintersIsThatOfR) {
  int cases = 0;
  for (const GoldenSeries& s : golden_series()) {
    if (!s.expected.contains("holt_winters")) continue;
    for (const auto& e : s.expected["holt_winters"]) {
      const SeasonForm form = e["multiplicative"].get<bool>() ? SeasonForm::multiplicative : SeasonForm::additive;
      HoltWinters w = fit_holt_winters(s.values, s.season, form);
      const auto squares = [&] {  // of the one-step forecasts, by forecasting one step from every origin
        double sum = 0;
        for (size_t n = static_cast<size_t>(s.season); n < s.values.size(); ++n) {
          const double error = s.values[n] - holt_winters_forecast(w, std::span(s.values).first(n), 1)[0];
          sum += error * error;
        }
        return sum;
      };
      EXPECT_LE(squares(), e["best_of_grid"].get<double>() * (1 + 1e-12)) << s.name;
      w.alpha = 0.3, w.beta = 0.05, w.gamma = 0.4;
      expect_near(holt_winters_forecast(w, s.values, 15), numbers(e["forecast"]), 1e-10, s.name);
      EXPECT_NEAR(squares(), e["squares"].get<double>(), 1e-9 * e["squares"].get<double>()) << s.name;
      ++cases;
    }
  }
  EXPECT_EQ(cases, 3);
}

TEST(Methods, HoltWintersWithoutASeasonFollowsALine) {
  Values y;
  for (int i = 0; i < 12; ++i) y.push_back(5 + 3 * i);
  expect_near(holt_winters_additive_forecast(y, 3, 1), {41, 44, 47}, 1e-9, "line");
  y[4] = y[9] = kNaN;
  expect_near(holt_winters_additive_forecast(y, 3, 1), {41, 44, 47}, 1e-9, "line with gaps");
}

TEST(Methods, TsbIsNumPys) {
  const Values y = numbers(test::forecast_golden()["series"]["counts"]);
  const Values expected =
      numbers(test::forecast_golden()["methods"]["counts"]["tsb"]);  // forecast, squares; the least of a grid
  const IntermittentDemand d = intermittent_demand(y, 0.2, 0.1);
  EXPECT_NEAR(d.chance * d.size, expected[0], 1e-12);
  EXPECT_NEAR(d.squared_error, expected[1], 1e-9);
  EXPECT_LE(fit_intermittent(y).squared_error, expected[2] * (1 + 1e-12));
}

TEST(Methods, NelderMeadFindsTheMinimumInsideAndOnTheBound) {
  // Rosenbrock's valley, moved so that its minimum is (0.5, 0.25); then one whose minimum is outside.
  const auto valley = [](std::span<const double> p) {
    const double x = 2 * p[0], y = 4 * p[1];
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
  };
  const Values starts[] = {{0.1, 0.9}};
  expect_near(nelder_mead(valley, starts, {.evaluations = 1000}), {0.5, 0.25}, 1e-6, "valley");
  const auto outside = [](std::span<const double> p) { return (p[0] - 2) * (p[0] - 2) + (p[1] - 0.3) * (p[1] - 0.3); };
  expect_near(nelder_mead(outside, starts), {1, 0.3}, 1e-5, "bound");
}

TEST(Methods, EveryHistoryHasAForecast) {
  std::set<std::string_view> names;
  Values gaps;
  for (int i = 0; i < 40; ++i) gaps.push_back(i % 3 == 1 ? kNaN : i % 5);
  Values alternate(21, kNaN);
  for (size_t i = 0; i < alternate.size(); i += 2) alternate[i] = 3;
  const std::vector<Values> histories = {{2.5},
                                         {kNaN, -1, kNaN, kNaN},
                                         Values(1, 0.0),
                                         Values(20, 0.0),
                                         Values(20, 7.5),
                                         {1, 2},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 9},
                                         gaps,
                                         alternate,
                                         {1e300, -1e300, 1e300},
                                         {1e-300, 2e-300, 1e-300, 2e-300, 1e-300, 2e-300}};
  for (const ForecastMethod& m : forecast_methods()) {
    EXPECT_TRUE(names.insert(m.name).second);
    EXPECT_EQ(find_forecast_method(m.name), &m);
    EXPECT_TRUE(m.otherwise.empty() || find_forecast_method(m.otherwise) != nullptr);
    for (const int season : {0, 1, 2, 5, 12}) {
      for (size_t i = 0; i < histories.size(); ++i) {
        const Values f = m.forecast(histories[i], 14, season);
        ASSERT_EQ(f.size(), 14U);
        if (i == 9) continue;  // the range of double: what overflows is not promised
        for (const double y : f) ASSERT_TRUE(std::isfinite(y)) << m.name << " history " << i << " season " << season;
        if ((i == 3 || i == 4) && m.name != "zero") {
          for (const double y : f) ASSERT_NEAR(y, histories[i][0], 1e-9) << m.name << " of a constant, season " << season;
        }
        ASSERT_EQ(f, m.forecast(histories[i], 14, season)) << "the same every time";
      }
      for (const Values& none : {Values{}, Values{kNaN, kNaN}}) {
        for (const double y : m.forecast(none, 3, season)) ASSERT_TRUE(std::isnan(y)) << m.name;
      }
      EXPECT_TRUE(m.forecast(Values{1, 2, 3}, 0, season).empty());
    }
  }
  EXPECT_EQ(names.size(), 14U);
  EXPECT_EQ(find_forecast_method("prophet"), nullptr);
}

TEST(Methods, WithoutWhatTheyNeedTheyAreTheOther) {
  const Values cases[] = {{4, 6, 5}, {4, 6, 0, 7, 5, 9, 8, 3, -2, 4, 6, 5, 9}, {3}};
  int replaced = 0;
  for (const ForecastMethod& m : forecast_methods()) {
    for (const Values& y : cases) {
      for (const int season : {1, 4}) {
        if (unmet_need(m, y, season).empty()) continue;
        EXPECT_EQ(m.forecast(y, 6, season), find_forecast_method(m.otherwise)->forecast(y, 6, season))
            << m.name << ": " << unmet_need(m, y, season);
        ++replaced;
      }
    }
  }
  EXPECT_GT(replaced, 20);
  const ForecastMethod& growth = *find_forecast_method("seasonal-growth");
  EXPECT_EQ(unmet_need(growth, Values(13, 1.0), 12), "needs 2 seasons of 12 steps, there are 13 values");
  EXPECT_EQ(unmet_need(growth, Values(24, 1.0), 12), "");
  EXPECT_EQ(unmet_need(growth, Values(24, 1.0), 0), "needs a season, there is none");
  EXPECT_EQ(unmet_need(*find_forecast_method("holt-winters-multiplicative"), Values(9, 0.0), 4),
            "needs values above 0, some are not");
  EXPECT_EQ(unmet_need(*find_forecast_method("drift"), Values{kNaN, 3}, 0), "needs 2 values, there is 1 value");
}

}  // namespace
}  // namespace rnn::core
