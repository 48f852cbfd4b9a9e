// Why: calibrated bands must cover what they promise, with the few windows there are.
#include "series/conformal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"

namespace rnn::core {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Conformal, TheQuantileIsOfTheFiniteSample) {
  // ceil((n + 1) level) by hand: n = 9, .9 -> the 9th of 9; n = 8, .9 -> the 9th of 8.
  EXPECT_EQ(conformal_quantile({9, 1, 8, 2, 7, 3, 6, 4, 5}, 0.9), 9);
  EXPECT_EQ(conformal_quantile({8, 1, 7, 2, 6, 3, 5, 4}, 0.9), std::numeric_limits<double>::infinity());
  EXPECT_EQ(conformal_quantile({9, 1, 8, 2, 7, 3, 6, 4, 5}, 0.8), 8);
  EXPECT_EQ(conformal_quantile({9, 1, 8, 2, 7, 3, 6, 4, 5}, 0.5), 5);
  EXPECT_EQ(conformal_quantile({4, 2}, 0.01), 2);
  EXPECT_EQ(conformal_quantile({}, 0.5), std::numeric_limits<double>::infinity());
  for (const auto& [level, n] : {std::pair{0.9, 9}, {0.8, 4}, {0.5, 1}, {0.95, 19}, {0.99, 99}})
    EXPECT_EQ(fewest_scores(level), n);
  EXPECT_EQ(band_score(5, 1, 4), 1);
  EXPECT_EQ(band_score(0, 1, 4), 1);
  EXPECT_EQ(band_score(2, 1, 4), -1);
  EXPECT_EQ(width_score(7, 4, 2), 1.5);
  EXPECT_EQ(width_score(4, 4, 0), 0);
  EXPECT_GT(width_score(5, 4, 0), 1e10);
}

TEST(Conformal, StepsWithFewScoresAskTheirNeighbours) {
  ConformalScores scores(4);
  for (int i = 1; i <= 9; ++i) scores.add(0, i);
  scores.add(1, 100), scores.add(1, kNaN), scores.add(2, 50);
  EXPECT_EQ(scores.count(1), 1);
  const std::vector<double> levels = {0.5, 0.9}, high = {0.99};
  const std::vector<double> q = scores.quantiles(levels)[1], narrow = scores.quantiles(levels)[0];
  EXPECT_EQ(q[0], 9) << "has enough of its own";
  for (size_t h = 1; h < 4; ++h) EXPECT_EQ(q[h], 100) << "steps until 0 have 11 scores: the ceil(12 x .9)-th";
  EXPECT_EQ(scores.quantiles(high)[0], std::vector<double>(4, std::numeric_limits<double>::infinity()));
  EXPECT_EQ(narrow, (std::vector<double>{5, 6, 6, 6})) << "of the same scores";
  EXPECT_TRUE(scores.quantiles({}).empty());
}

// Split conformal bands cover level to level + 1 / (n + 1) on average over calibrations, whatever the distribution.
TEST(Conformal, BandsCoverWhatTheyPromise) {
  Random random(3, Purpose::test);
  for (const double level : {0.5, 0.8, 0.9}) {
    double covered = 0, tried = 0;
    for (int round = 0; round < 4000; ++round) {
      ConformalScores scores(1);
      for (int i = 0; i < 20; ++i) scores.add(0, band_score(std::exp(random.normal()), 0.8, 1.2));
      const std::vector<double> one = {level};
      const double margin = scores.quantiles(one)[0][0];
      for (int i = 0; i < 5; ++i, tried += 1)
        covered += band_score(std::exp(random.normal()), 0.8 - margin, 1.2 + margin) <= 0 ? 1 : 0;
    }
    // Four standard deviations: calibration and targets vary by sqrt(level (1 - level) / 20 / 4000) and less.
    const double deviation = std::sqrt(level * (1 - level) * (1.0 / 22 + 1.0 / 5) / 4000);
    EXPECT_GE(covered / tried, level - 4 * deviation);
    EXPECT_LE(covered / tried, level + 1.0 / 21 + 4 * deviation);
  }
}

}  // namespace
}  // namespace rnn::core
