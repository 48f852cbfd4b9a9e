// Why: the adaptive softmax is torch.nn.AdaptiveLogSoftmaxWithLoss: the same probabilities, and the same 20 updates.
#include <gtest/gtest.h>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "golden/updates.h"
#include "kernels/host.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

// A log-probability is a difference of sums of exponentials; PyTorch's own float32 is off by 2e-7 of the largest.
constexpr double kLogProbability = 2e-6;

ModelConfig config_of(const GoldenCase& c) {
  ModelConfig config;
  config.rnn.cell = CellKind::lstm;
  config.rnn.input = c.get<int>("input"), config.rnn.hidden = c.get<int>("hidden");
  config.vocabulary = c.get<int>("vocabulary");
  config.softmax = {SoftmaxKind::adaptive, c.get<std::vector<int>>("cutoffs"), c.get<double>("divide")};
  return config;
}

std::unique_ptr<StreamBatcher> batcher_of(const GoldenCase& c) {
  return std::make_unique<StreamBatcher>(text_of(c), StreamOptions{c.get<int>("streams"), c.get<int>("window")});
}

struct History {
  std::vector<double> loss;
  Weights last;
  bool operator==(const History&) const = default;
};

History train(const GoldenCase& c, int threads) {
  Model<float> model(config_of(c));
  take_first_weights(c, model);
  const auto batcher = batcher_of(c);
  TrainOptions options;
  options.optimizer = "sgd", options.lr = c.get<double>("lr"), options.clip = 0;
  options.batch = c.get<int>("streams"), options.bptt = c.get<int>("window");
  EventStream events;
  Pool pool(threads);
  Trainer trainer(model, *batcher, nullptr, options, events, pool, {});
  History run;
  Batch batch;
  batcher->start_epoch(0);
  while (batcher->next(batch)) run.loss.push_back(trainer.step(batch).loss);
  run.last = weights_of(model.params());
  return run;
}

TEST(Adaptive, TwentyUpdatesOfTorch) {
  const GoldenFile file("adaptive.safetensors");
  ASSERT_EQ(file.cases().size(), 3u);
  Worst values, weights;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    const History run = train(c, 1);
    ASSERT_EQ(run.loss.size(), c.get<size_t>("updates"));
    compare(c.name + " loss", run.loss, c.tensor("loss"), kGoldenTraining, values);
    for (const auto& [name, w] : run.last) {
      weights.see(c.name + " " + name, relative_error(w, c.tensor("last/" + name)), kGoldenWeights);
      EXPECT_GT(relative_error(w, c.tensor("first/" + name)), 1e-3) << name << " did not move";
    }
    EXPECT_TRUE(run == train(c, 3)) << "threads change bits";
  }
  values.record("adaptive");
  weights.record("adaptive_weights");
}

template <class T>
void expect_log_probabilities(const GoldenCase& c, double tolerance, Worst& worst) {
  Model<T> model(config_of(c));
  take_first_weights(c, model);
  Pool pool(2);
  model.pack(pool, false);
  const auto batcher = batcher_of(c);
  Batch batch;
  batcher->start_epoch(0);
  ASSERT_TRUE(batcher->next(batch));
  Arena arena;
  Context<T> context{pool, arena};
  State<T> state = model.initial(batch.in.seq.streams());
  const View<T> y = model.forward(context, batch, state, nullptr);
  worst.see(c.name,
            relative_error(std::vector<T>(host(y).data, host(y).data + static_cast<ptrdiff_t>(y.rows) * y.cols),
                           c.tensor("log_prob")),
            tolerance);
}

TEST(Adaptive, LogProbabilitiesOfTorch) {
  const GoldenFile file("adaptive.safetensors");
  Worst single, exact;
  for (const GoldenCase& c : file.cases()) {
    expect_log_probabilities<float>(c, kLogProbability, single);
    expect_log_probabilities<double>(c, 1e-6, exact);  // the file has float32
  }
  single.record("log_prob");
}

}  // namespace
}  // namespace rnn::core::test
