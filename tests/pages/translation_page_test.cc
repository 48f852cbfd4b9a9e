// Why: on a translator's page every sentence agrees with its figures, every figure with the data; no text can break out.
#include "pages/translation_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "pages/explain_page.h"
#include "pages/translation_parts.h"
#include "support/page_text.h"
#include "support/translation.h"

namespace rnn::core::pages {
namespace {

using test::check_figures;
using test::data_of;
using test::has;
using test::read;
using test::synthetic_translation;

TEST(TranslationSentences, TheTranslationAndTheNextBest) {
  TranslationExplanation e = synthetic_translation();
  EXPECT_EQ(read(found_sentence(e)),
            "“I have lost my keys” becomes “j&#39;ai perdu mes clés”. The network gives exactly this translation, word for "
            "word, a probability of 31 %; the next best one, “j&#39;ai perdu des clés”, has 1 part in 2,500.");
  e.translations[1].p = 0.5;
  EXPECT_TRUE(has(read(found_sentence(e)), "It is not the likeliest one (“j&#39;ai perdu des clés” has 50 %)"));
  e.translations[0].finished = false;
  EXPECT_TRUE(has(read(found_sentence(e)), "The translation is cut"));
  e.translations.clear();
  EXPECT_EQ(found_sentence(e), "The search found no translation of this sentence.");
}

TEST(TranslationSentences, WhereItLooked) {
  TranslationExplanation e = synthetic_translation();
  const std::string most = read(looked_most_sentence(e));
  EXPECT_TRUE(has(most, "Before it wrote “j&#39;ai”, the network looked most at “I” (")) << most;
  EXPECT_TRUE(has(most, ", before “mes” at “lost” (")) << most;
  EXPECT_FALSE(has(most, "end of line")) << most;
  const std::string around = read(looked_around_sentence(e));
  EXPECT_TRUE(has(around, "For “perdu” it looked at several words: “have” (28 %), ")) << around;
  for (TargetToken& token : e.target) {
    for (float& share : token.attention) share = 0;
    token.attention[2] = 1;
  }
  EXPECT_TRUE(has(looked_around_sentence(e), "a single word of the sentence had more than half"));
  for (TargetToken& token : e.target) token.attention.clear();
  EXPECT_EQ(looked_most_sentence(e) + looked_around_sentence(e), "");
}

TEST(TranslationSentences, ALongTranslationIsNotGoneThroughToItsEnd) {
  const TranslationExplanation e = synthetic_translation("a b c d e f g h i j", "k l m n o p q r s t");
  const std::string most = read(looked_most_sentence(e));
  EXPECT_TRUE(has(most, "before “r” at")) << most;
  EXPECT_FALSE(has(most, "before “s” at")) << most;
  EXPECT_TRUE(has(most, "and so on.")) << most;
}

TEST(TranslationSentences, WhereWhatIsSaidComesFrom) {
  TranslationExplanation e = synthetic_translation();
  e.target[2].from_context = 0.71;
  EXPECT_TRUE(has(read(context_sentence(e)), "was largest for “mes” (71 %) and smallest for “perdu” (33 %)"));
  for (TargetToken& token : e.target) token.from_context = 0.5;
  EXPECT_TRUE(has(read(context_sentence(e)), "The sentence has a share of 50 %."));
  for (TargetToken& token : e.target) token.from_context = -1;
  EXPECT_EQ(context_sentence(e), "");
}

TEST(TranslationSentences, GreedyChoice) {
  TranslationExplanation e = synthetic_translation();
  EXPECT_TRUE(has(read(greedy_sentence(e)),
                  "At word 2 the network considered “un” (45 %) likelier than “perdu” (40 %), which won in the end."));
  std::swap(e.search.steps[1][0], e.search.steps[1][1]);
  EXPECT_TRUE(has(greedy_sentence(e), "Here the search changed nothing"));
  // A likelier continuation of another candidate is not a greedy choice.
  std::swap(e.search.steps[2][0], e.search.steps[2][1]);
  e.search.steps[2][0].parent = 1, e.search.steps[2][1].parent = 0;
  EXPECT_TRUE(has(greedy_sentence(e), "Here the search changed nothing"));
  e.search.steps.clear();
  EXPECT_EQ(greedy_sentence(e), "");
}

TEST(TranslationSentences, StatesThatChanged) {
  TranslationExplanation e = synthetic_translation();
  e.source[2].read[0].update_norm = 9.25, e.source[4].read[1].update_norm = 8.5;
  const std::string reading = read(reading_sentence(e));
  EXPECT_TRUE(has(reading, "Reading forward, “lost” changed the state most: the change has a size of 9.25,")) << reading;
  EXPECT_TRUE(has(reading, "Reading from the end, “keys” changed the state most: the change has a size of 8.50,"))
      << reading;
  e.target[3].state.update_norm = 7.5, e.target[1].p = 0.1;
  e.target[1].next = {{"perdu", 0.1}, {"trouvé", 0.05}};
  const std::string writing = read(writing_sentence(e));
  EXPECT_TRUE(has(writing, "Its state changed most before it wrote “clés”: the change has a size of 7.50,")) << writing;
  EXPECT_TRUE(has(writing, "It was least sure of “perdu”, with a probability of 10 %; “trouvé” had 5 %.")) << writing;
  for (SourceToken& token : e.source) token.read.resize(1);
  EXPECT_FALSE(has(reading_sentence(e), "from the end"));
}

TEST(TranslationSentences, WordsThatMatter) {
  TranslationExplanation e = synthetic_translation();
  for (LeftOutWord& word : e.left_out) word.bits = 2, word.kept = 0.25;
  e.left_out[4].bits = 11, e.left_out[4].kept = std::exp2(-11.0), e.left_out[4].by_token = {0, 0, 1, 9.5, 0.5};
  e.left_out[1].bits = 0.5, e.left_out[1].kept = std::exp2(-0.5);
  EXPECT_EQ(
      read(left_out_sentence(e)),
      "The word that matters most is “keys”: without it the probability of the translation falls to 1 part in 2,000 of "
      "what it was, and “clés” suffers most (9.50 bits). “have” matters least: without it 71 % of the probability is "
      "left.");
  e.left_out[1].bits = -0.5, e.left_out[1].kept = std::exp2(0.5);
  EXPECT_TRUE(
      has(read(left_out_sentence(e)), "Without “have” the translation actually becomes likelier: 141 % of what it was."));
  e.left_out.clear();
  EXPECT_EQ(left_out_sentence(e), "");
}

TEST(TranslationPage, DataAreTheExplanationAndFiguresTheData) {
  const TranslationExplanation e = synthetic_translation();
  const std::string page = translation_page(e);
  EXPECT_EQ(data_of(page), nlohmann::json::parse(to_json_object(e).dump()));
  EXPECT_GT(check_figures(page), 150);
  for (const char* id : {"summary", "attention", "search", "states", "words", "glossary"})
    EXPECT_TRUE(has(page, std::string("<section id=\"") + id + "\"")) << id;
  for (const char* address : {"href=\"http", "https:", " src=", "@import", "url("})
    EXPECT_FALSE(has(page, address)) << address;
  EXPECT_TRUE(has(page, "“I have lost my keys”"));
}

TEST(TranslationPage, TextCannotBreakOut) {
  const std::string bad = "</script><script>alert(1)</script>\"'&<!--\xC3\x28x";
  TranslationExplanation e = synthetic_translation(bad, bad + " b c");
  e.name = e.path = bad;
  e.translations[0].text = e.translations[1].text = bad;
  e.target[1].next[0].text = bad;
  e.search.steps[0][1].text = e.search.steps[0][1].so_far = bad;
  const std::string page = translation_page(e);
  EXPECT_FALSE(has(page, "alert(1)</script>"));
  EXPECT_FALSE(has(page, "<script>alert"));
  EXPECT_FALSE(has(page, "\xC3\x28"));
  EXPECT_GT(check_figures(page), 50);
}

TEST(TranslationPage, WithoutAttentionItSaysSo) {
  const std::string page = translation_page(synthetic_translation("I have lost my keys", "j'ai perdu mes clés", "none"));
  EXPECT_TRUE(has(page, "This model has no attention"));
  for (const char* part : {"attention-map", "The sentence and the decoder’s own state", "/attention/", "from_context\""}) {
    const size_t data = page.find("id=\"data\"");
    EXPECT_FALSE(has(page.substr(0, data), part)) << part;
  }
  EXPECT_TRUE(has(page, "Which words of the sentence matter"));
  check_figures(page);
}

TEST(TranslationPage, WithoutATranslationItIsStillWhole) {
  TranslationExplanation e = synthetic_translation();
  e.translations.clear(), e.target.clear(), e.left_out.clear(), e.search.steps.clear();
  const std::string page = translation_page(e);
  EXPECT_TRUE(has(page, "The search found no translation of this sentence."));
  EXPECT_FALSE(has(page, "href=\"#words\""));
  EXPECT_TRUE(has(page, "</html>"));
  e.source.clear();
  EXPECT_TRUE(has(translation_page(e), "</html>"));
}

TEST(TranslationPage, KindsOfModelsAreToldApart) {
  TranslationExplanation e = synthetic_translation();
  EXPECT_TRUE(has(translation_page(e), "reads the sentence twice"));
  EXPECT_TRUE(has(translation_page(e), "v · tanh(W q + U m + b)"));
  EXPECT_FALSE(has(translation_page(e), "input feeding"));
  EXPECT_FALSE(has(translation_page(e), "This network reads and writes"));
  e.both_ways = false, e.input_feeding = true, e.bridge = "zero", e.attention = "scaled-dot", e.tokenizer = "bpe";
  e.reversed_source = true;
  for (SourceToken& token : e.source) token.read.resize(1);
  const std::string page = translation_page(e);
  for (const char* part :
       {"from the beginning to the end. Its state", "input feeding", "It begins with an empty state", "√(size of m)",
        "This network reads and writes pieces of text; ▁ marks a space before the piece.", "reversed sentences"})
    EXPECT_TRUE(has(page, part)) << part;
  check_figures(page);
}

TEST(TranslationPage, SizeStaysWithinBounds) {
  EXPECT_LE(translation_page(synthetic_translation()).size(), 500'000u);
  std::string sentence = "w", translation = "w";
  for (int i = 1; i < 100; ++i) sentence += " word" + std::to_string(i);
  for (int i = 1; i < 205; ++i) translation += " word" + std::to_string(i);
  const TranslationExplanation e = synthetic_translation(sentence, translation, "additive", 512);
  ASSERT_GT(to_json_object(e).dump().size(), 2'000'000u);
  const std::string page = translation_page(e);
  EXPECT_LE(page.size(), kPageBytes);
  const nlohmann::json data = data_of(page);
  EXPECT_TRUE(data["source"][kDrawnStates]["read"][0]["h"].empty());
  EXPECT_EQ(data["source"][kDrawnStates - 1]["read"][0]["h"].size(), 256u);
  EXPECT_TRUE(data["target"].back()["state"]["h"].empty());
  EXPECT_TRUE(has(page, "The first 40 words of each side are drawn."));
  EXPECT_TRUE(has(page, "The first 12 of 206 steps are drawn."));
  EXPECT_TRUE(has(page, "The first 24 of 101 are shown."));
  EXPECT_TRUE(has(page, "only where they are shown"));
  check_figures(page);
}

TEST(TranslationPage, LargestPlaces) {
  EXPECT_EQ(largest({0.2F, 0.5F, 0.5F, 0.1F}, 3), (std::vector<size_t>{1, 2, 0}));
  EXPECT_EQ(largest({0.2F}, 3), (std::vector<size_t>{0}));
}

}  // namespace
}  // namespace rnn::core::pages
