// Why: quantiles of samples are those of numpy.quantile(method="hazen"), and are read back without loss.
#include "heads/sample_quantiles.h"

#include <gtest/gtest.h>

#include <vector>

#include "heads/distribution.h"

namespace rnn::core::test {
namespace {

TEST(SampleQuantiles, AreThoseOfNumpy) {
  std::vector<double> samples = {3, 1, 4, 1.5, 9, 2.6};
  std::vector<float> q(kSampleQuantiles);
  sample_quantiles(samples, q.data());
  // numpy.quantile(x, (i + 0.5) / 100, method="hazen")
  const std::pair<int, double> expected[] = {{0, 1}, {10, 1.065}, {25, 1.533}, {50, 2.812}, {77, 4.75}, {99, 9}};
  for (const auto& [i, value] : expected) EXPECT_NEAR(q[static_cast<size_t>(i)], value, 1e-5) << i;
}

TEST(SampleQuantiles, AreReadAtTheirLevelsAndBetween) {
  std::vector<float> q;
  for (int i = 0; i < kSampleQuantiles; ++i) q.push_back(static_cast<float>(i * i));
  const Distribution d(kSampled);
  EXPECT_EQ(d.numbers(), kSampleQuantiles);
  EXPECT_FALSE(d.points());
  EXPECT_NEAR(d.quantile(q.data(), 0, 0.105), 100, 1e-3);
  EXPECT_NEAR(d.quantile(q.data(), 0, 0.11), 110.5, 1e-3);
  EXPECT_EQ(d.quantile(q.data(), 0, 0.001), 0);
  EXPECT_EQ(d.quantile(q.data(), 0, 0.999), 99 * 99);
  EXPECT_NEAR(d.mean(q.data(), 0), 3283.5, 1e-3);  // 99 * 100 * 199 / 6 / 100
}

}  // namespace
}  // namespace rnn::core::test
