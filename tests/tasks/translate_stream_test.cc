// Why: lines that are translated side by side, begun and finished at different times, are those that a translator gives for each alone.
#include "tasks/translate/stream/translate_stream.h"

#include <gtest/gtest.h>

#include <map>

#include "support/failure.h"
#include "support/tiny_translator.h"
#include "tasks/translate/stream/translator.h"

namespace rnn::core::test {
namespace {

const char* const kWords[] = {"The", "cat", "is", "sleeping.", "dog", "eating", "bread.", "A", "bird", "sees", "the", "and"};

std::string line_of(int i) {
  if (i % 17 == 5) return "";
  std::string line;
  for (int w = 0; w < 1 + i % 9; ++w) line += (w > 0 ? " " : "") + std::string(kWords[(i * 7 + w * w * 5) % 12]);
  return line;
}

void expect_same(const std::vector<Translation>& got, const std::vector<Translation>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].text, want[i].text) << what;
    EXPECT_EQ(got[i].ids, want[i].ids) << what;
    EXPECT_EQ(got[i].log_prob, want[i].log_prob) << what;
    EXPECT_EQ(got[i].score, want[i].score) << what;
    EXPECT_EQ(got[i].finished, want[i].finished) << what;
  }
}

struct StreamCase {
  const char* name;
  AttentionKind attention;
  bool input_feeding;
  const char* tokens;
  TranslateOptions options;
};
void PrintTo(const StreamCase& c, std::ostream* out) { *out << c.name; }

std::vector<StreamCase> stream_cases() {
  TranslateOptions beam, greedy, drawn, covered, begun;
  beam.beam = 4, beam.n_best = 3, beam.no_repeat = 2;
  greedy.beam = 1;
  drawn.sample = true, drawn.seed = 4, drawn.sampling.top_k = 6;
  covered.beam = 3, covered.coverage = 0.4;
  begun.beam = 3, begun.prefix = "The";
  return {{"beam", AttentionKind::additive, false, "word", beam},
          {"greedy", AttentionKind::general, true, "char", greedy},
          {"drawn", AttentionKind::dot, false, "word", drawn},
          {"no attention", AttentionKind::none, false, "word", beam},
          {"covered", AttentionKind::additive, true, "word", covered},
          {"begun", AttentionKind::scaled_dot, false, "char", begun}};
}

class TranslateStreamTest : public testing::TestWithParam<StreamCase> {};

TEST_P(TranslateStreamTest, LinesOfUnlikePhasesAreThoseOfATranslator) {
  constexpr int kStreams = 60, kLines = 3;
  const StreamCase& c = GetParam();
  ModelFile file = tiny_translator(c.attention, c.input_feeding, c.tokens),
            same = tiny_translator(c.attention, c.input_feeding, c.tokens);
  Pool pool(3), alone(1);
  Translator translator(same, {}, alone);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  const auto rules = std::make_shared<const TranslationRules>(*file.tokenizer, c.options);
  std::vector<TranslateStream> streams;
  for (int i = 0; i < kStreams; ++i) streams.emplace_back(*file.model, rules, i * kLines);
  std::map<int, std::vector<Translation>> got;
  std::vector<int> done(kStreams, 0);
  for (int pass = 0; static_cast<int>(got.size()) < kStreams * kLines; ++pass) {
    ASSERT_LT(pass, 2000);
    std::vector<core::Stream*> here;
    for (int i = 0; i < kStreams; ++i) {
      auto& stream = streams[static_cast<size_t>(i)];
      // Its first line in two parts, the other two at once; the last without its end of line.
      const std::string first = line_of(i * kLines) + "\n";
      if (pass == i % 11) stream.read(first.substr(0, first.size() / 2));
      if (pass == i % 11 + 2) stream.read(first.substr(first.size() / 2));
      if (pass == i % 5 + 14) stream.read(line_of(i * kLines + 1) + "\n" + line_of(i * kLines + 2)), stream.finish();
      if (pass == i % 5 + 14 && line_of(i * kLines + 2).empty()) stream.read("\n");
      here.push_back(&stream);
    }
    step_streams(engine, here);
    for (int i = 0; i < kStreams; ++i) {
      auto& stream = streams[static_cast<size_t>(i)];
      ASSERT_FALSE(stream.failure());
      while (auto found = stream.next()) got[i * kLines + done[static_cast<size_t>(i)]++] = std::move(*found);
    }
  }
  for (const auto& [number, found] : got)
    expect_same(found, translator.translate({line_of(number)}, c.options, number)[0], line_of(number));
}

INSTANTIATE_TEST_SUITE_P(Ways, TranslateStreamTest, testing::ValuesIn(stream_cases()));

TEST(TranslateStream, ASavedStreamTranslatesTheSameLines) {
  ModelFile file = tiny_translator(AttentionKind::additive, true);
  Pool pool(1);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  const auto rules = std::make_shared<const TranslationRules>(*file.tokenizer, TranslateOptions{});
  TranslateStream stream(*file.model, rules);
  stream.read("The cat is eating bread.\n\nA bird sees the dog.\nThe do");
  core::Stream* const one[] = {&stream};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(step_streams(engine, one));
  const std::string bytes = stream.save();
  const auto twin = stream.clone();
  TranslateStream other(*file.model, rules);
  other.load(bytes);
  EXPECT_EQ(other.save(), bytes);
  const auto rest = [&](TranslateStream& s) {
    s.read("g is sleeping.");
    s.finish();
    core::Stream* const only[] = {&s};
    while (step_streams(engine, only)) {
    }
    std::vector<std::string> texts;
    while (const auto found = s.next()) texts.push_back((*found)[0].text);
    return texts;
  };
  const std::vector<std::string> want = rest(stream);
  ASSERT_EQ(want.size(), 4u);
  EXPECT_EQ(want[1], "") << "an empty line";
  EXPECT_NE(want[0], want[3]);
  EXPECT_EQ(rest(other), want) << "a loaded state";
  EXPECT_EQ(rest(static_cast<TranslateStream&>(*twin)), want) << "a copy";
  EXPECT_THROW(stream.load("rnntran1"), Error);
  EXPECT_THROW(stream.load("something else entirely"), Error);
}

TEST(TranslateStream, ACoveragePenaltyWithoutAttentionIsAFailureOfTheStream) {
  ModelFile file = tiny_translator(AttentionKind::none, false);
  Pool pool(1);
  file.model->pack(pool, false);
  Engine engine(*file.model, &pool);
  TranslateOptions options;
  options.coverage = 1;
  TranslateStream stream(*file.model, std::make_shared<const TranslationRules>(*file.tokenizer, options));
  stream.read("The cat\n");
  core::Stream* const one[] = {&stream};
  step_streams(engine, one);
  EXPECT_FALSE(step_streams(engine, one));
  ASSERT_TRUE(stream.failure());
  EXPECT_EQ(failure_of([&] { std::rethrow_exception(stream.failure()); }).code, "search/coverage");
}

TEST(TranslationRules, ImpossibleOptionsAreRefused) {
  const auto tokenizer = build_tokenizer("word", {"a b\n"});
  const auto refused = [&](const TranslateOptions& o) {
    return failure_of([&] { TranslationRules rules(*tokenizer, o); }).code;
  };
  TranslateOptions none, many, drawn, begun;
  none.beam = 0, many.n_best = 6;
  drawn.sample = true, drawn.n_best = 2;
  begun.sample = true, begun.prefix = "a";
  for (const TranslateOptions& o : {none, many, drawn, begun}) EXPECT_EQ(refused(o), "usage/option");
}

}  // namespace
}  // namespace rnn::core::test
