// Why: 50 updates of a language model are PyTorch's: loss and gradient norm at each, weights at the end, each optimizer.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "train/trainer.h"

namespace rnn::test {
namespace {

struct Variation {
  int threads = 1, accumulate = 1;
};

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

// The cut of a window that gen_golden.py calls sentences: ragged, each with a fresh state.
Batch sentences(const Batch& window, int update, int steps) {
  std::vector<int> lengths;
  for (int b = 0; b < window.seq.streams(); ++b) lengths.push_back(1 + (5 * b + 3 * update) % steps);
  Batch batch;
  batch.seq = Seq::ragged(lengths);
  for (int t = 0; t < batch.seq.steps(); ++t) {
    for (int r = 0; r < batch.seq.active(t); ++r) {
      const int from = window.seq.start[t] + batch.seq.order[r];
      batch.inputs.push_back(window.inputs[from]);
      batch.targets.push_back(window.targets[from]);
    }
  }
  return batch;
}

struct History {
  std::vector<double> loss, norm;
  std::map<std::string, std::vector<float>> last, mean;
  bool operator==(const History&) const = default;
};

History train(const GoldenCase& c, const Variation& variation) {
  ModelConfig config{"language-model", recurrent_options(c), c.get<int>("vocabulary"), c.get<bool>("tied"), 0};
  config.dropout = config.rnn.dropout = c.get<double>("dropout");
  config.rnn.variational = c.get<bool>("variational"), config.rnn.state_dropout = c.get<double>("state_dropout");
  config.rnn.zoneout[0] = c.get<double>("zoneout"), config.rnn.zoneout[1] = c.get<double>("zoneout_cell");
  config.rnn.weight_drop = c.get<double>("weight_drop");
  Model<float> model(config);
  const ParamTable& table = model.table();
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const std::vector<float> values = c.tensor("first/" + table[id].name);
    EXPECT_EQ(values.size(), table[id].size());
    std::copy(values.begin(), values.end(), model.params().view(id).data);
  }
  const std::vector<float> text = c.tensor("tokens");
  StreamBatcher batcher({std::vector<int32_t>(text.begin(), text.end())}, {c.get<int>("streams"), c.get<int>("window")});
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
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const View<float> w = model.params().view(id);
    run.last[table[id].name].assign(w.data, w.data + table[id].size());
    if (!trainer.average().ready()) continue;
    const View<float> mean = trainer.average().mean().view(id);
    run.mean[table[id].name].assign(mean.data, mean.data + table[id].size());
  }
  return run;
}

// Relative to the value of that update itself.
void compare(const std::string& what, const std::vector<double>& actual, const std::vector<float>& expected,
             double tolerance, Worst& worst) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double error = std::fabs(actual[i] - expected[i]) / expected[i];
    worst.see(what + " at update " + std::to_string(i + 1), std::isnan(error) ? INFINITY : error, tolerance);
  }
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
}  // namespace rnn::test
