// Why: repeats are one unit, a blank makes two of them, and neither portions nor endpoints lose any.
#include "decode/ctc_greedy.h"

#include <gtest/gtest.h>

#include <limits>

#include "decode/spelled_rows.h"

namespace rnn::core::test {
namespace {

using Units = std::vector<HeardUnit>;

TEST(CtcGreedy, RepeatsAreOneUnitAndABlankMakesTwo) {
  const Matrix<float> rows = rows_with({0, 1, 1, 0, 1, 2, 2, 2, 0, 0}, 3);
  CtcGreedy greedy;
  greedy.push({rows.view()});
  EXPECT_EQ(greedy.units(), (Units{{1, 1, 2}, {1, 4, 4}, {2, 5, 7}}));
  EXPECT_EQ(greedy.ids(), (std::vector<int32_t>{1, 1, 2}));
  EXPECT_EQ(greedy.blanks(), 4);
  EXPECT_DOUBLE_EQ(greedy.blank_share(), 0.4);
  EXPECT_EQ(greedy.trailing_blanks(), 2);
  EXPECT_NEAR(greedy.log_prob(), 10 * std::log(0.9), 1e-6);
}

TEST(CtcGreedy, PortionsAreTheWhole) {
  const Matrix<float> rows = drawn_rows(60, 4, 1);
  CtcGreedy whole;
  whole.push({rows.view()});
  for (int portion = 1; portion <= 7; ++portion) {
    CtcGreedy greedy;
    for (int t = 0; t < rows.rows(); t += portion) greedy.push({rows.view().middle(t, std::min(portion, rows.rows() - t))});
    EXPECT_EQ(greedy.units(), whole.units());
    EXPECT_EQ(greedy.log_prob(), whole.log_prob());
    EXPECT_EQ(greedy.blanks(), whole.blanks());
  }
}

// sherpa-onnx#1629: the unit before the endpoint swallowed the same unit after it.
TEST(CtcGreedy, AUnitAfterAnEndpointIsHeardAgain) {
  const Matrix<float> rows = rows_with({2, 2, 2, 2}, 3);
  CtcGreedy greedy;
  greedy.push({rows.view().middle(0, 2)});
  greedy.end_utterance();
  EXPECT_TRUE(greedy.units().empty());
  EXPECT_EQ(greedy.blank_share(), 0);
  EXPECT_EQ(greedy.log_prob(), 0);
  greedy.push({rows.view().middle(2, 2)});
  EXPECT_EQ(greedy.units(), (Units{{2, 2, 3}})) << "rows are counted on";
  EXPECT_EQ(greedy.utterance_rows(), 2);
  EXPECT_EQ(greedy.rows(), 4);
}

TEST(CtcGreedy, TiesAndNumbersThatAreNone) {
  Matrix<float> rows(3, 3);
  const float nan = std::numeric_limits<float>::quiet_NaN(), none = -std::numeric_limits<float>::infinity();
  const float values[3][3] = {{nan, -1, -2}, {-3, -1, -1}, {none, none, none}};
  for (int t = 0; t < 3; ++t) std::copy_n(values[t], 3, &rows(t, 0));
  CtcGreedy greedy;
  greedy.push({rows.view()});
  EXPECT_EQ(greedy.units(), (Units{{1, 0, 1}}));
  EXPECT_EQ(greedy.blanks(), 1);
}

TEST(CtcGreedy, NoRowsAreNothing) {
  CtcGreedy greedy;
  greedy.push({});
  EXPECT_TRUE(greedy.units().empty());
  EXPECT_EQ(greedy.blank_share(), 0);
}

}  // namespace
}  // namespace rnn::core::test
