// Why: on the pages about labels every sentence agrees with its figures, every figure with the data; no text can break out.
#include "pages/label_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "pages/label_chart.h"
#include "pages/label_sentences.h"
#include "pages/tag_chart.h"
#include "support/labelling.h"
#include "support/page_text.h"

namespace rnn::core::pages {
namespace {

using test::check_figures;
using test::data_of;
using test::has;
using test::read;
using test::synthetic_series_verdict;
using test::synthetic_tagging;
using test::synthetic_verdict;

TEST(LabelPage, EveryFigureIsThatOfTheData) {
  Verdict v = synthetic_verdict();
  EXPECT_GT(check_figures(verdict_page(v)), 40);
  v.said = "unhappy", v.said_p = 1 - 0.93;
  EXPECT_GT(check_figures(verdict_page(v)), 40);
  EXPECT_GT(check_figures(verdict_page(synthetic_series_verdict())), 200);
  Tagging t = synthetic_tagging();
  EXPECT_GT(check_figures(tagging_page(t)), 20);
  test::add_reference(t);
  EXPECT_GT(check_figures(tagging_page(t)), 20);
}

TEST(LabelPage, WhenItDecided) {
  Verdict v = synthetic_verdict();
  EXPECT_TRUE(has(read(verdict_page(v)), "reviews-001 says happy, 93 % sure"));
  EXPECT_EQ(read(decided_sentence(v)),
            "It decides at the very end: only after “great”, the 8th of 8 words happy leads. Until then the lead changed "
            "once before.");
  v.decided = 3, v.turns = 1;
  EXPECT_EQ(read(decided_sentence(v)),
            "It decides after “dull”, the 4th of 8 words: from there on happy leads to the end. It is 90 % sure only from "
            "“great” on.");
  v.course[0].p[6] = 0.9, v.decided = 6;
  EXPECT_FALSE(has(decided_sentence(v), "sure only"));
  v.decided = 0, v.turns = 0;
  EXPECT_EQ(
      read(decided_sentence(v)),
      "happy leads from the first word on, and nothing that comes later changes that. It is 90 % sure only from “was” on.");
  EXPECT_FALSE(has(verdict_page(v), "from here on: happy"));
  v.facts.reads = "char";
  EXPECT_TRUE(has(read(decided_sentence(v)), "from the first character on"));
  v.looks = {1}, v.steps.resize(1);
  EXPECT_EQ(read(decided_sentence(v)), "There is only one character to read.");
}

TEST(LabelPage, WhetherItIsRight) {
  Verdict v = synthetic_verdict();
  EXPECT_TRUE(has(read(right_sentence(v)), "Nobody told this page the right answer"));
  v.said = "happy", v.said_p = 0.93;
  EXPECT_EQ(read(right_sentence(v)), "It is happy: the answer is right.");
  EXPECT_TRUE(has(verdict_page(v), "happy (right)"));
  v.said = "unhappy", v.said_p = 1 - 0.93;
  EXPECT_EQ(read(right_sentence(v)), "It is unhappy: the answer is wrong. The model gives the right label 7 %.");
  v.said = "bored", v.said_p.reset();
  EXPECT_EQ(read(right_sentence(v)), "It is bored, a label that this model has never been shown: it cannot be right.");
}

TEST(LabelPage, WhatItReadsAndHow) {
  Verdict v = synthetic_verdict();
  EXPECT_TRUE(
      has(read(reading_sentence(v)), "reads forwards only: what is shown after a word is what it thinks at this moment"));
  v.facts.pool = "max";
  EXPECT_TRUE(has(read(reading_sentence(v)), "answers from the largest values of its states over all words"));
  v.facts.both_ways = true;
  EXPECT_TRUE(has(read(reading_sentence(v)), "read anew as if the text ended there"));
  EXPECT_EQ(unknown_sentence(v), "");
  v.unknown = {"flummoxed"};
  EXPECT_EQ(read(unknown_sentence(v)), "It has never learnt “flummoxed”: to this network that is as good as a blank.");
}

TEST(LabelPage, WhatCounts) {
  Verdict v = synthetic_verdict();
  EXPECT_EQ(read(counts_sentence(v)),
            "Most is owed to “great”: without it, the probability of happy is 20 % instead of 93 %. Against it speaks "
            "“dull”: without it, "
            "happy would have 99 %.");
  EXPECT_EQ(read(changes_sentence(v)), "Only without “great” would it say something else: unhappy.");
  v.left_out[5].what = "great";
  EXPECT_TRUE(has(read(changes_sentence(v)), "Only without “great” (the 8th word) would"));
  v.left_out[5].what = "it", v.left_out[3].label = "unhappy";
  EXPECT_EQ(read(changes_sentence(v)), "Without any one of “dull” and “great” it would say something else.");
  for (LeftOutPart& part : v.left_out) part.label = "happy", part.adds = 0.001;
  EXPECT_EQ(read(changes_sentence(v)), "Whichever is left out, it still says happy: no single one decides.");
  EXPECT_TRUE(has(read(counts_sentence(v)), "No single part adds even one percentage point"));
  v.left_out.clear();
  EXPECT_FALSE(has(verdict_page(v), "id=\"influence\""));
}

TEST(LabelPage, ASeries) {
  const Verdict v = synthetic_series_verdict();
  const std::string page = read(verdict_page(v));
  EXPECT_TRUE(has(page, "It decides after sample 21 of 60: from there on wave leads to the end."));
  EXPECT_TRUE(has(page, "60 samples from gestures/wave/7.csv"));
  EXPECT_TRUE(has(page, "Most is owed to samples 55 to 60"));
  EXPECT_TRUE(
      has(page, "It leans most on “side”: had it not been measured, wave would have 25 %, and the answer would be lift."));
  EXPECT_TRUE(has(page, "Reading forwards, it moves most at sample 21, reading backwards at sample 41."));
  EXPECT_TRUE(has(page, "It is circle: the answer is wrong."));
}

TEST(LabelPage, Tags) {
  Tagging t = synthetic_tagging();
  std::string page = read(tagging_page(t));
  EXPECT_TRUE(has(page, "requests-001 finds “Anna” (person) and “New York” (city)"));
  EXPECT_TRUE(has(page, "It is least sure of “New”: B-city has 62 %, B-when has 30 %."));
  EXPECT_TRUE(has(page, "Here one word changed: “New” (first B-when, then B-city)."));
  EXPECT_TRUE(has(page, "It has never learnt “Anna”"));
  EXPECT_TRUE(has(page,
                  "The others lean most on “in”: without it, “New” is B-city with 20 % only instead of 62 %, and one word "
                  "would get another tag."));
  EXPECT_TRUE(has(page, "Nobody told this page the right tags"));
  test::add_reference(t);
  page = read(tagging_page(t));
  EXPECT_TRUE(has(page, "1 of 5 tags is wrong; the right one stands in brackets."));
  EXPECT_TRUE(has(page, "(B-when)"));
  t.spans = t.chain = t.facts.both_ways = false, t.found.clear(), t.said.clear();
  page = read(tagging_page(t));
  EXPECT_TRUE(has(page, "requests-001 tags five words"));
  EXPECT_TRUE(has(page, "no tag depends on what follows"));
  EXPECT_TRUE(has(page, "a softmax at every step"));
}

TEST(LabelPage, NoTextBreaksOut) {
  Verdict v = synthetic_verdict();
  const std::string bad = "</script><b>\"&";
  v.text = v.steps[7] = v.left_out[7].what = v.left_out[7].label = v.facts.name = v.place = bad;
  v.course[0].label = v.answer[0].label = bad, v.unknown = {bad}, v.said = bad;
  EXPECT_FALSE(has(verdict_page(v), "<b>"));
  EXPECT_EQ(data_of(verdict_page(v))["text"], bad);
  Verdict s = synthetic_series_verdict();
  s.sensors[0].name = s.sensors_out[0].what = bad;
  EXPECT_FALSE(has(verdict_page(s), "<b>"));
  Tagging t = synthetic_tagging();
  t.words[3].word = t.words[3].tag = t.words[3].early = t.found[1].text = t.found[1].type = t.left_out[2].word = t.text =
      t.place = bad;
  t.words[0].said = bad, t.of = 1;
  EXPECT_FALSE(has(tagging_page(t), "<b>"));
  EXPECT_EQ(data_of(tagging_page(t))["text"], bad);
}

// Bars of the answer are as long as they are probable, on one scale.
TEST(LabelPage, BarsAreAsLongAsTheyAreProbable) {
  const Verdict v = synthetic_verdict();
  svg::StepsChart chart;
  chart.verdict = &v, chart.id = "x", chart.width = 760;
  const std::string drawn = svg::steps_chart(chart);
  const std::regex bar("<rect class=\"f0\"[^>]* width=\"([0-9.]+)\" height=\"16\"/><text[^>]* data-value=\"([0-9.]+)\"");
  const std::regex track("<rect class=\"track\"[^>]* width=\"([0-9.]+)\" height=\"16\"/>");
  std::smatch area;
  ASSERT_TRUE(std::regex_search(drawn, area, track));
  int count = 0;
  for (auto at = std::sregex_iterator(drawn.begin(), drawn.end(), bar); at != std::sregex_iterator(); ++at, ++count)
    EXPECT_NEAR(std::stod((*at)[1]), std::stod((*at)[2]) * std::stod(area[1]), 0.06);
  EXPECT_EQ(count, 8);
}

// A word stands in the line in which it fits, and none leaves the drawing.
TEST(LabelPage, SentencesFlow) {
  Tagging t = synthetic_tagging();
  for (int i = 0; i < 30; ++i) t.words.push_back({"incomprehensibility", "O", 0.99, true, {}, "O", std::nullopt});
  svg::TagChart chart;
  chart.tagging = &t, chart.id = "x", chart.width = 340;
  const std::string drawn = svg::tag_chart(chart);
  const std::regex word("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\">incomprehensibility");
  double line = 0, lines = 0;
  for (auto at = std::sregex_iterator(drawn.begin(), drawn.end(), word); at != std::sregex_iterator(); ++at) {
    EXPECT_LT(std::stod((*at)[1]), 340 - 130);
    if (std::stod((*at)[2]) != line) line = std::stod((*at)[2]), ++lines;
  }
  EXPECT_GE(lines, 15);
}

TEST(LabelPage, DrawingsAreFiles) {
  const auto names = [](const auto& files) {
    std::string all;
    for (const auto& [name, text] : files) {
      all += name + " ";
      EXPECT_TRUE(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")) << name;
      EXPECT_LT(text.size(), 40'000u) << name;
    }
    return all;
  };
  EXPECT_EQ(names(verdict_drawings(synthetic_verdict())), "decided.svg influence.svg ");
  EXPECT_EQ(names(verdict_drawings(synthetic_series_verdict())), "series.svg influence.svg ");
  EXPECT_EQ(names(tagging_drawings(synthetic_tagging())), "tags.svg ");
}

}  // namespace
}  // namespace rnn::core::pages
