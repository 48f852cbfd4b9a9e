// Why: 50 updates of a language model are PyTorch's: loss and gradient norm at each, weights at the end, each optimizer.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "golden/updates.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

TrainOptions train_options(const GoldenCase& c, const Variation& variation) {
  TrainOptions o;
  o.optimizer = c.get<std::string>("optimizer");
  o.average = c.get<bool>("average") ? "asgd" : "off";
  o.lr = c.get<double>("lr");
  o.momentum = c.get<double>("momentum");
  o.weight_decay = c.get<double>("weight_decay");
  o.epsilon = c.get<double>("epsilon");
  o.clip = c.get<double>("clip");
  o.clip_value = c.get<double>("clip_value");
  o.label_smoothing = c.get<double>("label_smoothing");
  o.batch = c.get<int>("streams");
  o.bptt = c.get<int>("window");
  o.accumulate = variation.accumulate;
  return o;
}

struct History {
  std::vector<double> loss, norm;
  Weights last, mean;
  bool operator==(const History&) const = default;
};

History train(const GoldenCase& c, const Variation& variation) {
  ModelConfig config{"language-model", recurrent_options(c), c.get<int>("vocabulary"), c.get<bool>("tied"), 0};
  config.dropout = config.rnn.dropout = c.get<double>("dropout");
  config.rnn.variational = c.get<bool>("variational"), config.rnn.state_dropout = c.get<double>("state_dropout");
  config.rnn.zoneout[0] = c.get<double>("zoneout"), config.rnn.zoneout[1] = c.get<double>("zoneout_cell");
  config.rnn.weight_drop = c.get<double>("weight_drop");
  Model<float> model(config);
  take_first_weights(c, model);
  StreamBatcher batcher(text_of(c), {c.get<int>("streams"), c.get<int>("window")});
  EventStream events;
  Pool pool(variation.threads);
  Trainer trainer(model, batcher, nullptr, train_options(c, variation), events, pool, {});
  History run;
  Batch batch;
  batcher.start_epoch(0);
  for (int update = 0; batcher.next(batch); ++update) {
    const Trainer::StepReport report =
        trainer.step(c.get<bool>("sentences") ? sentences(batch, update, c.get<int>("window")) : batch);
    run.loss.push_back(report.loss);
    run.norm.push_back(report.gradient_norm);
  }
  run.last = weights_of(model.params());
  if (trainer.average().ready()) run.mean = weights_of(trainer.average().mean());
  return run;
}

void expect_golden(const GoldenCase& c, const History& run, Worst& values, Worst& weights) {
  const bool adam = c.get<std::string>("optimizer") != "sgd";
  ASSERT_EQ(run.loss.size(), c.get<size_t>("updates"));
  compare(c.name + " loss", run.loss, c.tensor("loss"), adam ? kGoldenAdam : kGoldenTraining, values);
  compare(c.name + " gradient norm", run.norm, c.tensor("norm"), adam ? kGoldenAdam : kGoldenTraining, values);
  for (const auto& [name, w] : run.last) {
    weights.see(c.name + " " + name, relative_error(w, c.tensor("last/" + name)),
                adam ? kGoldenAdamWeights : kGoldenWeights);
    EXPECT_GT(relative_error(w, c.tensor("first/" + name)), 1e-3) << name << " did not move";
  }
  EXPECT_EQ(run.mean.size(), c.get<bool>("average") ? run.last.size() : 0u);
  for (const auto& [name, w] : run.mean) {
    weights.see(c.name + " mean of " + name, relative_error(w, c.tensor("mean/" + name)), kGoldenWeights);
    EXPECT_GT(relative_error(w, run.last.at(name)), 1e-3) << name << " is no mean";
  }
}

TEST(Training, FiftyUpdatesOfTorch) {
  const GoldenFile file("training.safetensors");
  ASSERT_EQ(file.cases().size(), 32u);
  Worst sgd, sgd_weights, adam, adam_weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    const bool is_sgd = c.get<std::string>("optimizer") == "sgd";
    const History run = train(c, {});
    expect_golden(c, run, is_sgd ? sgd : adam, is_sgd ? sgd_weights : adam_weights);
  }
  sgd.record("sgd");
  sgd_weights.record("sgd_weights");
  adam.record("adam");
  adam_weights.record("adam_weights");
}

TEST(Training, ThreadsChangeNoBit) {
  const GoldenFile file("training.safetensors");
  for (const char* name : {"sgd_lstm_projection", "adamw_gru", "sentences_lstm", "all_lstm", "zoneout_gru"}) {
    const GoldenCase c = file.find(name);
    EXPECT_TRUE(train(c, {}) == train(c, {.threads = 3})) << name;
  }
}

// What torch.nn lacks, written out by tools/golden_layer_norm.py: 20 updates.
TEST(Training, LayerNormCoupledGatesAndCellClip) {
  const GoldenFile file("layer_norm.safetensors");
  ASSERT_EQ(file.cases().size(), 10u);
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    const History run = train(c, {});
    ASSERT_EQ(run.loss.size(), c.get<size_t>("updates"));
    compare(c.name + " loss", run.loss, c.tensor("loss"), kGoldenNorm, values);
    compare(c.name + " gradient norm", run.norm, c.tensor("norm"), kGoldenNorm, values);
    for (const auto& [name, w] : run.last) {
      weights.see(c.name + " " + name, relative_error(w, c.tensor("last/" + name)), kGoldenNorm);
      EXPECT_GT(relative_error(w, c.tensor("first/" + name)), 1e-3) << name << " did not move";
    }
    EXPECT_TRUE(run == train(c, {.threads = 3}));
  }
  values.record("layer_norm");
  weights.record("layer_norm_weights");
}

// Micro-batches of streams add up to the same update, whether streams are whole or ragged.
TEST(Training, AccumulationIsTheSameUpdate) {
  const GoldenFile file("training.safetensors");
  Worst values, weights;
  for (const char* name : {"sgd_lstm", "sgd_gru", "sentences_lstm", "all_lstm"}) {
    for (const int parts : {2, 3}) {
      SCOPED_TRACE(std::string(name) + " in " + std::to_string(parts));
      const GoldenCase c = file.find(name);
      expect_golden(c, train(c, {.accumulate = parts}), values, weights);
    }
  }
  values.record("accumulated");
}

}  // namespace
}  // namespace rnn::core::test
