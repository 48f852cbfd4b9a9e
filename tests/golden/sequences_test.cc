// Why: heads on the last step and per step, mean squared error and ragged sequences train as PyTorch's do, 50 updates long.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "kernels/host.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

// Sequence b of an update has 1 + (5 b + 3 update) mod window steps (gen_golden.py).
Batch batch_of(const GoldenCase& c, int update, const std::vector<float>& inputs, const std::vector<float>& targets) {
  const int streams = c.get<int>("streams"), window = c.get<int>("window"), symbols = c.get<int>("symbols"),
            width = symbols > 0 ? 1 : c.get<int>("input"), outputs = c.get<int>("outputs");
  const auto task = c.get<std::string>("task");
  std::vector<int> lengths;
  for (int b = 0; b < streams; ++b) lengths.push_back(1 + (5 * b + 3 * update) % window);
  Batch batch;
  batch.in.seq = Seq::ragged(lengths);
  batch.in.width = symbols > 0 ? 0 : width;
  batch.to.last_step = task != "tag";
  batch.to.width = task == "regress" ? outputs : 0;
  const auto place = [&](int stream, int t) { return (static_cast<size_t>(update) * streams + stream) * window + t; };
  for (int t = 0; t < batch.in.seq.steps(); ++t) {
    for (int r = 0; r < batch.in.seq.active(t); ++r) {
      const float* from = inputs.data() + place(batch.in.seq.order[r], t) * width;
      if (symbols > 0) {
        batch.in.ids.push_back(static_cast<int32_t>(*from));
      } else {
        batch.in.frames.insert(batch.in.frames.end(), from, from + width);
      }
      if (task == "tag") batch.to.ids.push_back(static_cast<int32_t>(targets[place(batch.in.seq.order[r], t)]));
    }
  }
  for (int r = 0; batch.to.last_step && r < streams; ++r) {
    const size_t stream = static_cast<size_t>(update) * streams + batch.in.seq.order[r];
    if (task == "classify") batch.to.ids.push_back(static_cast<int32_t>(targets[stream]));
    for (int k = 0; task == "regress" && k < outputs; ++k) batch.to.values.push_back(targets[stream * outputs + k]);
  }
  return batch;
}

// The trainer takes its batches from a batcher; here they are supplied one by one.
class NoBatches final : public Batcher {
 public:
  bool next(Batch&) override { return false; }
  int64_t batches_per_epoch() const override { return 1; }
  int64_t tokens_per_epoch() const override { return 1; }
  void seek(int64_t, int64_t) override {}
};

TEST(Sequences, FiftyUpdatesOfTorch) {
  const GoldenFile file("sequences.safetensors");
  ASSERT_EQ(file.cases().size(), 5u);
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    ModelConfig config;
    config.task = c.get<std::string>("task"), config.rnn = recurrent_options(c);
    config.vocabulary = c.get<int>("symbols"), config.output = c.get<int>("outputs");
    Model<float> model(config);
    const ParamTable& table = model.table();
    for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
      const std::vector<float> first = c.tensor("first/" + table[id].name);
      ASSERT_EQ(first.size(), table[id].size()) << table[id].name;
      std::copy(first.begin(), first.end(), host(model.params().view(id)).data);
    }
    TrainOptions o;
    o.optimizer = "sgd", o.lr = c.get<double>("lr"), o.clip = c.get<double>("clip");
    NoBatches none;
    EventStream events;
    Pool pool(1);
    Trainer trainer(model, none, nullptr, o, events, pool, {});
    const std::vector<float> inputs = c.tensor("inputs"), targets = c.tensor("targets"), loss = c.tensor("loss"),
                             norm = c.tensor("norm");
    ASSERT_EQ(loss.size(), c.get<size_t>("updates"));
    for (size_t u = 0; u < loss.size(); ++u) {
      const Trainer::StepReport report = trainer.step(batch_of(c, static_cast<int>(u), inputs, targets));
      const std::string where = c.name + " at update " + std::to_string(u + 1);
      values.see(where + ", loss", std::fabs(report.loss - loss[u]) / loss[u], kGoldenTraining);
      values.see(where + ", norm", std::fabs(report.gradient_norm - norm[u]) / norm[u], kGoldenTraining);
    }
    for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
      const View<float> w = model.params().view(id);
      const std::vector<float> last(host(w).data, host(w).data + table[id].size());
      weights.see(c.name + " " + table[id].name, relative_error(last, c.tensor("last/" + table[id].name)), kGoldenWeights);
      EXPECT_GT(relative_error(last, c.tensor("first/" + table[id].name)), 1e-3) << table[id].name << " did not move";
    }
  }
  values.record("values");
  weights.record("weights");
}

}  // namespace
}  // namespace rnn::core::test
