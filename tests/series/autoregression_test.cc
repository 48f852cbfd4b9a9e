// Why: a regression on the last values must recover a process that is one, and stand missing, constant and short histories.
#include "series/autoregression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

using Values = std::vector<double>;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

// y_t = 3 + 0.6 y_{t-1} - 0.3 y_{t-2}, pushed every eleventh step by what a gap hides.
Values process(int n) {
  Values y = {1, 5};
  for (int t = 2; t < n; ++t) y.push_back(t % 11 == 0 ? 4.0 + t % 5 : 3 + 0.6 * y[t - 1] - 0.3 * y[t - 2]);
  return y;
}

TEST(Autoregression, RecoversTheProcess) {
  Values y = {1, 5};
  for (int t = 2; t < 20; ++t) y.push_back(3 + 0.6 * y[t - 1] - 0.3 * y[t - 2]);
  const Autoregression a = fit_autoregression(y, 2);
  EXPECT_NEAR(a.weights[0], 0.6, 1e-6);
  EXPECT_NEAR(a.weights[1], -0.3, 1e-6);
  EXPECT_NEAR(a.constant, 3, 1e-5);
  const Values f = iterated_forecast(a, Values{1, 5}, 3);
  for (size_t h = 0; h < 3; ++h) EXPECT_NEAR(f[h], y[2 + h], 1e-5);
  const auto direct = fit_direct_autoregression(y, 2, 3);
  const Values d = direct_forecast(direct, Values{1, 5});
  for (size_t h = 0; h < 3; ++h) EXPECT_NEAR(d[h], y[2 + h], 1e-5);
}

TEST(Autoregression, LeavesOutWindowsWithMissingValues) {
  Values y = process(300);
  for (size_t t = 11; t < y.size(); t += 11) y[t] = kNaN;  // every window that the equation does not hold for has one
  const Autoregression a = fit_autoregression(y, 2);
  EXPECT_NEAR(a.weights[0], 0.6, 1e-6);
  EXPECT_NEAR(a.weights[1], -0.3, 1e-6);
  const Values f = iterated_forecast(a, Values{2, kNaN}, 1), same = iterated_forecast(a, Values{2, 2}, 1);
  EXPECT_EQ(f, same) << "a missing value is read as the one before";
  EXPECT_EQ(iterated_forecast(a, Values{kNaN, 2}, 1), same) << "or after";
  EXPECT_EQ(iterated_forecast(a, Values{2}, 1), same);
}

TEST(Autoregression, OfLittleIsTheMean) {
  for (const Values& y : {Values{5}, Values{4, 6}, Values(30, 5.0), Values{5, kNaN, 5, kNaN, 5}}) {
    EXPECT_EQ(iterated_forecast(fit_autoregression(y, 3), y, 2), (Values{5, 5}));
  }
  EXPECT_TRUE(std::isnan(iterated_forecast(fit_autoregression(Values{kNaN}, 3), Values{kNaN}, 1)[0]));
  EXPECT_TRUE(std::isfinite(iterated_forecast(fit_autoregression(Values{1, 3, 2, 5, 4, 4, 6}, 5), Values{1, 2}, 1)[0]));
  EXPECT_TRUE(direct_forecast({}, Values{1}).empty());
}

}  // namespace
}  // namespace rnn::core
