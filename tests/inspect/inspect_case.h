// Why: the kinds of model that every test of the inspect room runs over, and small models with a tokenizer.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/rng.h"
#include "cells/names.h"
#include "io/model_file.h"
#include "kernels/host.h"
#include "networks/init.h"

namespace rnn::core::test {

struct InspectCase {
  const char* name;
  CellKind cell;
  int flags, hidden, projection, layers, last_hidden = 0;
};
inline constexpr InspectCase kInspectCases[] = {{"rnn", CellKind::elman, 0, 5, 0, 1},
                                                {"rnn, 2 layers", CellKind::elman, 0, 4, 0, 2},
                                                {"relu", CellKind::elman, kRelu, 6, 0, 1},
                                                {"relu, 2 layers", CellKind::elman, kRelu, 5, 0, 2},
                                                {"lstm", CellKind::lstm, 0, 5, 0, 1},
                                                {"lstm, 2 layers", CellKind::lstm, 0, 4, 0, 2},
                                                {"lstm, 2 layers, the last narrow", CellKind::lstm, 0, 6, 0, 2, 3},
                                                {"peephole", CellKind::lstm, kPeephole, 5, 0, 1},
                                                {"projection, 2 layers", CellKind::lstm, 0, 6, 3, 2},
                                                {"peephole projection", CellKind::lstm, kPeephole, 6, 4, 1},
                                                {"gru", CellKind::gru, 0, 5, 0, 1},
                                                {"gru, 2 layers", CellKind::gru, 0, 4, 0, 2},
                                                {"gru-reset-before", CellKind::gru_reset_before, 0, 5, 0, 1},
                                                {"gru-reset-before, 2 layers", CellKind::gru_reset_before, 0, 4, 0, 2},
                                                {"lstm-coupled", CellKind::lstm_coupled, 0, 5, 0, 1},
                                                {"lstm norm", CellKind::lstm, kLayerNorm, 7, 0, 2},
                                                {"gru norm", CellKind::gru, kLayerNorm, 7, 0, 1},
                                                {"gru-reset-before norm", CellKind::gru_reset_before, kLayerNorm, 7, 0, 1},
                                                {"mingru, 2 layers", find_cell("mingru")->kind, 0, 5, 0, 2},
                                                {"indrnn, 2 layers", find_cell("indrnn")->kind, kRelu, 5, 0, 2},
                                                {"mingru norm", find_cell("mingru")->kind, kLayerNorm, 7, 0, 1},
                                                {"indrnn-tanh norm", find_cell("indrnn-tanh")->kind, kLayerNorm, 7, 0, 1}};

inline ModelConfig config_of(const InspectCase& c, int vocabulary) {
  ModelConfig config;
  config.rnn.cell = c.cell, config.rnn.flags = c.flags, config.rnn.hidden = c.hidden;
  config.rnn.projection = c.projection, config.rnn.layers = c.layers, config.rnn.input = 4;
  config.rnn.last_hidden = c.last_hidden;
  config.vocabulary = vocabulary;
  return config;
}

// Weights uniform in [-0.7, 0.7]: gates are neither shut nor wide open, and a gradient lives for some steps.
template <class T>
std::unique_ptr<Model<T>> lively_model(const ModelConfig& config, double range = 0.7) {
  auto model = std::make_unique<Model<T>>(config);
  InitOptions init;
  init.kind = InitKind::uniform, init.range = range;
  initialise(*model, init, 3);
  Random random(5, Purpose::test, 9);
  for (ParamId id = 0; id < static_cast<ParamId>(model->table().all().size()); ++id) {  // biases, too
    if (!model->table()[id].vector) continue;
    for (int i = 0; i < model->table()[id].cols; ++i)
      host(model->params().view(id))(0, i) = static_cast<T>(0.3 * random.normal());
  }
  Pool pool(1);
  model->pack(pool, true);
  return model;
}

inline std::vector<int32_t> some_ids(int count, int vocabulary, uint32_t stream = 0) {
  Random random(8, Purpose::test, stream);
  std::vector<int32_t> ids(static_cast<size_t>(count));
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(static_cast<uint32_t>(vocabulary)));
  return ids;
}

// A word, character or byte model over a small text, in memory.
inline ModelFile small_file(const InspectCase& c, const char* tokens = "word", bool sentences = true) {
  static const std::string kText =
      "The cat is sleeping.\nThe dog is eating bread.\nA bird sees the cat and the dog.\nThe boy is running because it "
      "rains.\n";
  ModelFile file;
  file.path = "runs/small/model.safetensors";
  file.tokenizer = build_tokenizer(tokens, {kText});
  file.model = lively_model<float>(config_of(c, file.tokenizer->size()));
  file.about.get() = {{"mode", sentences ? "sentence" : "stream"}, {"metrics", {{"val_loss", 1.5}}}};
  return file;
}

}  // namespace rnn::core::test
