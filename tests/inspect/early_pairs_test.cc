// Why: the held-out pairs test memory only if they are well formed, unknown to every training, and judged by the model's own numbers.
#include "inspect/early_pairs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "inspect/doors.h"
#include "inspect/unit_meaning.h"
#include "inspect_case.h"

namespace rnn::core {
namespace {

const std::filesystem::path kHeldOutData = std::filesystem::path(RNN_TEST_SOURCE) / "data";

std::vector<EarlyPair> held_out() {
  const std::string path = (kHeldOutData / "held_out/early_words.tsv").string();
  return read_early_pairs(read_file(path), path);
}

std::vector<std::string> words_in(const std::string& line) {
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::string refusal(const std::string& text) {
  try {
    read_early_pairs(text, "pairs.tsv");
  } catch (const Error& e) {
    return std::string(e.code()) + " " + e.what();
  }
  return "";
}

TEST(EarlyPairs, HeldOutLinesAreInNoCorpus) {
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::directory_iterator(kHeldOutData / "corpus")) {
    const std::string text = read_file(entry.path().string());
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  ASSERT_GT(lines.size(), 3700u);
  for (const EarlyPair& pair : held_out()) {
    for (const std::string& whole : {pair.first + " " + pair.first_word, pair.second + " " + pair.second_word}) {
      for (const std::string& line : lines) EXPECT_FALSE(line.starts_with(whole)) << line;
    }
  }
}

TEST(EarlyPairs, DifferInOneEarlyWordAndNeedAnotherLateOne) {
  int needed = 0, unneeded = 0;
  std::set<std::string> seen;
  for (const EarlyPair& pair : held_out()) {
    (pair.wrong.empty() ? needed : unneeded) += 1;
    EXPECT_EQ(pair.wrong.empty(), pair.first_word != pair.second_word) << pair.first;
    EXPECT_TRUE(seen.insert(pair.first).second) << pair.first;
    const std::vector<std::string> a = words_in(pair.first), b = words_in(pair.second);
    ASSERT_EQ(a.size(), b.size()) << pair.first;
    size_t differ = 0, place = 0;
    for (size_t i = 0; i < a.size(); ++i)
      if (a[i] != b[i]) ++differ, place = i;
    EXPECT_EQ(differ, 1u) << pair.first;
    EXPECT_GE(a.size() - place, 4u) << pair.first;  // the other word comes at least four words later
  }
  EXPECT_EQ(needed, 40);
  EXPECT_EQ(unneeded, 10);
}

TEST(EarlyPairs, BadLinesAreRefusedByNumber) {
  EXPECT_EQ(read_early_pairs("# why\n\na b\tc\td b\te\na\tc\td\tc\tx\r\n", "").size(), 2u);
  EXPECT_EQ(refusal("a b\tc\td b\te\na\tb\n"), "data/pairs pairs.tsv:2 is not a pair of line beginnings");
  EXPECT_NE(refusal("a\tc\tb\tc\n"), "");     // the same word and no wrong one
  EXPECT_NE(refusal("a\tc\tb\td\tx\n"), "");  // a wrong one that is not needed
  EXPECT_NE(refusal("a\tc\ta\td\n"), "");     // no early word differs
  EXPECT_NE(refusal("a\t\tb\td\n"), "");      // an empty column
}

TEST(EarlyPairs, TheMiddlePairIsShown) {
  PairTest one, two;
  for (const double q : {.9, .2, .6, .7, .1}) {
    PairAnswer answer;
    answer.first_share = q, answer.second_share = 1;
    one.needed.push_back(answer);
    answer.first_share = 1 - q;
    two.needed.push_back(answer);
  }
  EXPECT_EQ(median_pair({&one}), 2);
  EXPECT_EQ(median_pair({&one, &one}), 2);
  EXPECT_EQ(median_pair({}), -1);
  const PairTest none;
  EXPECT_EQ(median_pair({&none}), -1);
}

TEST(UnitMeaning, AreaUnderTheCurveByCounting) {
  const std::vector<double> with = {3, 2, 1}, without = {2, 0};
  EXPECT_DOUBLE_EQ(area_under_curve(with, without), 4.5 / 6);  // 3 > 2, 3 > 0, 2 = 2, 2 > 0, 1 < 2, 1 > 0
  EXPECT_DOUBLE_EQ(area_under_curve(without, with), 1.5 / 6);
  EXPECT_DOUBLE_EQ(area_under_curve(with, {}), 0.5);
}

// The share of the right word is its chance over that of both, in the network's own table.
TEST(EarlyPairs, SharesAreThoseOfTheNetworksTable) {
  Pool pool(1);
  ModelFile file = test::small_file(test::kInspectCases[10]);
  const Model<float>& model = inspected_model(file, pool);
  const Tokenizer& tokenizer = *file.tokenizer;
  const auto id = [&](const char* word) { return static_cast<size_t>(tokenizer.encode(word).at(0)); };
  const auto chances = [&](const char* begin) {
    return read_ids(model, prompt_ids(file, begin), {tokenizer.newline_id(), true, 1}).last;
  };
  const PairTest test = test_pairs(model, tokenizer,
                                   {{"The cat is", "sleeping", "The dog is", "because", ""},
                                    {"The cat", "is", "The dog", "is", "it"},
                                    {"The cat", "is", "The quagga", "it", ""}});
  ASSERT_EQ(test.needed.size(), 1u);
  ASSERT_EQ(test.unneeded.size(), 1u);
  EXPECT_EQ(test.unknown, 1);
  const auto expect = [](double found, double right, double other) { EXPECT_NEAR(found, right / (right + other), 1e-9); };
  const std::vector<double> cat = chances("The cat is"), dog = chances("The dog is"), start = chances("The dog");
  expect(test.needed[0].first_share, cat[id("sleeping")], cat[id("because")]);
  expect(test.needed[0].second_share, dog[id("because")], dog[id("sleeping")]);
  expect(test.unneeded[0].second_share, start[id("is")], start[id("it")]);
  EXPECT_TRUE(test_pairs(model, tokenizer, {{"The quagga", "is", "The dog", "it", ""}}).needed.empty());
}

TEST(Doors, TheNumberIsWhatTheDoorsMakeOfIt) {
  Pool pool(1);
  for (const test::InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    ModelFile file = test::small_file(c);
    const Model<float>& model = inspected_model(file, pool);
    const Tokenizer& tokenizer = *file.tokenizer;
    const Reading reading =
        read_ids(model, prompt_ids(file, "The cat is sleeping because it"), {tokenizer.newline_id(), true, 1});
    const Doors doors = doors_of(model, pool, tokenizer, reading, 4);
    const bool gated = c.cell == CellKind::lstm || c.cell == CellKind::gru;
    if (gated || c.cell == CellKind::elman) {
      EXPECT_EQ(doors.steps.size(), gated ? 4u : 0u);
    }
    if (doors.steps.empty()) continue;
    EXPECT_EQ(doors.steps[0].word, "The");
    EXPECT_FALSE(doors.keep.empty() && doors.write.empty());
    const int offset = model.recurrent().state_offset(doors.layer, 0, model.config().rnn.states() > 1 ? 1 : 0);
    for (size_t i = 0; i < doors.steps.size(); ++i) {
      const DoorStep& s = doors.steps[i];
      EXPECT_NEAR(s.keep * s.before + s.write * s.content, s.after, 1e-4);
      EXPECT_NEAR(s.after, static_cast<double>(reading.states(static_cast<int>(i) + 1, offset + doors.unit)), 1e-5);
      EXPECT_TRUE(s.keep >= 0 && s.keep <= 1 && s.write >= 0 && s.write <= 1);
      if (i > 0) {
        EXPECT_EQ(s.before, doors.steps[i - 1].after);
      }
    }
  }
}

}  // namespace
}  // namespace rnn::core
