// Why: an n-gram model must give the same answers after a trip through a file, and no damaged file may pass for a model.
#include "text/arpa.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/rng.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;

// log10 with 7 digits is within 5e-7 for numbers below 10 and a float within 5e-7, too; at most 6 numbers of an order 5 add up:
// 6 * 1e-6 * ln(10).
constexpr double kPrinted = 1.4e-5;

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

// Sentences over ids [2, vocabulary); 1 is the end of line, 0 the unknown word, which occurs, and the last id never does.
std::vector<Ids> sentences(uint32_t seed, int count, int vocabulary) {
  Random random(seed, Purpose::test);
  std::vector<Ids> result(static_cast<size_t>(count));
  for (Ids& sentence : result) {
    for (uint32_t k = random.below(9); k > 0; --k) {
      const double u = random.uniform();
      const int id = static_cast<int>((vocabulary - 1) * u * u);
      sentence.push_back(id == 1 ? 2 : id);
    }
    sentence.push_back(1);
  }
  return result;
}

ArpaWords made_up(int vocabulary) {
  ArpaWords words{{"<unk>", "</s>"}, 0, 1};
  for (int id = 2; id < vocabulary; ++id) words.words.push_back("w" + std::to_string(id));
  return words;
}

TEST(Arpa, SaysTheSameBehindAFileAsBefore) {
  for (int order = 1; order <= 5; ++order) {
    for (const int vocabulary : {4, 15}) {
      const auto text = sentences(static_cast<uint32_t>(10 * order + vocabulary), 60, vocabulary);
      for (const std::vector<int>& prune : {std::vector<int>{}, std::vector<int>{0, 1, 2}}) {
        if (static_cast<int>(prune.size()) > order) continue;
        const NgramModel model({text.begin(), text.end()}, vocabulary, order, {1, prune});
        const ArpaWords words = made_up(vocabulary);
        const std::string file = joined(format_arpa(model, words));
        const ArpaModel again(file, "m.arpa", &words);
        ASSERT_EQ(again.order(), order);
        ASSERT_EQ(again.vocabulary(), vocabulary);
        ASSERT_EQ(again.ngrams(1), vocabulary + 1);
        for (int n = 2; n <= order; ++n) ASSERT_EQ(again.ngrams(n), model.ngrams(n));
        Random random(3, Purpose::test);
        for (int round = 0; round < 200; ++round) {
          const Ids& from = text[random.below(60)];
          Ids context = {1};
          context.insert(context.end(), from.begin(), from.begin() + random.below(static_cast<uint32_t>(from.size())));
          if (round % 3 == 0) context.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary))));
          if (round % 5 == 0) context = {};
          double sum = 0;
          for (int id = 0; id < vocabulary; ++id) {
            ASSERT_NEAR(again.log_prob(context, id), model.log_prob(context, id), kPrinted) << order << " " << id;
            sum += std::exp(again.log_prob(context, id));
          }
          ASSERT_NEAR(sum, 1, kPrinted);
        }
      }
    }
  }
}

