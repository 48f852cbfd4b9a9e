// Why: an unlimited beam is an exhaustive search, with and without language; a limited one is the same in any portions.
#include "decode/ctc_beam.h"

#include <gtest/gtest.h>

#include "decode/ctc_greedy.h"
#include "decode/every_path.h"
#include "decode/spelled_rows.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

// 1 a, 2 b, 3 space
Spelling characters() { return {{"", "a", "b", ""}, 3, {}}; }
// 1 _a (begins), 2 b, 3 _ (begins, no letter)
Spelling pieces() { return {{"", "a", "b", ""}, -1, {0, 1, 0, 1}}; }

PrefixBeamOptions unlimited(const FusionOptions& fusion = {}) {
  return {.width = 1 << 20, .top_units = 0, .unit_floor = -1e9, .fusion = fusion};
}

std::vector<RecognisedText> search(const Matrix<float>& rows, const PrefixBeamOptions& options, int n = 1 << 20) {
  CtcBeam beam(options);
  beam.push({rows.view()});
  return beam.finished(n);
}

std::vector<std::string> words_of(const Spelling& spelling, const Units& units) {
  std::vector<std::string> words;
  for (const SpeltWord& word : spelt_words(spelling, units)) words.push_back(word.text);
  return words;
}

// The best score of every text by brute force, for `bonus(units)` of language.
template <class Bonus>
void expect_exhaustive(const Matrix<float>& rows, const PrefixBeamOptions& options, const Bonus& bonus) {
  const Spelling& spelling = *options.fusion.spelling;
  std::map<std::string, double> best;
  for (const auto& [units, p] : every_text(rows)) {
    const double score = std::log(p) + bonus(units);
    const auto [at, fresh] = best.try_emplace(spelt_text(spelling, units), score);
    if (!fresh) at->second = std::max(at->second, score);
  }
  const std::vector<RecognisedText> found = search(rows, options);
  ASSERT_EQ(found.size(), best.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].score, best.at(found[i].text), kDoubleTwoWays * 10) << found[i].text;
    if (i > 0) {
      EXPECT_GE(found[i - 1].score, found[i].score);
    }
  }
}

TEST(CtcBeam, UnlimitedIsExhaustive) {
  for (uint32_t draw = 0; draw < 5; ++draw) {
    const Matrix<float> rows = drawn_rows(6, 4, draw);
    std::map<Units, double> texts = every_text(rows);
    const std::vector<RecognisedText> found = search(rows, unlimited());
    ASSERT_EQ(found.size(), texts.size());
    for (const RecognisedText& text : found) {
      EXPECT_NEAR(text.log_prob, std::log(texts.at(text.units)), kDoubleTwoWays * 10);
      EXPECT_EQ(text.score, text.log_prob);
    }
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
  }
}

// Three paths of "a" are together more likely than the one of nothing (Graves 2006, figure 2).
TEST(CtcBeam, FindsWhatGreedyDoesNot) {
  Matrix<float> rows(2, 2);
  for (int t = 0; t < 2; ++t) rows(t, 0) = std::log(0.6F), rows(t, 1) = std::log(0.4F);
  CtcGreedy greedy;
  greedy.push({rows.view()});
  EXPECT_TRUE(greedy.ids().empty());
  const RecognisedText best = search(rows, {}, 1)[0];
  EXPECT_EQ(best.units, Units{1});
  EXPECT_NEAR(best.log_prob, std::log(0.64), kTwoWays);
}

TEST(CtcBeam, NoRowsAreTheEmptyText) {
  CtcBeam beam({});
  EXPECT_TRUE(beam.best().units.empty());
  EXPECT_EQ(beam.finished()[0].log_prob, 0);
}

// ctcdecode#173: a weight of 0 is no model, to the bit; and nobody is asked.
TEST(CtcBeam, WeightsOfZeroAreNoModel) {
  const Matrix<float> rows = drawn_rows(40, 4, 3);
  const Spelling spelling = characters();
  const HashWords words;
  HashUnits units(4);
  const PrefixBeamOptions none{.width = 6, .fusion = {.spelling = &spelling}};
  PrefixBeamOptions zero = none;
  zero.fusion.words = &words, zero.fusion.units = &units;
  const std::vector<RecognisedText> expected = search(rows, none), found = search(rows, zero);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].units, expected[i].units);
    EXPECT_EQ(found[i].score, expected[i].score);
    EXPECT_EQ(found[i].log_prob, expected[i].log_prob);
  }
  EXPECT_EQ(words.asked, 0);
}

TEST(CtcBeam, WordsAreScoredOnceAndTheLastOneAtTheEnd) {
  const HashWords model;
  for (const Spelling& spelling : {characters(), pieces()}) {
    for (uint32_t draw = 0; draw < 4; ++draw) {
      const FusionOptions fusion{.spelling = &spelling, .words = &model, .alpha = 0.7, .beta = 0.4};
      expect_exhaustive(drawn_rows(6, 4, draw), unlimited(fusion), [&](const Units& units) {
        const std::vector<std::string> words = words_of(spelling, units);
        return 0.7 * HashWords::sentence(words) + 0.4 * static_cast<double>(words.size());
      });
    }
  }
}

