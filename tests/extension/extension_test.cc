// Why: a network and a head written against the headers alone train, stream and pass the gradient check like those of the lists.
#include <gtest/gtest.h>

#include <cstring>

#include "base/rng.h"
#include "events/events.h"
#include "extension/absolute_head.h"
#include "extension/leaky_network.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "networks/session.h"
#include "train/gradient_check.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 6, kWidth = 5;

ModelConfig config() {
  ModelConfig c;
  c.task = "regress", c.vocabulary = kVocabulary, c.rnn.input = c.rnn.hidden = kWidth, c.output = 1;
  return c;
}

template <class T>
ModelParts<T> parts() {
  return {[](ParamTable& table, Packed<T>&) -> std::unique_ptr<Network<T>> {
            return std::make_unique<Leaky<T>>(kVocabulary, kWidth, table);
          },
          [](const Network<T>& network, ParamTable& table, Packed<T>& forms) -> std::unique_ptr<Head<T>> {
            return std::make_unique<AbsoluteHead<T>>(
                HeadOptions{.reads = RowsRead::last, .outputs = 1, .width = network.width()}, table, forms);
          }};
}

// The target is a sum over the symbols that fades by 0.8 with every step: what the network can express exactly.
Batch batch_of(uint64_t seed) {
  Random random(seed, Purpose::test);
  std::vector<int> lengths;
  for (int s = 0; s < 16; ++s) lengths.push_back(1 + static_cast<int>(random.below(9)));
  Batch batch;
  batch.in.seq = Seq::ragged(lengths);
  for (int i = 0; i < batch.in.seq.rows(); ++i) batch.in.ids.push_back(static_cast<int32_t>(random.below(kVocabulary)));
  batch.to.last_step = true, batch.to.width = 1;
  for (int r = 0; r < batch.in.seq.streams(); ++r) {
    float sum = 0;
    for (int t = 0; t < batch.in.seq.steps() && r < batch.in.seq.active(t); ++t)
      sum = 0.8f * sum + static_cast<float>(batch.in.ids[static_cast<size_t>(batch.in.seq.start[t] + r)] - 2);
    batch.to.values.push_back(sum);
  }
  return batch;
}

class Batches final : public Batcher {
 public:
  bool next(Batch& batch) override {
    if (position_ == batches_per_epoch()) return false;
    batch = batch_of(static_cast<uint64_t>(++position_));
    return true;
  }
  int64_t batches_per_epoch() const override { return 40; }
  int64_t tokens_per_epoch() const override { return 40 * 16; }
  void seek(int64_t epoch, int64_t position) override { epoch_ = epoch, position_ = position; }
};

TEST(Extension, GradientsAreThoseOfTheLoss) {
  Model<double> model(config(), parts<double>());
  initialise(model, {}, 7);
  for (const TensorCheck& check : check_gradients(model, batch_of(1), {})) {
    EXPECT_GT(check.checked, 0) << check.name;
    EXPECT_LT(check.worst, 1e-6) << check.name;
  }
}

TEST(Extension, ItLearnsAndStreamsWhatItLearnt) {
  Model<float> model(config(), parts<float>());
  initialise(model, {}, 7);
  Batches train, valid;
  Pool pool(1);
  EventStream events;
  TrainOptions options;
  options.optimizer = "adam", options.lr = 0.01, options.epochs = 60, options.patience = 0, options.clip = 1;
  Trainer trainer(model, train, &valid, options, events, pool, {});
  const Evaluation before = evaluate(model, valid, pool);
  trainer.run();
  const Evaluation after = evaluate(model, valid, pool);
  EXPECT_LT(after.loss(), 0.1 * before.loss()) << before.loss() << " before";

  const Batch batch = batch_of(99);
  Arena arena;
  Context<float> context{pool, arena};
  State<float> state = model.initial(batch.in.seq.streams());
  const View<float> whole = model.forward(context, batch, state, nullptr);
  for (int r = 0; r < batch.in.seq.streams(); ++r) {
    Session session(model);
    float last = 0;
    for (int t = 0; t < batch.in.seq.steps() && r < batch.in.seq.active(t); ++t)
      last = host(session.push(batch.in.ids[static_cast<size_t>(batch.in.seq.start[t] + r)]))(0, 0);
    EXPECT_EQ(std::memcmp(&last, host(whole).row(r), sizeof last), 0) << r;
  }
}

}  // namespace
}  // namespace rnn::core::test
