// Why: figures of several labels and of scales are those of scikit-learn on small cases.
#include <gtest/gtest.h>

#include <cmath>

#include "metrics/scale_scores.h"
#include "metrics/several_scores.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;

// sklearn: y_true = [[1,1,0],[0,0,0],[0,0,1],[1,0,0]], y_pred = [[1,0,0],[0,0,0],[0,1,1],[1,0,0]]:
// f1 micro 2*3/(4+4), macro (1 + 0 + 1)/3, accuracy_score 0.5.
TEST(SeveralScores, AreThoseOfScikitLearn) {
  SeveralScores scores({"a", "b", "c", "never"});
  scores.add(Ids{0, 1}, Ids{0});
  scores.add(Ids{}, Ids{});
  scores.add(Ids{2}, Ids{1, 2});
  scores.add(Ids{0}, Ids{0});
  EXPECT_DOUBLE_EQ(scores.micro_f1(), 0.75);
  EXPECT_DOUBLE_EQ(scores.macro_f1(), 2.0 / 3) << "a label that neither occurs nor is given does not count";
  EXPECT_DOUBLE_EQ(scores.all_right(), 0.5);
  EXPECT_EQ(scores.counts(1).wanted, 1);
  EXPECT_EQ(scores.counts(1).given, 1);
  EXPECT_EQ(scores.counts(1).right, 0);
}

TEST(SeveralScores, ALabelThatNobodyCouldGiveIsMissed) {
  SeveralScores scores({"a"});
  scores.add(Ids{0, -1}, Ids{0});
  EXPECT_DOUBLE_EQ(scores.all().recall(), 0.5);
  EXPECT_DOUBLE_EQ(scores.all_right(), 0);
}

TEST(ThresholdCurve, TheBestThresholdIsThatOfAllThereAre) {
  ThresholdCurve curve;
  const std::pair<double, bool> pairs[] = {{0.9, true}, {0.8, false}, {0.8, true}, {0.6, true}, {0.3, false}, {0.2, false}};
  for (const auto& [p, right] : pairs) curve.add(p, right);
  EXPECT_DOUBLE_EQ(curve.at_least(0.7).f1(), 2 * 2.0 / (3 + 3));
  double best = 0;
  for (int i = 0; i <= 1000; ++i) best = std::max(best, curve.at_least(i / 1000.0).f1());
  EXPECT_DOUBLE_EQ(curve.at_least(curve.best()).f1(), best);
  EXPECT_DOUBLE_EQ(curve.best(), 0.45) << "6 / 7, halfway between .6 and .3";
  EXPECT_DOUBLE_EQ(ThresholdCurve().best(), 0.5);
  ThresholdCurve all;
  all.add(0.4, true), all.add(0.3, true);
  EXPECT_DOUBLE_EQ(all.best(), 0.15) << "all are right: halfway to nothing";
}

LabelScores confused(const std::vector<std::vector<int>>& table) {
  std::vector<std::string> names(table.size());
  LabelScores scores(names);
  for (size_t i = 0; i < table.size(); ++i)
    for (size_t j = 0; j < table.size(); ++j)
      for (int n = 0; n < table[i][j]; ++n) scores.add(static_cast<int32_t>(i), static_cast<int32_t>(j));
  return scores;
}

// cohen_kappa_score(weights="quadratic") of y_true = 0 0 0 1 1 2, y_pred = 0 0 1 1 2 0: 1 - 6 (1 + 1 + 4) / sum (i - j)^2 rows columns.
TEST(ScaleScores, AreThoseOfScikitLearn) {
  const LabelScores scores = confused({{2, 1, 0}, {0, 1, 1}, {1, 0, 0}});
  EXPECT_DOUBLE_EQ(steps_off(scores), (1 + 1 + 2) / 6.0);
  // rows 3 2 1, columns 3 2 1: expected (3*2 + 4*3*1 + 2*3 + 2*1 + 4*1*3 + 1*2) = 40
  EXPECT_NEAR(quadratic_kappa(scores), 1 - 6.0 * 6 / 40, 1e-15);
  EXPECT_DOUBLE_EQ(quadratic_kappa(confused({{3, 0}, {0, 2}})), 1);
  EXPECT_DOUBLE_EQ(quadratic_kappa(confused({{0, 3}, {2, 0}})), 1 - 5.0 * 5 / (3 * 3 + 2 * 2));
  EXPECT_DOUBLE_EQ(quadratic_kappa(confused({{4, 0}, {0, 0}})), 0) << "all are the same place";
}

}  // namespace
}  // namespace rnn::core
