// Why: what is held out is a fair part of the data whatever its order, never a copy of what is learnt, and the same in every run.
#include "data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "data/hash.h"

namespace rnn::core {
namespace {

using Items = std::vector<SplitItem>;

// `count` different examples of a label.
void add(Items& items, int32_t label, int count) {
  for (int i = 0; i < count; ++i) items.push_back({fnv1a64(std::to_string(label) + " " + std::to_string(i)), label});
}

std::set<uint64_t> contents(const Items& items, const std::vector<size_t>& numbers) {
  std::set<uint64_t> found;
  for (const size_t i : numbers) found.insert(items[i].content);
  return found;
}

TEST(Split, EveryLabelHasItsShareInAnyOrder) {
  Items sorted;
  add(sorted, 0, 400), add(sorted, 1, 200), add(sorted, 2, 25), add(sorted, 3, 1);
  const std::vector<size_t> held = held_out(SplitRule::shuffled, sorted, 0.05);
  EXPECT_EQ(held.size(), 32u);  // ceil(0.05 * 626)
  EXPECT_TRUE(std::is_sorted(held.begin(), held.end()));
  std::map<int32_t, int> counts;
  for (const size_t i : held) ++counts[sorted[i].label];
  EXPECT_EQ(counts, (std::map<int32_t, int>{{0, 20}, {1, 10}, {2, 2}}));  // 1.25 and the largest rest; 0.05 of one is none

  Items reversed(sorted.rbegin(), sorted.rend());
  EXPECT_EQ(contents(sorted, held), contents(reversed, held_out(SplitRule::shuffled, reversed, 0.05)));

  // The last part has one label only, as versions before took it.
  const std::vector<size_t> last = held_out(SplitRule::last, sorted, 0.05);
  EXPECT_EQ(last.size(), 32u);
  EXPECT_EQ(last.front(), sorted.size() - 32);
  EXPECT_EQ(last.back(), sorted.size() - 1);
}

TEST(Split, NeighboursAreNotTogether) {
  Items items;
  add(items, 0, 1000);
  const std::vector<size_t> held = held_out(SplitRule::shuffled, items, 0.1);
  ASSERT_EQ(held.size(), 100u);
  for (size_t begin = 0; begin < 1000; begin += 250) {
    const auto here = std::count_if(held.begin(), held.end(), [&](size_t i) { return i >= begin && i < begin + 250; });
    EXPECT_GT(here, 12) << begin;  // of 25 expected: 3 standard deviations of a hypergeometric draw, 4.1
    EXPECT_LT(here, 38) << begin;
  }
}

TEST(Split, IdenticalExamplesStayOnOneSide) {
  Items items;
  for (int copy = 0; copy < 5; ++copy) add(items, 0, 40);
  const std::vector<size_t> held = held_out(SplitRule::shuffled, items, 0.1);
  EXPECT_EQ(held.size(), 20u);
  EXPECT_EQ(contents(items, held).size(), 4u);  // each with its five copies
  // Groups larger than the part: the smallest one.
  Items few;
  for (int copy = 0; copy < 30; ++copy) few.push_back({1, 0});
  for (int copy = 0; copy < 10; ++copy) few.push_back({2, 0});
  EXPECT_EQ(contents(few, held_out(SplitRule::shuffled, few, 0.05)), std::set<uint64_t>{2});
  EXPECT_EQ(held_out(SplitRule::shuffled, few, 0.05).size(), 10u);
}

TEST(Split, WhatCannotBeSplit) {
  Items one(1), same(50);
  for (const SplitRule rule : {SplitRule::last, SplitRule::shuffled}) {
    EXPECT_TRUE(held_out(rule, {}, 0.05).empty());
    EXPECT_TRUE(held_out(rule, one, 0.05).empty());
  }
  EXPECT_TRUE(held_out(SplitRule::shuffled, same, 0.05).empty());
  Items items;
  add(items, 0, 50);
  EXPECT_TRUE(held_out(SplitRule::shuffled, items, 0).empty());
  EXPECT_TRUE(held_out(SplitRule::shuffled, items, 0.999).empty());
}

TEST(Split, MovesWhatIsHeldOut) {
  std::vector<std::string> all = {"a", "b", "c", "d", "e"}, out = {"x"};
  move_out(all, std::vector<size_t>{0, 3}, out);
  EXPECT_EQ(all, (std::vector<std::string>{"b", "c", "e"}));
  EXPECT_EQ(out, (std::vector<std::string>{"x", "a", "d"}));
}

TEST(Split, SaysWhatTheOrderIs) {
  Items sorted, mixed, one;
  add(sorted, 0, 30), add(sorted, 1, 20), add(one, 0, 30);
  for (int i = 0; i < 50; ++i) mixed.push_back({static_cast<uint64_t>(i), i * 7 % 5 % 2});
  EXPECT_TRUE(sorted_by_label(sorted));
  EXPECT_FALSE(sorted_by_label(mixed));
  EXPECT_FALSE(sorted_by_label(one));
  EXPECT_FALSE(sorted_by_label({}));
  Items twice = sorted;  // two sorted files, one after the other
  for (int i = 0; i < 9; ++i) add(twice, i % 2, 40);
  EXPECT_TRUE(sorted_by_label(twice));
  EXPECT_EQ(repeated_items(sorted), 0);
  EXPECT_EQ(repeated_items(twice), 8 * 40 - 40 + 30 + 20);
  EXPECT_EQ(split_text(SplitRule::last, sorted, 0.05), "last 5 %");
  EXPECT_EQ(split_text(SplitRule::shuffled, mixed, 0.05), "5 % drawn from all");
  EXPECT_EQ(split_text(SplitRule::shuffled, sorted, 0.05), "5 % drawn from all, as the lines are sorted by label");
  EXPECT_NE(split_text(SplitRule::shuffled, twice, 0.05).find("repeat an earlier one"), std::string::npos);
}

TEST(Split, RecordsItsName) {
  for (const SplitRule rule : {SplitRule::last, SplitRule::shuffled}) EXPECT_EQ(split_rule(split_name(rule)), rule);
  EXPECT_EQ(split_rule(""), SplitRule::last);
}

TEST(Folds, EveryExampleIsTestedOnceAndEveryPartHasItsShareOfEveryLabel) {
  Items items;
  add(items, 0, 101), add(items, 1, 52), add(items, 2, 3);
  std::vector<size_t> all;
  for (int k = 1; k <= 5; ++k) {
    const std::vector<size_t> mine = fold_members(items, {k, 5});
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    std::map<int32_t, int> counts;
    for (const size_t i : mine) ++counts[items[i].label];
    EXPECT_NEAR(counts[0], 20.5, 0.5) << k;
    EXPECT_NEAR(counts[1], 10.5, 0.5) << k;
    EXPECT_NEAR(static_cast<double>(mine.size()), 31.2, 1) << k;
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), items.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i);
}

TEST(Folds, DoNotDependOnTheOrderAndKeepEqualContentsTogether) {
  Items items;
  for (int i = 0; i < 60; ++i)
    items.push_back({fnv1a64(std::to_string(i % 20)), i % 2});  // each thrice, some under two labels
  Items reversed(items.rbegin(), items.rend());
  std::map<uint64_t, int> part_of;
  for (int k = 1; k <= 4; ++k) {
    const std::vector<size_t> mine = fold_members(items, {k, 4});
    EXPECT_EQ(contents(items, mine), contents(reversed, fold_members(reversed, {k, 4})));
    for (const size_t i : mine) EXPECT_EQ(part_of.emplace(items[i].content, k).first->second, k) << i;
  }
  EXPECT_EQ(part_of.size(), 20u);
}

TEST(Folds, AreWrittenAsAPartOfParts) {
  EXPECT_EQ(parse_fold("").of, 0);
  EXPECT_EQ(parse_fold("2/5").index, 2);
  EXPECT_EQ(parse_fold("2/5").of, 5);
  for (const char* wrong : {"2", "0/5", "6/5", "1/1", "a/b", "2/5/1", "/", "-1/3"})
    EXPECT_THROW(parse_fold(wrong), Error) << wrong;
}

}  // namespace
}  // namespace rnn::core