// Nine sentences of one word each: everything can be worked out. a, b and c occur 6, 2 and 1 times.
TEST(Arpa, ASmallModelByHand) {
  std::vector<Ids> text;
  for (const int id : {2, 2, 2, 2, 2, 2, 3, 3, 4}) text.push_back({id, 1});
  const NgramModel model({text.begin(), text.end()}, 5, 2, {1, {}});
  const std::string file = joined(format_arpa(model, {{"<unk>", "</s>", "a", "b", "c"}, 0, 1}));
  // Too small for discounts: 0.5, 1, 1.5. Words before: a {<s>}, b {<s>}, c {<s>}, </s> {a, b, c}; 5 ids.
  const double share = (0.5 + 0.5 + 0.5 + 1.5) / 6, unknown = share / 5, one = 0.5 / 6 + unknown, end = 1.5 / 6 + unknown;
  // Behind <s>: counts 6, 2, 1. Behind a: </s> 6 times; behind b twice, behind c once.
  const double begin = (1.5 + 1 + 0.5) / 9;
  const std::pair<const char*, std::pair<double, double>> kExpected[] = {{"<unk>", {unknown, 1}},
                                                                         {"</s>", {end, 1}},
                                                                         {"a", {one, 1.5 / 6}},
                                                                         {"b", {one, 1.0 / 2}},
                                                                         {"c", {one, 0.5 / 1}},
                                                                         {"<s> a", {4.5 / 9 + begin * one, 1}},
                                                                         {"<s> c", {0.5 / 9 + begin * one, 1}},
                                                                         {"b </s>", {1.0 / 2 + 1.0 / 2 * end, 1}}};
  for (const auto& [ngram, numbers] : kExpected) {
    const size_t at = file.find("\t" + std::string(ngram) + (numbers.second == 1 ? "\n" : "\t"));
    ASSERT_NE(at, std::string::npos) << ngram << "\n" << file;
    const size_t line = file.rfind('\n', at) + 1;
    EXPECT_NEAR(std::stod(file.substr(line)), std::log10(numbers.first), 1e-6) << ngram;
    if (numbers.second == 1) continue;
    EXPECT_NEAR(std::stod(file.substr(at + 2 + std::string(ngram).size())), std::log10(numbers.second), 1e-6) << ngram;
  }
  EXPECT_NE(file.find("\\data\\\nngram 1=6\nngram 2=6\n\n\\1-grams:\n"), std::string::npos) << file;
  EXPECT_NE(file.find("-99\t<s>\t" + std::to_string(std::log10(begin)).substr(0, 7)), std::string::npos) << file;
  EXPECT_TRUE(file.ends_with("\n\\end\\\n"));
}

constexpr const char* kForeign =
    "written elsewhere\n\n\\data\\\nngram 1=5\r\nngram  2=4\nngram 3=1\n\n"
    "\\1-grams:\n-0.9\t<unk>\n-99\t<s>\t-0.4\n-0.7 </s>\n-0.5\tthe\t-0.3\n-0.6\tcat\t0.1\n\n"
    "\\2-grams:\n-0.2\tthe cat\t-0.25\n-0.15\t<s> the\n-0.35\tcat </s>\n-0.8\tcat cat\t-0.05\n"
    "\\3-grams:\n-0.1\tthe cat </s>\n\n\\end\\\n";

TEST(Arpa, BacksOffAsTheFormatSays) {
  const ArpaModel model(kForeign, "f.arpa");
  EXPECT_EQ(model.words().words, (std::vector<std::string>{"<unk>", "</s>", "the", "cat"}));
  EXPECT_EQ(model.order(), 3);
  EXPECT_TRUE(model.has_unknown());
  const auto expect = [&](const Ids& context, int32_t id, double log10) {
    EXPECT_NEAR(model.log_prob(context, id), log10 * std::log(10.0), 1e-6) << id;
  };
  expect({}, 2, -0.5);
  expect({1}, 2, -0.15);                 // <s> the
  expect({1, 2}, 3, 0 - 0.2);            // "<s> the" has no back-off weight
  expect({2, 3}, 1, -0.1);               // the cat </s>
  expect({3, 2, 3}, 1, -0.1);            // only two words count
  expect({2, 3}, 3, -0.25 - 0.8);        // the cat | cat
  expect({2, 3}, 2, -0.25 + 0.1 - 0.5);  // twice
  expect({3, 3}, 0, -0.05 + 0.1 - 0.9);  // the unknown word
  expect({0, 2}, 2, -0.3 - 0.5);         // an unknown word as context
  expect({2, 3, 1}, 2, -0.15);           // a new sentence
  expect({2, 3, 1}, 3, -0.4 - 0.6);
  expect({1, 3}, 1, -0.35);  // no "<s> cat"
  const std::string closed = "\\data\\\nngram 1=3\n\\1-grams:\n-1\t<s>\n-1\t</s>\n-1\ta\n\\end\\\n";
  const ArpaModel no_unknown(closed, "c.arpa");
  EXPECT_FALSE(no_unknown.has_unknown());
  EXPECT_NEAR(no_unknown.log_prob(Ids{2}, 0), -99 * std::log(10.0), 1e-6);
}

