// Why: on a recogniser's page every sentence agrees with its figures, every figure with the data; no text can break out.
#include "pages/hearing_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "pages/hearing_chart.h"
#include "support/page_text.h"

namespace rnn::core::pages {
namespace {

using test::check_figures;
using test::data_of;
using test::has;
using test::read;

// "two" and "three" in a second of sound: 100 frames of 4 bands, 25 steps.
Hearing synthetic_hearing() {
  Hearing h;
  h.name = "digits-001", h.path = "runs/digits-001", h.cell = "gru", h.clip = "call";
  h.layers = 2, h.hidden = 96, h.parameters = 123456, h.rate = 8000;
  h.seconds = 1.03, h.frame = 0.01, h.step = 0.04, h.latency = 0.105;
  h.text = "two three";
  h.words = {{"two", 0.12, 0.32, 0.99}, {"three", 0.48, 0.8, 0.62}};
  for (int f = 0; f < 100; ++f) h.sound.push_back({static_cast<float>(f) / 100, 0.5F, f > 50 ? 1.0F : 0.0F, 0.25F});
  for (const char* text : {"t", "w", "␣"}) h.units.push_back({text, std::vector<float>(25, 0.1F)});
  h.units[0].p[3] = 0.95F;
  h.blank.assign(25, 0.7F), h.best.assign(25, "–"), h.change.assign(25, 0.2F);
  h.best[3] = "t", h.blank_share = 0.96;
  return h;
}

TEST(HearingPage, EveryFigureIsThatOfTheData) {
  Hearing h = synthetic_hearing();
  EXPECT_GT(check_figures(hearing_page(h)), 12);
  h.said = "two tree", h.wrong = 1, h.of = 2, h.said_words = {{"two", 0.1, 0.3, 1}, {"tree", 0.5, 0.8, 1}},
  h.streaming = true;
  EXPECT_GT(check_figures(hearing_page(h)), 12);
}

TEST(HearingPage, WhatWasRight) {
  Hearing h = synthetic_hearing();
  EXPECT_TRUE(has(read(hearing_page(h)), "Nobody told this page what was really said"));
  h.said = "two three", h.of = 2;
  EXPECT_TRUE(has(read(hearing_page(h)), "“two three” was said: all two words are right."));
  h.said = "two tree", h.wrong = 1;
  EXPECT_TRUE(has(read(hearing_page(h)), "“two tree” was said: 1 of 2 words is wrong, missed or added."));
  h.said = "", h.of = 0, h.wrong = 0;
  EXPECT_TRUE(has(read(hearing_page(h)), "Nothing was said in this clip."));
}

TEST(HearingPage, HowSureAndWhyNothing) {
  Hearing h = synthetic_hearing();
  std::string page = read(hearing_page(h));
  EXPECT_TRUE(has(page, "It is surest of “two” (99 %) and least sure of “three” (62 %)."));
  EXPECT_TRUE(has(page, "In 96 % of its 25 steps it writes nothing."));
  EXPECT_TRUE(has(page, "“three” has two e’s in a row"));
  EXPECT_TRUE(has(page, "it has to hear the end before it writes"));
  h.words.pop_back(), h.streaming = true;
  page = read(hearing_page(h));
  EXPECT_TRUE(has(page, "How sure it is: “two” (99 %)."));
  EXPECT_TRUE(has(page, "A word like “three” needs it"));
  EXPECT_TRUE(has(page, "0.105 seconds behind the sound"));
  h.words.clear(), h.text.clear(), h.units.clear();
  EXPECT_TRUE(has(read(hearing_page(h)), "digits-001 heard nothing"));
}

TEST(HearingPage, NoTextBreaksOut) {
  Hearing h = synthetic_hearing();
  h.text = h.words[0].text = h.units[0].text = h.clip = h.name = h.best[0] = "</script><b>\"&";
  h.said = "<i>", h.of = 1, h.wrong = 1;
  const std::string page = hearing_page(h);
  EXPECT_FALSE(has(page, "<b>"));
  EXPECT_FALSE(has(page, "<i>"));
  EXPECT_EQ(data_of(page)["text"], h.text);
}

// The likeliest cell of a row is drawn in the strongest shade, where its step is.
TEST(HearingPage, CellsAreWhereTheirStepIs) {
  const Hearing h = synthetic_hearing();
  svg::HearingChart chart;
  chart.hearing = &h, chart.states = true, chart.id = "x", chart.width = 760;
  const std::string drawn = svg::hearing_chart(chart);
  const std::regex strongest(
      "translate\\(([0-9.]+) [0-9.]+\\) scale\\(([0-9.]+) [0-9.]+\\)\">\n(?:<path class=\"p[1-6]\"[^>]*>\n)*"
      "<path class=\"p7\" d=\"M([0-9]+) 0h([0-9]+)v1h-");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(drawn, found, strongest));
  const std::regex ground("<rect class=\"cz\" x=\"([0-9.]+)\" y=\"[0-9.]+\" width=\"([0-9.]+)\"");
  std::smatch area;
  ASSERT_TRUE(std::regex_search(drawn, area, ground));
  EXPECT_EQ(std::string(found[1]), std::string(area[1]));
  EXPECT_NEAR(std::stod(found[2]), std::stod(area[2]) * h.step / h.seconds, 0.01);
  EXPECT_EQ(std::string(found[3]), "3");
  EXPECT_EQ(std::string(found[4]), "1");
}

}  // namespace
}  // namespace rnn::core::pages
