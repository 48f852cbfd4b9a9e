// Why: sampled futures are spread at every step as the bands say, and go from step to step as past errors did.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "series/observed.h"
#include "tasks/forecast/stream/forecast_ensemble.h"
#include "tasks/forecast/stream/sample_paths.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

using Paths = std::vector<std::vector<double>>;

double correlation(const Paths& paths, size_t i, size_t j) {
  const auto n = static_cast<double>(paths.size());
  double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (const auto& p : paths) a += p[i] / n, b += p[j] / n;
  for (const auto& p : paths) aa += (p[i] - a) * (p[i] - a), bb += (p[j] - b) * (p[j] - b), ab += (p[i] - a) * (p[j] - b);
  return ab / std::sqrt(aa * bb);
}

// y is a random walk, or white noise around 20.
std::string noise_series(bool walk, int steps = 400) {
  std::string text = "y\n";
  Random random(11, Purpose::test);
  double level = 100;
  for (int t = 0; t < steps; ++t) {
    const double e = random.normal();
    level += e;
    text += std::to_string(walk ? level : 20 + e) + "\n";
  }
  return text;
}

// Fitted, calibrated and ranked as a run does it, with a network that has no share.
struct ReadySeries {
  TinySeries t;
  ReadyPair pair;
  explicit ReadySeries(const std::string& text, ForecastHead head = ForecastHead::quantiles)
      : t(fitted(text, head)), pair(t, ForecastNetwork::segments, head) {
    const auto between = [&](const std::vector<int64_t>& first, const std::vector<int64_t>& last) {
      return windows_between(*t.bank, first, last, t.options.horizon, 1, 1000);
    };
    const std::vector<Window> windows = between(t.split.valid, t.split.calibration),
                              more = between(t.split.train, t.split.valid);
    t.front.calibration = calibrate(pair.forecaster, t.front, *t.bank, windows, more);
    t.front.errors = rank_past_errors(pair.forecaster, t.front, *t.bank, windows, more);
  }
  static TinySeries fitted(const std::string& text, ForecastHead head) {
    SeriesOptions options = tiny_options();
    options.season = 1, options.valid_steps = options.calibration_steps = 80;
    if (head == ForecastHead::negative_binomial) options.head = "negative-binomial";
    TinySeries t = fit_series(text, options);
    t.front.share = head == ForecastHead::negative_binomial ? 1 : 0;
    return t;
  }
  Forecast next(std::span<const double> levels) {
    const Window w{0, t.bank->length(0)};
    return pair.forecaster.forecast(*t.bank, {&w, 1}, levels)[0];
  }
  Paths paths(int count, uint64_t seed = 1, std::string_view name = "a") {
    const ErrorRanks* ranks = &t.front.errors;
    return sample_paths(next(path_levels()), {&ranks, 1}, {count, seed, name, t.front.counts});
  }
};

TEST(ForecastPaths, RanksCountSmallerErrors) {
  Random random(5, Purpose::test);
  std::vector<std::vector<double>> errors(40, std::vector<double>(7));
  for (auto& window : errors)
    for (double& e : window) e = random.normal();
  const ErrorRanks ranks = rank_errors(errors);
  ASSERT_EQ(ranks.windows.size(), errors.size());
  for (size_t w = 0; w < errors.size(); ++w)
    for (size_t h = 0; h < 7; ++h) {
      const auto smaller = std::count_if(errors.begin(), errors.end(), [&](const auto& o) { return o[h] < errors[w][h]; });
      EXPECT_EQ(ranks.windows[w][h], smaller);
    }
  EXPECT_TRUE(ranks.fits(7));
  EXPECT_FALSE(ranks.fits(6));
}

TEST(ForecastPaths, WhatIsMissingHasTheErrorOfTheNearestStep) {
  const double gap = kMissing;
  const ErrorRanks ranks = rank_errors({{1, gap, 5}, {gap, gap, gap}, {gap, 2, gap}, {3, 3, 3}});
  ASSERT_EQ(ranks.windows.size(), 3u);  // (1, 1, 5), (2, 2, 2), (3, 3, 3)
  EXPECT_EQ(ranks.windows[0], (std::vector<uint8_t>{0, 0, 2}));
  EXPECT_EQ(ranks.windows[1], (std::vector<uint8_t>{1, 1, 0}));
  EXPECT_EQ(ranks.windows[2], (std::vector<uint8_t>{2, 2, 1}));
}

TEST(ForecastPaths, EqualErrorsHaveNoOrderThatStays) {
  const ErrorRanks ranks = rank_errors(std::vector(100, std::vector<double>(2, 0.0)));
  ASSERT_TRUE(ranks.fits(2));
  Paths as_paths;
  for (const auto& w : ranks.windows) as_paths.emplace_back(w.begin(), w.end());
  EXPECT_LT(std::abs(correlation(as_paths, 0, 1)), 0.3);  // three standard errors of 100
}

