// Why: what decoders hear from a language model is what the model says: by hand for a small ARPA file, by its own steps for a network.
#include "tasks/transcribe/stream/word_models.h"

#include <gtest/gtest.h>

#include <cmath>

#include "decode/ctc_beam.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "support/failure.h"

namespace rnn::core::test {
namespace {

std::string arpa_text(const std::string& unknown) {
  return "\\data\\\nngram 1=" + std::string(unknown.empty() ? "5" : "6") +
         "\nngram 2=3\n\n\\1-grams:\n-99\t<s>\t-0.3\n-1.0\t</s>\n-0.7\tWIEN\t-0.2\n-0.9\twien\n-0.5\tist\t-0.1\n" + unknown +
         "\n\\2-grams:\n-0.2\t<s>\tWIEN\n-0.4\tWIEN\tist\n-0.3\tist\t</s>\n\n\\end\\\n";
}
double ln(double log10) { return log10 * std::log(10.0); }
constexpr double kArpa = 1e-6;  // an ARPA file's numbers are floats

TEST(NgramWords, SaysWhatTheFileSays) {
  const ArpaWordModel file(arpa_text("-1.2\t<unk>\n"), "a.arpa");
  const NgramWords& words = file.words;
  WordState state = words.start(), next;
  EXPECT_NEAR(words.word(state, "WIEN", next), ln(-0.2), kArpa) << "after <s>";
  state = next;
  EXPECT_NEAR(words.word(state, "ist", state), ln(-0.4), kArpa) << "the state in place";
  EXPECT_NEAR(words.end(state), ln(-0.3), kArpa);
  EXPECT_NEAR(words.end(words.start()), ln(-0.3 - 1.0), kArpa) << "back-off of <s>";
  EXPECT_NEAR(words.word(state, "ist", next), ln(-0.1 - 0.5), kArpa);
}

TEST(NgramWords, CaseIsThatOfTheTranscripts) {
  const ArpaWordModel file(arpa_text(""), "a.arpa");
  WordState next;
  EXPECT_NEAR(file.words.word({}, "wien", next), ln(-0.9), kArpa) << "the very word";
  EXPECT_NEAR(file.words.word({}, "Wien", next), ln(-0.7), kArpa) << "of two the frequent one";
  EXPECT_NEAR(file.words.word({}, "IST", next), ln(-0.5), kArpa);
  EXPECT_TRUE(file.words.knows("Ist"));
  EXPECT_FALSE(file.words.knows("war"));
  EXPECT_FALSE(file.words.knows("</s>"));
}

TEST(NgramWords, UnknownWords) {
  const ArpaWordModel with(arpa_text("-1.2\t<unk>\n"), "a.arpa"), without(arpa_text(""), "a.arpa", {.unknown = -9}),
      never(arpa_text("-99\t<unk>\n"), "a.arpa", {.unknown = -9});
  WordState state = with.words.start(), next;
  EXPECT_NEAR(with.words.word(state, "xyz", next), ln(-0.3 - 1.2), kArpa) << "<unk> is a word as any other";
  EXPECT_NEAR(with.words.word(next, "ist", next), ln(-0.5), kArpa);
  for (const ArpaWordModel* file : {&without, &never}) {
    state = file->words.start();
    EXPECT_EQ(file->words.word(state, "xyz", next), -9);
    EXPECT_EQ(next.count, 0);
    EXPECT_NEAR(file->words.word(next, "ist", next), ln(-0.5), kArpa);
    EXPECT_EQ(file->words.word(state, "<s>", next), -9);
  }
}

TEST(NgramWords, DecideBetweenSounds) {
  const ArpaWordModel file(arpa_text(""), "a.arpa");
  const Spelling spelling{{"", "wien", "ist", "wein"}, -1, {0, 1, 1, 1}};
  Matrix<float> rows(2, 4);
  const float values[2][4] = {{-9, -0.9F, -9, -0.6F}, {-9, -9, -0.01F, -9}};
  for (int t = 0; t < 2; ++t) std::copy_n(values[t], 4, rows.row(t));
  const auto heard = [&](double alpha) {
    CtcBeam beam({.fusion = {.spelling = &spelling, .words = &file.words, .alpha = alpha}});
    beam.push({rows.view()});
    return beam.finished()[0].text;
  };
  EXPECT_EQ(heard(0), "wein ist");
  EXPECT_EQ(heard(0.5), "wien ist");
}

TEST(NgramWords, NoOrderIsTooHighToBeRead) { EXPECT_GE(WordState::kMost, kMaxArpaOrder - 1); }

struct LetterModel {
  std::unique_ptr<Tokenizer> tokenizer = build_tokenizer("char", {std::string_view("ab ba\nabba a b\n")});
  std::unique_ptr<Model<float>> model;
  Pool pool{1};
  LetterModel() {
    ModelConfig config;
    config.rnn.input = 5, config.rnn.hidden = 7;
    config.vocabulary = tokenizer->size();
    model = std::make_unique<Model<float>>(config);
    initialise(*model, InitOptions{}, 3);
    model->pack(pool, false);
  }
};

TEST(NetworkUnits, SaysWhatTheNetworkSays) {
  LetterModel m;
  const Spelling spelling{{"", "b", "a", ""}, 3, {}};
  NetworkUnits units(*m.model, *m.tokenizer, spelling, m.pool);
  units.start(6);
  const SlotStep first[] = {{0, 2, 1}, {0, 1, 2}, {0, 3, 3}}, second[] = {{1, 3, 4}, {3, 1, 5}}, third[] = {{4, 1, 0}};
  units.step(first);
  units.step(second);
  units.step(third);  // "a b"; the slot of the root is used again
  ModelScorer scorer(*m.model, m.pool, m.tokenizer->newline_id());
  const auto of = [&](const std::string& text) {
    scorer.start(1);
    return scorer.read(m.tokenizer->encode("\n" + text));
  };
  const auto check = [&](const std::string& text, int slot) {
    const View<const float> expected = of(text);
    for (int32_t unit = 1; unit < 4; ++unit) {
      const std::string next = unit == 3 ? " " : spelling.text[static_cast<size_t>(unit)];
      EXPECT_EQ(units.next(slot)[static_cast<size_t>(unit)], host(expected)(0, m.tokenizer->encode(next)[0]))
          << text << "|" << next;
    }
    EXPECT_EQ(units.end(slot), static_cast<double>(host(expected)(0, m.tokenizer->newline_id())));
  };
  check("a b", 0);
  check("a", 1);
  check("a ", 4);
  check(" b", 5);
}

TEST(NetworkUnits, UnitsThatAreNoTokensAreNamed) {
  LetterModel m;
  const Spelling spelling{{"", "a", "z"}, -1, {}};
  const Failure failure = failure_of([&] { NetworkUnits(*m.model, *m.tokenizer, spelling, m.pool); });
  EXPECT_EQ(failure.code, "lm/units");
  EXPECT_NE(failure.message.find("'z'"), std::string::npos) << failure.message;
}

}  // namespace
}  // namespace rnn::core::test