TEST(CtcBeam, UnitsAreScoredOneByOne) {
  const Spelling spelling = characters();
  HashUnits model(4);
  for (uint32_t draw = 0; draw < 4; ++draw) {
    const FusionOptions fusion{.spelling = &spelling, .units = &model, .unit_alpha = 0.6};
    PrefixBeamOptions options = unlimited(fusion);
    options.width = 4000;  // slots are memory
    expect_exhaustive(drawn_rows(6, 4, draw), options, [&](const Units& units) { return 0.6 * model.text(units); });
  }
}

TEST(CtcBeam, SlotsSufficeHoweverNarrowTheBeam) {
  const Matrix<float> rows = drawn_rows(300, 4, 8, 0.7);
  for (int width = 1; width < 5; ++width) {
    HashUnits model(4);
    PrefixBeamOptions options{.width = width, .fusion = {.units = &model, .unit_alpha = 0.5}};
    const RecognisedText best = search(rows, options, 1)[0];
    EXPECT_NEAR(best.score, best.log_prob + 0.5 * model.text(best.units), 1e-9) << "a sum of 300 terms";
  }
}

TEST(CtcBeam, PortionsAreTheWhole) {
  const Matrix<float> rows = drawn_rows(60, 4, 4);
  const Spelling spelling = characters();
  const HashWords model;
  const PrefixBeamOptions options{.width = 8,
                                  .top_units = 2,
                                  .beam_floor = 9,
                                  .fusion = {.spelling = &spelling, .words = &model, .alpha = 0.5, .beta = 0.2}};
  const std::vector<RecognisedText> whole = search(rows, options);
  for (int portion = 1; portion <= 7; ++portion) {
    CtcBeam beam(options);
    for (int t = 0; t < rows.rows(); t += portion) {
      beam.push({rows.view().middle(t, std::min(portion, rows.rows() - t))});
      beam.finished(3);  // asking changes nothing
    }
    const std::vector<RecognisedText> found = beam.finished(1 << 20);
    ASSERT_EQ(found.size(), whole.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].text, whole[i].text);
      EXPECT_EQ(found[i].score, whole[i].score);
    }
  }
}

TEST(CtcBeam, WhatIsStableStays) {
  const Matrix<float> rows = drawn_rows(80, 4, 5, 2.5);
  CtcBeam beam({.width = 5});
  Units stable;
  size_t longest = 0;
  for (int t = 0; t < rows.rows(); ++t) {
    beam.push({rows.view().middle(t, 1)});
    const Units now = beam.stable(), best = beam.best().units;
    ASSERT_LE(stable.size(), now.size());
    EXPECT_TRUE(std::equal(stable.begin(), stable.end(), now.begin()));
    EXPECT_TRUE(std::equal(now.begin(), now.end(), best.begin()));
    stable = now;
    longest = std::max(longest, stable.size());
  }
  EXPECT_GT(longest, 5U);
}

TEST(CtcBeam, LimitsTakeAway) {
  const Matrix<float> rows = drawn_rows(7, 4, 6);
  const double exact = search(rows, unlimited())[0].log_prob;
  EXPECT_LE(search(rows, {.width = 1})[0].log_prob, exact + 1e-9);
  EXPECT_EQ(search(rows, {.width = 3}).size(), 3U);
  PrefixBeamOptions narrow = unlimited();
  narrow.beam_floor = 0;
  EXPECT_EQ(search(rows, narrow).size(), 1U);
  PrefixBeamOptions silent = unlimited();
  silent.unit_floor = 0;
  EXPECT_EQ(search(rows, silent).size(), 1U) << "the blank is always read";
  PrefixBeamOptions two = unlimited();
  two.top_units = 1;
  const Matrix<float> ordered = rows_with({1, 1, 1}, 4, 0.5);
  for (const RecognisedText& text : search(ordered, two))
    EXPECT_TRUE(std::all_of(text.units.begin(), text.units.end(), [](int32_t unit) { return unit == 1; }));
}

TEST(CtcBeam, AnUtteranceEndsWithNothingLeft) {
  const Matrix<float> rows = rows_with({1, 1, 2, 2}, 4);
  CtcBeam beam({});
  beam.push({rows.view()});
  EXPECT_EQ(beam.best().units, (Units{1, 2}));
  beam.end_utterance();
  EXPECT_TRUE(beam.best().units.empty());
  beam.push({rows.view().middle(2, 2)});
  EXPECT_EQ(beam.finished()[0].units, (Units{2}));
  EXPECT_EQ(beam.finished()[0].score, search(rows_with({2, 2}, 4), {})[0].score);
}

// ------------------------------------------------------------------------------------------------------- lists and hot words

