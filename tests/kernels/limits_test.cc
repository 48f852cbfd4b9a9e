// Why: a measured limit is one only if the loop really does its work: every multiply-add, every number read.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/kernels.h"

namespace rnn::core {
namespace {

TEST(Limits, TheChainsOfMultiplyAddsGoToOne) {
  const Kernels<float>& k = kernels<float>();
  // x = 0.999 x + 0.001 has the fixed point 1, so the sum over all chains and lanes counts them: a divisor of kFmaGroup.
  const float sum = k.fma_loop(kFmaGroup * 20000);
  const double chains = sum / static_cast<double>(k.lanes);
  EXPECT_NEAR(chains, std::round(chains), 1e-2);
  EXPECT_GE(chains, 11.9);  // fewer would not hide the latency
  EXPECT_EQ(kFmaGroup % std::lround(chains), 0);
  // One multiply-add in each chain, which start at 0, 1, 2, ...: 0.999 i + 0.001.
  const auto n = static_cast<double>(std::lround(chains));
  EXPECT_NEAR(k.fma_loop(std::lround(chains)), k.lanes * (0.999 * n * (n - 1) / 2 + 0.001 * n), 1e-2);
}

TEST(Limits, EveryNumberIsReadInEveryRound) {
  const Kernels<float>& k = kernels<float>();
  std::vector<float> data(static_cast<size_t>(2 * kReadGroup));
  const auto n = static_cast<int64_t>(data.size());
  for (float& x : data) {
    x = 3;
    ASSERT_EQ(k.read_loop(data.data(), n, 1), 3) << &x - data.data();
    ASSERT_EQ(k.read_loop(data.data(), n, 2), 0) << "exclusive or: two rounds cancel each other";
    ASSERT_EQ(k.read_loop(data.data(), n, 3), 3);
    x = 0;
  }
}

TEST(Limits, TheReferenceHasNone) {
  EXPECT_EQ(kernels<double>().fma_loop, nullptr);
  EXPECT_EQ(kernels<double>().read_loop, nullptr);
}

}  // namespace
}  // namespace rnn::core
