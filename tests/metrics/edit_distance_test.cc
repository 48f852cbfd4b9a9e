// Why: error rates rest on the smallest number of edits, and on words split where the published scores split them.
#include "metrics/edit_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "metrics/white_space.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

TEST(WhiteSpace, IsThatOfPython) {
  // [c for c in range(0x110000) if chr(c).isspace()] of Python 3.11.
  const std::vector<std::string> expected = {"9",    "10",   "11",   "12",   "13",   "28",   "29",   "30",   "31",   "32",
                                             "133",  "160",  "5760", "8192", "8193", "8194", "8195", "8196", "8197", "8198",
                                             "8199", "8200", "8201", "8202", "8232", "8233", "8239", "8287", "12288"};
  std::vector<std::string> found;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (is_white_space(c)) found.push_back(std::to_string(static_cast<uint32_t>(c)));
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(split_words(" a \xE2\x80\x83 bc\n"), (std::vector<std::string_view>{"a", "bc"}));
  EXPECT_TRUE(split_words("").empty());
}

// Fewest edits and, of equally few, fewest insertions, from the definition: every alignment is tried.
std::pair<int64_t, int64_t> edits_by_force(std::u32string_view hypothesis, std::u32string_view reference) {
  if (hypothesis.empty()) return {static_cast<int64_t>(reference.size()), 0};
  if (reference.empty()) return {static_cast<int64_t>(hypothesis.size()), static_cast<int64_t>(hypothesis.size())};
  const auto [paired, paired_insertions] = edits_by_force(hypothesis.substr(1), reference.substr(1));
  const auto [without, without_insertions] = edits_by_force(hypothesis.substr(1), reference);
  const auto [lacking, lacking_insertions] = edits_by_force(hypothesis, reference.substr(1));
  using Edits = std::pair<int64_t, int64_t>;
  return std::min({Edits{paired + (hypothesis[0] != reference[0]), paired_insertions},
                   Edits{without + 1, without_insertions + 1}, Edits{lacking + 1, lacking_insertions}});
}

TEST(EditDistance, KnownPairs) {
  // Distances that every textbook has; the kinds by hand.
  EXPECT_EQ(character_errors("sitting", "kitten"), (ErrorRate{2, 0, 1, 6}));
  EXPECT_EQ(character_errors("kitten", "sitting"), (ErrorRate{2, 1, 0, 7}));
  EXPECT_EQ(character_errors("sunday", "saturday"), (ErrorRate{1, 2, 0, 8}));
  EXPECT_EQ(character_errors("execution", "intention"), (ErrorRate{5, 0, 0, 9})) << "of five edits most substitutions";
  EXPECT_EQ(character_errors("caf\xC3\xA9", "cafe"), (ErrorRate{1, 0, 0, 4})) << "code points, not bytes";
  EXPECT_EQ(character_errors("a b", "ab"), (ErrorRate{0, 0, 1, 2}));
  EXPECT_EQ(word_errors("the cat sat on mat", "the  cat sat on the\tmat "), (ErrorRate{0, 1, 0, 6}));
  EXPECT_EQ(word_errors("a dog sat", "the cat sat"), (ErrorRate{2, 0, 0, 3}));
  EXPECT_EQ(word_errors("a dog sat", "the cat sat").rate(), 2.0 / 3);
  EXPECT_EQ(word_errors("one two three", "one").rate(), 2);
}

TEST(EditDistance, Edges) {
  EXPECT_EQ(word_errors("", ""), ErrorRate{});
  EXPECT_EQ(word_errors("", "").rate(), 0);
  EXPECT_EQ(word_errors("a b", " "), (ErrorRate{0, 0, 2, 0}));
  EXPECT_EQ(word_errors("a b", " ").rate(), 1);
  EXPECT_EQ(word_errors("", "a b"), (ErrorRate{0, 2, 0, 2}));
  EXPECT_EQ(word_errors("", "a b").rate(), 1);
  // Ill-formed bytes: one U+FFFD each.
  EXPECT_EQ(character_errors("\xE9\xFF", "\xEF\xBF\xBD"), (ErrorRate{0, 0, 1, 1}));
  EXPECT_EQ(word_errors("caf\xE9", "caf\xEF\xBF\xBD"), (ErrorRate{0, 0, 0, 1}));
  ErrorRate sum = word_errors("a b", "a c");
  sum += word_errors("a", "a b");
  EXPECT_EQ(sum, (ErrorRate{1, 1, 0, 4}));
  EXPECT_EQ(sum.errors(), 2);
  EXPECT_EQ(sum.rate(), 0.5);
}

TEST(EditDistance, AgreesWithTheRecursion) {
  Random random(5, Purpose::test);
  for (int round = 0; round < 2000; ++round) {
    std::u32string sides[2];
    std::string lines[2], words[2];
    for (int side = 0; side < 2; ++side) {
      for (uint32_t n = random.below(7); n > 0; --n) {
        sides[side] += U"ab\u00E9"[random.below(3)];
        append_utf8(lines[side], sides[side].back());
        words[side] += encode_utf8(sides[side].back()) + " ";
      }
    }
    const auto [edits, insertions] = edits_by_force(sides[0], sides[1]);
    const ErrorRate found = character_errors(lines[0], lines[1]);
    ASSERT_EQ(found.errors(), edits) << lines[0] << " | " << lines[1];
    ASSERT_EQ(found.insertions, insertions);
    ASSERT_EQ(found.reference, static_cast<int64_t>(sides[1].size()));
    ASSERT_EQ(found.deletions - found.insertions, found.reference - static_cast<int64_t>(sides[0].size()));
    ASSERT_GE(std::min({found.substitutions, found.deletions, found.insertions}), 0);
    ASSERT_EQ(word_errors(words[0], words[1]), found);
  }
}

TEST(ExactMatches, AreOfBytes) {
  ExactMatch match;
  EXPECT_EQ(match.rate(), 0);
  match.add("2021-03-05", "2021-03-05");
  match.add("2021-03-05 ", "2021-03-05");
  match.add("Caf\xC3\xA9", "Cafe\xCC\x81");
  match.add("", "");
  EXPECT_EQ(match.equal, 2);
  EXPECT_EQ(match.lines, 4);
  EXPECT_EQ(match.rate(), 0.5);
}

}  // namespace
}  // namespace rnn::core
