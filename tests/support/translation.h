// Why: tests of a translator's page need an explanation with every part filled, without a model, whose figures are known.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/translation.h"
#include "support/explanation.h"

namespace rnn::core::test {

inline StateStep synthetic_state(int units, int step, int what, const StateStep* before) {
  StateStep state;
  double size = 0, moved = 0;
  for (int u = 0; u < units; ++u) {
    const double old = before == nullptr ? 0 : static_cast<double>(before->h[static_cast<size_t>(u)]);
    state.h.push_back(static_cast<float>(0.6 * old + 0.4 * noise(u, step, what)));
    size += static_cast<double>(state.h.back()) * static_cast<double>(state.h.back());
    moved += (static_cast<double>(state.h.back()) - old) * (static_cast<double>(state.h.back()) - old);
  }
  state.state_norm = std::sqrt(size), state.update_norm = std::sqrt(moved);
  return state;
}

// Weights that fall with the distance from `centre`; `width`: how fast.
inline void add_look(TargetToken& token, size_t source, double centre, double width) {
  std::vector<double> shares(source);
  double sum = 0;
  for (size_t j = 0; j < source; ++j) sum += shares[j] = std::exp(-std::fabs(static_cast<double>(j) - centre) / width);
  token.entropy = 0;
  for (double& share : shares) {
    share /= sum;
    token.attention.push_back(static_cast<float>(share));
    token.entropy -= share * std::log2(share);
  }
  token.spread = std::exp2(token.entropy);
  token.from_context = 0.3 + 0.1 / width;
}

inline BeamNode synthetic_node(int parent, int32_t id, std::string text, double p, double log_prob, BeamFate fate,
                               bool won) {
  return {parent, id, text, text, p, log_prob, log_prob / 2, fate, won};
}

// A search of `words` whose winner is the second best at the second step; two hypotheses continue.
inline BeamTree synthetic_search(const std::vector<std::string>& words) {
  BeamTree tree{2, 1, LengthRule::wu, {}};
  double log_prob = 0;
  for (size_t t = 0; t < words.size(); ++t) {
    const auto id = static_cast<int32_t>(20 + t);
    const bool second = t == 1, last = t + 1 == words.size();
    const int parent = t == 0 ? -1 : t == 2 ? 1 : 0;
    log_prob += std::log(second ? 0.4 : 0.7);
    std::vector<BeamNode> nodes;
    nodes.push_back(synthetic_node(parent, id, words[t], second ? 0.4 : 0.7, log_prob,
                                   last ? BeamFate::finished : BeamFate::kept, true));
    nodes.push_back(
        synthetic_node(parent, 90, "un", second ? 0.45 : 0.2, log_prob - (second ? -0.12 : 1.25), BeamFate::kept, false));
    nodes.push_back(synthetic_node(parent, 91, "<la>", 0.05, log_prob - 2.6, BeamFate::dropped, false));
    if (second) std::swap(nodes[0], nodes[1]);
    tree.steps.push_back(std::move(nodes));
  }
  return tree;
}

// Words are separated by spaces; both sides get their end of line. attention: as its name, or "none".
inline TranslationExplanation synthetic_translation(std::string_view sentence = "I have lost my keys",
                                                    std::string_view translation = "j'ai perdu mes clés",
                                                    const std::string& attention = "additive", int units = 64) {
  TranslationExplanation e;
  e.name = "en-fr", e.path = "runs/en-fr/model.safetensors", e.cell = "lstm", e.tokenizer = "word";
  e.attention = attention, e.bridge = "copy", e.both_ways = true;
  e.encoder_layers = 1, e.layers = 2, e.hidden = units, e.vocabulary = 8003, e.parameters = 12345678;
  e.val_loss = 1.2, e.val_perplexity = std::exp(1.2), e.val_bleu = 31.4;
  e.sentence = std::string(sentence);
  std::vector<std::string> read = split_words(sentence), written = split_words(translation);
  read.emplace_back("↵"), written.emplace_back("↵");
  e.translations = {{std::string(translation), 0.31, std::log(0.31), -0.9, true},
                    {"j'ai perdu des clés", 0.0004, std::log(0.0004), -3.1, true}};

  const int m = static_cast<int>(read.size());
  for (int i = 0; i < m; ++i) e.source.push_back({10 + i, read[static_cast<size_t>(i)], {}});
  for (int d = 0; d < 2; ++d) {
    const StateStep* before = nullptr;
    std::vector<StateStep> steps;
    steps.reserve(read.size());
    for (int k = 0; k < m; ++k) {
      steps.push_back(synthetic_state(units / 2, k, d, before));
      before = &steps.back();
    }
    if (d == 1) std::reverse(steps.begin(), steps.end());
    for (int i = 0; i < m; ++i) e.source[static_cast<size_t>(i)].read.push_back(steps[static_cast<size_t>(i)]);
  }
  for (size_t t = 0; t < written.size(); ++t) {
    TargetToken token;
    token.id = static_cast<int>(20 + t), token.text = written[t], token.p = 0.55 + 0.4 * noise(static_cast<int>(t), 1, 1);
    token.next = next_table(0, static_cast<int>(t));
    token.state = synthetic_state(units, static_cast<int>(t), 7, t == 0 ? nullptr : &e.target[t - 1].state);
    // Each word attends to the one at its own position, the second to several.
    if (attention != "none")
      add_look(token, read.size(), static_cast<double>(std::min(t, read.size() - 1)), t == 1 ? 3 : 0.4);
    e.target.push_back(std::move(token));
  }
  e.search = synthetic_search(written);
  for (size_t i = 0; i + 1 < read.size(); ++i) {
    LeftOutWord word{static_cast<int>(i), 1, read[i], 1, 0, {}};
    for (size_t t = 0; t < written.size(); ++t) {
      const int row = static_cast<int>(i), column = static_cast<int>(t);
      word.by_token.push_back(static_cast<float>(t == i ? 3.5 + noise(row, 3, 3) : 0.2 * noise(row, column, 4)));
      word.bits += static_cast<double>(word.by_token.back());
    }
    word.kept = std::exp2(-word.bits);
    e.left_out.push_back(std::move(word));
  }
  return e;
}

}  // namespace rnn::core::test
