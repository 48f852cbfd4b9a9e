// Why: what a translator can be made of: what cannot be built is refused, its sparse rows are known, its model file keeps it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/rng.h"
#include "io/model_file.h"
#include "kernels/host.h"
#include "networks/model.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

ModelConfig translator() {
  ModelConfig c;
  c.task = "translate", c.vocabulary = 9, c.rnn.input = c.rnn.hidden = 6;
  c.encoder.rnn.input = 6, c.encoder.rnn.hidden = 3, c.encoder.rnn.layers = 1, c.encoder.rnn.bidirectional = true;
  c.encoder.attention_size = 4;
  c.encoder.match(c.rnn);
  return c;
}

Batch two_pairs() {
  Batch batch;
  batch.in.seq = Seq::ragged({2, 1}), batch.in.ids = {0, 0, 5}, batch.to.ids = {5, 3, 0};
  batch.source.seq = Seq::ragged({1, 3}), batch.source.ids = {7, 2, 5, 7};
  return batch;
}

// What sparse_rows says of two_pairs(), and which rows of these parameters really have a gradient.
using Rows = std::map<std::string, std::vector<int32_t>>;
Rows sparse_rows(const ModelConfig& config) {
  const Model<double> model(config);
  Rows rows;
  for (const SparseRows& s : model.sparse_rows(two_pairs())) rows[model.table()[s.param].name] = s.rows;
  return rows;
}
Rows touched_rows(const ModelConfig& config) {
  Model<double> model(config);
  Random random(2, Purpose::test);
  for (const ParamInfo& info : model.table().all()) {
    for (size_t i = 0; i < info.size(); ++i) model.params().data()[info.offset + i] = random.uniform(-1, 1);
  }
  Pool pool(1);
  model.pack(pool, true);
  Arena arena;
  Tape tape;
  Context<double> context{pool, arena};
  const Batch batch = two_pairs();
  State<double> state = model.initial(2);
  const View<double> h = model.forward_hidden(context, batch, state, &tape);
  const View<double> dh = arena.matrix<double>(h.rows, h.cols);
  for (int r = 0; r < dh.rows; ++r) {
    for (int i = 0; i < dh.cols; ++i) host(dh)(r, i) = random.uniform(-1, 1);
  }
  Params<double> grads(model.table());
  model.backward_hidden(context, batch.in.seq, tape, dh, grads);
  Rows rows;
  for (const char* name : {"embedding.weight", "encoder.embedding.weight"}) {
    const ParamId id = model.table().find(name);
    if (id < 0) continue;
    const View<const double> g = grads.view(id);
    for (int r = 0; r < g.rows; ++r) {
      if (std::any_of(host(g).row(r), host(g).row(r) + g.cols, [](double x) { return x != 0; })) rows[name].push_back(r);
    }
  }
  return rows;
}

TEST(Translator, SparseRowsAreThoseThatABatchReads) {
  ModelConfig c = translator();
  EXPECT_EQ(sparse_rows(c), (Rows{{"embedding.weight", {0, 2, 5, 7}}}));
  EXPECT_EQ(touched_rows(c), sparse_rows(c));
  c.drops.words = 0.1, c.drops.unknown = 8;
  EXPECT_EQ(sparse_rows(c), (Rows{{"embedding.weight", {0, 2, 5, 7, 8}}}));
  c.drops = {}, c.tied = true;
  EXPECT_EQ(sparse_rows(c), Rows{}) << "every row has a gradient from the output layer";

  c = translator(), c.encoder.own_embedding = true;
  EXPECT_EQ(sparse_rows(c), (Rows{{"embedding.weight", {0, 5}}, {"encoder.embedding.weight", {2, 5, 7}}}));
  EXPECT_EQ(touched_rows(c), sparse_rows(c));
  c.tied = true;
  EXPECT_EQ(sparse_rows(c), (Rows{{"encoder.embedding.weight", {2, 5, 7}}}));
  c.drops.words = 0.1, c.drops.unknown = 8;
  EXPECT_EQ(sparse_rows(c), (Rows{{"encoder.embedding.weight", {2, 5, 7, 8}}}));
}

// The code of what check_config says about translator() with a change.
std::string refusal(void (*change)(ModelConfig&)) {
  ModelConfig c = translator();
  change(c);
  const Failure failure = failure_of([&] { check_config(c); });
  EXPECT_TRUE(failure.code == "none" || failure.exit == Exit::usage) << failure.code;
  return failure.code;
}

