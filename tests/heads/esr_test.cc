// Why: the error-to-signal ratio of a batch is that of each of its signals, and its gradient is that of the loss.
#include "heads/esr.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "heads/list.h"
#include "metrics/signal_error.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr int kWidth = 3, kSignals = 2;

struct EsrCase {
  explicit EsrCase(const std::vector<int>& lengths) : seq(Seq::ragged(lengths)) {
    Packed<double> forms;
    head = make_head<double>({.kind = "esr", .outputs = kSignals, .width = kWidth}, table, forms);
    weights = Weights<double>(table, std::move(forms));
    Random random(5, Purpose::test);
    for (size_t id = 0; id < table.all().size(); ++id)
      for (double& w : weights.params().values(static_cast<ParamId>(id))) w = random.uniform(-1, 1);
    weights.pack(pool, true);
    h = Matrix<double>(seq.rows(), kWidth);
    targets.width = kSignals;
    for (int row = 0; row < seq.rows(); ++row) {
      for (int i = 0; i < kWidth; ++i) h(row, i) = random.uniform(-1, 1);
      for (int k = 0; k < kSignals; ++k) targets.values.push_back(static_cast<float>(random.uniform(-1, 1)));
    }
  }
  LossSum loss(std::vector<double>* rows, Params<double>* grads, View<double> dh) {
    Arena arena;
    Context<double> context{pool, arena, weights.packed().kernels()};
    LossArgs<double> args;
    args.rows = rows, args.grads = grads, args.dh = dh, args.seq = &seq;
    return head->loss(context, weights, h.view(), targets, args);
  }
  // e [steps] of one signal of one stream.
  std::vector<double> errors(int stream, int k) {
    Matrix<double> y(seq.rows(), kSignals);
    Arena arena;
    Context<double> context{pool, arena, weights.packed().kernels()};
    head->outputs(context, weights, h.view(), y.view());
    std::vector<double> e;
    const int row = seq.positions()[static_cast<size_t>(stream)];
    for (int t = 0; t < seq.steps() && row < seq.active(t); ++t) {
      const int at = seq.start[static_cast<size_t>(t)] + row;
      e.push_back(y(at, k) - static_cast<double>(targets.values[static_cast<size_t>(at * kSignals + k)]));
    }
    return e;
  }

  Pool pool{1};
  ParamTable table;
  std::unique_ptr<Head<double>> head;
  Weights<double> weights;
  Seq seq;
  Matrix<double> h;
  Targets targets;
};

TEST(EsrHead, IsThePreEmphasisedErrorAndTheSquareOfItsMean) {
  EsrCase c({5, 1, 8});
  std::vector<double> rows;
  const LossSum sum = c.loss(&rows, nullptr, {});
  double want = 0;
  for (int s = 0; s < 3; ++s) {
    for (int k = 0; k < kSignals; ++k) {
      const std::vector<double> e = c.errors(s, k);
      double mean = 0, before = 0;
      for (const double x : e) mean += x / static_cast<double>(e.size());
      for (const double x : e) {
        const double p = x - 0.85 * before;
        want += (p * p + mean * mean) / kSignals, before = x;
      }
    }
  }
  EXPECT_NEAR(sum.loss, want, 1e-12 * want);
  EXPECT_EQ(sum.weight, 14);
  double total = 0;
  for (const double row : rows) total += row;
  EXPECT_NEAR(total, want, 1e-12 * want);
}

TEST(EsrHead, GradientsAreThoseOfTheLoss) {
  EsrCase c({4, 7, 2});
  Params<double> grads(c.table);
  Matrix<double> dh(c.seq.rows(), kWidth);
  c.loss(nullptr, &grads, dh.view());
  const auto difference = [&](double& x) {
    constexpr double kStep = 1e-5;
    const double was = x;
    x = was + kStep;
    c.weights.pack(c.pool, true);
    const double above = c.loss(nullptr, nullptr, {}).loss;
    x = was - kStep;
    c.weights.pack(c.pool, true);
    const double below = c.loss(nullptr, nullptr, {}).loss;
    x = was;
    c.weights.pack(c.pool, true);
    return (above - below) / (2 * kStep);
  };
  double largest = 0;
  for (int row = 0; row < c.seq.rows(); ++row) {
    for (int i = 0; i < kWidth; ++i) {
      const double want = difference(c.h(row, i));
      EXPECT_NEAR(dh(row, i), want, 1e-7) << row << " " << i;
      largest = std::max(largest, std::fabs(want));
    }
  }
  for (size_t id = 0; id < c.table.all().size(); ++id) {
    const std::span<double> w = c.weights.params().values(static_cast<ParamId>(id)),
                            d = grads.values(static_cast<ParamId>(id));
    for (size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(d[i], difference(w[i]), 1e-6) << id << " " << i;
  }
  EXPECT_GT(largest, 0.5) << "gradients of nothing show nothing";
}

TEST(SignalErrorTest, IsTheRatioByDefinition) {
  const std::vector<float> y = {1, -2, 0.5F, 3}, other = {0.5F, -2, 1, 2.5F};
  SignalError error(0.85);
  error.add({y.data(), 1}, {other.data(), 1}), error.add({y.data() + 1, 3}, {other.data() + 1, 3});
  EXPECT_DOUBLE_EQ(error.ratio(), (0.25 + 0 + 0.25 + 0.25) / (1 + 4 + 0.25 + 9));
  const double e[] = {0.5, 0, -0.5, 0.5}, s[] = {1, -2, 0.5, 3};
  double top = 0, below = 0;
  for (int t = 0; t < 4; ++t) {
    const double ep = e[t] - (t ? 0.85 * e[t - 1] : 0), sp = s[t] - (t ? 0.85 * s[t - 1] : 0);
    top += ep * ep, below += sp * sp;
  }
  EXPECT_NEAR(error.ratio_emphasised(), top / below, 1e-15);
}

}  // namespace
}  // namespace rnn::core::test
