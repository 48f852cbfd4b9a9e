// Why: error rates are compared with published ones, so they must count as sclite does, and say how sure they are.
#include "metrics/word_errors.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/rng.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

std::string shown(const std::vector<AlignedWords>& aligned) {
  std::string out;
  for (const AlignedWords& step : aligned)
    out += (out.empty() ? "" : " ") + std::string(step.reference) + "/" + std::string(step.hypothesis);
  return out;
}

// tests/metrics/sclite.json: made by tools/golden_sclite.py with NIST's sclite.
TEST(WordErrors, CountsAreThoseOfSclite) {
  const auto golden = nlohmann::json::parse(read_file(std::string(RNN_TEST_SOURCE) + "/tests/metrics/sclite.json"));
  ASSERT_GT(golden.size(), 500u);
  int not_fewest = 0;
  for (const auto& c : golden) {
    const auto reference = c.at(0).get<std::string>(), hypothesis = c.at(1).get<std::string>();
    const std::vector<AlignedWords> aligned = align_words(hypothesis, reference);
    const ErrorRate errors = errors_of(aligned);
    EXPECT_EQ(errors.reference - errors.substitutions - errors.deletions, c.at(2)) << reference << " | " << hypothesis;
    EXPECT_EQ(errors.substitutions, c.at(3)) << reference << " | " << hypothesis;
    EXPECT_EQ(errors.deletions, c.at(4)) << reference << " | " << hypothesis;
    EXPECT_EQ(errors.insertions, c.at(5)) << reference << " | " << hypothesis;
    EXPECT_EQ(shown(aligned), c.at(6)) << "the words side by side";
    not_fewest += !(errors == word_errors(hypothesis, reference));
  }
  EXPECT_GT(not_fewest, 0) << "some case must tell the two rules apart";
}

TEST(WordErrors, EmptyTextsAreDefined) {
  EXPECT_EQ(errors_of(align_words("", "")), ErrorRate{});
  EXPECT_EQ(errors_of(align_words("a b", "")), (ErrorRate{0, 0, 2, 0}));
  EXPECT_EQ(errors_of(align_words("", "a b")), (ErrorRate{0, 2, 0, 2}));
  EXPECT_EQ(aligned_character_errors("", ""), ErrorRate{});
  EXPECT_EQ(bootstrap_interval({}).high, 0);
  EXPECT_EQ(pooled({}).rate(), 0);
}

TEST(WordErrors, CharactersAreCodePointsWithOrWithoutSpaces) {
  EXPECT_EQ(aligned_character_errors("caf\xC3\xA9", "cafe"), (ErrorRate{1, 0, 0, 4}));
  EXPECT_EQ(aligned_character_errors("ab", "a b"), (ErrorRate{0, 1, 0, 3}));
  EXPECT_EQ(aligned_character_errors("ab", "a b", false), (ErrorRate{0, 0, 0, 2}));
  EXPECT_EQ(aligned_character_errors(" a  b", "a b "), (ErrorRate{0, 0, 0, 3})) << "white space counts once";
}

RecognitionErrors made_test() {
  RecognitionErrors test;
  test.add("one", "a b c d e f g h i j", "a b c d e f g h i x");
  test.add("two", "yes", "no yes");
  test.add("three", "go on", "go on");
  test.add("four", "a b", "x");
  return test;
}

TEST(WordErrors, RatesArePooledNotAveraged) {
  const RecognitionErrors test = made_test();
  const std::vector<ErrorRate> words = test.words();
  EXPECT_EQ(pooled(words), (ErrorRate{2, 1, 1, 15}));
  EXPECT_EQ(pooled(words).rate(), 4.0 / 15) << "the mean of the rates would be 0.525";
  EXPECT_EQ(test.sentences().rate(), 0.25);
  EXPECT_EQ(pooled(test.characters()).reference, 19 + 3 + 5 + 3);
}

TEST(WordErrors, TheWorstAndTheMostFrequentComeFirst) {
  const RecognitionErrors test = made_test();
  const auto worst = test.worst(10);
  ASSERT_EQ(worst.size(), 3u) << "one utterance is right";
  EXPECT_EQ(worst[0]->name, "four");
  EXPECT_EQ(worst[1]->name, "two") << "as many errors as the first, but of one word";
  EXPECT_EQ(test.worst(1).size(), 1u);
  EXPECT_EQ(test.deletions(5), (std::vector<Confusion>{{"a", "", 1}}));
  EXPECT_EQ(test.insertions(5), (std::vector<Confusion>{{"", "no", 1}}));
  EXPECT_EQ(test.substitutions(5), (std::vector<Confusion>{{"b", "x", 1}, {"j", "x", 1}}));
  RecognitionErrors again = test;
  again.add("five", "j", "x");
  EXPECT_EQ(again.substitutions(1), (std::vector<Confusion>{{"j", "x", 2}}));
}

// Errors of n utterances of ten words that are wrong with probability p each: the pooled rate's deviation is sqrt(p (1 - p) / (10 n)).
std::vector<ErrorRate> drawn(double p, int n, uint32_t stream) {
  Random random(7, Purpose::test, stream);
  std::vector<ErrorRate> out(static_cast<size_t>(n));
  for (ErrorRate& u : out) {
    u.reference = 10;
    for (int word = 0; word < 10; ++word) u.substitutions += random.uniform() < p;
  }
  return out;
}

TEST(WordErrors, TheIntervalIsThatOfTheBinomial) {
  const std::vector<ErrorRate> errors = drawn(0.2, 400, 0);
  const double rate = pooled(errors).rate(), deviation = std::sqrt(0.2 * 0.8 / 4000);
  const Interval interval = bootstrap_interval(errors);
  EXPECT_NEAR(interval.low, rate - 1.96 * deviation, 0.3 * deviation);
  EXPECT_NEAR(interval.high, rate + 1.96 * deviation, 0.3 * deviation);
  const Interval again = bootstrap_interval(errors);
  EXPECT_EQ(again.low, interval.low);
  EXPECT_EQ(again.high, interval.high);
  int equal = 0;  // rates are multiples of 1 / 4000, so an end may coincide
  for (uint64_t seed = 2; seed < 10; ++seed) equal += bootstrap_interval(errors, {.seed = seed}).low == interval.low;
  EXPECT_LT(equal, 8) << "another seed, other draws";
  const Interval half = bootstrap_interval(errors, {.level = 0.5});
  EXPECT_GT(half.low, interval.low);
  EXPECT_LT(half.high, interval.high);
}

TEST(WordErrors, PairsTellWhatIntervalsDoNot) {
  // The second system makes the first one's errors and, in every fifth utterance, one more.
  const std::vector<ErrorRate> first = drawn(0.2, 100, 1);
  std::vector<ErrorRate> second = first;
  for (size_t i = 0; i < second.size(); i += 5) ++second[i].insertions;
  EXPECT_GT(bootstrap_interval(first).high, bootstrap_interval(second).low) << "the intervals overlap";
  const PairedDifference difference = paired_bootstrap(first, second);
  EXPECT_NEAR(difference.difference, -0.02, 1e-12);
  EXPECT_LT(difference.interval.high, 0);
  EXPECT_EQ(difference.first_wins, 1);
  const PairedDifference same = paired_bootstrap(first, first);
  EXPECT_EQ(same.difference, 0);
  EXPECT_EQ(same.interval.low, 0);
  EXPECT_EQ(same.first_wins, 0.5);
  EXPECT_EQ(failure_of([&] { paired_bootstrap(first, std::span(second).first(3)); }).code, "usage/paired");
}

}  // namespace
}  // namespace rnn::core
