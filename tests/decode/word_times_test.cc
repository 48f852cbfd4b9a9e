// Why: words stand where the best path has them, in ascending rows, and their confidence is that of their sounds.
#include "decode/word_times.h"

#include <gtest/gtest.h>

#include "decode/spelled_rows.h"

namespace rnn::core::test {
namespace {

using Units = std::vector<int32_t>;

// 1 a, 2 b, 3 space
Spelling letters() { return {{"", "a", "b", ""}, 3, {}}; }
// 1 _a (begins), 2 b, 3 _ (begins, no letter), 4 a
Spelling sub_words() { return {{"", "a", "b", "", "a"}, -1, {0, 1, 0, 1, 0}}; }

TEST(Spelling, WordsAreBetweenSpaces) {
  const std::vector<SpeltWord> words = spelt_words(letters(), Units{3, 1, 2, 3, 3, 2, 3});
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].text, "ab");
  EXPECT_EQ(words[0].first, 1U);
  EXPECT_EQ(words[0].end, 3U);
  EXPECT_EQ(words[1].text, "b");
  EXPECT_EQ(words[1].first, 5U);
  EXPECT_EQ(words[1].end, 6U);
  EXPECT_EQ(spelt_text(letters(), Units{3, 1, 2, 3, 3, 2, 3}), "ab b");
  EXPECT_EQ(spelt_text(letters(), Units{}), "");
}

TEST(Spelling, UnitsBeginWords) {
  EXPECT_EQ(spelt_text(sub_words(), Units{1, 2, 1, 3, 4, 2, 3}), "ab a ab");
  EXPECT_EQ(spelt_text(sub_words(), Units{2, 1}), "b a") << "without a beginning";
  const std::vector<SpeltWord> words = spelt_words(sub_words(), Units{1, 3, 4, 2});
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[1].first, 1U);
  EXPECT_EQ(words[1].end, 4U);
}

TEST(WordTimes, RowsOfUnitsAndWords) {
  const Matrix<float> rows = rows_with({0, 1, 1, 0, 2, 3, 0, 1, 0}, 4);
  const auto times = text_times({rows.view()}, Units{1, 2, 3, 1}, letters(), 1000);
  ASSERT_TRUE(times);
  ASSERT_EQ(times->units.size(), 4U);
  EXPECT_EQ(times->units[0].first, 1001);
  EXPECT_EQ(times->units[0].last, 1002);
  ASSERT_EQ(times->words.size(), 2U);
  EXPECT_EQ(times->words[0].text, "ab");
  EXPECT_EQ(times->words[0].first, 1001);
  EXPECT_EQ(times->words[0].last, 1004);
  EXPECT_EQ(times->words[1].first, 1007);
  EXPECT_EQ(times->words[1].last, 1007);
  EXPECT_NEAR(times->words[0].confidence, 0.9, 1e-6);
  EXPECT_NEAR(times->log_prob, 9 * std::log(0.9), 1e-5);
}

// The text is what the search found: where a model of language has overruled the sounds, the confidence says so.
TEST(WordTimes, ConfidenceIsThatOfTheSounds) {
  Matrix<float> rows = rows_with({1, 0, 2}, 4);
  rows(2, 2) = std::log(0.16F), rows(2, 1) = std::log(0.8F);  // "b" was hardly heard
  const auto times = text_times({rows.view()}, Units{1, 2}, letters());
  ASSERT_TRUE(times);
  EXPECT_NEAR(times->units[1].confidence, 0.16, 1e-6);
  EXPECT_NEAR(times->words[0].confidence, std::sqrt(0.9 * 0.16), 1e-6);
}

TEST(WordTimes, AUnitThatFadesIsAsCertainAsItsBestRow) {
  Matrix<float> rows = rows_with({1, 1, 1}, 4);
  rows(0, 1) = std::log(0.4F), rows(0, 0) = std::log(0.3F);
  const auto times = text_times({rows.view()}, Units{1}, letters());
  ASSERT_TRUE(times);
  EXPECT_EQ(times->units[0].first, 0);
  EXPECT_NEAR(times->units[0].confidence, 0.9, 1e-6);
}

TEST(WordTimes, TimesAscendWhateverTheRows) {
  for (uint32_t draw = 0; draw < 50; ++draw) {
    const Matrix<float> rows = drawn_rows(14, 4, draw);
    const auto times = text_times({rows.view()}, Units{1, 1, 3, 2, 3, 1}, letters(), 7);
    ASSERT_TRUE(times);
    int64_t before = 6;
    for (const TimedUnit& unit : times->units) {
      EXPECT_GT(unit.first, before);
      EXPECT_GE(unit.last, unit.first);
      before = unit.last;
    }
    EXPECT_LT(before, 7 + 14);
    ASSERT_EQ(times->words.size(), 3U);
    for (const TimedWord& word : times->words) EXPECT_TRUE(word.confidence > 0 && word.confidence <= 1);
  }
}

TEST(WordTimes, WhatTheRowsCannotSpellHasNone) {
  const Matrix<float> rows = rows_with({1, 1}, 4);
  EXPECT_FALSE(text_times({rows.view()}, Units{1, 1}, letters()));
  const auto none = text_times({rows.view()}, Units{}, letters());
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->words.empty());
}

}  // namespace
}  // namespace rnn::core::test
