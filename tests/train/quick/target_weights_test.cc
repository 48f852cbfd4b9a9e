// Why: targets may weigh any number: a mean loss is sum(w * l) / sum(w), and no part of a weight is lost on the way.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "data/batcher.h"
#include "heads/head.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "runs/evaluate_together.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 6;

// Batches of two sequences of three steps, whose targets have these weights.
class Weighted final : public Batcher {
 public:
  explicit Weighted(std::vector<std::vector<float>> weights) : weights_(std::move(weights)) {}
  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    batch = Batch();
    batch.in.seq = Seq::uniform_batch(2, 3);
    for (int i = 0; i < 6; ++i) {
      batch.in.ids.push_back(static_cast<int>((i + position_) % kVocabulary));
      batch.to.ids.push_back(static_cast<int>((2 * i + 1 + position_) % kVocabulary));
    }
    batch.to.weights = weights_[static_cast<size_t>(position_++)];
    return true;
  }
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(weights_.size()); }
  int64_t tokens_per_epoch() const override { return 6 * batches_per_epoch(); }
  void seek(int64_t epoch, int64_t position) override { epoch_ = epoch, position_ = position; }

 private:
  std::vector<std::vector<float>> weights_;
};

std::unique_ptr<Model<float>> model(uint64_t seed = 3) {
  ModelConfig config;
  config.vocabulary = kVocabulary, config.rnn.input = config.rnn.hidden = 5;
  auto made = std::make_unique<Model<float>>(config);
  initialise(*made, {}, seed);
  return made;
}

// Each batch weighs less than one target would: cut to whole numbers nothing would be left.
Weighted light() { return Weighted({{0.5f, 0.25f, 0, 0, 0, 0}, {0, 0, 0.125f, 0.25f, 0.5f, 0}, {0.25f, 0, 0, 0, 0, 0}}); }

struct Sums {
  double nats = 0, weight = 0, right = 0;
};
// By the loss of each target alone.
Sums by_hand(const Model<float>& model, Pool& pool) {
  Weighted batcher = light();
  Sums sums;
  Batch batch;
  while (batcher.next(batch)) {
    const std::vector<float> weights = std::exchange(batch.to.weights, {});
    Arena arena;
    Context<float> context{pool, arena};
    State<float> state = model.initial(2);
    std::vector<double> rows;
    const View<float> h = model.forward_hidden(context, batch, state, nullptr);
    model.loss(context, h, batch.to, {0, &rows, nullptr, {}});
    const View<float> logits = context.arena.matrix<float>(h.rows, kVocabulary);
    model.forward_output(context, h, logits);
    for (size_t i = 0; i < rows.size(); ++i) {
      const float* x = host(logits).row(static_cast<int>(i));
      sums.nats += static_cast<double>(weights[i]) * rows[i];
      sums.weight += static_cast<double>(weights[i]);
      if (std::max_element(x, x + kVocabulary) - x == batch.to.ids[i]) sums.right += static_cast<double>(weights[i]);
    }
  }
  return sums;
}

TEST(TargetWeights, TheMeanLossIsTheWeightedOne) {
  Pool pool(1);
  const auto m = model();
  m->pack(pool, false);
  const Sums sums = by_hand(*m, pool);
  ASSERT_EQ(sums.weight, 1.875);
  Weighted batcher = light();
  const Evaluation found = evaluate(*m, batcher, pool);
  EXPECT_EQ(found.weight, 1.875);
  EXPECT_EQ(found.tokens, 6) << "as many targets count";
  EXPECT_NEAR(found.loss(), sums.nats / sums.weight, 1e-6) << "float32 softmax";
  EXPECT_NEAR(found.accuracy.value(), sums.right / sums.weight, 1e-12);
  const auto other = model(4);
  other->pack(pool, false);
  const TogetherEvaluation both = evaluate_together({m.get(), other.get()}, {}, batcher, pool);
  EXPECT_NEAR(both.alone[0].loss(), sums.nats / sums.weight, 1e-6);
  EXPECT_EQ(both.together.weight, 1.875);
  EXPECT_EQ(both.together.tokens, 6);
  EXPECT_GT(both.together.loss(), 0.5 * found.loss());
}

TEST(TargetWeights, ZerosAndOnesAreCounted) {
  Pool pool(1);
  const auto m = model();
  m->pack(pool, false);
  Weighted batcher({{1, 1, 0, 1, 0, 1}, {}, {0, 0, 0, 0, 0, 0}});
  const Evaluation found = evaluate(*m, batcher, pool);
  EXPECT_EQ(found.tokens, 10);
  EXPECT_EQ(found.weight, 10);
  Weighted nothing({{0, 0, 0, 0, 0, 0}});
  EXPECT_EQ(evaluate(*m, nothing, pool).loss(), 0);
}

TEST(TargetWeights, TrainingDividesByTheWeightAndCountsTheTargets) {
  Pool pool(1);
  const auto m = model();
  m->pack(pool, true);
  const Sums sums = by_hand(*m, pool);
  Weighted train = light();
  TrainOptions options;
  options.optimizer = "sgd", options.lr = 1e-30, options.epochs = 1;  // the weights stay
  EventStream events;
  Trainer trainer(*m, train, nullptr, options, events, pool, {});
  const TrainResult result = trainer.run();
  EXPECT_NEAR(result.train_loss, sums.nats / sums.weight, 1e-6);
  EXPECT_EQ(trainer.progress().tokens, 6);
}

}  // namespace
}  // namespace rnn::core::test
