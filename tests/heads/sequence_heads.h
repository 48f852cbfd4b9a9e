// Why: heads whose targets have lengths of their own are tested on the same batches of hidden rows.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "base/rng.h"
#include "heads/list.h"
#include "kernels/rows.h"
#include "support/tolerances.h"

namespace rnn::core::test {

// What loss() said and wrote, by stream.
struct StreamResult {
  LossSum sum;
  std::vector<double> rows;                   // [streams]
  std::vector<std::vector<double>> gradient;  // [streams][rows * width] w.r.t. the hidden rows
  std::vector<double> weights;                // the gradient of the parameters
};

// Streams of rows with labels; the numbers of a stream depend on its id alone.
struct SequenceBatch {
  std::vector<int> lengths;
  std::vector<std::vector<int32_t>> labels;
  std::vector<uint32_t> ids;
  std::vector<float> weights = {};

  Targets targets() const {
    std::vector<int> own;
    for (const auto& l : labels) own.push_back(static_cast<int>(l.size()));
    Targets to;
    to.seq = Seq::ragged(own), to.weights = weights;
    for (int u = 0; u < to.seq.steps(); ++u) {
      for (int r = 0; r < to.seq.active(u); ++r)
        to.ids.push_back(labels[static_cast<size_t>(to.seq.order[static_cast<size_t>(r)])][static_cast<size_t>(u)]);
    }
    return to;
  }
  SequenceBatch only(size_t s) const {
    return {{lengths[s]}, {labels[s]}, {ids[s]}, weights.empty() ? weights : std::vector<float>{weights[s]}};
  }
};

constexpr int kSequenceWidth = 5, kSequenceClasses = 4;

template <class T>
class SequenceHead {
 public:
  explicit SequenceHead(HeadOptions options, int threads = 1) : pool_(threads) {
    options.outputs = kSequenceClasses, options.width = kSequenceWidth;
    Packed<T> forms;
    head_ = make_head<T>(options, table_, forms);
    weights_ = Weights<T>(table_, std::move(forms));
    Random random(31, Purpose::test);
    for (size_t id = 0; id < table_.all().size(); ++id) {
      for (T& w : weights_.params().values(static_cast<ParamId>(id)))
        w = static_cast<T>(static_cast<float>(0.8 * random.normal()));
    }
    pack();
  }
  void pack() { weights_.pack(pool_, true); }
  const Head<T>& head() const { return *head_; }
  const Weights<T>& weights() const { return weights_; }
  Params<T>& params() { return weights_.params(); }
  const ParamTable& table() const { return table_; }
  Context<T> context() {
    Context<T> context{pool_, arena_};
    context.output_bytes = output_bytes;
    return context;
  }

  Matrix<T> hidden(const SequenceBatch& batch, const Seq& seq) const {
    Matrix<T> h(seq.rows(), kSequenceWidth);
    const std::vector<int> position = seq.positions();
    for (size_t s = 0; s < batch.lengths.size(); ++s) {
      Random random(17, Purpose::test, batch.ids[s]);
      for (int t = 0; t < batch.lengths[s]; ++t) {
        for (int i = 0; i < kSequenceWidth; ++i)
          h(seq.start[static_cast<size_t>(t)] + position[s], i) = static_cast<T>(static_cast<float>(random.normal()));
      }
    }
    return h;
  }
  StreamResult run(const SequenceBatch& batch, bool gradient) {
    const Seq seq = Seq::ragged(batch.lengths);
    return run(batch, seq, hidden(batch, seq), gradient);
  }
  StreamResult run(const SequenceBatch& batch, const Seq& seq, const Matrix<T>& h, bool gradient) {
    Context<T> own = context();
    Params<T> grads(table_);
    Matrix<T> dh(h.rows(), kSequenceWidth);
    StreamResult out;
    LossArgs<T> args;
    args.rows = &out.rows, args.seq = &seq;
    if (gradient) args.grads = &grads, args.dh = dh.view();
    fill_rows(dh.view(), T(99));
    out.sum = head_->loss(own, weights_, h.view(), batch.targets(), args);
    out.weights.assign(grads.data(), grads.data() + grads.size());
    const std::vector<int> position = seq.positions();
    for (size_t s = 0; s < batch.lengths.size(); ++s) {
      out.gradient.emplace_back();
      for (int t = 0; t < batch.lengths[s]; ++t) {
        const T* row = dh.row(seq.start[static_cast<size_t>(t)] + position[s]);
        out.gradient.back().insert(out.gradient.back().end(), row, row + kSequenceWidth);
      }
    }
    return out;
  }

