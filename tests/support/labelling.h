// Why: tests of the pages about labels need verdicts and taggings whose figures are known, without a trained model.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "inspect/labelling.h"

namespace rnn::core::test {

inline LabelFacts synthetic_facts(const std::string& name, const std::string& reads) {
  LabelFacts facts;
  facts.name = name, facts.path = "runs/" + name, facts.cell = "lstm", facts.reads = reads, facts.pool = "last";
  facts.layers = 1, facts.hidden = 24, facts.labels = 2, facts.parameters = 12345;
  return facts;
}

// "the play looked dull but it was great": unhappy leads after "dull", happy from "great" on.
inline Verdict synthetic_verdict() {
  Verdict v;
  v.facts = synthetic_facts("reviews-001", "word");
  v.steps = {"the", "play", "looked", "dull", "but", "it", "was", "great"};
  v.text = "The play looked dull, but it was great", v.length = 8;
  const std::vector<double> happy = {0.55, 0.56, 0.52, 0.12, 0.2, 0.21, 0.25, 0.93};
  v.course = {{"happy", happy}, {"unhappy", {}}};
  for (int i = 0; i < 8; ++i) {
    const double p = happy[static_cast<size_t>(i)];
    v.looks.push_back(i + 1), v.course[1].p.push_back(1 - p), v.led.emplace_back(p > 0.5 ? "happy" : "unhappy");
  }
  v.answer = {{"happy", 0.93}, {"unhappy", 1 - 0.93}}, v.decided = 7, v.turns = 2;
  for (int i = 0; i < 8; ++i) v.left_out.push_back({i, 1, v.steps[static_cast<size_t>(i)], "happy", 0.92, 0.01});
  v.left_out[7].label = "unhappy", v.left_out[7].p = 0.2, v.left_out[7].adds = 0.73;
  v.left_out[3].p = 0.99, v.left_out[3].adds = 0.93 - 0.99;
  v.move = {{0.9, 0.4, 0.3, 0.8, 0.5, 0.1, 0.2, 1.1}};
  return v;
}

// 60 samples of three inputs; the answer leads from look 20 on. One value is missing.
inline Verdict synthetic_series_verdict() {
  Verdict v;
  v.facts = synthetic_facts("gestures-001", ""), v.facts.labels = 3, v.facts.both_ways = true;
  v.series = true, v.place = "gestures/wave/7.csv", v.length = 60;
  v.course = {{"wave", {}}, {"circle", {}}, {"lift", {}}};
  for (int i = 0; i < 60; ++i) {
    const double p = i < 20 ? 0.3 : 0.3 + 0.6 * (i - 19) / 40.0;
    v.looks.push_back(i + 1), v.led.emplace_back(i < 20 ? "circle" : "wave");
    v.course[0].p.push_back(p), v.course[1].p.push_back(i < 20 ? 0.5 : (1 - p) / 2),
        v.course[2].p.push_back(i < 20 ? 0.2 : (1 - p) / 2);
  }
  v.answer = {{"wave", v.course[0].p.back()}, {"circle", v.course[1].p.back()}, {"lift", v.course[2].p.back()}};
  v.decided = 20, v.turns = 1, v.said = "circle", v.said_p = v.course[1].p.back();
  for (const char* name : {"side", "front", "up"}) v.sensors.push_back({name, {}});
  v.move.resize(2);
  for (int i = 0; i < 60; ++i) {
    v.sensors[0].values.push_back(std::round(1000 * std::sin(i / 5.0)) / 1000), v.sensors[1].values.push_back(i % 7);
    v.sensors[2].values.push_back(i == 30 ? std::nan("") : 2), v.move[0].push_back(i == 20 ? 2 : 0.5),
        v.move[1].push_back(i == 40 ? 1.5 : 0.25);
  }
  for (int i = 0; i < 10; ++i)
    v.left_out.push_back({6 * i, 6, "", "wave", 0.9 - 0.05 * i, v.answer[0].p - (0.9 - 0.05 * i)});
  for (const char* name : {"side", "front", "up"}) v.sensors_out.push_back({0, 60, name, "wave", 0.9, v.answer[0].p - 0.9});
  v.sensors_out[0].p = 0.25, v.sensors_out[0].label = "lift", v.sensors_out[0].adds = v.answer[0].p - 0.25;
  return v;
}

// "call Anna in New York": two spans, "New" in doubt.
inline Tagging synthetic_tagging() {
  Tagging t;
  t.facts = synthetic_facts("requests-001", "word"), t.facts.labels = 5, t.facts.both_ways = true;
  t.text = "call Anna in New York", t.chain = t.spans = true;
  const std::vector<std::vector<std::string>> words = {
      {"call", "O"}, {"Anna", "B-person"}, {"in", "O"}, {"New", "B-city"}, {"York", "I-city"}};
  for (const std::vector<std::string>& w : words) {
    t.words.push_back({w[0], w[1], 0.99, true, {{"B-when", 0.005}, {"O", 0.005}}, w[1], std::nullopt});
  }
  t.words[3].p = 0.62, t.words[3].others = {{"B-when", 0.3}, {"O", 0.08}}, t.words[3].early = "B-when",
  t.words[1].known = false;
  t.found = {{"person", "Anna", 1, 2, 0.99, false}, {"city", "New York", 3, 5, 0.62, false}};
  for (const TaggedWord& w : t.words) t.left_out.push_back({w.word, 0.01, 0, 0, 0.98});
  t.left_out[0].most = 1;
  t.left_out[2] = {"in", 0.7, 1, 3, 0.2}, t.move = {{0.5, 1.5, 0.4, 0.9, 0.8}, {0.3, 0.6, 0.2, 1.2, 0.7}};
  return t;
}

// The tags of the reference: "New York" is a city, "in" was taken for something else.
inline void add_reference(Tagging& t) {
  for (TaggedWord& w : t.words) w.said = w.tag;
  t.words[2].said = "B-when", t.wrong = 1, t.of = 5;
  t.said = t.found;
}

}  // namespace rnn::core::test
