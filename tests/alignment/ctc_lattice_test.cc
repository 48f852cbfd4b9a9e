// Why: CTC's sum over all ways is right where every way can be counted, and so are its gradient and its best way.
#include "alignment/ctc_lattice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

using Labels = std::vector<int32_t>;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

template <class T>
Matrix<T> log_softmax_of(const Matrix<double>& logits) {
  Matrix<T> out(logits.rows(), logits.cols());
  for (int t = 0; t < logits.rows(); ++t) {
    double sum = 0;
    for (int k = 0; k < logits.cols(); ++k) sum += std::exp(logits(t, k));
    for (int k = 0; k < logits.cols(); ++k) out(t, k) = static_cast<T>(logits(t, k) - std::log(sum));
  }
  return out;
}

Matrix<double> drawn_logits(int rows, int classes, uint32_t stream) {
  Random random(9, Purpose::test, stream);
  Matrix<double> logits(rows, classes);
  for (size_t i = 0; i < logits.size(); ++i) logits.data()[i] = 2 * random.normal();
  return logits;
}

template <class T>
double loss_of(const Matrix<T>& log_probs, const Labels& labels, View<T> gradient = {}, double scale = 1) {
  const size_t size = ctc_scratch(log_probs.rows(), static_cast<int>(labels.size()), log_probs.cols());
  std::vector<double> scratch(size, std::numeric_limits<double>::quiet_NaN());
  return ctc_loss<T>({log_probs.view()}, labels, scratch.data(), gradient, scale);
}

// Every path of classes, row by row: those that spell the labels are added up, and the best is kept.
struct Counted {
  double loss = kInfinite, best = kLogZero;
  int ways = 0;
};
Counted by_force(const Matrix<double>& log_probs, const Labels& labels) {
  const int T = log_probs.rows(), K = log_probs.cols();
  int64_t paths = 1;
  for (int t = 0; t < T; ++t) paths *= K;
  Counted out;
  double sum = 0;
  for (int64_t path = 0; path < paths; ++path) {
    Labels spelt;
    double log_p = 0;
    int64_t rest = path;
    int32_t before = kBlank;
    for (int t = 0; t < T; ++t, rest /= K) {
      const auto k = static_cast<int32_t>(rest % K);
      log_p += log_probs(t, k);
      if (k != kBlank && k != before) spelt.push_back(k);
      before = k;
    }
    if (spelt != labels) continue;
    sum += std::exp(log_p), ++out.ways, out.best = std::max(out.best, log_p);
  }
  if (out.ways > 0) out.loss = -std::log(sum);
  return out;
}

const std::vector<Labels> kCases = {{}, {1}, {2}, {1, 1}, {1, 2}, {2, 1, 2}, {1, 1, 1}, {2, 2, 1}, {1, 2, 1, 2, 1}};

TEST(CtcLattice, UniformRowsByHand) {
  const Matrix<double> even4 = log_softmax_of<double>(Matrix<double>(4, 3)),
                       even3 = log_softmax_of<double>(Matrix<double>(3, 3)),
                       even2 = log_softmax_of<double>(Matrix<double>(2, 3));
  EXPECT_NEAR(loss_of(even4, {}), 4.394449, 1e-6);
  EXPECT_NEAR(loss_of(even4, {1, 1}), 2.785011, 1e-6) << "5 of 81 paths";
  EXPECT_NEAR(loss_of(even3, {1, 1}), 3.295837, 1e-6) << "1 of 27";
  EXPECT_EQ(loss_of(even2, {1, 1}), kInfinite) << "no room for the blank";
}

TEST(CtcLattice, NoRowsAreDefined) {
  EXPECT_EQ(loss_of(Matrix<double>(0, 3), {}), 0);
  EXPECT_EQ(loss_of(Matrix<double>(0, 3), {1}), kInfinite);
}

TEST(CtcLattice, RowsNeeded) {
  EXPECT_EQ(ctc_rows_needed(Labels{}), 0);
  EXPECT_EQ(ctc_rows_needed(Labels{3, 3, 3}), 5);
  EXPECT_EQ(ctc_rows_needed(Labels{1, 2, 2, 1}), 5);
}

TEST(CtcLattice, EqualsTheSumOverAllPaths) {
  int impossible = 0;
  for (int T = 1; T <= 6; ++T) {
    const Matrix<double> y = log_softmax_of<double>(drawn_logits(T, 3, static_cast<uint32_t>(T)));
    for (const Labels& labels : kCases) {
      const Counted want = by_force(y, labels);
      impossible += want.ways == 0;
      EXPECT_EQ(want.ways == 0, T < ctc_rows_needed(labels));
      if (want.ways == 0) {
        EXPECT_EQ(loss_of(y, labels), kInfinite);
        EXPECT_FALSE(ctc_align<double>({y.view()}, labels)) << T;
        continue;
      }
      EXPECT_NEAR(loss_of(y, labels), want.loss, kDoubleTwoWays * (1 + want.loss))
          << T << " rows, " << labels.size() << " labels";
      EXPECT_NEAR(ctc_align<double>({y.view()}, labels)->log_prob, want.best, kDoubleTwoWays * (1 - want.best));
    }
  }
  EXPECT_GT(impossible, 10);
}