TEST(CtcBeam, OnlyWordsOfTheListAreSpelt) {
  WordTrie list;
  for (const char* word : {"ab", "b"}) list.add(word);
  for (const Spelling& spelling : {characters(), pieces()}) {
    const Matrix<float> rows = drawn_rows(6, 4, 7);
    const FusionOptions fusion{.spelling = &spelling, .list = &list};
    std::map<std::string, double> expected;
    for (const auto& [units, p] : every_text(rows)) {
      const std::vector<std::string> words = words_of(spelling, units);
      if (!std::all_of(words.begin(), words.end(), [](const std::string& w) { return w == "ab" || w == "b"; })) continue;
      const auto [at, fresh] = expected.try_emplace(spelt_text(spelling, units), std::log(p));
      if (!fresh) at->second = std::max(at->second, std::log(p));
    }
    const std::vector<RecognisedText> found = search(rows, unlimited(fusion));
    ASSERT_EQ(found.size(), expected.size());
    for (const RecognisedText& text : found) EXPECT_NEAR(text.score, expected.at(text.text), kDoubleTwoWays * 10);
  }
}

TEST(CtcBeam, AListMayLeaveNothing) {
  WordTrie list;
  list.add("ab");
  const Spelling spelling = characters();
  const Matrix<float> rows = rows_with({1, 1}, 4, 1.0);  // "a" and nothing else
  EXPECT_TRUE(search(rows, {.fusion = {.spelling = &spelling, .list = &list}}).empty());
}

TEST(CtcBeam, HotWordsHaveTheirBonusWhenTheyAreWhole) {
  WordTrie hot;
  hot.add("ab", 0.8);
  hot.add("abb", 0.5);
  const Spelling spelling = characters();
  const FusionOptions fusion{.spelling = &spelling, .hot = &hot};
  for (uint32_t draw = 0; draw < 4; ++draw) {
    expect_exhaustive(drawn_rows(6, 4, draw), unlimited(fusion), [&](const Units& units) {
      double bonus = 0;
      for (const std::string& word : words_of(spelling, units)) bonus += word == "ab" ? 1.6 : word == "abb" ? 1.5 : 0;
      return bonus;
    });
  }
}

TEST(CtcBeam, APhraseIsHotAsAWhole) {
  WordTrie hot;
  hot.add("a b", 1);
  hot.add("a", 0.25);
  hot.add("ab", 2);
  const Spelling spelling = characters();
  const FusionOptions fusion{.spelling = &spelling, .hot = &hot};
  const auto bonus_of = [&](const std::vector<int32_t>& best) {
    const RecognisedText text = search(rows_with(best, 4, 0.999999), unlimited(fusion), 1)[0];
    EXPECT_EQ(text.units.size(), best.size());
    return text.score - text.log_prob;
  };
  EXPECT_NEAR(bonus_of({1, 3, 2}), 3, 1e-9) << "a b";
  EXPECT_NEAR(bonus_of({1, 3}), 0.25, 1e-9) << "a: the phrase is taken back";
  EXPECT_NEAR(bonus_of({1, 3, 2, 1}), 0.25, 1e-9) << "a ba";
  EXPECT_NEAR(bonus_of({1, 3, 1, 3, 2}), 0.25 + 3, 1e-9) << "a a b: the second word begins the phrase";
  EXPECT_NEAR(bonus_of({1, 3, 1, 2}), 0.25 + 4, 1e-9) << "a ab";
  EXPECT_NEAR(bonus_of({2, 1}), 0, 1e-9) << "ba";
}

TEST(CtcBeam, HotWordsLeaveTheSoundsAlone) {
  WordTrie hot;
  hot.add("b", 3);
  const Spelling spelling = characters();
  Matrix<float> rows = rows_with({1, 0}, 4, 0.6);
  const RecognisedText plain = search(rows, unlimited({.spelling = &spelling}))[0];
  const RecognisedText found = search(rows, unlimited({.spelling = &spelling, .hot = &hot}))[0];
  EXPECT_EQ(plain.text, "a");
  EXPECT_EQ(found.text, "b");
  EXPECT_LT(found.log_prob, plain.log_prob);
  EXPECT_NEAR(found.score - found.log_prob, 3, 1e-9);
}

TEST(PrefixTree, MemoryIsUsedAgain) {
  PrefixTree tree;
  tree.clear();
  const int32_t a = tree.add(0, 1), ab = tree.add(a, 2), abb = tree.add(ab, 2), aa = tree.add(a, 1);
  EXPECT_EQ(tree.units(abb), (Units{1, 2, 2}));
  EXPECT_EQ(tree.common(abb, aa), a);
  EXPECT_EQ(tree.child(a, 1), aa);
  EXPECT_EQ(tree.child(a, 3), PrefixNode::kNone);
  tree[aa].held = true;
  tree.release(abb);
  EXPECT_EQ(tree.size(), 3U) << "the root, a, aa";
  EXPECT_EQ(tree.child(a, 2), PrefixNode::kNone);
  tree.release(a);
  EXPECT_EQ(tree.size(), 3U) << "it is continued";
  tree[aa].held = false;
  tree.release(aa);
  EXPECT_EQ(tree.size(), 1U);
  for (int i = 0; i < 3; ++i) tree.release(tree.add(0, 5));
  EXPECT_EQ(tree.size(), 1U);
}

}  // namespace
}  // namespace rnn::core::test
