// Why: every sentence of the page agrees with its figures, whichever network does better; no user text can break out.
#include "pages/explain_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/sentences.h"
#include "pages/svg_parts.h"
#include "support/explanation.h"
#include "support/page_text.h"

namespace rnn::core::pages {
namespace {

using test::data_of;
using test::demo_characters;
using test::has;
using test::read;
using test::synthetic_explanation;

// SVG is XML, which forbids more characters than HTML does: one of them and no viewer opens the drawing.
TEST(Pages, WhatXmlForbidsIsReplaced) {
  EXPECT_EQ(escape("a\x01\r\x1B\x7F\xEF\xBF\xBE\xEF\xBF\xBF\xED\xA0\x80z"),
            "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz");
  EXPECT_EQ(escape("\t\n\uFFFD\uE000\U0001F431"), "\t\n\uFFFD\uE000\U0001F431");
}

TEST(PageFigures, ShareNumberAndPart) {
  EXPECT_EQ(share(0.432), "43\u00A0%");
  EXPECT_EQ(share(0.004), "under 1\u00A0%");
  EXPECT_EQ(share(0.996), "over 99\u00A0%");
  EXPECT_EQ(share(1), "100\u00A0%");
  EXPECT_EQ(share(0), "0\u00A0%");
  EXPECT_EQ(number(1440.4), "1,440");
  EXPECT_EQ(number(14.449), "14.4");
  EXPECT_EQ(number(HUGE_VAL), "infinite");
  EXPECT_EQ(number(std::nan("")), "not a number");
  EXPECT_EQ(exact(HUGE_VAL), "null");
  EXPECT_EQ(part(0.3), "30\u00A0%");
  EXPECT_EQ(part(1 / 2312.0), "1 part in 2,300");
  EXPECT_EQ(part(0.0016), "0.2\u00A0%");
  EXPECT_EQ(part(2e-32), "less than 1 part in 10 million");
  EXPECT_EQ(spoken(2e15), "more than 10 million");
  EXPECT_EQ(spoken(1e-9), "less than a thousandth");
  EXPECT_EQ(spoken(14.449), "14.4");
}

TEST(PageSentences, QualityNamesTheBestAndSaysWherePlainWins) {
  Explanation all = synthetic_explanation();
  EXPECT_TRUE(has(read(quality_sentence(all, cast(all.models))),
                  "The LSTM predicts new text best, with the lowest perplexity: 16.0, against 16.9 for the GRU and 21.8 for "
                  "the plain RNN."));
  EXPECT_FALSE(has(read(quality_sentence(all, cast(all.models))), "does better"));
  all.models[0].val_perplexity = 12;
  const std::string turned = read(quality_sentence(all, cast(all.models)));
  EXPECT_TRUE(has(turned, "The plain RNN predicts new text best"));
  EXPECT_TRUE(has(turned, "Here the plain RNN does better than the GRU and the LSTM."));
  all.models[0].val_perplexity = all.models[1].val_perplexity = all.models[2].val_perplexity;
  EXPECT_TRUE(has(read(quality_sentence(all, cast(all.models))), "are equal here: 16.0 each."));
  all.models[1].val_perplexity = HUGE_VAL;
  EXPECT_TRUE(has(read(quality_sentence(all, cast(all.models))), "For the GRU the figure is infinite."));
  for (ModelExplanation& model : all.models) model.val_perplexity.reset();
  EXPECT_EQ(quality_sentence(all, cast(all.models)), "");
}

TEST(PageSentences, NextWordSaysWhoAgrees) {
  Explanation all = synthetic_explanation();
  for (ModelExplanation& model : all.models) model.steps.back().next = {{"is", 0.4}};
  EXPECT_TRUE(has(read(next_word_sentence(all, cast(all.models))), "all three networks expect “is” as the next one"));
  all.models[1].steps.back().next = {{"was", 0.31}};
  EXPECT_TRUE(has(read(next_word_sentence(all, cast(all.models))),
                  "the plain RNN expects “is” (40 %), the GRU expects “was” (31 %) and the LSTM expects “is” (40 %)"));
  all.models.resize(2);
  all.models[1].steps.back().next = {{"is", 0.31}};
  EXPECT_TRUE(has(read(next_word_sentence(all, cast(all.models))), "both networks expect “is”"));
}

TEST(PageSentences, EarlyWordAndDistanceFollowTheFigures) {
  Explanation all = synthetic_explanation();
  EXPECT_TRUE(has(read(early_word_sentence(all, cast(all.models))),
                  "We replaced “cat”, four words before the last one, with other words"));
  EXPECT_TRUE(has(read(early_word_sentence(all, cast(all.models))), "The LSTM changes its mind most"));
  EXPECT_TRUE(has(read(distance_sentence(all, cast(all.models), 0)), "The LSTM keeps the largest part"));
  all.models[0].influence[1].mean = 0.8;
  all.models[0].distances[0].kept = 0.97;
  const std::string early = read(early_word_sentence(all, cast(all.models)));
  EXPECT_TRUE(has(early, "The plain RNN changes its mind most: 80 %"));
  EXPECT_FALSE(has(early, "than the GRU"));  // a larger change is no better memory
  EXPECT_TRUE(has(read(distance_sentence(all, cast(all.models), 0)), "the plain RNN keeps more than the GRU and the LSTM."));
}

TEST(PageSentences, ReachLooksWhereThereIsSomethingToTell) {
  Explanation all = synthetic_explanation();
  // After 100 steps nothing is left in any of them: "under 1 %" for all would hide a factor of 10^20.
  const double fade[] = {0.6, 0.92, 0.8};
  for (size_t i = 0; i < 3; ++i) {
    std::vector<double>& state = all.models[i].gradient.state;
    state.clear();
    for (int lag = 0; lag <= 100; ++lag) state.push_back(std::pow(fade[i], lag));
  }
  EXPECT_EQ(telling_lag(all.models), 20);
  EXPECT_EQ(
      read(reach_sentence(all, cast(all.models))),
      "Of the strength that a correction has one step back, how much is left 20 steps back? The GRU keeps the most: 21 %, "
      "against 1 % for the LSTM and 1 part in 16,000 for the plain RNN.");
  EXPECT_TRUE(has(read(verdict_sentence(all, cast(all.models))),
                  "over these 20 steps it vanishes in the plain RNN, the GRU and the LSTM."));
  for (int lag = 0; lag <= 100; ++lag) all.models[0].gradient.state[static_cast<size_t>(lag)] = std::pow(1.1, lag);
  for (int lag = 0; lag <= 100; ++lag) all.models[2].gradient.state[static_cast<size_t>(lag)] = 1;
  EXPECT_EQ(telling_lag(all.models), 100);
  const std::string verdict = read(verdict_sentence(all, cast(all.models)));
  EXPECT_TRUE(
      has(verdict, "it explodes in the plain RNN, it vanishes in the GRU and it stays about equally strong in the LSTM."));
  EXPECT_TRUE(has(read(reach_sentence(all, cast(all.models))), "the plain RNN keeps more than the GRU and the LSTM."));
  for (ModelExplanation& model : all.models) model.gradient = {};
  EXPECT_EQ(reach_sentence(all, cast(all.models)) + verdict_sentence(all, cast(all.models)), "");
}

TEST(PageSentences, SignalSaysMoreThanWasLookedAt) {
  Explanation all = synthetic_explanation();
  EXPECT_TRUE(
      has(read(signal_sentence(all, cast(all.models))), "The LSTM carries it furthest: 5.4 steps, against 4.0 steps"));
  all.models[0].gradient.half_life = -1;
  const std::string turned = read(signal_sentence(all, cast(all.models)));
  EXPECT_TRUE(has(turned, "The plain RNN carries it furthest: more than 36 steps"));
  EXPECT_TRUE(has(turned, "Here the plain RNN does better than the GRU and the LSTM."));
}

TEST(PageSentences, RecallIsNoBetterThanItsFigures) {
  Explanation all = synthetic_explanation();
  Recall& recall = all.recall;
  const std::vector<Player> who = cast(recall, all.models);
  recall.lags = {5, 200};
  const auto set = [&](std::vector<std::vector<double>> accuracy) {
    for (size_t c = 0; c < 3; ++c) recall.cells[c].accuracy = accuracy[c];
  };
  set({{0.2, 0.13}, {0.9, 0.13}, {1, 1}});
  EXPECT_TRUE(
      has(read(recall_sentence(recall, who)), "The LSTM is right most often: 100 %, against 13 % for the plain RNN"));
  EXPECT_TRUE(
      has(read(recall_reach_sentence(recall, who)),
          "The LSTM remembers longest: at least 200 steps, against 5 steps for the GRU. Even after the shortest delay "
          "that was tried, 5 steps, this is not reached by the plain RNN with 20 %."));
  set({{0.44, 0.44}, {0.44, 0.44}, {0.5, 0.13}});  // below the bar at every delay: nothing is said of shorter ones
  EXPECT_TRUE(
      has(read(recall_reach_sentence(recall, who)),
          "always right)? Even after the shortest delay that was tried, 5 steps, this is not reached by the plain RNN "
          "with 44 %, the GRU with 44 % and the LSTM with 50 %."));
  set({{0.2, 0.13}, {0.9, 0.13}, {1, 0.15}});
  EXPECT_TRUE(has(read(recall_sentence(recall, who)), "At this distance no cell does clearly better"));
  set({{1, 0.9}, {0.2, 0.13}, {1, 0.15}});
  EXPECT_TRUE(has(read(recall_sentence(recall, who)), "Here the plain RNN does better than the GRU and the LSTM."));
}

TEST(PageSentences, ClippingHelpsOnlyWhereItDoes) {
  Clipping clipping{"rnn-relu", 1, 0.01, {2, 1}, {2, HUGE_VAL}, {1, 1}, {1, HUGE_VAL}};
  EXPECT_EQ(
      read(clipping_sentence(clipping)),
      "Without clipping, the loss stops being a number at update 2. With the gradient clipped to a length of 1, the loss "
      "ends at 1.00 (its highest value was 2.00). Clipping saved this run.");
  std::swap(clipping.with, clipping.without);
  EXPECT_TRUE(
      has(read(clipping_sentence(clipping)), "Here clipping did not help: only the run without it stayed within bounds."));
  clipping.without = clipping.with;
  EXPECT_TRUE(has(read(clipping_sentence(clipping)), "Both runs failed"));
  clipping.with = clipping.without = {2, 1};
  EXPECT_TRUE(has(read(clipping_sentence(clipping)), "Clipping made no difference here."));
  clipping.without = {2, 0.5};
  EXPECT_TRUE(has(read(clipping_sentence(clipping)), "without it the loss ends lower."));
}

TEST(PageSentences, SizeAndSpeed) {
  Explanation all = synthetic_explanation();
  EXPECT_TRUE(has(read(speed_sentence(all, cast(all.models))), "The plain RNN reads a word fastest: 11.6 µs"));
  all.models[2].step_microseconds = 3;
  all.models[2].parameters = 17;
  EXPECT_TRUE(has(read(speed_sentence(all, cast(all.models))), "The LSTM reads a word fastest: 3.00 µs"));
  EXPECT_TRUE(has(read(size_sentence(all, cast(all.models))), "The LSTM has the fewest learned numbers (parameters): 17"));
}

TEST(PageSentences, ReadingFollowsTheSteps) {
  Explanation all = synthetic_explanation({demo_characters()[1]});
  ModelExplanation& model = all.models[0];
  for (size_t t = 1; t < model.steps.size(); ++t) model.steps[t].surprise = 3, model.steps[t].layers[0].update_norm = 1;
  model.steps[2].surprise = 5, model.steps[4].surprise = 1;
  model.steps[3].layers[0].update_norm = 2;
  const Player who = cast(all.models)[0];
  EXPECT_EQ(read(surprise_sentence(model, who, 0)),
            "The word that surprised the GRU most was “cat”: it had given this word a chance of 3 %. The word it expected "
            "most was “sleeping”, with 50 %.");
  EXPECT_TRUE(has(read(movement_sentence(model, 0)), "The word “is” changed the state most: the change has a size of 2.00"));
  for (Influence& influence : model.influence) influence.mean = 0.1;
  model.influence[3].mean = 0.4;
  EXPECT_TRUE(has(read(influence_sentence(model, who, 0)), "the word that counts most is “sleeping” (40 %)"));
}

TEST(PageSentences, NetworksOfOneCellGoByTheirNames) {
  Explanation all = synthetic_explanation({demo_characters()[1], demo_characters()[1]});
  all.models[0].name = "small", all.models[1].name = "<large>";
  EXPECT_TRUE(has(size_sentence(all, cast(all.models)), "&lt;large&gt;"));
  EXPECT_FALSE(has(explain_page(all), "<large>"));
}

TEST(Page, TextCannotBreakOut) {
  const std::string bad = "</script><script>alert(1)</script> \"' & <!-- \xC3\x28 x";
  Explanation all = synthetic_explanation(demo_characters(), bad);
  all.models[0].name = all.models[0].path = bad;
  all.models[1].steps.back().next[0].text = bad;
  all.models[1].influence[0].substitutes[0].text = bad;
  for (ModelExplanation& model : all.models) model.distances[0].word = model.distances[0].other = bad;
  const std::string page = explain_page(all);
  EXPECT_FALSE(has(page, "alert(1)</script>"));
  EXPECT_FALSE(has(page, "<script>alert"));
  EXPECT_FALSE(has(page, "\xC3\x28"));
  EXPECT_EQ(data_of(page)["prompt"], "</script><script>alert(1)</script> \"' & <!-- \uFFFD( x");
}

TEST(Page, DataAreTheExplanation) {
  const Explanation all = synthetic_explanation();
  const std::string page = explain_page(all);
  EXPECT_EQ(data_of(page), nlohmann::json::parse(to_json_object(all).dump()));
  for (const char* address : {"href=\"http", "https:", " src=", "@import", "url("})
    EXPECT_FALSE(has(page, address)) << address;
}

TEST(Page, OneModelWithoutTheLab) {
  Explanation all = synthetic_explanation({demo_characters()[1]});
  all.recall = {};
  all.clipping = {};
  const std::string page = explain_page(all);
  EXPECT_TRUE(has(page, "Shown with the GRU."));
  for (const char* part : {"type=\"radio\"", "small networks that this program trained", "id=\"recall", "A brake for",
                           "id=\"uses\"", "networks remember"})
    EXPECT_FALSE(has(page, part)) << part;
  all.recall = test::synthetic_recall(demo_characters());
  // They may come from the cache: the page does not claim that they were trained for it.
  EXPECT_TRUE(has(explain_page(all), "small networks that this program trained for that test"));
}

TEST(Page, WhatIsMissingOrNoNumberIsSaidOrLeftOut) {
  Explanation all = synthetic_explanation();
  all.models[0].val_loss = all.models[0].val_perplexity = HUGE_VAL;
  all.models[1].gradient.state[3] = std::nan("");
  for (ModelExplanation& model : all.models) {
    model.val_bits_per_byte.reset(), model.step_microseconds = 0;
    model.influence.clear(), model.distances.clear(), model.spectra.clear(), model.gates.clear();
  }
  all.models[2].steps.back().next.clear();
  const std::string page = explain_page(all);
  EXPECT_TRUE(has(page, "infinite"));
  for (const char* part : {"bits per byte", "time per word", "How much each word still counts", ">nan<", ">inf<", ">-1<"})
    EXPECT_FALSE(has(page, part)) << part;
  Explanation bare;
  bare.prompt = "x";
  bare.models.resize(1);
  bare.models[0].cell = "gru";
  EXPECT_TRUE(has(explain_page(bare), "</html>"));
}

TEST(Page, SizeStaysWithinBounds) {
  EXPECT_LE(explain_page(synthetic_explanation()).size(), 700'000u);
  std::string prompt = "The cat";
  for (int word = 2; word < 44; ++word) prompt += " word" + std::to_string(word);
  const Explanation all = synthetic_explanation(demo_characters(), prompt);
  ASSERT_GT(to_json_object(all).dump().size(), 1'500'000u);
  const std::string page = explain_page(all);
  EXPECT_LE(page.size(), kPageBytes);
  const nlohmann::json steps = data_of(page)["models"][2]["steps"];
  EXPECT_TRUE(steps[3]["layers"][0]["gates"].empty());
  EXPECT_EQ(steps.back()["layers"][0]["gates"]["f"].size(), 256u);
  EXPECT_EQ(steps[3]["layers"][0]["h"].size(), 256u);
  EXPECT_TRUE(has(page, "of the last step only"));
}

TEST(PageLabels, FitTheirRoom) {
  EXPECT_EQ(svg::fitted("cat", 60), "cat");
  const std::string cut = svg::fitted("incomprehensibilities", 60, true);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_LE(svg::text_width(cut, true), 61);
  EXPECT_EQ(svg::fitted("ééééééééééé", 40), "éé…");
  const std::vector<std::string> lines = svg::text_lines("share of the expectation that moves", 120);
  ASSERT_GT(lines.size(), 1u);
  for (const std::string& line : lines) EXPECT_LE(svg::text_width(line), 120);
}

}  // namespace
}  // namespace rnn::core::pages
