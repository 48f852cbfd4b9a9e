// Why: small models, small texts and small runs that several test programs train, and what they compare afterwards.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/rng.h"
#include "cells/names.h"
#include "data/batcher.h"
#include "networks/init.h"
#include "support/failure.h"
#include "support/folder.h"
#include "tasks/language_model/evaluate_text.h"
#include "train/trainer.h"

namespace rnn::core::test {

// A cell with the options that change its equation.
struct Variant {
  const char* name;
  CellKind cell;
  int flags = 0;
  int projection = 0;
};
inline constexpr Variant kVariants[] = {{"rnn", CellKind::elman, 0, 0},
                                        {"rnn-relu", CellKind::elman, kRelu, 0},
                                        {"lstm", CellKind::lstm, 0, 0},
                                        {"lstm-peephole-projection", CellKind::lstm, kPeephole, 5},
                                        {"gru", CellKind::gru, 0, 0},
                                        {"gru-reset-before", CellKind::gru_reset_before, 0, 0},
                                        {"lstm-coupled", CellKind::lstm_coupled, 0, 0},
                                        {"rnn-norm", CellKind::elman, kLayerNorm, 0},
                                        {"lstm-norm", CellKind::lstm, kLayerNorm, 0},
                                        {"lstm-norm-peephole-projection", CellKind::lstm, kLayerNorm | kPeephole, 5},
                                        {"lstm-coupled-norm", CellKind::lstm_coupled, kLayerNorm, 0},
                                        {"gru-norm", CellKind::gru, kLayerNorm, 0},
                                        {"gru-reset-before-norm", CellKind::gru_reset_before, kLayerNorm, 0},
                                        {"mingru", find_cell("mingru")->kind, 0, 0},
                                        {"indrnn", find_cell("indrnn")->kind, kRelu, 0},
                                        {"mingru-norm", find_cell("mingru")->kind, kLayerNorm, 0},
                                        {"indrnn-tanh-norm", find_cell("indrnn-tanh")->kind, kLayerNorm, 0}};
inline void PrintTo(const Variant& v, std::ostream* out) { *out << v.name; }
inline std::string variant_name(const testing::TestParamInfo<Variant>& info) {
  std::string name = info.param.name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

inline ModelConfig tiny_config(const Variant& v, int vocabulary, int hidden, int layers = 1, double dropout = 0) {
  ModelConfig c;
  c.rnn.cell = v.cell, c.rnn.flags = v.flags, c.rnn.projection = v.projection;
  c.rnn.input = 6, c.rnn.hidden = hidden, c.rnn.layers = layers;
  c.rnn.dropout = c.dropout = dropout;
  c.vocabulary = vocabulary;
  return c;
}

// Dropout of h in recurrent products and of their weights, where there are any.
inline void drop_recurrent(ModelConfig* c, double state, double weights) {
  if (has_recurrent_matrix(c->rnn.cell)) c->rnn.state_dropout = state, c->rnn.weight_drop = weights;
}

template <class T = float>
std::unique_ptr<Model<T>> tiny_model(const ModelConfig& config, uint64_t seed = 1) {
  auto model = std::make_unique<Model<T>>(config);
  initialise(*model, InitOptions{}, seed);
  return model;
}

// Random ids in [1, vocabulary): 0 is reserved for the end of a line.
inline std::vector<int32_t> random_tokens(int count, int vocabulary, uint32_t stream = 0) {
  Random random(7, Purpose::test, stream);
  std::vector<int32_t> tokens(count);
  for (auto& t : tokens) t = 1 + static_cast<int32_t>(random.below(vocabulary - 1));
  return tokens;
}

// Sentences of 1 to `longest` tokens, the end of line included.
inline std::vector<std::vector<int32_t>> random_sentences(int count, int vocabulary, int longest) {
  Random random(8, Purpose::test);
  std::vector<std::vector<int32_t>> sentences(count);
  for (int i = 0; i < count; ++i) {
    sentences[i] = random_tokens(static_cast<int>(random.below(longest)), vocabulary, 100 + i);
    sentences[i].push_back(0);
  }
  return sentences;
}

// Two documents, so that reset bits and rows without weight occur.
inline std::unique_ptr<Batcher> stream_batcher(int streams, int window, int tokens, int vocabulary) {
  const int first = tokens / 3 + 1;
  return std::make_unique<StreamBatcher>(
      std::vector<std::vector<int32_t>>{random_tokens(first, vocabulary, 1), random_tokens(tokens - first, vocabulary, 2)},
      StreamOptions{streams, window, false, -1});
}

template <class T>
bool same_bits(const Params<T>& a, const Params<T>& b) {
  return a.size() == b.size() && a.size() > 0 && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// Records every event.
class Recorder final : public EventSink {
 public:
  explicit Recorder(std::vector<Event>* events) : events_(events) {}
  void on(const Event& event) override { events_->push_back(event); }

 private:
  std::vector<Event>* events_;
};

// Lines such as "the cat sees a dog ."
inline std::string tiny_story(int lines, uint32_t stream = 0) {
  const std::vector<std::string> who = {"cat", "dog", "bird", "child", "old man"},
                                 what = {"sees", "likes", "follows", "hears"};
  Random random(3, Purpose::test, stream);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    const auto pick = [&](const std::vector<std::string>& words) {
      return words[random.below(static_cast<uint32_t>(words.size()))];
    };
    text += "The " + pick(who) + " " + pick(what) + (random.below(2) ? " a " : " the big ") + pick(who) + ".\n";
  }
  return text;
}

// A word model of a few thousand weights on `text`.
inline RunRequest tiny_request(const std::string& text, const std::string& folder, const std::string& mode) {
  RunRequest r;
  r.data = {text};
  r.folder = folder;
  r.command = "rnn train";
  r.model.tokens = "word";
  r.model.cell = "lstm";
  r.model.hidden = 12;
  r.options.mode = mode;
  r.options.batch = 4;
  r.options.bptt = 7;
  r.options.epochs = 2;
  r.options.patience = 0;
  r.options.threads = 1;
  r.options.valid_share = 0.2;
  return r;
}

}  // namespace rnn::core::test
