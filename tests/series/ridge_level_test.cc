// Why: a regression around a level has sums of its own; they are those of its windows, one after the other.
#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "series/observed.h"
#include "series/ridge.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

std::vector<double> returning(int steps, uint64_t seed) {
  Random random(seed, Purpose::test);
  std::vector<double> y;
  double v = 0;
  for (int t = 0; t < steps; ++t) y.push_back(v = 0.8 * v + random.uniform(-1, 1));
  y[static_cast<size_t>(steps / 2)] = kMissing;
  return y;
}

TEST(RidgeLevel, SolvesTheNormalEquationsOfItsWindows) {
  constexpr int L = 4, H = 3, N = 120;
  constexpr double kLambda = 3;
  const std::vector<double> y = returning(N, 4);
  RidgeSums sums({L, H, 0, true});
  sums.add({y, {}, 1}, 0, N);
  const RidgeModel model = solve_ridge(sums, kLambda);
  EXPECT_EQ(model.kind(), RidgeKind::level);
  EXPECT_EQ(RidgeModel(model).kind(), RidgeKind::level);
  std::vector<double> gradient(L * H, 0.0), errors(H, 0.0);  // of half the squared error and the penalty
  int windows = 0;
  for (int origin = L; origin + H <= N; ++origin) {
    const std::span<const double> whole = std::span(y).subspan(static_cast<size_t>(origin - L), L + H);
    if (std::any_of(whole.begin(), whole.end(), [](double v) { return std::isnan(v); })) continue;
    ++windows;
    std::vector<double> out(H);
    model.predict(whole.first(L), out);
    for (size_t h = 0; h < H; ++h) {
      double sum = 0;
      for (size_t i = 0; i < L; ++i)
        sum += static_cast<double>(model.weights()(static_cast<int>(h), static_cast<int>(i))) * whole[i];
      EXPECT_NEAR(out[h], sum, 1e-12) << "nothing but the weighted values";
      const double error = out[h] - whole[L + h];
      errors[h] += error * error;
      for (size_t i = 0; i < L; ++i) gradient[h * L + i] += error * whole[i];
    }
  }
  EXPECT_EQ(sums.windows(), windows);
  const std::vector<double> said = ridge_errors(sums, model);
  for (size_t h = 0; h < H; ++h) {
    EXPECT_NEAR(said[h], errors[h] / windows, 1e-9);
    for (size_t i = 0; i < L; ++i)  // weights are floats
      EXPECT_NEAR(
          gradient[h * L + i] + kLambda * static_cast<double>(model.weights()(static_cast<int>(h), static_cast<int>(i))), 0,
          2e-4);
  }
}

// Far from its level a series goes back to it; differences do not know of it.
TEST(RidgeLevel, ReturnsToZero) {
  const std::vector<double> y = returning(3000, 9);
  RidgeSums sums({1, 20, 0, true});
  sums.add({y, {}, 1}, 0, 3000);
  const RidgeModel model = solve_ridge(sums, 1);
  std::vector<double> out(20);
  model.predict(std::vector<double>{10.0}, out);
  EXPECT_NEAR(out[0], 8, 0.5);  // 0.8 of it; a fit on 3,000 values
  EXPECT_NEAR(out[19], 0, 1);
  model.predict(std::vector<double>{kMissing}, out);
  EXPECT_TRUE(std::isnan(out[0]));
}

TEST(RidgeLevel, HasNoCovariates) {
  EXPECT_EQ(failure_of([] { RidgeSums sums({4, 2, 1, true}); }).code, "series/ridge_shape");
}

}  // namespace
}  // namespace rnn::core
