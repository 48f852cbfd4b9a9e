// Why: models that answer at the end or read frames: their gradients are exact, ragged batches equal their single sequences,
// micro-batches are one batch.
#include <gtest/gtest.h>

#include <cmath>

#include "data/problems.h"
#include "heads/list.h"
#include "kernels/host.h"
#include "support/tiny_run.h"
#include "train/gradient_check.h"
#include "train/one_by_one.h"

namespace rnn::core::test {
namespace {

struct Head {
  const char* task;
  bool ids;
  bool bidirectional;
};

class Heads : public testing::TestWithParam<Head> {
 protected:
  static constexpr int kIds = 7, kWidth = 3, kOutputs = 4;

  ModelConfig config(CellKind cell) const {
    ModelConfig c;
    c.task = GetParam().task;
    c.rnn.cell = cell;
    c.rnn.hidden = 6, c.rnn.layers = 2, c.rnn.input = kWidth;
    c.rnn.bidirectional = GetParam().bidirectional;
    c.vocabulary = GetParam().ids ? kIds : 0;
    c.output = kOutputs;
    c.dropout = c.rnn.dropout = 0.2;
    return c;
  }

  Batch batch(const std::vector<int>& lengths) const {
    Batch b;
    b.in.seq = Seq::ragged(lengths);
    const bool regress = std::string(GetParam().task) == "regress";
    b.to.last_step = std::string(GetParam().task) != "tag";
    b.in.width = GetParam().ids ? 0 : kWidth;
    b.to.width = regress ? kOutputs : 0;
    Random random(11, Purpose::test);
    const auto below = [&](int n) { return static_cast<int32_t>(random.below(static_cast<uint32_t>(n))); };
    for (int i = 0; i < b.in.seq.rows() && GetParam().ids; ++i) b.in.ids.push_back(below(kIds));
    for (int i = 0; i < b.in.seq.rows() * b.in.width; ++i) b.in.frames.push_back(static_cast<float>(random.normal()));
    for (int64_t i = 0; i < b.target_rows() && !regress; ++i) b.to.ids.push_back(below(kOutputs));
    for (int64_t i = 0; i < b.target_rows() * b.to.width; ++i) b.to.values.push_back(static_cast<float>(random.normal()));
    for (int64_t i = 0; i < b.target_rows(); ++i)
      b.to.weights.push_back(i == 1 ? 0.0f : 0.5f + 0.5f * static_cast<float>(i % 2));
    return b;
  }
};

TEST_P(Heads, GradientsAreExact) {
  for (const CellKind cell : {CellKind::elman, CellKind::lstm, CellKind::gru}) {
    Model<double> model(config(cell));
    Random random(5, Purpose::test);
    for (size_t i = 0; i < model.params().size(); ++i) model.params().data()[i] = random.uniform(-0.6, 0.6);
    CheckOptions options;
    options.per_tensor = 30;
    for (const TensorCheck& c : check_gradients(model, batch({5, 2, 7, 1}), options)) {
      EXPECT_LE(c.worst, 1e-7) << c.name;
      EXPECT_GT(c.norm, 1e-4) << c.name << " has no gradient";
    }
  }
}

TEST_P(Heads, ARaggedBatchIsItsSequencesOneByOne) {
  const Batch all = batch({3, 6, 1, 4});
  expect_one_by_one(config(CellKind::gru), all, 1);
  for (int s = 0; s < all.in.seq.streams(); ++s) {
    const Batch one = select_streams(all, s, 1);
    EXPECT_EQ(one.to.weights.size(), static_cast<size_t>(one.target_rows()));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Heads,
                         testing::Values(Head{"classify", true, false}, Head{"classify", false, true},
                                         Head{"regress", false, false}, Head{"regress", true, false},
                                         Head{"tag", true, true}, Head{"tag", false, false}));

TEST(Losses, MeanSquaredErrorIsPyTorchsOfTheMean) {
  Batch b;
  b.in.seq = Seq::uniform_batch(2, 1);
  b.to.last_step = true, b.to.width = 2;
  b.to.values = {1, 2, 3, 5};
  std::vector<float> y = {2, 2, 0, 4};  // squares 1 0 | 9 1
  Pool pool(1);
  Arena arena;
  Context<float> context{pool, arena};
  ParamTable table;
  Packed<float> forms;
  const auto head = make_head<float>({.kind = "squared", .reads = RowsRead::last, .outputs = 2, .width = 1}, table, forms);
  const LossSum sum = head->loss_of(context, {y.data(), 2, 2, 2}, b.to, {0, true});
  EXPECT_DOUBLE_EQ(sum.loss / sum.weight, 11.0 / 4);
  EXPECT_EQ(y, (std::vector<float>{1, 0, -3, -1}));
  EXPECT_FALSE(sum.correct);
}

// A GRU learns to name the first of a few symbols; without training it guesses.
TEST(Sequences, TheTrainerLearnsFromProblems) {
  const ProblemOptions problem{Problem::recall, 6, 0, 4, 3};
  const SequenceShape shape = problem_shape(problem);
  ModelConfig c;
  c.task = target_task(shape.target), c.rnn.cell = CellKind::gru, c.rnn.hidden = 24, c.rnn.input = 8;
  c.vocabulary = 4, c.output = 4;
  Model<float> model(c);
  initialise(model, {}, 1);
  const auto batches = problem_batcher(problem, 32, 400);
  const auto unseen = problem_batcher({Problem::recall, 6, 0, 4, 4}, 64, 4);
  TrainOptions options;
  options.lr = 5e-3, options.epochs = 1;
  EventStream events;
  Pool pool(1);
  Trainer trainer(model, *batches, unseen.get(), options, events, pool, {});
  EXPECT_NEAR(evaluate(model, *unseen, pool).accuracy.value(), 0.25, 0.12);
  trainer.run();
  EXPECT_GT(evaluate(model, *unseen, pool).accuracy.value(), 0.95);
}

}  // namespace
}  // namespace rnn::core::test
