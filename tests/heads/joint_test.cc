// Why: a head that answers for rows and for the sequence as a whole: its loss by the definition, and parts of batches that keep their labels.
#include "heads/joint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "heads/crf.h"
#include "networks/model.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr int kTags = 5, kWholes = 3, kInputs = 4;

std::unique_ptr<Model<double>> joint_model(bool crf) {
  ModelConfig c;
  c.task = "tag", c.output = kTags, c.whole_labels = kWholes, c.crf = crf;
  c.rnn.input = kInputs, c.rnn.hidden = 6, c.rnn.bidirectional = true;
  auto model = std::make_unique<Model<double>>(c);
  Random random(8, Purpose::test);
  for (size_t i = 0; i < model->params().size(); ++i) model->params().data()[i] = random.uniform(-0.7, 0.7);
  return model;
}

// The label of the sequence that is second in the packed order is not known.
Batch joint_batch(const std::vector<int>& lengths) {
  Batch b;
  b.in.seq = Seq::ragged(lengths), b.in.width = kInputs;
  Random random(9, Purpose::test);
  for (int i = 0; i < b.in.seq.rows() * kInputs; ++i) b.in.frames.push_back(static_cast<float>(random.normal()));
  for (int i = 0; i < b.in.seq.rows(); ++i) b.to.ids.push_back(static_cast<int32_t>(random.below(kTags)));
  for (int r = 0; r < b.in.seq.streams(); ++r)
    b.to.whole.push_back(r == 1 ? -1 : static_cast<int32_t>(random.below(kWholes)));
  return b;
}

struct JointLoss {
  LossSum sum;
  std::vector<double> rows, outputs;  // outputs [rows, kTags + kWholes]
};
JointLoss joint_loss(const Model<double>& model, const Batch& batch, double smoothing = 0) {
  JointLoss found;
  Pool pool(1);
  Arena arena;
  Context<double> context{pool, arena};
  State<double> state = model.initial(batch.in.seq.streams());
  LossArgs<double> args;
  const View<double> h = model.forward_hidden(context, batch, state, nullptr, &args.seq);
  Matrix<double> y(h.rows, model.outputs());
  model.forward_output(context, h, y.view());
  args.rows = &found.rows, args.label_smoothing = smoothing;
  found.sum = model.loss(context, h, batch.to, args);
  for (int r = 0; r < y.rows(); ++r) found.outputs.insert(found.outputs.end(), y.row(r), y.row(r) + model.outputs());
  return found;
}

// -log p of a class, with label smoothing, from the mean of the rows' last scores.
double whole_loss(const JointLoss& found, const Batch& batch, int r, int steps, double smoothing) {
  std::vector<double> mean(kWholes, 0);
  for (int t = 0; t < steps; ++t) {
    const auto row = static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r);
    for (size_t k = 0; k < kWholes; ++k) mean[k] += found.outputs[row * (kTags + kWholes) + kTags + k] / steps;
  }
  double sum = 0, loss = 0;
  for (const double x : mean) sum += std::exp(x);
  for (size_t k = 0; k < kWholes; ++k) {
    const bool is = static_cast<int32_t>(k) == batch.to.whole[static_cast<size_t>(r)];
    loss -= ((is ? 1 - smoothing : 0) + smoothing / kWholes) * (mean[k] - std::log(sum));
  }
  return loss;
}

TEST(JointHead, TheWholeIsTheMeanOfItsRowsAndCountsAsOneMoreLabel) {
  const std::vector<int> lengths = {2, 5, 1, 4};
  for (const bool crf : {false, true}) {
    for (const double smoothing : crf ? std::vector<double>{0.0} : std::vector<double>{0.0, 0.2}) {
      const auto model = joint_model(crf);
      Pool pool(1);
      model->pack(pool, false);
      Batch batch = joint_batch(lengths);
      const JointLoss both = joint_loss(*model, batch, smoothing);
      Batch tags = batch;
      tags.to.whole.clear();
      const JointLoss alone = joint_loss(*model, tags, smoothing);
      double want = alone.sum.loss;
      std::vector<double> rows = alone.rows;
      int64_t right = 0;
      for (int r = 0; r < batch.in.seq.streams(); ++r) {
        if (batch.to.whole[static_cast<size_t>(r)] < 0) continue;
        const int steps = lengths[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)])];
        const double loss = whole_loss(both, batch, r, steps, smoothing);
        want += loss, ++right;
        for (int t = 0; t < steps; ++t)
          rows[static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r)] += loss / steps;
      }
      EXPECT_NEAR(both.sum.loss, want, kDoubleTwoWays * 50) << crf;
      EXPECT_EQ(both.sum.weight, alone.sum.weight + static_cast<double>(right));
      EXPECT_EQ(both.sum.counted, alone.sum.counted + right);
      ASSERT_EQ(both.rows.size(), rows.size());
      for (size_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(both.rows[i], rows[i], kDoubleTwoWays * 50);
      ASSERT_TRUE(both.sum.correct && alone.sum.correct);
      EXPECT_GE(*both.sum.correct, *alone.sum.correct);
      EXPECT_LE(*both.sum.correct, *alone.sum.correct + static_cast<double>(right));
    }
  }
}

