// Why: tests of pages need an explanation with every part filled, without a model: figures that are plausible and known.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "cells/reference.h"
#include "inspect/explanation.h"

namespace rnn::core::test {

// The character of a cell's figures: its gradient falls by `fade` a step, an early word moves the last table by `memory`.
struct Character {
  CellKind cell = CellKind::elman;
  double fade = 0.6, memory = 0.05, loss = 3.1, recall_steps = 8;
};
inline const std::vector<Character>& demo_characters() {
  static const std::vector<Character> all = {{CellKind::elman, 0.62, 0.05, 3.08, 9},
                                             {CellKind::gru, 0.84, 0.16, 2.83, 60},
                                             {CellKind::lstm, 0.88, 0.22, 2.77, 140}};
  return all;
}

// Pseudo-random: the same number for the same arguments, between -1 and 1.
inline double noise(int a, int b, int c) {
  const double x = std::sin(a * 12.9898 + b * 78.233 + c * 37.719 + 4.1) * 43758.5453;
  return 2 * (x - std::floor(x)) - 1;
}

inline std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

inline std::vector<WordChance> next_table(int model, int step) {
  static constexpr std::string_view kWords[] = {"is",    "sleeping", "because", "was",  "it",
                                                "tired", "the",      "a",       "very", "hungry"};
  std::vector<WordChance> table;
  double left = 0.92;  // each word takes its share of what the likelier ones left
  for (int i = 0; i < 8; ++i) {
    const double p = left * (0.38 + 0.2 * noise(model, step, i));
    table.push_back({std::string(kWords[static_cast<size_t>(step * 3 + i) % std::size(kWords)]), p});
    left -= p;
  }
  std::stable_sort(table.begin(), table.end(), [](const WordChance& a, const WordChance& b) { return a.p > b.p; });
  return table;
}

inline LayerStep layer_step(const Character& character, int hidden, int step, int layer, const LayerStep* before) {
  LayerStep out;
  const CellInfo& info = cell_info(character.cell);
  double moved = 0, norm = 0;
  for (int unit = 0; unit < hidden; ++unit) {
    const double old = before == nullptr ? 0 : static_cast<double>(before->h[static_cast<size_t>(unit)]);
    const double keep = character.fade - 0.1, fresh = std::tanh(1.4 * noise(unit, step + 1, layer));
    out.h.push_back(static_cast<float>(keep * old + (1 - keep) * fresh));
    const double change = static_cast<double>(out.h.back()) - old;
    moved += change * change;
    norm += static_cast<double>(out.h.back()) * static_cast<double>(out.h.back());
    if (info.states == 2) out.c.push_back(static_cast<float>(1.7 * static_cast<double>(out.h.back())));
    if (unit < 3) out.moved.emplace_back(unit, change);
  }
  for (const char gate : info.gate_names) {
    std::vector<float> values;
    const bool signed_values = gate == 'a' || gate == 'g' || gate == 'n';
    for (int unit = 0; unit < hidden; ++unit) {
      const double x = 2.2 * noise(unit, step, gate) + (gate == 'f' || gate == 'z' ? 1.3 : 0);
      values.push_back(static_cast<float>(signed_values ? std::tanh(x) : reference::sigmoid(x)));
    }
    out.gates.emplace_back(std::string(1, gate), std::move(values));
  }
  out.state_norm = std::sqrt(norm);
  out.update_norm = std::sqrt(moved);
  return out;
}

inline void add_memory(ModelExplanation& model, const Character& character, int number) {
  const int last = static_cast<int>(model.steps.size()) - 1;
  for (int position = 1; position <= last; ++position) {
    Influence influence;
    influence.position = position;
    influence.lag = last - position;
    influence.word = model.steps[static_cast<size_t>(position)].text;
    for (const char* other : {"dog", "bird", "book"}) {
      const double p =
          std::min(0.98, character.memory * std::pow(1.25, position) * (1 + 0.4 * noise(number, position, other[0])));
      influence.substitutes.push_back({other, p});
      influence.mean += p / 3;
    }
    model.influence.push_back(influence);
  }
  StateDistance distance;
  distance.position = 2;
  distance.word = model.steps[2].text;
  distance.other = "dog";
  for (int step = 0; step <= last; ++step) {
    distance.h.push_back(step < 2 ? 0 : 0.9 * std::pow(character.fade, step - 2) * (1 + 0.1 * noise(number, step, 5)));
  }
  distance.kept = distance.h.back() / distance.h[2];
  model.distances.push_back(distance);
}

inline void add_gradient(ModelExplanation& model, const Character& character) {
  const bool cell_state = cell_info(character.cell).states == 2;
  model.gradient.h.resize(static_cast<size_t>(model.layers));
  model.gradient.c.resize(static_cast<size_t>(cell_state ? model.layers : 0));
  for (int lag = 0; lag <= 40; ++lag) {
    const double norm = lag > 36 ? 0 : 0.7 * std::pow(character.fade, lag) * (1 + 0.08 * std::sin(lag));
    model.gradient.state.push_back(norm);
    for (std::vector<double>& layer : model.gradient.h) layer.push_back(norm * 0.8);
    for (std::vector<double>& layer : model.gradient.c) layer.push_back(norm * 0.6);
  }
  for (const int lag : {1, 2, 5}) model.gradient.worst.emplace_back(lag, 1.9 * std::pow(character.fade + 0.1, lag));
  model.gradient.half_life = std::log(0.5) / std::log(character.fade);
  model.gradient.steps = 24;
  model.prompt_gradient = model.gradient;
  model.prompt_gradient.steps = 1;
}

// Five pairs that need the early word, of which memory decides how many come out right, and two that do not.
inline PairTest synthetic_pairs(const Character& character) {
  PairTest test;
  for (int i = 0; i < 5; ++i) {
    const std::string place = " by the river of place " + std::to_string(i) + " has lost";
    const double first = 0.97 - 0.05 * i, second = std::min(0.95, 3 * character.memory + 0.2 - 0.04 * i);
    test.needed.push_back({"The girl" + place, "The boy" + place, "her", "his", "", first, second});
  }
  test.unneeded.push_back({"The brown bird at the gate", "The brown cow at the gate", "is", "is", "are", 0.9, 0.8});
  test.unneeded.push_back({"The cat in the grass", "The dog in the grass", "is", "is", "are", 0.7, 0.2});
  test.unknown = 1;
  return test;
}

inline Doors synthetic_doors(const ModelExplanation& model, const CellInfo& info, int number) {
  Doors doors;
  if (info.keep < 0 && info.write < 0) return doors;
  doors.layer = model.layers - 1, doors.unit = 7;
  doors.keep = info.gate_names.substr(static_cast<size_t>(info.keep), 1);
  if (info.write >= 0) doors.write = info.gate_names.substr(static_cast<size_t>(info.write), 1);
  doors.third = info.states == 2 ? "o" : "r";
  for (size_t t = 1; t < model.steps.size() && t <= 10; ++t) {
    const int step = static_cast<int>(t);
    DoorStep s;
    s.word = model.steps[t].text;
    s.before = doors.steps.empty() ? 0.1 : doors.steps.back().after;
    s.keep = 0.5 + 0.5 * noise(number, step, 21);
    s.write = info.write >= 0 ? 0.5 + 0.5 * noise(number, step, 22) : 1 - s.keep;
    s.content = noise(number, step, 23);
    s.third = 0.5 + 0.5 * noise(number, step, 24);
    s.after = s.keep * s.before + s.write * s.content;
    doors.steps.push_back(s);
  }
  return doors;
}

inline ModelExplanation synthetic_model(const Character& character, int number, std::string_view prompt, int hidden = 256,
                                        int layers = 1) {
  const CellInfo& info = cell_info(character.cell);
  ModelExplanation model;
  model.cell = std::string(info.name);
  model.name = "demo-" + model.cell;
  model.path = "runs/demo-" + model.cell;
  model.tokenizer = "word";
  for (std::string_view rest = info.equation; !rest.empty();) {
    const size_t end = rest.find('\n');
    model.equations.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  model.layers = layers;
  model.hidden = hidden;
  model.vocabulary = 1003;
  model.parameters = 300000LL + 140000LL * info.gates;
  model.val_loss = character.loss;
  model.val_perplexity = std::exp(character.loss);
  model.val_bits_per_byte = character.loss / 3.1;
  model.step_microseconds = 6.5 + 5.1 * info.gates;
  std::vector<std::string> words = split_words(prompt);
  words.insert(words.begin(), "↵");  // the end of line that precedes every prompt
  for (int step = 0; step < static_cast<int>(words.size()); ++step) {
    ReadStep read;
    read.id = 10 + step;
    read.text = words[static_cast<size_t>(step)];
    read.surprise = step == 0 ? -1 : 4 + 3 * noise(number, step, 9);
    read.next = next_table(number, step);
    for (int layer = 0; layer < layers; ++layer) {
      const LayerStep* before = step == 0 ? nullptr : &model.steps.back().layers[static_cast<size_t>(layer)];
      read.layers.push_back(layer_step(character, hidden, step, layer, before));
    }
    model.steps.push_back(std::move(read));
  }
  for (int unit = 0; unit < hidden; unit += std::max(1, hidden / 16)) model.shown_units.push_back(unit);
  model.doors = synthetic_doors(model, info, number);
  model.pairs = synthetic_pairs(character);
  if (info.keep >= 0) model.meaning = UnitMeaning{"an animal", 12, 90, 41, true, 0.97, 0.93};
  add_memory(model, character, number);
  add_gradient(model, character);
  for (int layer = 0; layer < layers; ++layer) {
    model.norms.push_back({layer, 5.2, 6.1, 3.3});
    for (int gate = 0; gate < info.gates; ++gate) {
      const std::string name(1, info.gate_names[static_cast<size_t>(gate)]);
      model.gates.push_back({layer, name, 0.5 + 0.1 * gate, 0.06 + 0.02 * gate, 0.11 + 0.03 * gate});
      Spectrum spectrum{layer, info.gates == 1 ? "" : name, 0.9 + 0.07 * gate, 2.1 + 0.2 * gate, 0.01, {}};
      for (int i = 0; i < 8; ++i) spectrum.singular_values.push_back(spectrum.largest * std::pow(0.5, i));
      spectrum.smallest = spectrum.singular_values.back();
      model.spectra.push_back(spectrum);
    }
  }
  return model;
}

inline Recall synthetic_recall(const std::vector<Character>& characters) {
  Recall recall;
  recall.lags = {5, 10, 20, 50, 100, 200};
  recall.chance = 0.125;
  for (const Character& character : characters) {
    RecallCurve curve{std::string(cell_info(character.cell).name), 32, {}, 2400, 14.2};
    for (const int lag : recall.lags) {
      curve.accuracy.push_back(0.125 + 0.875 / (1 + std::exp(8 * std::log(lag / character.recall_steps))));
    }
    recall.cells.push_back(curve);
  }
  return recall;
}

inline Clipping synthetic_clipping() {
  Clipping clipping{"rnn", 1.0, 0.5, {}, {}, {}, {}};
  for (int update = 0; update < 60; ++update) {
    const double calm = 2.2 * std::exp(-update / 30.0) + 0.4 + 0.05 * noise(update, 1, 1);
    const double wild = update < 20 ? calm : calm * std::pow(2.4, update - 19);
    clipping.with.push_back(calm);
    clipping.norm_with.push_back(0.8 + 0.5 * std::fabs(noise(update, 2, 2)) + (update % 13 == 7 ? 14 : 0));
    clipping.without.push_back(update < 45 ? wild : HUGE_VAL);
    clipping.norm_without.push_back(update < 45 ? wild * wild : HUGE_VAL);
  }
  return clipping;
}

// What a demo adds to the page of its language models.
inline void add_demo_parts(Explanation& all) {
  all.parts = {{"text", "The cat is", "sleeping", "#loop", {}, {}, {}, {}},
               {"dates", "March 5th, 2021", "2021-03-05", "demo-dates/explain.html", {}, {}, {}, {}},
               {"digits", "“seven”, spoken", "", "", {}, {}, {}, {}},
               {"series",
                "loaves sold on each day",
                "tomorrow 213",
                "demo-bakery/report.html",
                {200, 220, 350, 150},
                {210, 230},
                {200, 215},
                {222, 246}}};
  all.worth = {{"the next word", "perplexity: it hesitates between so many words", "counting: trigram", "LSTM", 18.4, 16.0,
                false, false, 20, 4200000},
               {"the next word, from 300 lines only", "perplexity: it hesitates between so many words", "counting: trigram",
                "GRU", 61.5, 97.2, false, false, 3, 610000},
               {"rewriting dates", "right of 500 unseen", "copy the source", "GRU with attention", 0, 0.992, true, true, 25,
                1900000}};
}

constexpr std::string_view kPrompt = "The cat is sleeping because it";

inline Explanation synthetic_explanation(const std::vector<Character>& characters = demo_characters(),
                                         std::string_view prompt = kPrompt) {
  Explanation all;
  all.prompt = std::string(prompt);
  all.lines = 3592;
  for (size_t i = 0; i < characters.size(); ++i) {
    all.models.push_back(synthetic_model(characters[i], static_cast<int>(i), prompt));
  }
  all.recall = synthetic_recall(characters);
  all.clipping = synthetic_clipping();
  return all;
}

}  // namespace rnn::core::test
