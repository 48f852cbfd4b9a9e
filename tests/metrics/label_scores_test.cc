// Why: accuracy, macro-F1 and F1 of spans are those of scikit-learn, conlleval and seqeval on small cases.
#include "metrics/label_scores.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rnn::core {
namespace {

// By the definitions of sklearn.metrics.classification_report, for y_true = a a a b b c, y_pred = a a b b a a.
TEST(LabelScores, AreThoseOfScikitLearn) {
  LabelScores scores({"a", "b", "c", "d"});
  constexpr int kWanted[] = {0, 0, 0, 1, 1, 2}, kGiven[] = {0, 0, 1, 1, 0, 0};
  for (size_t i = 0; i < 6; ++i) scores.add(kWanted[i], kGiven[i]);
  EXPECT_DOUBLE_EQ(scores.accuracy(), 3.0 / 6);
  EXPECT_DOUBLE_EQ(scores.counts(0).precision(), 2.0 / 4);
  EXPECT_DOUBLE_EQ(scores.counts(0).recall(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.counts(1).f1(), 0.5);
  EXPECT_DOUBLE_EQ(scores.counts(2).f1(), 0);
  EXPECT_EQ(scores.counts(2).wanted, 1);
  EXPECT_NEAR(scores.macro_f1(), (4.0 / 7 + 0.5 + 0) / 3, 1e-15) << "d neither occurs nor is given";
  EXPECT_EQ(scores.confused(1, 0), 1);
}

TEST(LabelScores, ALabelThatNobodyCouldGiveIsWrong) {
  LabelScores scores({"a", "b"});
  scores.add(0, 0), scores.add(-1, 0);
  EXPECT_DOUBLE_EQ(scores.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(scores.counts(0).precision(), 0.5);
}

using Tags = std::vector<std::string>;

// Counted by hand from the rules of conlleval.pl: precision 50.00 %, recall 66.67 %, FB1 57.14; accuracy 80 %.
TEST(SpanScores, AreThoseOfConlleval) {
  SpanScores scores;
  scores.add(Tags{"B-a", "I-a", "O", "B-b", "O"}, Tags{"B-a", "I-a", "O", "B-b", "I-b"}, false);
  scores.add(Tags{"O", "B-a", "I-a", "O", "O"}, Tags{"I-b", "B-a", "I-a", "O", "O"}, false);
  EXPECT_EQ(scores.all().wanted, 3);
  EXPECT_EQ(scores.all().given, 4);
  EXPECT_EQ(scores.all().right, 2);
  EXPECT_NEAR(scores.all().f1(), 4.0 / 7, 1e-15);
  EXPECT_NEAR(scores.types().at("b").recall(), 0, 1e-15);
  EXPECT_EQ(scores.strict().given, 3) << "seqeval does not count the span without B";
  EXPECT_NEAR(scores.strict().f1(), 4.0 / 6, 1e-15);
  EXPECT_DOUBLE_EQ(scores.accuracy(), 0.8);
}

// Guo et al. 2017, equations 1 to 3, by hand: bins (8/15, 9/15] with 0.55 and 0.59, (13/15, 14/15] with 0.9, (14/15, 1] with 1.
TEST(Reliability, IsTheMeanGapOfTheBins) {
  Reliability r;
  EXPECT_EQ(r.ece(), 0);
  r.add(0.55, true), r.add(0.59, false), r.add(0.9, true), r.add(1, true);
  EXPECT_NEAR(r.ece(), (std::abs(1 - 1.14) + std::abs(1 - 0.9) + 0) / 4, 1e-12);
  EXPECT_EQ(r.bins()[8].answers, 2);
  EXPECT_EQ(r.bins()[14].answers, 1);
  EXPECT_EQ(r.answers(), 4);
  EXPECT_EQ(r.at_least(0.9).answers, 2);
  EXPECT_EQ(r.at_least(0.59).right, 2);
  r.add(8.0 / 15, true), r.add(0, false);
  EXPECT_EQ(r.bins()[7].answers, 1) << "an edge belongs to the bin below it";
  EXPECT_EQ(r.bins()[0].answers, 1);
}

}  // namespace
}  // namespace rnn::core
