// Why: the transducer's sum over all ways is right where every way can be walked, and so is its gradient.
#include "alignment/transducer_lattice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/matrix.h"
#include "base/rng.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

using Marks = std::vector<int32_t>;

struct Outcome {
  double loss = 0;
  Matrix<double> gradient;
};

Matrix<double> normalised(const Matrix<double>& logits) {
  Matrix<double> out(logits.rows(), logits.cols());
  for (int t = 0; t < logits.rows(); ++t) {
    double sum = 0;
    for (int k = 0; k < logits.cols(); ++k) sum += std::exp(logits(t, k));
    for (int k = 0; k < logits.cols(); ++k) out(t, k) = logits(t, k) - std::log(sum);
  }
  return out;
}

// logits [T (U + 1), K]; the points are read and written in two blocks.
Outcome loss_of_points(const Matrix<double>& logits, int T, const Marks& labels, double scale = 1) {
  const int U = static_cast<int>(labels.size()), points = T * (U + 1), half = points / 2;
  std::vector<double> blank(static_cast<size_t>(points)), label(blank), scratch(transducer_scratch(T, U));
  const TransducerLattice lattice{T, U, blank.data(), label.data(), scratch.data()};
  Outcome out{0, normalised(logits)};
  const View<double> y = out.gradient.view();
  for (const auto& [from, count] : {std::pair{0, half}, std::pair{half, points - half}})
    read_points<double>({y.middle(from, count)}, from, labels, lattice);
  out.loss = transducer_loss(lattice, true);
  for (const auto& [from, count] : {std::pair{0, half}, std::pair{half, points - half}})
    points_gradient<double>({y.middle(from, count)}, from, labels, lattice, scale, y.middle(from, count));
  return out;
}

double walk(const Matrix<double>& y, int T, const Marks& labels, int t, int u) {
  const int U = static_cast<int>(labels.size()), at = t * (U + 1) + u;
  const double blank = std::exp(y(at, kBlank));
  double sum = t + 1 < T ? blank * walk(y, T, labels, t + 1, u) : u == U ? blank : 0;
  if (u < U) sum += std::exp(y(at, labels[static_cast<size_t>(u)])) * walk(y, T, labels, t, u + 1);
  return sum;
}

Matrix<double> drawn_points(int points, int classes, uint32_t stream) {
  Random random(12, Purpose::test, stream);
  Matrix<double> logits(points, classes);
  for (size_t i = 0; i < logits.size(); ++i) logits.data()[i] = 1.5 * random.normal();
  return logits;
}

// The example of warp-transducer's own test.
TEST(TransducerLattice, WarpTransducersVector) {
  const double logits[] = {.1, .6, .1, .1, .1, .1, .1, .6, .1, .1, .1, .1, .2, .8, .1,
                           .1, .6, .1, .1, .1, .1, .1, .2, .1, .1, .7, .1, .2, .1, .1};
  const double gradient[] = {-.1312, -.3999, .1770,  .1770, .1770, -.1857, .1225,  -.1817, .1225, .1225,
                             -.3209, .0627,  .0693,  .1262, .0627, .0546,  -.2182, .0546,  .0546, .0546,
                             .1207,  .1207,  -.4830, .1207, .1207, -.6926, .1687,  .1864,  .1687, .1687};
  Matrix<double> points(6, 5);
  std::copy(std::begin(logits), std::end(logits), points.data());
  const Outcome got = loss_of_points(points, 2, {1, 2});
  EXPECT_NEAR(got.loss, 4.4957, 5e-5);
  for (int i = 0; i < 30; ++i) EXPECT_NEAR(got.gradient.data()[i], gradient[i], 6e-5) << i;
}

TEST(TransducerLattice, EqualsTheSumOverAllWays) {
  for (int T = 1; T <= 5; ++T) {
    for (const Marks& labels : {Marks{}, Marks{1}, Marks{2, 2}, Marks{1, 2, 1}, Marks{3, 3, 3, 1}}) {
      const int points = T * (static_cast<int>(labels.size()) + 1);
      const Matrix<double> logits = drawn_points(points, 4, static_cast<uint32_t>(points));
      const double want = -std::log(walk(normalised(logits), T, labels, 0, 0));
      EXPECT_NEAR(loss_of_points(logits, T, labels).loss, want, kDoubleTwoWays * (1 + want)) << T << " " << labels.size();
    }
  }
}

TEST(TransducerLattice, GradientIsThatOfTheLogits) {
  const Marks labels = {2, 1, 1};
  Matrix<double> logits = drawn_points(5 * 4, 4, 77);
  const Outcome at = loss_of_points(logits, 5, labels), twice = loss_of_points(logits, 5, labels, 2);
  for (size_t i = 0; i < logits.size(); ++i) {
    const auto moved = [&](double by) {
      logits.data()[i] += by;
      const double value = loss_of_points(logits, 5, labels).loss;
      logits.data()[i] -= by;
      return value;
    };
    const double slope = (moved(kFiniteDifferenceStep) - moved(-kFiniteDifferenceStep)) / (2 * kFiniteDifferenceStep);
    ASSERT_NEAR(at.gradient.data()[i], slope, kFiniteDifference);
    ASSERT_NEAR(twice.gradient.data()[i], 2 * at.gradient.data()[i], kDoubleTwoWays);
  }
}

TEST(TransducerLattice, NoRowsAreImpossible) {
  EXPECT_EQ(loss_of_points(Matrix<double>(0, 3), 0, {1}).loss, std::numeric_limits<double>::infinity());
  EXPECT_EQ(loss_of_points(Matrix<double>(0, 3), 0, {}).loss, std::numeric_limits<double>::infinity());
}

TEST(TransducerLattice, UnlikelyWaysHaveFiniteLosses) {
  Matrix<double> logits(300 * 2, 3);
  for (int i = 0; i < logits.rows(); ++i) logits(i, 2) = 300;
  const Outcome got = loss_of_points(logits, 300, {1});
  EXPECT_NEAR(got.loss, 301 * 300 - std::log(300.0), 1e-6) << "300 ways of 301 steps";
  for (size_t i = 0; i < got.gradient.size(); ++i) ASSERT_TRUE(std::isfinite(got.gradient.data()[i]));
}

}  // namespace
}  // namespace rnn::core::test
