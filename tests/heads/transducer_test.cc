// Why: the transducer's loss, its gradient and the steps of a decoder are of one model, whatever the blocks and the batch.
#include "heads/transducer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "alignment/transducer_lattice.h"
#include "heads/sequence_heads.h"
#include "support/failure.h"

namespace rnn::core::test {
namespace {

HeadOptions transducer(bool recurrent, double ctc_weight, int context = 2) {
  HeadOptions options{.kind = "transducer"};
  options.transducer = {
      .recurrent = recurrent, .context = context, .embedding = 3, .hidden = 4, .joiner = 6, .ctc_weight = ctc_weight};
  return options;
}

// Streams that a transducer can say, all but the last: it has no rows.
SequenceBatch some_streams() {
  return {{4, 2, 3, 5, 0}, {{1, 2, 2}, {3, 3, 1}, {}, {2}, {1}}, {1, 2, 3, 4, 5}, {1, 0.5f, 2, 1, 1}};
}

// The predictor step by step, joined with every row, through the lattice.
template <class T>
double loss_by_steps(SequenceHead<T>& head, const SequenceBatch& one) {
  const TransducerHead<T>& t = *head.head().transducer();
  Context<T> context = head.context();
  const std::vector<int32_t>& labels = one.labels[0];
  const int rows = one.lengths[0], width = static_cast<int>(labels.size()) + 1, J = t.joiner_width();
  const Matrix<T> h = head.hidden(one, Seq::ragged(one.lengths));
  Matrix<T> encoded(rows, J), predicted(1, J), logits(1, kSequenceClasses);
  t.encode(context, head.weights(), h.view(), encoded.view());
  std::vector<double> blank(static_cast<size_t>(rows * width)), label(blank), scratch(transducer_scratch(rows, width - 1));
  const TransducerLattice lattice{rows, width - 1, blank.data(), label.data(), scratch.data()};
  State<T> state(1, t.state_width());
  int32_t last = kBlank;
  for (int u = 0; u < width; ++u) {
    t.step(context, head.weights(), &last, state, predicted.view());
    for (int row = 0; row < rows; ++row) {
      t.join(context, head.weights(), encoded.view().middle(row, 1), predicted.view(), logits.view());
      EXPECT_EQ(context.kernels.log_softmax(context.pool, logits.view(), logits.view()), 0);
      read_points<T>({logits.view()}, int64_t{row} * width + u, labels, lattice);
    }
    if (u + 1 < width) last = labels[static_cast<size_t>(u)];
  }
  return transducer_loss(lattice, false);
}

TEST(TransducerHead, SaysWhatItIs) {
  SequenceHead<float> head(transducer(false, 0.2));
  EXPECT_EQ(head.head().info().name, "transducer");
  EXPECT_GT(head.head().info().exploded, 1e5);
  EXPECT_NE(head.head().transducer(), nullptr);
  EXPECT_EQ(SequenceHead<float>({.kind = "ctc"}).head().transducer(), nullptr);
  EXPECT_EQ(head.head().row_params().size(), 1u);
  EXPECT_EQ(head.head().transducer()->state_width(), 2) << "the last two labels";
  Context<float> context = head.context();
  EXPECT_EQ(failure_of([&] { head.head().loss_of(context, {}, {}, {}); }).code, "model/head");
}

TEST(TransducerHead, ItsLossIsThatOfADecodersSteps) {
  for (const bool recurrent : {false, true}) {
    SequenceHead<double> head(transducer(recurrent, 0));
    const SequenceBatch batch = some_streams();
    const StreamResult got = head.run(batch, false);
    for (size_t s = 0; s + 1 < batch.lengths.size(); ++s) {
      const double want = static_cast<double>(batch.weights[s]) * loss_by_steps(head, batch.only(s));
      EXPECT_NEAR(got.rows[s], want, kDoubleTwoWays * 20) << s;
    }
    EXPECT_EQ(got.rows[4], std::numeric_limits<double>::infinity());
    EXPECT_EQ(got.sum.impossible, 1);
    EXPECT_EQ(got.sum.weight, 3 + 0.5 * 3 + 2 + 1);
    // In float the same numbers are added in the same order, so even the bits are equal.
    SequenceHead<float> single(transducer(recurrent, 0));
    EXPECT_EQ(single.run(batch.only(0), false).rows[0], loss_by_steps(single, batch.only(0)));
  }
}

TEST(TransducerHead, GradientsAreThoseOfTheLoss) {
  for (const bool recurrent : {false, true}) {
    for (const double ctc : {0.0, 0.3}) {
      SCOPED_TRACE(std::string(recurrent ? "recurrent" : "stateless") + (ctc > 0 ? " with CTC" : ""));
      SequenceHead<double> head(transducer(recurrent, ctc));
      EXPECT_GT(expect_gradients(head, some_streams()), 0.5);
      head.output_bytes = 200;  // a few points at a time
      EXPECT_GT(expect_gradients(head, some_streams().only(0)), 0.1);
    }
  }
}

TEST(TransducerHead, AStreamHasTheSameBitsInEveryBatch) {
  for (const bool recurrent : {false, true}) {
    expect_same_bits(transducer(recurrent, 0.2), mixed_batch());
    expect_same_bits(transducer(recurrent, 0), some_streams());
  }
}

TEST(TransducerHead, TheCtcLossIsAdded) {
  SequenceHead<double> both(transducer(false, 0.25)), alone(transducer(false, 0)), ctc({.kind = "ctc"});
  // The CTC layer has the numbers of the CTC head.
  for (const char* name : {"output.weight", "output.bias"}) {
    const auto from = both.params().values(both.table().find(name));
    const auto to = ctc.params().values(ctc.table().find(name));
    std::copy(from.begin(), from.end(), to.begin());
  }
  ctc.pack();
  SequenceBatch batch = mixed_batch();
  const StreamResult sum = both.run(batch, false), first = alone.run(batch, false), second = ctc.run(batch, false);
  for (const size_t s : {size_t{0}, size_t{2}, size_t{3}, size_t{6}})
    EXPECT_NEAR(sum.rows[s], first.rows[s] + 0.25 * second.rows[s], kDoubleTwoWays * 20) << s;
  EXPECT_EQ(sum.sum.impossible, 2) << "one is too short for CTC, one has no rows";
  EXPECT_EQ(first.sum.impossible, 1);
}

TEST(TransducerHead, OfMoreContextTheSameStepsFollow) {
  SequenceHead<double> head(transducer(false, 0, 3));
  const SequenceBatch batch = {{3}, {{1, 2, 3, 1, 1}}, {6}};
  EXPECT_NEAR(head.run(batch, false).rows[0], loss_by_steps(head, batch), kDoubleTwoWays * 20);
}

}  // namespace
}  // namespace rnn::core::test
