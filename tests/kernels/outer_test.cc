// Why: the gradient of a weight matrix, out += d^T x with the sums of d's columns, against plain loops; the same bits on any
// threads.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/denormals.h"
#include "kernels/guarded.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Case {
  int m, units, gates, n0, n1;  // n1 = 0: one x only
};

// Numbers of a matrix with rows of `stride`, NaN where nothing may be read.
std::vector<float> numbers(int rows, int cols, int stride, Random& random) {
  std::vector<float> a(static_cast<size_t>(rows) * stride, kNan);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) a[static_cast<size_t>(r) * stride + c] = static_cast<float>(random.uniform(-1, 1));
  }
  return a;
}

struct Result {
  Guarded<float> out[2], sums[2];
  explicit Result(const Case& c) {
    const size_t rows = static_cast<size_t>(c.units) * c.gates;
    for (int p = 0; p < 2; ++p) {
      out[p] = Guarded<float>(rows * (static_cast<size_t>(p == 0 ? c.n0 : c.n1) + 3), 0.25f);
      sums[p] = Guarded<float>(rows, p == 0 ? 0.5f : 0.75f);
    }
  }
  void expect_same(const Result& other) const {
    for (int p = 0; p < 2; ++p) {
      ASSERT_EQ(std::memcmp(out[p].data(), other.out[p].data(), out[p].size() * sizeof(float)), 0);
      ASSERT_EQ(std::memcmp(sums[p].data(), other.sums[p].data(), sums[p].size() * sizeof(float)), 0);
    }
  }
};

class Outer : public testing::TestWithParam<Case> {
 protected:
  Outer()
      : c_(GetParam()),
        columns_{c_.units, c_.gates},
        width_(c_.gates == 1 ? c_.units : columns_.padded(k_.lanes)),
        random_(static_cast<uint64_t>(c_.m * 31 + c_.units), Purpose::test),
        d_(numbers(c_.m, width_, width_ + 1, random_)),
        x_{numbers(c_.m, c_.n0, c_.n0 + 2, random_), numbers(c_.m, c_.n1, c_.n1 + 1, random_)} {
    for (int m = 0; m < c_.m; ++m) {
      for (int i = 0; i < width_; ++i) {
        if (columns_.row(i, k_.lanes) < 0) d_[static_cast<size_t>(m) * (width_ + 1) + i] = 7;  // padding may hold anything
      }
    }
  }

  void run(int threads, Result& result) {
    Pool pool(threads);
    OuterArgs<float> o;
    o.d = {d_.data(), c_.m, width_, width_ + 1};
    o.rows = columns_;
    const int height = c_.units * c_.gates;
    o.parts[0] = {{x_[0].data(), c_.m, c_.n0, c_.n0 + 2}, {result.out[0].data(), height, c_.n0, c_.n0 + 3}};
    if (c_.n1 > 0) o.parts[1] = {{x_[1].data(), c_.m, c_.n1, c_.n1 + 1}, {result.out[1].data(), height, c_.n1, c_.n1 + 3}};
    for (int p = 0; p < 2; ++p) o.sums[p] = result.sums[p].data();
    std::vector<float> scratch(outer_scratch(c_.n0, c_.n1, threads, k_.lanes), kNan);
    o.scratch = scratch.data();
    k_.outer(pool, o);
    for (int p = 0; p < 2; ++p) ASSERT_TRUE(result.out[p].intact() && result.sums[p].intact());
  }

  // Against sums in double; the gap after each row keeps its contents.
  void check(const Result& result, int part, int n, int x_stride) {
    for (int i = 0; i < width_; ++i) {
      const int row = columns_.row(i, k_.lanes);
      if (row < 0) continue;
      double sum = part == 0 ? 0.5 : 0.75, size = 1;
      for (int m = 0; m < c_.m; ++m) sum += d(m, i), size += std::abs(d(m, i));
      ASSERT_LE(std::abs(result.sums[part][row] - sum), kDotPerTerm * (c_.m + 2) * size) << "sum " << row;
      for (int j = 0; j < n + 3; ++j) {
        const float got = result.out[part][static_cast<size_t>(row) * (n + 3) + j];
        double want = 0.25, scale = 0.25;
        for (int m = 0; m < c_.m && j < n; ++m) {
          const double term = d(m, i) * x_[part][static_cast<size_t>(m) * x_stride + j];
          want += term, scale += std::abs(term);
        }
        ASSERT_LE(std::abs(got - want), kDotPerTerm * (c_.m + 2) * scale) << "row " << row << " column " << j;
      }
    }
  }
  double d(int m, int i) const { return d_[static_cast<size_t>(m) * (width_ + 1) + i]; }

  const Kernels<float>& k_ = kernels<float>();
  Case c_;
  Columns columns_;
  int width_;
  Random random_;
  std::vector<float> d_, x_[2];
};

TEST_P(Outer, AsPlainLoopsOnAnyThreads) {
  Result one(c_);
  run(1, one);
  check(one, 0, c_.n0, c_.n0 + 2);
  if (c_.n1 > 0) check(one, 1, c_.n1, c_.n1 + 1);
  for (const int threads : {2, 3, 5}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    Result other(c_);
    run(threads, other);
    one.expect_same(other);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Outer,
                         testing::Values(Case{1, 1, 1, 1, 0}, Case{3, 5, 4, 7, 2}, Case{20, 16, 4, 64, 16},
                                         Case{70, 17, 3, 33, 17}, Case{257, 40, 4, 20, 65}, Case{385, 70, 1, 130, 0},
                                         Case{640, 33, 2, 5, 0}, Case{700, 300, 1, 17, 0}, Case{130, 90, 3, 90, 90}),
                         [](const auto& test) { return "case" + std::to_string(test.index); });

TEST(OuterProduct, DenormalsCountAsZero) {
  const KeepDenormals mode;
  Pool pool(1);
  const std::vector<float> small(64, 1e-40f), x(64, 1.0f);
  std::vector<float> out(256), sums(16), scratch(outer_scratch(16, 0, 1, kernels<float>().lanes));
  OuterArgs<float> o{
      {small.data(), 4, 16, 16}, {16}, {{{x.data(), 4, 16, 16}, {out.data(), 16, 16, 16}}, {}}, {}, scratch.data()};
  o.sums[0] = sums.data();
  kernels<float>().outer(pool, o);
  EXPECT_EQ(out, std::vector<float>(256));
  EXPECT_EQ(sums, std::vector<float>(16));
  EXPECT_TRUE(mode.kept());
}

TEST(OuterProduct, Double) {
  Pool pool(1);
  const double d[] = {1, 2, 3, 4, 5, 6}, x[] = {1, 10, 100};
  double out[2] = {1000, 2000}, sums[2] = {10, 20};
  OuterArgs<double> o{{d, 3, 2, 2}, {2}, {{{x, 3, 1, 1}, {out, 2, 1, 1}}, {}}, {}, nullptr};
  o.sums[0] = sums;
  kernels<double>().outer(pool, o);
  EXPECT_EQ(out[0], 1000 + 1 + 30 + 500);
  EXPECT_EQ(out[1], 2000 + 2 + 40 + 600);
  EXPECT_EQ(sums[0], 19);
  EXPECT_EQ(sums[1], 32);
}

}  // namespace
}  // namespace rnn::core::test