TEST(ForecastPaths, RanksSurviveTheFileAndDamageIsRefused) {
  const ErrorRanks ranks = rank_errors({{1, 2}, {2, 1}, {0, 9}});
  ErrorRanks again;
  ASSERT_TRUE(error_ranks_from_json(error_ranks_to_json(ranks), &again));
  EXPECT_EQ(again.windows, ranks.windows);
  EXPECT_TRUE(error_ranks_from_json(nullptr, &again));
  EXPECT_FALSE(again.present());
  EXPECT_FALSE(error_ranks_from_json({{"windows", 4}, {"ranks", "AAAA"}}, &again));
  EXPECT_FALSE(error_ranks_from_json({{"windows", 201}, {"ranks", ""}}, &again));
  ASSERT_TRUE(error_ranks_from_json({{"windows", 3}, {"ranks", "AAAA"}}, &again));
  EXPECT_FALSE(again.fits(1));  // a rank three times
}

TEST(ForecastPaths, EveryStepIsSpreadAsTheBandsSay) {
  ReadySeries ready(noise_series(true));
  ASSERT_TRUE(ready.t.front.errors.fits(6));
  constexpr double kLevels[] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
  const Forecast bands = ready.next(kLevels);
  const Paths paths = ready.paths(2000);
  for (size_t h = 0; h < 6; ++h) {
    const double width = bands.quantile[h * 7 + 6] - bands.quantile[h * 7];
    ASSERT_GT(width, 0);
    std::vector<double> values;
    for (const auto& p : paths) values.push_back(p[h]);
    std::sort(values.begin(), values.end());
    // Windows take turns, so a rank is off by a window's share at most: within 3 % of the band.
    for (size_t k = 0; k < 7; ++k)
      EXPECT_NEAR(values[static_cast<size_t>(kLevels[k] * 2000)], bands.quantile[h * 7 + k], 0.03 * width) << h << ' ' << k;
  }
}

// Errors i and j steps ahead of a walk have the correlation sqrt(i / j).
TEST(ForecastPaths, StepsOfARandomWalkGoTogetherThoseOfNoiseDoNot) {
  const Paths walk = ReadySeries(noise_series(true)).paths(2000);
  for (size_t h = 1; h < 6; ++h) EXPECT_GT(correlation(walk, h - 1, h), 0.5) << h;
  EXPECT_NEAR(correlation(walk, 0, 5), std::sqrt(1.0 / 6), 0.25);
  EXPECT_GT(correlation(walk, 4, 5), correlation(walk, 0, 5));
  const Paths noise = ReadySeries(noise_series(false)).paths(2000);
  for (size_t h = 1; h < 6; ++h) EXPECT_LT(std::abs(correlation(noise, h - 1, h)), 0.3) << h;
}

TEST(ForecastPaths, TheSeedDecides) {
  ReadySeries ready(noise_series(true));
  const Paths ten = ready.paths(10), again = ready.paths(10), more = ready.paths(25);
  EXPECT_EQ(ten, again);
  EXPECT_TRUE(std::equal(ten.begin(), ten.end(), more.begin()));
  EXPECT_NE(ten, ready.paths(10, 2));
  EXPECT_NE(ten, ready.paths(10, 1, "b"));
}

TEST(ForecastPaths, CountsAreWholeAndNeverNegative) {
  std::string text = "y\n";
  Random random(2, Purpose::test);
  for (int t = 0; t < 400; ++t) text += std::to_string(random.below(3) * random.below(2)) + "\n";
  ReadySeries ready(text, ForecastHead::negative_binomial);
  ASSERT_TRUE(ready.t.front.counts);
  int above = 0;
  for (const auto& p : ready.paths(300))
    for (const double v : p) {
      ASSERT_GE(v, 0);
      ASSERT_EQ(v, std::round(v));
      above += v > 0;
    }
  EXPECT_GT(above, 0);
}

TEST(ForecastPaths, NoPathIsBelowTheLeastValue) {
  std::string text = "y\n";
  Random random(2, Purpose::test);
  for (int t = 0; t < 400; ++t) text += std::to_string(std::abs(random.normal())) + "\n";
  ReadySeries ready(text);
  double least = 1;
  for (const auto& p : ready.paths(2000)) least = std::min(least, *std::min_element(p.begin(), p.end()));
  EXPECT_GE(least, 0);
}

TEST(ForecastEnsembles, TheMeanIsTakenLevelByLevel) {
  const Forecast members[] = {{{1, 2}, {0, 2, 1, 3}}, {{3, 6}, {-2, 8, 3, 9}}};
  const double weights[] = {0.75, 0.25};
  const Forecast mean = mean_forecast(members, weights);
  EXPECT_EQ(mean.point, (std::vector<double>{1.5, 3}));
  EXPECT_EQ(mean.quantile, (std::vector<double>{-0.5, 3.5, 1.5, 4.5}));
}

}  // namespace
}  // namespace rnn::core::test
