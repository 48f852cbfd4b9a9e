// Why: a figure of a forecast is worth what its definition is; NumPy and worked examples say the same.
#include "series/scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "forecast_golden.h"

namespace rnn::core {
namespace {

using test::numbers;
using Values = std::vector<double>;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

void expect_figures(const ForecastScores& found, const nlohmann::json& expected, const std::string& what) {
  const auto same = [&](const char* key, const std::optional<double>& value) {
    ASSERT_EQ(value.has_value(), expected.contains(key)) << what << " " << key;
    if (value) {
      EXPECT_NEAR(*value, expected[key].get<double>(), 1e-12 * (1 + std::abs(*value))) << what << " " << key;
    }
  };
  same("mase", found.mase), same("rmsse", found.rmsse), same("mae", found.mae), same("rmse", found.rmse);
  same("smape", found.smape), same("bias", found.bias), same("relative_bias", found.relative_bias);
  same("pinball", found.pinball), same("wql", found.wql);
  ASSERT_EQ(found.bands.size(), 2U);
  same("coverage_0.8", found.bands[0].coverage), same("coverage_0.9", found.bands[1].coverage);
  same("msis_0.8", found.bands[0].msis), same("msis_0.9", found.bands[1].msis);
}

TEST(Scores, AreNumPys) {
  const nlohmann::json& golden = test::forecast_golden()["scores"];
  ScoreSums sums({.horizon = 5, .quantiles = numbers(golden["levels"]), .bands = numbers(golden["bands"])});
  for (const auto& w : golden["windows"]) {
    const auto series = w["series"].get<int64_t>();
    const Values y = numbers(w["y"]), point = numbers(w["point"]), quantiles = numbers(w["quantiles"]);
    const ErrorScale scale =
        error_scale(numbers(golden["training"][static_cast<size_t>(series)]), golden["season"].get<int>());
    sums.add({series, scale, y, point, quantiles});
  }
  expect_figures(sums.pooled(), golden["pooled"], "pooled");
  EXPECT_EQ(sums.series(), (std::vector<int64_t>{0, 1, 2}));
  for (int64_t s = 0; s < 3; ++s) {
    expect_figures(sums.of_series(s), golden["per_series"][static_cast<size_t>(s)], "series " + std::to_string(s));
  }
  for (size_t h = 0; h < 5; ++h) expect_figures(sums.per_step()[h], golden["per_step"][h], "step " + std::to_string(h));
  const ForecastScores all = sums.pooled();
  EXPECT_EQ(all.windows, 6);
  EXPECT_EQ(all.series, 3);
  EXPECT_EQ(all.targets, 26) << "four of 30 are missing";
  EXPECT_EQ(all.excluded_from_mase, 1) << "the second series is constant";
  EXPECT_EQ(all.excluded_from_rmsse, 1);
  EXPECT_FALSE(sums.of_series(1).mase);
}

TEST(Scores, WorkedExamples) {
  // Hyndman and Koehler's scale by hand: |3-1|, |4-2|, |9-3| of season 2; squared differences from the 1 on: 1, 1, 1, 25.
  EXPECT_EQ(error_scale(Values{1, 2, 3, 4, 9}, 2).absolute, 10.0 / 3);
  EXPECT_EQ(error_scale(Values{0, 0, 1, 2, 3, 4, 9}, 1).squared, 7);
  EXPECT_EQ(error_scale(Values{1, kNaN, 3, 4}, 1).absolute, 1) << "one pair is observed";
  EXPECT_EQ(error_scale(Values{5}, 1).absolute, 0);
  EXPECT_EQ(error_scale(Values{0, 0}, 1).squared, 0);
  EXPECT_EQ(error_scale(Values(9, 3.0), 3).absolute, 0);

  ScoreSums sums({.horizon = 4, .quantiles = {0.1, 0.5, 0.9}, .bands = {0.8}});
  const Values y = {10, 0, 20, kNaN}, point = {8, 0, 30, 5}, q = {5, 8, 11, 0, 0, 0, 22, 30, 40, 1, 5, 9};
  sums.add({7, {2, 16}, y, point, q});
  const ForecastScores s = sums.pooled();
  EXPECT_EQ(s.targets, 3);
  EXPECT_DOUBLE_EQ(*s.mae, 4);
  EXPECT_DOUBLE_EQ(*s.mase, 2);
  EXPECT_DOUBLE_EQ(*s.rmse, std::sqrt(104.0 / 3));
  EXPECT_DOUBLE_EQ(*s.rmsse, std::sqrt(104.0 / 3 / 16));
  EXPECT_DOUBLE_EQ(*s.smape, (400.0 / 18 + 0 + 2000.0 / 50) / 3) << "0/0 is 0";
  EXPECT_DOUBLE_EQ(*s.bias, 8.0 / 3);
  EXPECT_DOUBLE_EQ(*s.relative_bias, 8.0 / 30);
  EXPECT_NEAR(*s.pinball, (0.5 + 1 + 0.1 + 1.8 + 5 + 2) / 9, 1e-12);
  EXPECT_FALSE(s.wql) << "needs .1 to .9";
  EXPECT_DOUBLE_EQ(s.bands[0].coverage, 2.0 / 3) << "20 lies below 22";
  EXPECT_NEAR(*s.bands[0].msis, (6 + 0 + 18 + 10 * 2) / 3.0 / 2, 1e-12);
  EXPECT_EQ(sums.per_step()[3].targets, 0);
  EXPECT_FALSE(sums.per_step()[3].mae);
  EXPECT_FALSE(sums.of_series(8).mae) << "has no windows";
}

TEST(Scores, OfZeroTargetsAreAbsentNotZero) {
  ScoreSums sums({.horizon = 2, .quantiles = {}, .bands = {}});
  const Values none = {kNaN, kNaN}, zero = {0, 0}, point = {1, 0};
  sums.add({0, {1, 1}, none, point, {}});
  EXPECT_EQ(sums.pooled().windows, 0);
  EXPECT_FALSE(sums.pooled().mase);
  sums.add({0, {1, 1}, zero, point, {}});
  EXPECT_EQ(*sums.pooled().mae, 0.5);
  EXPECT_FALSE(sums.pooled().relative_bias) << "all targets are 0";
  EXPECT_FALSE(sums.pooled().pinball);
  EXPECT_TRUE(sums.pooled().bands.empty());
}

TEST(Scores, ABandNeedsItsQuantiles) {
  try {
    ScoreSums({.horizon = 2, .quantiles = {0.1, 0.9}, .bands = {0.5}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::usage);
    EXPECT_EQ(e.code(), "series/quantiles");
    EXPECT_STREQ(e.what(), "a band of 50% needs the quantiles 0.25 and 0.75");
  }
  ScoreSums sums({.horizon = 2, .quantiles = {0.1, 0.9}, .bands = {}});
  const Values y = {1, 2}, one = {1};
  EXPECT_THROW(sums.add({0, {}, y, one, {}}), Error);
  EXPECT_THROW(sums.add({0, {}, y, y, y}), Error);
}

}  // namespace
}  // namespace rnn::core
