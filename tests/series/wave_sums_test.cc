// Why: what the calendar says of a series must not depend on its level, its growth or its gaps.
#include "series/wave_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "series/observed.h"

namespace rnn::core {
namespace {

struct Waved {
  std::vector<std::vector<float>> waves;
  std::vector<std::span<const float>> views() const { return {waves.begin(), waves.end()}; }
};

Waved waved(int steps, double period, int first = 0) {
  Waved w;
  w.waves.assign(2, std::vector<float>(static_cast<size_t>(steps)));
  for (int t = 0; t < steps; ++t) {
    const double angle = 2 * std::numbers::pi * (t + first) / period;
    w.waves[0][static_cast<size_t>(t)] = static_cast<float>(std::sin(angle));
    w.waves[1][static_cast<size_t>(t)] = static_cast<float>(std::cos(angle));
  }
  return w;
}

// level + growth t + 2 sin - 0.5 cos, with gaps, over two turns and a bit of two series that begin at other times.
TEST(WaveSums, FindsWeightsBesideLevelsAndGrowth) {
  WaveSums sums(2);
  for (const int s : {0, 1}) {
    const Waved w = waved(130 + 20 * s, 60, 17 * s);
    std::vector<double> y;
    for (size_t t = 0; t < w.waves[0].size(); ++t)
      y.push_back(t % 11 == 3 ? kMissing
                              : 100.0 * s - 0.3 * static_cast<double>(t) * (s + 1) + 2 * static_cast<double>(w.waves[0][t]) -
                                    0.5 * static_cast<double>(w.waves[1][t]));
    sums.add(y, w.views());
  }
  const std::vector<float> found = sums.solve();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(static_cast<double>(found[0]), 2, 1e-5);
  EXPECT_NEAR(static_cast<double>(found[1]), -0.5, 1e-5);
}

// The residuals are orthogonal to every column: the waves, the constant, the line.
TEST(WaveSums, IsTheLeastSquaresSolution) {
  const Waved w = waved(90, 31);
  Random random(5, Purpose::test);
  std::vector<double> y;
  for (int t = 0; t < 90; ++t) y.push_back(t % 13 == 0 ? kMissing : random.uniform(-1, 1) + 0.05 * t);
  WaveSums sums(2);
  sums.add(y, w.views());
  const std::vector<float> found = sums.solve();
  // Constant and line of what the waves leave.
  double n = 0, st = 0, stt = 0, sr = 0, srt = 0;
  std::vector<double> r(90, kMissing);
  for (size_t t = 0; t < 90; ++t) {
    if (std::isnan(y[t])) continue;
    r[t] = y[t] - static_cast<double>(found[0] * w.waves[0][t]) - static_cast<double>(found[1] * w.waves[1][t]);
    const auto x = static_cast<double>(t);
    ++n, st += x, stt += x * x, sr += r[t], srt += r[t] * x;
  }
  const double slope = (n * srt - st * sr) / (n * stt - st * st), level = (sr - slope * st) / n;
  for (size_t k = 0; k < 2; ++k) {
    double product = 0;
    for (size_t t = 0; t < 90; ++t)
      if (!std::isnan(r[t])) product += static_cast<double>(w.waves[k][t]) * (r[t] - level - slope * static_cast<double>(t));
    EXPECT_NEAR(product, 0, 1e-4) << k;  // weights are floats
  }
}

TEST(WaveSums, OfNothingAreZero) {
  WaveSums sums(2);
  EXPECT_EQ(sums.solve(), (std::vector<float>{0, 0}));
  const Waved w = waved(10, 5);
  sums.add(std::vector<double>(10, kMissing), w.views());
  sums.add(std::vector<double>{7.0}, w.views());
  EXPECT_EQ(sums.solve(), (std::vector<float>{0, 0}));
  WaveSums constant(2);  // two waves that are always alike: any weights, but finite ones
  const std::vector<float> ones(10, 1.0f);
  constant.add(std::vector<double>{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, std::vector<std::span<const float>>{ones, ones});
  for (const float weight : constant.solve()) EXPECT_TRUE(std::isfinite(weight));
}

}  // namespace
}  // namespace rnn::core
