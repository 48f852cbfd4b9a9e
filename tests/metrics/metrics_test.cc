// Why: our scores are put into tables with scores of others: published numbers, and the definitions by brute force.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"

namespace rnn::core {
namespace {

using List = std::vector<std::string>;

// Published with all digits: what a few dozen roundings of double leave. Published with fewer: half a unit of the last one.
constexpr double kAllDigits = 1e-9, kThreeDecimals = 0.0005, kTwoDecimals = 0.005, kOneDecimal = 0.05;

struct Case {
  std::string hypothesis;
  List references;
};

// The example of sacreBLEU's README ("Using SacreBLEU from Python"), references regrouped by sentence.
const std::vector<Case> kReadme = {
    {"The dog bit the man.", {"The dog bit the man.", "The dog had bit the man."}},
    {"It wasn't surprising.", {"It was not unexpected.", "No one was surprised."}},
    {"The man had just bitten him.", {"The man bit him first.", "The man had bitten the dog."}},
};

BleuScore bleu_of(const std::vector<Case>& cases) {
  BleuCounter counter;
  for (const Case& c : cases) counter.add(c.hypothesis, c.references);
  return counter.score();
}

double chrf_of(const std::vector<Case>& cases, const ChrfOptions& options = {}) {
  ChrfCounter counter(options);
  for (const Case& c : cases) counter.add(c.hypothesis, c.references);
  return counter.score();
}

// Up to `most` words of a small vocabulary, so that n-grams repeat and match.
std::string random_line(Random& random, uint32_t most) {
  static const char* const kWords[] = {"a", "b", "c", "ab", "ba", "d.", "(e", "f"};
  std::string line;
  for (uint32_t n = random.below(most + 1); n > 0; --n)
    line += std::string(line.empty() ? "" : " ") + kWords[random.below(8)];
  return line;
}

TEST(Tokens13a, FollowTheRules) {
  const std::pair<const char*, List> cases[] = {
      {"", {}},
      {" \t\n ", {}},
      {"The dog bit the man.", {"The", "dog", "bit", "the", "man", "."}},
      {"It wasn't surprising.", {"It", "wasn't", "surprising", "."}},
      {"$1,000.50", {"$", "1,000.50"}},
      {"in 1990.", {"in", "1990", "."}},
      {"1,2.", {"1,2", "."}},
      {".5", {".", "5"}},
      {"10-20", {"10", "-", "20"}},
      {"-5 well-known 5- 5--6", {"-5", "well-known", "5", "-", "5", "-", "-6"}},
      {"U.S.A.", {"U", ".", "S", ".", "A", "."}},
      {"a...b ... ,,", {"a", ".", ".", ".", "b", ".", ".", ".", ",", ","}},
      {"He said: \"No, 3.5% (or 1-2).\"",
       {"He", "said", ":", "\"", "No", ",", "3.5", "%", "(", "or", "1", "-", "2", ")", ".", "\""}},
      {"&quot;Yes&quot; &amp;lt; no", {"\"", "Yes", "\"", "<", "no"}},
      {"&lt;b&gt; &amp; &apos;", {"<", "b", ">", "&", "&", "apos", ";"}},
      {"a<skipped>b", {"ab"}},
      {"co-\noperate\nnow", {"cooperate", "now"}},
      {"\xC2\xAB\xC3\xA9t\xC3\xA9\xC2\xBB, l\xE2\x80\x99\xC3\xA9t\xC3\xA9.",
       {"\xC2\xAB\xC3\xA9t\xC3\xA9\xC2\xBB", ",", "l\xE2\x80\x99\xC3\xA9t\xC3\xA9", "."}},
      {"a\xC2\xA0z\xE3\x80\x80z\x1Cz\xC2\x85z", {"a", "z", "z", "z", "z"}},  // white space of Python, not of C
      {"zero\xE2\x80\x8Bwidth", {"zero\xE2\x80\x8Bwidth"}},                  // U+200B is none
      {"ill\xFF,\xC3.", {"ill\xEF\xBF\xBD", ",", "\xEF\xBF\xBD", "."}},
  };
  for (const auto& [line, tokens] : cases) EXPECT_EQ(tokenize_13a(line), tokens) << line;
}

// The rules as the regular expressions that sacreBLEU has, on random lines of ASCII.
TEST(Tokens13a, AgreeWithTheRegularExpressions) {
  const std::pair<std::regex, const char*> rules[] = {
      {std::regex("([{-~\\[-` -&(-+:-@/])"), " $1 "},
      {std::regex("([^0-9])([.,])"), "$1 $2 "},
      {std::regex("([.,])([^0-9])"), " $1 $2"},
      {std::regex("([0-9])(-)"), "$1 $2 "},
  };
  Random random(1, Purpose::test);
  for (int round = 0; round < 3000; ++round) {
    std::string line;
    for (uint32_t n = random.below(24); n > 0; --n) {
      const std::string_view often = "09a.,.,-- ";
      const uint32_t kind = random.below(3);
      line += kind < 2 ? often[random.below(static_cast<uint32_t>(often.size()))] : static_cast<char>(32 + random.below(95));
    }
    std::string spaced = " " + line + " ";
    for (const auto& [pattern, with] : rules) spaced = std::regex_replace(spaced, pattern, with);
    List tokens;
    std::istringstream words(spaced);
    for (std::string word; words >> word;) tokens.push_back(word);
    ASSERT_EQ(tokenize_13a(line), tokens) << line;
  }
}

TEST(Bleu, PublishedByItsAuthors) {
  // BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18); test/test_bleu.py: 48.530827.
  const BleuScore readme = bleu_of(kReadme);
  EXPECT_NEAR(readme.score, 48.530827, 5e-7);
  EXPECT_NEAR(readme.precisions[0], 82.4, kOneDecimal);
  EXPECT_NEAR(readme.precisions[1], 50.0, kOneDecimal);
  EXPECT_NEAR(readme.precisions[2], 45.5, kOneDecimal);
  EXPECT_NEAR(readme.precisions[3], 37.5, kOneDecimal);
  EXPECT_NEAR(readme.brevity_penalty, 0.943, kThreeDecimals);
  EXPECT_EQ(readme.hypothesis_length, 17);
  EXPECT_EQ(readme.reference_length, 18);
  EXPECT_EQ(bleu_of({{"", kReadme[0].references}, {"", kReadme[1].references}, {"", kReadme[2].references}}).score, 0);

  // "Variable Number of References": 29.44 82.4/42.9/27.3/12.5 (BP = 0.889 ratio = 0.895 hyp_len = 17 ref_len = 19).
  std::vector<Case> fewer = kReadme;
  fewer[0].references[0] = "";
  const BleuScore variable = bleu_of(fewer);
  EXPECT_NEAR(variable.score, 29.44, kTwoDecimals);
  EXPECT_NEAR(variable.precisions[3], 12.5, kOneDecimal);
  EXPECT_NEAR(variable.brevity_penalty, 0.889, kThreeDecimals);
  EXPECT_EQ(variable.reference_length, 19);

  // test_case_statistics of test/test_bleu.py.
  const BleuScore counts = bleu_of({{"am I am a character sequence", {"I am a symbol string sequence a a"}}});
  EXPECT_EQ(counts.counts, (std::array<int64_t, kBleuOrder>{4, 2, 1, 0}));
  EXPECT_EQ(counts.totals, (std::array<int64_t, kBleuOrder>{6, 5, 4, 3}));
}

TEST(Bleu, PublishedByOthers) {
  // The metric card of sacrebleu in Hugging Face's evaluate.
  const BleuScore card = bleu_of({{"hello there general kenobi", {"hello there general kenobi", "hello there !"}},
                                  {"on our way to ankh morpork", {"goodbye ankh morpork", "ankh morpork"}}});
  EXPECT_NEAR(card.score, 39.76353643835252, kAllDigits);
  EXPECT_EQ(card.counts, (std::array<int64_t, kBleuOrder>{6, 4, 2, 1}));
  EXPECT_EQ(card.totals, (std::array<int64_t, kBleuOrder>{10, 8, 6, 4}));
  EXPECT_NEAR(card.precisions[2], 33.333333333333336, kAllDigits);
  EXPECT_EQ(card.brevity_penalty, 1);
  EXPECT_EQ(card.hypothesis_length, 10);
  EXPECT_EQ(card.reference_length, 7);
  EXPECT_NEAR(bleu_of({{"hello there general kenobi", {"hello there general kenobi", "hello there !"}},
                       {"foo bar foobar", {"foo bar foobar", "foo bar foobar"}}})
                  .score,
              100, kAllDigits);
}

TEST(Bleu, OfOneSentence) {
  // sacreBLEU's test/test_sentence_bleu.py: smoothing exp, tokens 13a.
  const std::string reference = "produc\xC5\xA3ia de zah\xC4\x83r brut se exprim\xC4\x83 \xC3\xAEn zah\xC4\x83r alb;";
  const std::string hypothesis =
      "Produc\xC8\x9Bia de zah\xC4\x83r prim\xC4\x83 va fi exprimat\xC4\x83 \xC3\xAEn ceea ce prive\xC8\x99te "
      "zah\xC4\x83rul alb;";
  EXPECT_NEAR(sentence_bleu(hypothesis, {reference}).score, 8.493, kThreeDecimals);
  EXPECT_EQ(sentence_bleu("this is a cat", {"okay thanks"}).score, 0);
  // test_case_effective_order of test/test_bleu.py.
  EXPECT_NEAR(sentence_bleu("test", {"a test"}).score, 36.78794411714425, kAllDigits);
  EXPECT_NEAR(sentence_bleu("a test", {"a test"}).score, 100, kAllDigits);
  // By hand: unigrams 3/4, bigrams 2/3, trigrams 1/2, the only 4-gram half a match.
  EXPECT_NEAR(sentence_bleu("this is a fest", {"this is a test"}).score, 100 * std::pow(0.25 * 0.5, 0.25), kAllDigits);
  // By hand: unigrams 2/3, half a match in 2 bigrams, a quarter in one trigram; no 4-gram, so the corpus score is 0.
  EXPECT_NEAR(sentence_bleu("a little test", {"a test"}).score, 100 * std::cbrt(2.0 / 3 / 4 / 4), kAllDigits);
  EXPECT_EQ(bleu_of({{"a little test", {"a test"}}}).score, 0);
}

TEST(Bleu, TakesTheNearestReferenceLength) {
  EXPECT_EQ(bleu_of({{"a b c", {"a b c d e", "a b c d", "a"}}}).reference_length, 4);
  EXPECT_EQ(bleu_of({{"a b c", {"a b c d e", "a"}}}).reference_length, 1) << "of two as near the shorter";
  EXPECT_EQ(bleu_of({{"a b c", {"a", "a b c d e"}}}).reference_length, 1);
  EXPECT_EQ(bleu_of({{"a b c", {" ", "a b c d e f"}}}).reference_length, 0) << "white space is a reference of no words";
}

TEST(Bleu, EdgesAndSignature) {
  const BleuScore none = BleuCounter().score();
  EXPECT_EQ(none.score, 0);
  EXPECT_EQ(none.brevity_penalty, 1);
  EXPECT_EQ(bleu_of({{"", {""}}}).score, 0);
  const BleuScore unmatched = bleu_of({{"a b c d", {}}, {"a b c d", {"a b c d"}}});
  EXPECT_EQ(unmatched.hypothesis_length, 8);
  EXPECT_EQ(unmatched.reference_length, 4);
  EXPECT_NEAR(unmatched.score, 50, kAllDigits);
  // An ill-formed byte is U+FFFD on both sides.
  EXPECT_NEAR(bleu_of({{"one caf\xE9 is here", {"one caf\xEF\xBF\xBD is here"}}}).score, 100, kAllDigits);

  BleuCounter counter;
  EXPECT_EQ(counter.references(), 0);
  counter.add("a", {"a", "b"});
  counter.add("a", {"a", "", "b"});
  EXPECT_EQ(counter.references(), 2);
  counter.add("a", {"a"});
  counter.add("a", {"a", "b"});
  EXPECT_EQ(counter.references(), 0);
  EXPECT_EQ(bleu_signature(1).rfind("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:rnn-", 0), 0u);
  EXPECT_EQ(bleu_signature(0).rfind("nrefs:var|case:mixed|", 0), 0u);
}

// How often the n words from `begin` on stand in `words`.
int64_t occurrences(const List& words, const List& of, size_t begin, size_t n) {
  int64_t count = 0;
  for (size_t i = 0; i + n <= words.size(); ++i)
    count += std::equal(words.begin() + static_cast<ptrdiff_t>(i), words.begin() + static_cast<ptrdiff_t>(i + n),
                        of.begin() + static_cast<ptrdiff_t>(begin));
  return count;
}

// Clipped matches of n-grams by definition: each distinct n-gram of `words` at its first place.
int64_t matches_by_force(const List& words, const std::vector<List>& references, size_t n) {
  int64_t matches = 0;
  for (size_t i = 0; i + n <= words.size(); ++i) {
    const List before(words.begin(), words.begin() + static_cast<ptrdiff_t>(i + n - 1));
    if (occurrences(before, words, i, n) > 0) continue;
    int64_t most = 0;
    for (const List& reference : references) most = std::max(most, occurrences(reference, words, i, n));
    matches += std::min(most, occurrences(words, words, i, n));
  }
  return matches;
}

TEST(Bleu, CountsAsDefined) {
  Random random(2, Purpose::test);
  for (int round = 0; round < 500; ++round) {
    const std::string line = random_line(random, 12);
    List references;
    std::vector<List> tokens;
    for (uint32_t n = 1 + random.below(3); n > 0; --n) {
      references.push_back(random_line(random, 12));
      tokens.push_back(tokenize_13a(references.back()));
    }
    const List words = tokenize_13a(line);
    const BleuScore found = bleu_of({{line, references}});
    for (size_t n = 1; n <= kBleuOrder; ++n) {
      ASSERT_EQ(found.counts[n - 1], matches_by_force(words, tokens, n)) << line;
      ASSERT_EQ(found.totals[n - 1], words.size() < n ? 0 : static_cast<int64_t>(words.size() - n + 1));
    }
    ASSERT_GE(found.score, 0);
    ASSERT_LE(found.score, 100);
    if (words.size() >= kBleuOrder) {
      references.push_back(line);
      ASSERT_NEAR(bleu_of({{line, references}}).score, 100, kAllDigits) << "a hypothesis that is a reference";
    }
  }
}

TEST(CorpusScores, DoNotDependOnTheOrder) {
  Random random(3, Purpose::test);
  std::vector<Case> cases;
  for (int i = 0; i < 50; ++i)
    cases.push_back({random_line(random, 12), {random_line(random, 12), random_line(random, 12)}});
  const double bleu = bleu_of(cases).score, chrf = chrf_of(cases);
  EXPECT_GT(bleu, 0);
  std::reverse(cases.begin(), cases.end());
  EXPECT_EQ(chrf_of(cases), chrf);
  for (Case& c : cases) std::swap(c.references[0], c.references[1]);
  EXPECT_EQ(bleu_of(cases).score, bleu);
}

TEST(Chrf, PublishedByItsAuthors) {
  EXPECT_NEAR(chrf_of(kReadme), 59.73, kTwoDecimals);  // sacreBLEU's README
  // test/test_chrf.py of sacreBLEU: the cases without epsilon smoothing (beta 3), the last two from version 1.
  const ChrfOptions beta3 = {.beta = 3};
  const std::pair<std::vector<Case>, double> cases[] = {
      {{{"a", {"a"}}}, 100},
      {{{"", {"reference"}}}, 0},
      {{{"", {""}}}, 0},
      {{{"source", {""}}}, 0},
      {{{"abcdefg", {"hijklmnop"}}}, 0},
      {{{"a b c", {"a b c"}}}, 100},
      {{{"a b c", {"abc"}}}, 100},
      {{{"a", {"a"}}, {"b", {"c"}}}, 50},
      {{{"aa", {"ab"}}}, 25},
      {{{" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. ",
         {"Das Verh\xC3\xA4ltnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich."}}},
       64.130269831561459},
      {{{" risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .",
         {"risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists "
          "."}}},
       63.361730303214769},
  };
  for (const auto& [lines, score] : cases) EXPECT_NEAR(chrf_of(lines, beta3), score, kAllDigits) << lines[0].hypothesis;
}

TEST(Chrf, PublishedByOthers) {
  // The metric card of chrf in Hugging Face's evaluate, and the one in datasets before it.
  const std::vector<Case> card = {
      {"The relationship between cats and dogs is not exactly friendly.",
       {"The relationship between dogs and cats is not exactly friendly."}},
      {"a good bookshop is just a genteel black hole that knows how to read.",
       {"A good bookshop is just a genteel Black Hole that knows how to read."}},
  };
  EXPECT_NEAR(chrf_of(card), 84.64214891738334, kAllDigits);
  EXPECT_NEAR(chrf_of(card, {.word_order = 2}), 82.87263732906315, kAllDigits);
  EXPECT_NEAR(chrf_of({{"The relationship between Obama and Netanyahu is not exactly friendly.",
                        {"The ties between Obama and Netanyahu are not particularly friendly."}}}),
              61.576379378113785, kAllDigits);
}

TEST(Chrf, TakesTheBestReference) {
  EXPECT_NEAR(chrf_of({{"abc", {"xyz", "abc", "abd"}}}), 100, kAllDigits);
  EXPECT_NEAR(chrf_of({{"abc", {"", "abc"}}}), 100, kAllDigits) << "an empty one is none";
  EXPECT_EQ(chrf_of({{"abc", {}}}), 0);
  EXPECT_NEAR(chrf_of({{"abc", {}}, {"abc", {"abc"}}}), 100, kAllDigits);
  // By hand: of "ab" and "abc" two characters and one pair match: precision 1, 1; recall 2/3, 1/2. One side has no trigrams.
  EXPECT_NEAR(chrf_of({{"ab", {"abc"}}}), 100 * 5 * (7.0 / 12) / (4 + 7.0 / 12), kAllDigits);
  // Words as well, by hand: "(so)" is "(so" and ")"; "so)" is "so" and ")": of two words one, of one pair none.
  const double precision = (3.0 / 4 + 2.0 / 3 + 1.0 / 2 + 1.0 / 2 + 0) / 5, recall = (1 + 1 + 1 + 1.0 / 2 + 0) / 5;
  EXPECT_NEAR(chrf_of({{"(so)", {"so)"}}}, {.word_order = 2}), 100 * 5 * precision * recall / (4 * precision + recall),
              kAllDigits);
}

TEST(Chrf, EdgesAndSignature) {
  EXPECT_EQ(ChrfCounter().score(), 0);
  EXPECT_NEAR(chrf_of({{"a\xE2\x80\x83\xC3\xA9 b", {"a \xC3\xA9\nb"}}}), 100, kAllDigits) << "white space is left out";
  EXPECT_NEAR(chrf_of({{"caf\xE9", {"caf\xEF\xBF\xBD"}}}), 100, kAllDigits);
  EXPECT_EQ(chrf_of({{"\xFF\xFE", {"\xC3\xA9"}}}), 0);
  ChrfCounter counter;
  counter.add("a", {"a", "b"});
  EXPECT_EQ(counter.references(), 2);
  counter.add("a", {"a"});
  EXPECT_EQ(counter.references(), 0);
  EXPECT_EQ(chrf_signature(1).rfind("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:rnn-", 0), 0u);
  EXPECT_EQ(chrf_signature(2, {.word_order = 2}).rfind("nrefs:2|case:mixed|eff:yes|nc:6|nw:2|space:no|version:rnn-", 0), 0u);
}

TEST(Chrf, CountsAsDefined) {
  Random random(4, Purpose::test);
  for (int round = 0; round < 300; ++round) {
    List lines, characters[2];
    for (int side = 0; side < 2; ++side) {
      lines.push_back(random_line(random, 8));
      for (const char c : lines.back()) {
        if (c != ' ') characters[side].emplace_back(1, c);
      }
    }
    double precision = 0, recall = 0;
    int orders = 0;
    for (size_t n = 1; n <= 6; ++n) {
      if (characters[0].size() < n || characters[1].size() < n) continue;
      const double both = static_cast<double>(matches_by_force(characters[0], {characters[1]}, n));
      precision += both / static_cast<double>(characters[0].size() - n + 1);
      recall += both / static_cast<double>(characters[1].size() - n + 1);
      ++orders;
    }
    const double score = precision + recall > 0 ? 5 * precision * recall / (4 * precision + recall) / orders : 0;
    ASSERT_NEAR(chrf_of({{lines[0], {lines[1]}}}), 100 * score, kAllDigits) << lines[0] << " | " << lines[1];
    if (!lines[0].empty()) {
      ASSERT_NEAR(chrf_of({{lines[0], {lines[0]}}}, {.word_order = 2}), 100, kAllDigits);
    }
  }
}

}  // namespace
}  // namespace rnn::core
