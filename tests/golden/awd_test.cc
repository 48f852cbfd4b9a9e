// Why: the training methods of AWD-LSTM and of fine-tuning match PyTorch update by update, with our own masks and windows.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "golden/updates.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

ModelConfig config_of(const GoldenCase& c) {
  ModelConfig config{"language-model", recurrent_options(c), c.get<int>("vocabulary"), c.get<bool>("tied"), 0};
  config.dropout = config.rnn.dropout = c.get<double>("dropout");
  config.input_dropout = c.get<double>("input_dropout"), config.output_dropout = c.get<double>("output_dropout");
  config.drops = {c.get<double>("embedding_dropout"), c.get<double>("word_dropout"), c.get<int>("unknown")};
  config.rnn.variational = c.get<bool>("variational"), config.rnn.weight_drop = c.get<double>("weight_drop");
  return config;
}

TrainOptions options_of(const GoldenCase& c, const Variation& variation) {
  TrainOptions o;
  o.optimizer = c.get<std::string>("optimizer");
  o.lr = c.get<double>("lr"), o.momentum = c.get<double>("momentum"), o.weight_decay = c.get<double>("weight_decay");
  o.clip = c.get<double>("clip");
  o.activation_regularization = c.get<double>("ar"), o.temporal_activation_regularization = c.get<double>("tar");
  o.layer_lr = c.get<std::string>("layer_lr"), o.freeze = c.get<std::string>("freeze");
  o.layer_lr_decay = c.get<double>("layer_lr_decay");
  o.batch = c.get<int>("streams"), o.bptt = c.get<int>("window"), o.bptt_random = c.get<bool>("bptt_random");
  o.accumulate = variation.accumulate;
  return o;
}

struct History {
  std::vector<double> loss, norm, steps;
  Weights last;
  bool operator==(const History&) const = default;
};

History train(const GoldenCase& c, const Variation& variation) {
  Model<float> model(config_of(c));
  const TrainOptions options = options_of(c, variation);
  take_first_weights(c, model);
  StreamBatcher batcher(text_of(c), {options.batch, options.bptt, false, -1, options.bptt_random, options.seed});
  EventStream events;
  Pool pool(variation.threads);
  Trainer trainer(model, batcher, nullptr, options, events, pool, {});
  History run;
  Batch batch;
  batcher.start_epoch(0);
  for (int update = 0; batcher.next(batch); ++update) {
    if (c.get<bool>("sentences")) batch = sentences(batch, update, options.bptt);
    const Trainer::StepReport report = trainer.step(batch);
    run.loss.push_back(report.loss), run.norm.push_back(report.gradient_norm), run.steps.push_back(batch.in.seq.steps());
    EXPECT_EQ(report.penalty > 0, options.activation_regularization > 0);
  }
  run.last = weights_of(model.params());
  return run;
}

void expect_golden(const GoldenCase& c, const History& run, Worst& values, Worst& weights) {
  ASSERT_EQ(run.loss.size(), c.get<size_t>("updates"));
  const std::vector<float> steps = c.tensor("steps");
  EXPECT_EQ(run.steps, std::vector<double>(steps.begin(), steps.end()));
  compare(c.name + " loss", run.loss, c.tensor("loss"), kGoldenAdam, values);
  compare(c.name + " gradient norm", run.norm, c.tensor("norm"), kGoldenAdam, values);
  const auto frozen = c.get<std::vector<std::string>>("frozen");
  for (const auto& [name, w] : run.last) {
    weights.see(c.name + " " + name, relative_error(w, c.tensor("last/" + name)), kGoldenAdamWeights);
    bool fixed = false;
    for (const std::string& layer : frozen)
      fixed = fixed || name.starts_with(layer + ".") || (layer == "rnn.0" && name.ends_with("_l0"));
    if (fixed) {
      EXPECT_EQ(w, c.tensor("first/" + name)) << name << " is frozen";
    } else {
      EXPECT_GT(relative_error(w, c.tensor("first/" + name)), 1e-3) << name << " did not move";
    }
  }
}

TEST(Awd, UpdatesOfTorch) {
  const GoldenFile file("awd.safetensors");
  ASSERT_EQ(file.cases().size(), 6u);
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    expect_golden(c, train(c, {}), values, weights);
  }
  values.record("values");
  weights.record("weights");
}

TEST(Awd, ThreadsChangeNoBit) {
  const GoldenFile file("awd.safetensors");
  for (const GoldenCase& c : file.cases()) EXPECT_TRUE(train(c, {}) == train(c, {.threads = 3})) << c.name;
}

// The penalties are means over the whole batch, however many parts it is computed in.
TEST(Awd, AccumulationIsTheSameUpdate) {
  const GoldenFile file("awd.safetensors");
  Worst values, weights;
  for (const char* name : {"awd_lstm", "words_gru", "sentences_lstm"}) {
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
