// Why: the CTC head is the lattice's loss of its own outputs, stream by stream, whatever else is in the batch.
#include "heads/ctc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "alignment/ctc_lattice.h"
#include "heads/sequence_heads.h"

namespace rnn::core::test {
namespace {

const HeadOptions kCtc = {.kind = "ctc"};
constexpr double kNoWay = std::numeric_limits<double>::infinity();

// From outputs() and the lattice alone.
std::vector<double> losses_by_hand(SequenceHead<double>& head, const SequenceBatch& batch) {
  std::vector<double> out;
  for (size_t s = 0; s < batch.lengths.size(); ++s) {
    const Seq seq = Seq::ragged({batch.lengths[s]});
    const Matrix<double> h = head.hidden(batch.only(s), seq);
    Matrix<double> y(h.rows(), kSequenceClasses);
    Context<double> context = head.context();
    head.head().outputs(context, head.weights(), h.view(), y.view());
    for (int t = 0; t < y.rows(); ++t) {
      double sum = 0;
      for (int k = 0; k < kSequenceClasses; ++k) sum += std::exp(y(t, k));
      for (int k = 0; k < kSequenceClasses; ++k) y(t, k) -= std::log(sum);
    }
    std::vector<double> scratch(ctc_scratch(y.rows(), static_cast<int>(batch.labels[s].size()), kSequenceClasses));
    out.push_back(ctc_loss<double>({y.view()}, batch.labels[s], scratch.data()));
  }
  return out;
}

TEST(CtcHead, SaysWhatItIs) {
  const HeadInfo info = SequenceHead<float>(kCtc).head().info();
  EXPECT_EQ(info.name, "ctc");
  EXPECT_EQ(info.outputs, kSequenceClasses);
  EXPECT_TRUE(info.classes);
  EXPECT_EQ(info.reads, RowsRead::every);
  EXPECT_GT(info.exploded, 1e5) << "thousands of nats at the first update are no divergence";
}

TEST(CtcHead, IsTheLatticeOfItsOutputs) {
  SequenceHead<double> head(kCtc);
  const SequenceBatch batch = mixed_batch();
  const StreamResult got = head.run(batch, true);
  const std::vector<double> want = losses_by_hand(head, batch);
  double sum = 0;
  for (size_t s = 0; s < want.size(); ++s) {
    const auto w = static_cast<double>(batch.weights[s]);
    if (s == 1) {
      EXPECT_EQ(got.rows[s], kNoWay);
      EXPECT_EQ(got.gradient[s], std::vector<double>(3 * kSequenceWidth, 0.0)) << "left out of the gradient";
    } else {
      EXPECT_NEAR(got.rows[s], w * want[s], kDoubleTwoWays * 20) << s;
      sum += w * want[s];
    }
  }
  EXPECT_NEAR(got.sum.loss, sum, kDoubleTwoWays * 50);
  EXPECT_EQ(got.sum.impossible, 1);
  EXPECT_EQ(got.sum.counted, 2 + 4 + 3) << "labels of possible streams with a weight";
  EXPECT_EQ(got.sum.weight, 2 + 0.5 * 4 + 2 * 1 + 1 + 3) << "per label; without labels as one";
  EXPECT_FALSE(got.sum.correct);
  EXPECT_EQ(got.gradient[5], std::vector<double>(5 * kSequenceWidth, 0.0)) << "no weight";
}

TEST(CtcHead, GradientsAreThoseOfTheLoss) {
  SequenceHead<double> head(kCtc);
  EXPECT_GT(expect_gradients(head, mixed_batch()), 0.5);
}

TEST(CtcHead, AStreamHasTheSameBitsInEveryBatch) { expect_same_bits(kCtc, mixed_batch()); }

TEST(CtcHead, LossOfOutputsIsThatOfHiddenRows) {
  SequenceHead<double> head(kCtc);
  const SequenceBatch batch = mixed_batch();
  const StreamResult want = head.run(batch, true);
  const Seq seq = Seq::ragged(batch.lengths);
  const Matrix<double> h = head.hidden(batch, seq);
  Matrix<double> y(h.rows(), kSequenceClasses), dh(h.rows(), kSequenceWidth);
  Context<double> context = head.context();
  head.head().outputs(context, head.weights(), h.view(), y.view());
  std::vector<double> rows;
  LossOptions options;
  options.gradient = true, options.seq = &seq;
  const LossSum sum = head.head().loss_of(context, y.view(), batch.targets(), options, &rows);
  EXPECT_EQ(rows, want.rows);
  EXPECT_EQ(sum.loss, want.sum.loss);
  EXPECT_EQ(sum.impossible, 1);
  Params<double> grads(head.table());
  head.head().outputs_backward(context, head.weights(), h.view(), y.view(), dh.view(), grads);
  EXPECT_NEAR(dh(seq.start[2], 1), want.gradient[2][2 * kSequenceWidth + 1], kDoubleTwoWays) << "stream 2 is the longest";
}

TEST(CtcHead, ABatchThatIsImpossibleHasNoWeight) {
  SequenceHead<float> head(kCtc);
  const StreamResult got = head.run({{2, 0}, {{1, 1}, {2}}, {1, 2}}, true);
  EXPECT_EQ(got.sum.weight, 0);
  EXPECT_EQ(got.sum.loss, 0);
  EXPECT_EQ(got.sum.impossible, 2);
  for (const double g : got.weights) EXPECT_EQ(g, 0);
}

TEST(CtcHead, NotANumberIsNotHidden) {
  SequenceHead<float> head(kCtc);
  const SequenceBatch batch = {{4, 4}, {{1}, {2}}, {1, 2}};
  const Seq seq = Seq::ragged(batch.lengths);
  Matrix<float> h = head.hidden(batch, seq);
  h(0, 0) = std::numeric_limits<float>::quiet_NaN();
  const StreamResult got = head.run(batch, seq, h, true);
  EXPECT_TRUE(std::isnan(got.rows[0]));
  EXPECT_TRUE(std::isfinite(got.rows[1])) << "the other stream is sound";
  EXPECT_TRUE(std::isnan(got.sum.loss));
}

TEST(OwnLengths, PartOfABatchKeepsItsLabels) {
  const SequenceBatch all = mixed_batch();
  Batch batch;
  batch.in.seq = Seq::ragged(all.lengths), batch.in.width = 0;
  batch.in.ids.assign(static_cast<size_t>(batch.in.seq.rows()), 0);
  batch.to = all.targets();
  EXPECT_EQ(batch.target_rows(), 13);
  const Batch part = select_streams(batch, 2, 3);
  const Targets want = SequenceBatch{{9, 4, 0}, {all.labels[2], {}, {}}, {}, {0.5f, 2, 1}}.targets();
  EXPECT_EQ(part.to.ids, want.ids);
  EXPECT_EQ(part.to.weights, want.weights);
  EXPECT_EQ(part.to.seq.start, want.seq.start);
  EXPECT_EQ(part.to.seq.order, want.seq.order);
}

}  // namespace
}  // namespace rnn::core::test