TEST(Arpa, ReadsWhatToolkitsWriteDifferently) {
  const auto read = [](std::initializer_list<std::pair<std::string, std::string>> changes) {
    std::string text = kForeign;
    for (const auto& [from, to] : changes) {
      const size_t at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    }
    const ArpaModel model(text, "f.arpa");
    return model.log_prob(Ids{2, 3}, 1) + model.log_prob(Ids{2, 3}, 2);
  };
  const double expected = read({});
  EXPECT_EQ(read({{"ngram 1=5", "ngram 1=\t5"}, {"ngram  2=", "ngram  2 =  "}, {"ngram 3=", "ngram\t3="}}), expected);
  EXPECT_EQ(read({{"-0.2\tthe cat\t-0.25", "-0.2 the cat -0.25"}, {"-0.1\tthe cat </s>", "-0.1   the cat   </s>"}}),
            expected);
  for (const char* none : {"\t0", "\t0.000000", " -0", "\t0e0"})
    EXPECT_EQ(read({{"-0.1\tthe cat </s>", std::string("-0.1\tthe cat </s>") + none}}), expected) << none;
  EXPECT_EQ(ArpaModel("\xEF\xBB\xBF" + std::string(kForeign), "f.arpa").log_prob(Ids{2, 3}, 1),
            ArpaModel(kForeign, "f.arpa").log_prob(Ids{2, 3}, 1));
  const std::string plain = "\xEF\xBB\xBF\\data\\\nngram 1=2\n\\1-grams:\n-1\t<s>\n-1\t</s>\n\\end\\\n";
  EXPECT_EQ(ArpaModel(plain, "p.arpa").order(), 1);
  // Of order 12: one n-gram of each length.
  std::string words = "<s>", counts = "ngram 1=2\n", body = "\\1-grams:\n-1\t<s>\t-0.5\n-0.1\t</s>\t-0.5\n";
  for (int n = 2; n <= 12; ++n) {
    words += " </s>";
    counts += "ngram " + std::to_string(n) + "=1\n";
    body += "\n\\" + std::to_string(n) + "-grams:\n-0.2\t" + words + (n < 12 ? "\t-0.5\n" : "\n");
  }
  EXPECT_EQ(ArpaModel("\\data\\\n" + counts + body + "\\end\\\n", "o.arpa").order(), 12);
}

TEST(Arpa, EveryFaultIsNamedByItsLine) {
  const auto refused = [](const std::string& from, const std::string& to, const std::string& code,
                          const std::string& place) {
    std::string text = kForeign;
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const Failure failure = failure_of([&] { ArpaModel(text, "f.arpa"); });
    EXPECT_EQ(failure.code, code) << from << " -> " << to << ": " << failure.message;
    EXPECT_EQ(failure.exit, Exit::data);
    EXPECT_EQ(failure.message.find(place), 0u) << failure.message;
  };
  refused("\\data\\", "data", "arpa/data", "f.arpa has no line");
  refused("ngram 1=5", "ngram 1=6", "arpa/counts", "f.arpa:15: there are 5 1-grams here, but the header says 6");
  refused("ngram 1=5", "ngram 1=4", "arpa/counts", "f.arpa:15:");
  refused("ngram 1=5", "ngram 1=-5", "arpa/counts", "f.arpa:4:");
  refused("ngram 1=5", "ngram one=5", "arpa/counts", "f.arpa:4:");
  refused("ngram 3=1", "ngram 4=1", "arpa/order", "f.arpa:6:");
  refused("\\end\\", "\\4-grams:", "arpa/order", "f.arpa:23: expected \\end\\, not '\\4-grams:'");
  refused("\\3-grams:", "\\4-grams:", "arpa/order", "f.arpa:20:");
  refused("\\2-grams:", "\\3-grams:", "arpa/section", "f.arpa:15:");
  refused("\\2-grams:", "\\two-grams:", "arpa/section", "f.arpa:15:");
  refused("\\3-grams:\n-0.1\tthe cat </s>\n", "", "arpa/section", "f.arpa:21: expected \\3-grams:, not '\\end\\'");
  refused("\\end\\\n", "", "arpa/end", "f.arpa:22:");
  refused("-0.2\tthe cat\t-0.25", "-0.2\tthe", "arpa/line", "f.arpa:16:");
  refused("-0.1\tthe cat </s>", "-0.1\tthe cat </s>\t-0.1", "arpa/line", "f.arpa:21:");
  refused("-0.1\tthe cat </s>", "-0.1\tthe cat </s> </s> </s> </s>", "arpa/line", "f.arpa:21:");
  refused("-0.2\t", "nan\t", "arpa/number", "f.arpa:16: 'nan'");
  refused("-0.25", "inf", "arpa/number", "f.arpa:16: 'inf'");
  refused("-0.2\t", "-0.2x\t", "arpa/number", "f.arpa:16:");
  refused("-0.2\t", "0.2\t", "arpa/probability", "f.arpa:16: the logarithm of a probability is 0.2");
  refused("cat cat", "cat dog", "arpa/word", "f.arpa:19: the word 'dog'");
  refused("cat cat", "the cat", "arpa/duplicate", "f.arpa:19: this 2-gram is already on line 16");
  refused("-0.6\tcat", "-0.6\tthe", "arpa/duplicate", "f.arpa:13:");
  refused("-0.1\tthe cat </s>", "-0.1\tcat the </s>", "arpa/prefix", "f.arpa:21:");
  refused("-99\t<s>", "-99\tbegin", "arpa/sentence", "f.arpa:15: the unigrams have no <s>");
  refused("-0.7 </s>", "-0.7 end", "arpa/sentence", "f.arpa:15: the unigrams have no </s>");
  EXPECT_EQ(failure_of([] { ArpaModel("", "e.arpa"); }).code, "arpa/data");
  EXPECT_EQ(failure_of([] { ArpaModel("\\data\\\n", "e.arpa"); }).code, "arpa/counts");
}