  size_t output_bytes = size_t{64} << 20;

 private:
  Pool pool_;
  Arena arena_;
  ParamTable table_;
  std::unique_ptr<Head<T>> head_;
  Weights<T> weights_;
};

// Rows and labels of all kinds: the second is impossible for CTC, the fourth has no labels, the fifth no rows and no labels, the sixth
// no weight.
inline SequenceBatch mixed_batch() {
  return {{6, 3, 9, 4, 0, 5, 7},
          {{1, 2}, {1, 1, 3}, {2, 2, 1, 3}, {}, {}, {3}, {3, 1, 3}},
          {4, 5, 6, 7, 8, 9, 10},
          {1, 1, 0.5f, 2, 1, 0, 1}};
}

// The gradient of every parameter and of every hidden number against central differences; returns the largest slope.
inline double expect_gradients(SequenceHead<double>& head, const SequenceBatch& batch) {
  const Seq seq = Seq::ragged(batch.lengths);
  Matrix<double> h = head.hidden(batch, seq);
  const StreamResult at = head.run(batch, seq, h, true);
  double largest = 0;
  const auto check = [&](double& number, double gradient, const std::string& what) {
    const double keep = number;
    const auto value = [&](double step) {
      number = keep + step;
      head.pack();
      const double loss = head.run(batch, seq, h, false).sum.loss;
      number = keep;
      return loss;
    };
    const double slope = (value(kFiniteDifferenceStep) - value(-kFiniteDifferenceStep)) / (2 * kFiniteDifferenceStep);
    EXPECT_NEAR(gradient, slope, kFiniteDifference * std::max(1.0, std::abs(slope))) << what;
    largest = std::max(largest, std::abs(slope));
  };
  for (size_t id = 0; id < head.table().all().size(); ++id) {
    const std::span<double> values = head.params().values(static_cast<ParamId>(id));
    const size_t offset = head.table().all()[id].offset;
    for (size_t i = 0; i < values.size(); ++i) check(values[i], at.weights[offset + i], head.table().all()[id].name);
  }
  head.pack();
  const std::vector<int> position = seq.positions();
  for (size_t s = 0; s < batch.lengths.size(); ++s) {
    for (int t = 0; t < batch.lengths[s]; ++t) {
      for (int i = 0; i < kSequenceWidth; ++i)
        check(h(seq.start[static_cast<size_t>(t)] + position[s], i),
              at.gradient[s][static_cast<size_t>(t * kSequenceWidth + i)], "hidden row of stream " + std::to_string(s));
    }
  }
  return largest;
}

// A stream alone, in a batch, in small blocks and on three threads has the same loss and hidden gradient, to the bit.
inline void expect_same_bits(const HeadOptions& options, const SequenceBatch& batch) {
  SequenceHead<float> one(options), three(options, 3), small(options);
  small.output_bytes = 200;
  const StreamResult whole = one.run(batch, true), threads = three.run(batch, true), blocks = small.run(batch, true);
  EXPECT_EQ(whole.rows, threads.rows);
  EXPECT_EQ(whole.gradient, threads.gradient);
  EXPECT_EQ(whole.weights, threads.weights);
  EXPECT_EQ(whole.rows, blocks.rows);
  EXPECT_EQ(whole.gradient, blocks.gradient);
  for (size_t i = 0; i < whole.weights.size(); ++i) EXPECT_NEAR(whole.weights[i], blocks.weights[i], 20 * kTwoWays) << i;
  for (size_t s = 0; s < batch.lengths.size(); ++s) {
    const StreamResult alone = one.run(batch.only(s), true);
    EXPECT_EQ(alone.rows[0], whole.rows[s]) << s;
    EXPECT_EQ(alone.gradient[0], whole.gradient[s]) << s;
  }
  EXPECT_EQ(one.run(batch, false).rows, whole.rows) << "without a gradient";
}

}  // namespace rnn::core::test
