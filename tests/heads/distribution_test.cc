// Why: quantiles, means and samples of what a head has said, by themselves; their values are in golden/forecast.
#include "heads/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.h"

namespace rnn::core {
namespace {

// softplus^-1 of a number: an output that stands for it.
double output_of(double positive) { return std::log(std::expm1(positive)); }

TEST(Distributions, QuantilesNeverCross) {
  const std::vector<double> levels = {0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95};
  const Distribution said("quantiles", levels);
  ASSERT_EQ(said.numbers(), 7);
  EXPECT_FALSE(said.points());
  Random random(7, Purpose::test);
  for (int i = 0; i < 10000; ++i) {
    std::vector<float> o(7);
    const double size = std::pow(10.0, random.uniform(-3, 6));
    for (float& v : o) v = static_cast<float>(random.uniform(-size, size));
    double before = -INFINITY;
    for (double level = 0.01; level < 1; level += 0.035) {
      const double q = said.quantile(o.data(), 0, level);
      ASSERT_GE(q, before) << i << " " << level;
      before = q;
    }
  }
}

// Levels .1 .5 .9, quantiles -1, 2, 3.
TEST(Distributions, QuantilesBetweenLevelsAreInterpolated) {
  const Distribution said("quantiles", {0.1, 0.5, 0.9});
  const std::vector<double> o = {99, 99, 99, output_of(3), 2, output_of(1)};  // of the second step
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.1), -1, 1e-14);
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.5), 2, 1e-14);
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.9), 3, 1e-14);
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.2), -0.25, 1e-14);
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.01), -1, 1e-14);
  EXPECT_NEAR(said.quantile(o.data(), 1, 0.999), 3, 1e-14);
  EXPECT_NEAR(said.mean(o.data(), 1), 0.1 * -1 + 0.4 * 0.5 + 0.4 * 2.5 + 0.1 * 3, 1e-14);
  EXPECT_NEAR(said.sample(o.data(), 1, 0.0), -1, 1e-14);
  EXPECT_NEAR(Distribution("quantiles", {0.5}).quantile(o.data(), 4, 0.2), 2, 1e-14) << "a single level is all there is";
}

TEST(Distributions, PointsHaveNoSpread) {
  for (const char* kind : {"squared", "huber"}) {
    const Distribution said(kind);
    const float o[] = {1, 5};
    EXPECT_TRUE(said.points());
    EXPECT_EQ(said.quantile(o, 1, 0.01), 5);
    EXPECT_EQ(said.mean(o, 0), 1);
    EXPECT_EQ(said.sample(o, 1, 0.7), 5);
  }
}

// Never lower for a higher level, wherever the level is.
TEST(Distributions, QuantilesRiseWithTheLevel) {
  Random random(9, Purpose::test);
  for (const char* kind : {"gaussian", "student-t", "negative-binomial"}) {
    const Distribution said(kind);
    for (int i = 0; i < 25; ++i) {
      std::vector<double> o;
      for (int k = 0; k < said.numbers(); ++k) o.push_back(random.uniform(-5, i < 20 ? 5 : 14));
      const double scale = i % 2 ? 1 : 3000;
      double level = i % 3 == 0 ? 1e-9 : random.uniform(), before = -INFINITY;
      for (int step = 0; step < 40; ++step) {
        const double q = said.quantile(o.data(), 0, level, scale);
        ASSERT_GE(q, before) << kind << " " << i << " " << level;
        before = q;
        level += step % 2 ? 1e-13 : (1 - level) * 0.2;
      }
    }
  }
}

// Samples at equally spaced u have the mean of the distribution: the tails beyond them are worth less than the tolerance.
TEST(Distributions, SamplesHaveTheMean) {
  const struct {
    const char* kind;
    std::vector<double> o;
    double scale, mean, tolerance;
  } cases[] = {{"gaussian", {1.5, 0.3}, 1, 1.5, 1e-6},
               {"student-t", {-2, 0.1, 3}, 1, -2, 1e-6},
               {"negative-binomial", {output_of(4), output_of(0.5)}, 1, 4, 0.02},
               {"negative-binomial", {output_of(0.05), output_of(2)}, 4, 0.2, 0.002},
               {"quantiles", {output_of(3), 2, output_of(1)}, 1, 1.4, 0.001}};
  for (const auto& c : cases) {
    const Distribution said(c.kind, {0.1, 0.5, 0.9});
    constexpr int kSamples = 4000;
    double sum = 0;
    for (int i = 0; i < kSamples; ++i) sum += said.sample(c.o.data(), 0, (i + 0.5) / kSamples, c.scale);
    EXPECT_NEAR(said.mean(c.o.data(), 0, c.scale), c.mean, 1e-12) << c.kind;
    EXPECT_NEAR(sum / kSamples, c.mean, c.tolerance) << c.kind;
  }
}

// As many draws lie below a quantile as its level says: uniform numbers on a grid.
TEST(Distributions, DrawsHaveTheQuantilesOfTheHead) {
  struct Drawn {
    const char* kind;
    std::vector<double> o;
    double scale;
  };
  for (const Drawn& c :
       {Drawn{"gaussian", {1.5, 0.3}, 1}, Drawn{"student-t", {-2, 0.1, -3}, 1}, Drawn{"student-t", {5, 1, 8}, 1},
        Drawn{"student-t", {0, 1, 1e6}, 1}, Drawn{"negative-binomial", {output_of(40), output_of(0.5)}, 4},
        Drawn{"quantiles", {output_of(3), 2, output_of(1)}, 1}}) {
    const Distribution said(c.kind, {0.1, 0.5, 0.9});
    constexpr int kGrid = 400;
    std::vector<double> drawn;
    for (int i = 0; i < kGrid; ++i)
      for (int k = 0; k < kGrid; ++k)
        drawn.push_back(said.draw(c.o.data(), 0, (i + 0.5) / kGrid, (k + 0.5) / kGrid, c.scale));
    for (const double level : {0.01, 0.1, 0.3, 0.5, 0.8, 0.99}) {
      const double q = said.quantile(c.o.data(), 0, level, c.scale);
      const auto below = std::count_if(drawn.begin(), drawn.end(), [&](double d) { return d < q; });
      const auto up_to = std::count_if(drawn.begin(), drawn.end(), [&](double d) { return d <= q; });
      EXPECT_LE(static_cast<double>(below) / (kGrid * kGrid), level + 0.005) << c.kind << " " << level;
      EXPECT_GE(static_cast<double>(up_to) / (kGrid * kGrid), level - 0.005) << c.kind << " " << level;
    }
  }
}

TEST(Distributions, TheEndsOfTheUnitIntervalAreFinite) {
  for (const char* kind : {"gaussian", "student-t", "negative-binomial"}) {
    const Distribution said(kind);
    const float o[] = {0.5f, 0.5f, 0.5f};
    EXPECT_TRUE(std::isfinite(said.sample(o, 0, 0.0))) << kind;
    EXPECT_TRUE(std::isfinite(said.sample(o, 0, 1 - 1e-17))) << kind;
  }
}

}  // namespace
}  // namespace rnn::core