TEST(JointHead, SaysWhatItIs) {
  const auto joint = joint_model(true), plain = joint_model(false);
  EXPECT_EQ(joint->outputs(), kTags + kWholes);
  EXPECT_EQ(joint->head().info().chance, std::nullopt);
  ASSERT_NE(joint->head().crf(), nullptr);
  EXPECT_EQ(joint->head().crf()->info().outputs, kTags);
  EXPECT_EQ(plain->head().crf(), nullptr);
  EXPECT_EQ(joint->table().all().back().name, "whole.bias") << "what is new comes last";
}

// d(sum of outputs * g) / dh against differences; the outputs are linear, so any step is exact.
TEST(JointHead, OutputsHaveTheirGradient) {
  const auto model = joint_model(false);
  Pool pool(1);
  model->pack(pool, true);
  constexpr int kRows = 3, kAll = kTags + kWholes;
  const int width = model->width();
  Random random(10, Purpose::test);
  Matrix<double> h(kRows, width), g(kRows, kAll), dh(kRows, width);
  for (int r = 0; r < kRows; ++r) {
    for (int i = 0; i < width; ++i) h.row(r)[i] = random.normal();
    for (int k = 0; k < kAll; ++k) g.row(r)[k] = random.normal();
  }
  Arena arena;
  Context<double> context{pool, arena};
  Params<double> grads(model->table());
  model->backward_output(context, h.view(), g.view(), dh.view(), grads);
  const auto value = [&] {
    Matrix<double> y(kRows, kAll);
    model->forward_output(context, h.view(), y.view());
    double sum = 0;
    for (int r = 0; r < kRows; ++r)
      for (int k = 0; k < kAll; ++k) sum += y.row(r)[k] * g.row(r)[k];
    return sum;
  };
  for (int r = 0; r < kRows; ++r) {
    for (int i = 0; i < width; ++i) {
      const double keep = h.row(r)[i];
      h.row(r)[i] = keep + 1;
      const double up = value();
      h.row(r)[i] = keep - 1;
      const double down = value();
      h.row(r)[i] = keep;
      EXPECT_NEAR(dh.row(r)[i], (up - down) / 2, 1e-12);
    }
  }
  const ParamId bias = model->table().find("whole.bias");
  for (size_t k = 0; k < kWholes; ++k) {
    double want = 0;
    for (int r = 0; r < kRows; ++r) want += g.row(r)[kTags + static_cast<int>(k)];
    EXPECT_NEAR(grads.values(bias)[k], want, 1e-12);
  }
}

// Parts of a batch add up to it: micro-batches, shards.
TEST(JointHead, PartsOfABatchKeepTheirLabels) {
  const auto model = joint_model(true);
  Pool pool(1);
  model->pack(pool, false);
  const Batch all = joint_batch({2, 5, 1, 4, 3});
  const JointLoss whole = joint_loss(*model, all);
  LossSum sum;
  std::vector<int32_t> labels;
  for (const auto& [first, count] : {std::pair{0, 2}, {2, 3}}) {
    const Batch part = select_streams(all, first, count);
    ASSERT_EQ(part.to.whole.size(), static_cast<size_t>(count));
    labels.insert(labels.end(), part.to.whole.begin(), part.to.whole.end());
    sum += joint_loss(*model, part).sum;
  }
  EXPECT_EQ(std::count(labels.begin(), labels.end(), -1), 1);
  EXPECT_NEAR(sum.loss, whole.sum.loss, kDoubleTwoWays * 50);
  EXPECT_EQ(sum.weight, whole.sum.weight);
  EXPECT_EQ(sum.counted, whole.sum.counted);
}

}  // namespace
}  // namespace rnn::core::test