TEST(Arpa, TheTokensMustBeThoseOfTheNetwork) {
  const ArpaWords words{{"the", "</s>", "cat", "<unk>"}, 3, 1};
  const ArpaModel model(kForeign, "f.arpa", &words);
  EXPECT_NEAR(model.log_prob(Ids{0}, 2), -0.2 * std::log(10.0), 1e-6);
  EXPECT_NEAR(model.log_prob({}, 3), -0.9 * std::log(10.0), 1e-6);
  const auto failure = [](const ArpaWords& other) { return failure_of([&] { ArpaModel(kForeign, "f.arpa", &other); }); };
  const Failure more = failure({{"<unk>", "</s>", "the", "cat", "dog"}, 0, 1}),
                fewer = failure({{"<unk>", "</s>", "the"}, 0, 1});
  EXPECT_EQ(more.code, "arpa/tokens");
  EXPECT_NE(more.message.find("'dog'"), std::string::npos) << more.message;
  EXPECT_EQ(fewer.code, "arpa/tokens");
  EXPECT_NE(fewer.message.find("'cat'"), std::string::npos) << fewer.message;
  // A file may know an unknown word that the tokens do not have.
  const ArpaWords sure{{"</s>", "the", "cat"}, -1, 0};
  EXPECT_NEAR(ArpaModel(kForeign, "f.arpa", &sure).log_prob(Ids{1}, 2), -0.2 * std::log(10.0), 1e-6);
}

TEST(Arpa, EveryPieceHasASpellingOfItsOwn) {
  for (const std::string kind : {"word", "char", "byte"}) {
    const auto tokenizer = build_tokenizer(kind, {"a < b\tc <s> </s> <unk> \xC3\xA9 <0x20>\n"});
    const ArpaWords words = arpa_words(*tokenizer);
    ASSERT_EQ(static_cast<int>(words.words.size()), tokenizer->size());
    std::set<std::string> different(words.words.begin(), words.words.end());
    EXPECT_EQ(different.size(), words.words.size());
    for (int32_t id = 0; id < tokenizer->size(); ++id) {
      const std::string& word = words.words[static_cast<size_t>(id)];
      EXPECT_EQ(word.find_first_of(" \t\n\r"), std::string::npos) << word;
      if (id == tokenizer->newline_id()) {
        EXPECT_EQ(word, "</s>");
      } else if (id == tokenizer->unknown_id()) {
        EXPECT_EQ(word, "<unk>");
      } else {
        EXPECT_EQ(arpa_piece(word), tokenizer->piece(id));
        EXPECT_NE(word, "<s>");
        EXPECT_NE(word, "</s>");
      }
    }
  }
}

TEST(Arpa, OnlySentencesAreWritten) {
  const Ids text = {2, 1, 3, 1};
  const NgramModel model({text}, 4, 3, {1, {}});
  EXPECT_EQ(failure_of([&] { format_arpa(model, made_up(4)); }).code, "arpa/stream");
}

}  // namespace
}  // namespace rnn::core