TEST(Translator, WhatCannotBeBuiltIsRefused) {
  using C = ModelConfig;
  EXPECT_EQ(refusal([](C&) {}), "none");
  EXPECT_EQ(refusal([](C& c) { c.encoder = EncoderOptions(); }), "model/task") << "no encoder";
  EXPECT_EQ(refusal([](C& c) { c.task = "language-model"; }), "model/task") << "an encoder";
  EXPECT_EQ(refusal([](C& c) { c.vocabulary = 0; }), "model/size");
  EXPECT_EQ(refusal([](C& c) { c.rnn.bidirectional = true; }), "model/bidirectional");
  EXPECT_EQ(refusal([](C& c) { c.drops.rows = 0.1; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.drops.rows = 0.1, c.encoder.own_embedding = true; }), "model/dropout");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.hidden = 0; }), "model/size");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.hidden = 65537; }), "model/size");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.layers = 65; }), "model/size");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.input = 5; }), "model/size");
  EXPECT_EQ(refusal([](C& c) { c.rnn.residual = true; }), "model/residual");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.residual = true; }), "model/residual");
  EXPECT_EQ(refusal([](C& c) {
              c.encoder.bridge = BridgeKind::zero;
              c.encoder.rnn.layers = 2, c.encoder.rnn.residual = true, c.encoder.rnn.last_hidden = 2;
            }),
            "model/residual");
  EXPECT_EQ(refusal([](C& c) { c.encoder.attention_size = 0; }), "model/attention");
  EXPECT_EQ(refusal([](C& c) { c.encoder.attention_size = 0, c.encoder.attention = AttentionKind::general; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.encoder.input_feeding = true; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.encoder.input_feeding = true, c.encoder.attention = AttentionKind::none; }),
            "model/attention");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.layers = 2; }), "model/bridge");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.hidden = 6; }), "model/bridge");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.hidden = 6, c.encoder.rnn.bidirectional = false; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.encoder.rnn.layers = 2, c.encoder.bridge = BridgeKind::dense; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.tied = true; }), "none");
  EXPECT_EQ(refusal([](C& c) { c.tied = true, c.rnn.input = c.encoder.rnn.input = 5; }), "model/tied");
  EXPECT_EQ(refusal([](C& c) { c.softmax.kind = SoftmaxKind::sampled; }), "model/softmax");
  for (const AttentionKind kind : {AttentionKind::dot, AttentionKind::scaled_dot}) {
    ModelConfig c = translator();
    c.encoder.attention = kind, c.encoder.bridge = BridgeKind::zero;
    EXPECT_NO_THROW(check_config(c));
    c.encoder.rnn.hidden = 5;
    const Failure failure = failure_of([&] { check_config(c); });
    EXPECT_EQ(failure.code, "model/attention");
    EXPECT_NE(failure.message.find("decoder's 6"), std::string::npos) << failure.message;
    EXPECT_NE(failure.message.find("encoder's 10"), std::string::npos) << failure.message;
  }
}

TEST(Translator, ConfigurationComesBackFromItsFile) {
  ModelConfig c = translator();
  c.rnn.cell = CellKind::gru, c.rnn.flags = kLayerNorm, c.rnn.layers = 2, c.rnn.residual = true;
  c.rnn.dropout = 0.25, c.rnn.zoneout[0] = 0.125, c.rnn.variational = true;
  EncoderOptions& e = c.encoder;
  e.rnn.layers = 3, e.rnn.hidden = 5, e.rnn.bidirectional = false, e.rnn.residual = true;
  e.own_embedding = e.input_feeding = e.reversed_source = true;
  e.attention = AttentionKind::general, e.attention_size = 17, e.bridge = BridgeKind::dense;
  e.match(c.rnn);
  const nlohmann::json json = config_to_json(c);
  const ModelConfig back = config_from_json(json);
  EXPECT_EQ(config_to_json(back), json);
  EXPECT_NO_THROW(check_config(back));
  EXPECT_TRUE(back.rnn.residual && back.encoder.rnn.residual);
  EXPECT_TRUE(back.encoder.rnn.layers == 3 && back.encoder.rnn.hidden == 5 && back.encoder.rnn.input == 6);
  EXPECT_FALSE(back.encoder.rnn.bidirectional);
  EXPECT_TRUE(back.encoder.own_embedding && back.encoder.input_feeding && back.encoder.reversed_source);
  EXPECT_EQ(back.encoder.attention, AttentionKind::general);
  EXPECT_EQ(back.encoder.attention_size, 17);
  EXPECT_EQ(back.encoder.bridge, BridgeKind::dense);
  EXPECT_EQ(back.encoder.rnn.cell, CellKind::gru) << "the decoder's";
  EXPECT_EQ(back.encoder.rnn.flags, kLayerNorm);
  EXPECT_TRUE(back.encoder.rnn.dropout == 0.25 && back.encoder.rnn.zoneout[0] == 0.125 && back.encoder.rnn.variational);

  e = translator().encoder;
  e.rnn.layers = 2, e.rnn.projection = 2, e.rnn.last_hidden = 1;  // no such network, but each option by itself
  EXPECT_EQ(config_from_json(config_to_json(c)).encoder.rnn.projection, 2);
  EXPECT_EQ(config_from_json(config_to_json(c)).encoder.rnn.last_hidden, 1);
  EXPECT_FALSE(config_to_json(ModelConfig()).contains("encoder")) << "files of language models stay as they were";
}

TEST(Translator, ABrokenConfigurationIsRefused) {
  const nlohmann::json json = config_to_json(translator());
  const auto refused = [&](const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json changed = json;
    change(changed);
    const Failure failure = failure_of([&] { config_from_json(changed); });
    EXPECT_EQ(failure.exit, Exit::model);
    return failure.code;
  };
  EXPECT_EQ(refused([](nlohmann::json& j) { j["encoder"] = 3; }), "model/corrupt");
  EXPECT_EQ(refused([](nlohmann::json& j) { j["encoder"]["attention"] = "nearest"; }), "model/corrupt");
  EXPECT_EQ(refused([](nlohmann::json& j) { j["encoder"]["bridge"] = "long"; }), "model/corrupt");
  EXPECT_EQ(refused([](nlohmann::json& j) { j["encoder"]["layers"] = "two"; }), "model/corrupt");
  for (const auto& [key, value] : json.at("encoder").items()) {
    const std::string name = key;
    EXPECT_EQ(refused([&](nlohmann::json& j) { j["encoder"].erase(name); }), "model/corrupt") << name;
  }
}

}  // namespace
}  // namespace rnn::core
