// Why: the screens of the page come in their order, and their sentences agree with the figures, whichever network does better.
#include "pages/screens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pages/explain_page.h"
#include "pages/scenes.h"
#include "support/explanation.h"
#include "support/page_text.h"

namespace rnn::core::pages {
namespace {

using test::demo_characters;
using test::has;
using test::read;
using test::synthetic_explanation;

TEST(Screens, ScreensInTheirOrder) {
  Explanation all = synthetic_explanation();
  test::add_demo_parts(all);
  const std::string page = explain_page(all);
  size_t at = 0;
  for (const char* id : {"guess", "uses", "loop", "memory", "length", "doors", "worth", "glossary"}) {
    const size_t found = page.find(std::string("<section id=\"") + id + "\"");
    ASSERT_NE(found, std::string::npos) << id;
    EXPECT_GT(found, at) << id;
    at = found;
  }
  // Only what was trained is linked.
  EXPECT_TRUE(has(page, "href=\"demo-dates/explain.html\""));
  EXPECT_TRUE(has(page, "not trained here"));
  EXPECT_TRUE(has(page, "Three of these were trained here"));
  all.parts[2].output = "seven";
  EXPECT_TRUE(has(explain_page(all), "All of these were trained here"));
}

TEST(Screens, LettersAreNotCalledWords) {
  Explanation all = synthetic_explanation();
  for (const auto& [kind, noun] : {std::pair("char", "character"), {"byte", "byte"}, {"bpe", "piece"}}) {
    for (ModelExplanation& model : all.models) model.tokenizer = kind;
    const Players who = cast(all.models);
    for (const std::string& said : {loop_sentence(all, who), early_word_sentence(all, who), whisper_sentence(all, who),
                                    speed_sentence(all, who), surprise_sentence(all.models[0], who[0], 0)}) {
      EXPECT_TRUE(has(said, noun)) << said;
      EXPECT_FALSE(has(said, " word")) << said;
    }
  }
  EXPECT_EQ(told_of(nouns_of("char"), "a word of words, a foreword"), "a character of characters, a foreword");
}

TEST(ScreenSentences, RemembersOnlyWhereBothAreRight) {
  Explanation all = synthetic_explanation();
  const Players who = cast(all.models);
  const auto set = [&](size_t model, std::vector<std::pair<double, double>> shares) {
    for (size_t i = 0; i < shares.size(); ++i) {
      all.models[model].pairs.needed[i].first_share = shares[i].first;
      all.models[model].pairs.needed[i].second_share = shares[i].second;
    }
  };
  set(0, {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}});  // forgotten: the same answer twice
  set(1, {{.9, .3}, {.9, .8}, {.9, .6}, {.9, .1}, {.9, .1}});  // one moved the right way only
  set(2, {{.9, .6}, {.9, .6}, {.9, .6}, {.9, .6}, {.6, .5}});
  EXPECT_EQ(both_right(all.models[0].pairs.needed), 0);
  EXPECT_EQ(only_moved(all.models[0].pairs.needed), 0);
  EXPECT_EQ(both_right(all.models[1].pairs.needed), 2);
  EXPECT_EQ(only_moved(all.models[1].pairs.needed), 1);
  EXPECT_EQ(only_moved(all.models[2].pairs.needed), 1);
  EXPECT_EQ(read(pairs_sentence(all, who)),
            "A network that has forgotten the early word answers both lines alike, so it cannot get both right. The LSTM "
            "remembers most often: 4 of 5, against 2 of 5 for the GRU and 0 of 5 for the plain RNN.");
  EXPECT_TRUE(
      has(read(forgetting_sentence(all, who)), "in 0 for the plain RNN, in 1 for the GRU and in 1 for the LSTM of 5"));
  EXPECT_TRUE(
      has(read(forgetting_sentence(all, who)), "In 2 more pairs the early word changes and the right ending does not"));
  for (PairTest* test : {&all.models[0].pairs, &all.models[1].pairs, &all.models[2].pairs})
    while (test->needed.size() < 11) test->needed.push_back({"a", "b", "c", "d", "", .9, .1});  // nobody knows these
  set(1, {{.9, .8}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}});
  set(2, {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}});
  EXPECT_EQ(
      read(pairs_sentence(all, who)),
      "A network that has forgotten the early word answers both lines alike, so it cannot get both right. Here hardly any "
      "does: the plain RNN in 0 of 11, the GRU in 1 of 11 and the LSTM in 0 of 11.");
  all = synthetic_explanation();
  set(1, {{.9, .8}, {.9, .8}, {.9, .6}, {.9, .8}, {.9, .8}});
  set(2, {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}});
  set(0, {{.9, .6}, {.9, .6}, {.9, .1}, {.9, .1}, {.9, .1}});
  EXPECT_TRUE(has(read(pairs_sentence(all, who)), "Here the plain RNN remembers more often than the LSTM."));
  set(0, {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}}), set(1, {{.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}, {.9, .1}});
  EXPECT_TRUE(has(read(pairs_sentence(all, who)), "Here none does"));
}