// In double and in float, whose losses and gradients are rounded where the log-probabilities are.
TEST(CtcLattice, GradientIsThatOfTheLogits) {
  for (const Labels& labels : kCases) {
    for (const int T : {5, 9}) {
      Matrix<double> logits = drawn_logits(T, 4, 40);
      const Matrix<double> y = log_softmax_of<double>(logits);
      Matrix<double> d(T, 4);
      const double loss = loss_of(y, labels, d.view());
      const Matrix<float> yf = log_softmax_of<float>(logits);
      Matrix<float> df(T, 4);
      EXPECT_NEAR(loss_of(yf, labels, df.view()), loss, kTwoWays * (1 + loss));
      for (int t = 0; t < T; ++t) {
        double row = 0;
        for (int k = 0; k < 4; ++k) {
          const auto moved = [&](double by) {
            logits(t, k) += by;
            const double value = loss_of(log_softmax_of<double>(logits), labels);
            logits(t, k) -= by;
            return value;
          };
          const double slope = (moved(kFiniteDifferenceStep) - moved(-kFiniteDifferenceStep)) / (2 * kFiniteDifferenceStep);
          EXPECT_NEAR(d(t, k), slope, kFiniteDifference);
          EXPECT_NEAR(static_cast<double>(df(t, k)), d(t, k), kTwoWays);
          row += d(t, k);
        }
        EXPECT_NEAR(row, 0, kDoubleTwoWays) << "a constant added to a row of logits changes nothing";
      }
    }
  }
}

TEST(CtcLattice, GradientMayTakeThePlaceOfTheRows) {
  Matrix<double> y = log_softmax_of<double>(drawn_logits(7, 4, 3)), d(7, 4);
  const Labels labels = {3, 1, 1};
  const double loss = loss_of(y, labels, d.view(), 2.5);
  EXPECT_EQ(loss_of(y, labels, y.view(), 2.5), loss);
  for (size_t i = 0; i < d.size(); ++i) EXPECT_EQ(y.data()[i], d.data()[i]);
  Matrix<double> none = log_softmax_of<double>(drawn_logits(2, 4, 3));
  EXPECT_EQ(loss_of(none, labels, none.view()), kInfinite);
  for (size_t i = 0; i < none.size(); ++i) EXPECT_EQ(none.data()[i], 0);
}

// Probabilities of e^-500 per row: no product of them is a number.
TEST(CtcLattice, UnlikelyLabelsOfManyRowsHaveFiniteLosses) {
  Matrix<double> logits(400, 3);
  for (int t = 0; t < 400; ++t) logits(t, 2) = 500;
  Matrix<double> y = log_softmax_of<double>(logits);
  Matrix<double> d(400, 3);
  const double loss = loss_of(y, {1}, d.view());
  EXPECT_NEAR(loss, 200000 - std::log(400.0 * 401 / 2), 1e-6) << "a run of 1 among blanks: 400 * 401 / 2 ways";
  for (size_t i = 0; i < d.size(); ++i) ASSERT_TRUE(std::isfinite(d.data()[i]));
}

TEST(CtcLattice, BestPathIsMonotoneAndWhereItsLabelsAre) {
  for (uint32_t stream = 0; stream < 50; ++stream) {
    const Matrix<double> y = log_softmax_of<double>(drawn_logits(12, 4, 100 + stream));
    const Labels labels = {1, 1, 3, 2};
    const auto path = ctc_align<double>({y.view()}, labels);
    ASSERT_TRUE(path);
    ASSERT_EQ(path->labels.size(), labels.size());
    double sum = 0;
    int row = 0;
    for (size_t u = 0; u < labels.size(); ++u) {
      const LabelRows& at = path->labels[u];
      ASSERT_LE(row, at.first);
      ASSERT_LE(at.first, at.last);
      if (u == 1) {
        ASSERT_GT(at.first, row) << "a blank between equal labels";
      }
      for (; row < at.first; ++row) sum += y(row, kBlank);
      double own = 0;
      for (; row <= at.last; ++row) own += y(row, labels[u]);
      ASSERT_NEAR(own, at.log_prob, kDoubleTwoWays * 20);
      sum += own;
    }
    for (; row < 12; ++row) sum += y(row, kBlank);
    ASSERT_NEAR(sum, path->log_prob, kDoubleTwoWays * 50);
  }
}

TEST(CtcLattice, SpikesAreFound) {
  Matrix<double> logits(9, 3);
  const int32_t said[9] = {0, 1, 1, 0, 1, 0, 2, 2, 2};
  for (int t = 0; t < 9; ++t) logits(t, said[t]) = 5;
  const Matrix<double> y = log_softmax_of<double>(logits);
  const auto path = ctc_align<double>({y.view()}, Labels{1, 1, 2});
  ASSERT_TRUE(path);
  const int want[3][2] = {{1, 2}, {4, 4}, {6, 8}};
  for (size_t u = 0; u < 3; ++u) {
    EXPECT_EQ(path->labels[u].first, want[u][0]);
    EXPECT_EQ(path->labels[u].last, want[u][1]);
  }
}

}  // namespace
}  // namespace rnn::core::test