TEST(ScreenDrawings, MemoryIsThePairOfMiddleDifficulty) {
  Explanation all = synthetic_explanation();
  const Players who = cast(all.models);
  const std::optional<svg::BarChart> chart = memory_chart(all, who);
  ASSERT_TRUE(chart);
  ASSERT_EQ(chart->groups.size(), all.models.size());
  const nlohmann::json data = test::data_of(explain_page(all));
  for (size_t i = 0; i < all.models.size(); ++i) {
    EXPECT_TRUE(has(chart->groups[i].label, std::to_string(both_right(all.models[i].pairs.needed)) + " of 5"));
    for (size_t k = 0; k < 2; ++k)
      EXPECT_EQ(data.at(nlohmann::json::json_pointer(chart->groups[i].at[k])).get<double>(), chart->groups[i].values[k]);
  }
  const auto names = [](const Explanation& e) {
    std::vector<std::string> list;
    for (const auto& [name, text] : explain_drawings(e)) list.push_back(name);
    return list;
  };
  EXPECT_EQ(std::ranges::count(names(all), "memory.svg"), 1);
  for (ModelExplanation& model : all.models) model.pairs = {};
  EXPECT_EQ(std::ranges::count(names(all), "memory.svg"), 0);
}

TEST(ScreenSentences, WorthSaysWhereCountingWins) {
  Explanation all = synthetic_explanation();
  test::add_demo_parts(all);
  EXPECT_EQ(
      read(worth_sentence(all)),
      "Use it when order matters, data is modest, and the answer must come while the input still arrives. For the next "
      "word, from 300 lines only (counting: trigram) the simplest method is better: do not train a network there.");
  all.worth[1].network_value = 20;
  EXPECT_TRUE(has(read(worth_sentence(all)), "Here the network is better in every row."));
  all.worth[2].simple_value = 0.992;
  EXPECT_TRUE(has(read(worth_sentence(all)), "Both are equal for rewriting dates."));
  all.worth.clear();
  EXPECT_FALSE(has(read(worth_sentence(all)), "better"));
}

TEST(ScreenSentences, DoorsNameWhatTheyDidMost) {
  Explanation all = synthetic_explanation({demo_characters()[2]});
  Doors& doors = all.models[0].doors;
  for (DoorStep& s : doors.steps) s.keep = 0.9, s.write = 0.1, s.content = 0.5;
  doors.steps[1].write = 0.8;
  doors.steps[3].keep = 0.05;
  EXPECT_EQ(
      read(doors_sentence(all.models[0], cast(all.models)[0], 0)),
      "The plain RNN rewrites every number at every word. The LSTM has doors: at “cat” it wrote most, with the write door "
      "80 % open; at “sleeping” it kept least, 5 % of the old number.");
  doors.steps[1].word = "sleeping";  // now twice
  const std::string twice = read(doors_sentence(all.models[0], cast(all.models)[0], 0));
  EXPECT_TRUE(has(twice, "at the first “sleeping” it wrote most")) << twice;
  EXPECT_TRUE(has(twice, "at the last “sleeping” it kept least")) << twice;
  doors.write.clear();
  EXPECT_TRUE(has(doors_sentence(all.models[0], cast(all.models)[0], 0), "Its write door is what the keep door leaves"));
}

TEST(Scenes, LoudnessFollowsWhatIsLeft) {
  using svg::loudness;
  EXPECT_EQ(loudness(1), 3);
  EXPECT_EQ(loudness(0.5), 3);
  EXPECT_EQ(loudness(0.49), 2);
  EXPECT_EQ(loudness(0.09), 1);
  EXPECT_EQ(loudness(0.009), 0);
  EXPECT_EQ(loudness(2.1), 4);
  EXPECT_EQ(loudness(std::nan("")), 0);
  EXPECT_EQ(loudness(HUGE_VAL), 4);
}

}  // namespace
}  // namespace rnn::core::pages
