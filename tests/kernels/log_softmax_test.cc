// Why: the log softmax by which decoders rank, of both tables, against the definition in long double; and rows without one.
#include <gtest/gtest.h>

#include <algorithm>
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

constexpr double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

struct Rows {
  int rows, cols;
  std::vector<double> x;  // [rows, cols] floats
  Rows(int rows_, int cols_, double spread, uint64_t seed) : rows(rows_), cols(cols_) {
    Random random(seed, Purpose::test);
    for (int i = 0; i < rows * cols; ++i) x.push_back(static_cast<float>(random.uniform(-spread, spread)));
  }
  double* row(int r) { return x.data() + static_cast<size_t>(r) * cols; }
  const double* row(int r) const { return x.data() + static_cast<size_t>(r) * cols; }
};

struct Outcome {
  std::vector<double> out;  // [rows, cols]
  int without = 0;          // rows that have no softmax
};

// `gap` unused numbers after each row; what is not written is 77, or stays x in place.
template <class T>
Outcome run(const Rows& rows, bool in_place, int gap, int threads) {
  Pool pool(threads);
  const int stride = rows.cols + gap;
  Guarded<T> x(static_cast<size_t>(rows.rows) * stride, std::numeric_limits<T>::quiet_NaN()), apart(x.size(), 77);
  for (int r = 0; r < rows.rows; ++r) {
    for (int i = 0; i < rows.cols; ++i) x[static_cast<size_t>(r) * stride + i] = static_cast<T>(rows.row(r)[i]);
  }
  Guarded<T>& out = in_place ? x : apart;
  const View<const T> from{x.data(), rows.rows, rows.cols, stride};
  Outcome outcome;
  outcome.without = kernels<T>().log_softmax(pool, from, {out.data(), rows.rows, rows.cols, stride});
  EXPECT_TRUE(x.intact() && apart.intact());
  for (int r = 0; r < rows.rows; ++r) {
    for (int i = 0; i < stride; ++i) {
      const T value = out[static_cast<size_t>(r) * stride + i];
      if (i < rows.cols) {
        outcome.out.push_back(value);
      } else {
        EXPECT_TRUE(in_place ? std::isnan(value) : value == T(77)) << "written between rows";
      }
    }
  }
  return outcome;
}

template <class T>
void agrees(double tolerance) {
  int i = 0;
  for (const int cols : {1, 2, 3, 15, 16, 17, 33, 64, 1000, 10000}) {
    for (const double spread : {0.0, 3.0, 60.0, 1e4}) {
      SCOPED_TRACE("columns " + std::to_string(cols) + " spread " + std::to_string(spread));
      ++i;
      Rows rows(cols > 500 ? 5 : 40, cols, spread, static_cast<uint64_t>(i));
      for (int r = 1; r < rows.rows && cols > 1; r += 4) rows.row(r)[r % cols] = -kInf;  // that is impossible, not strange
      const Outcome got = run<T>(rows, i % 2 == 0, i % 3 == 0 ? 3 : 0, 1 + i % 3);
      EXPECT_EQ(got.without, 0);
      for (int r = 0; r < rows.rows; ++r) {
        const double* x = rows.row(r);
        const long double top = *std::max_element(x, x + cols);
        long double sum = 0;
        for (int k = 0; k < cols; ++k) sum += std::exp(x[k] - top);
        for (int k = 0; k < cols; ++k) {
          const double value = got.out[static_cast<size_t>(r) * cols + k];
          if (x[k] == -kInf) {
            ASSERT_EQ(value, -kInf);
            continue;
          }
          const auto want = static_cast<double>(x[k] - top - std::log(sum));
          ASSERT_LE(std::abs(value - want), tolerance * (1 + std::abs(want))) << r << " " << k;
          ASSERT_LE(value, 0);
        }
      }
    }
  }
}

TEST(LogSoftmax, FloatAgreesWithDefinition) { agrees<float>(kSoftmaxLoss); }
TEST(LogSoftmax, DoubleAgreesWithDefinition) { agrees<double>(kDoubleSoftmax); }

TEST(LogSoftmax, IsMinusTheLoss) {
  Pool pool(1);
  for (const int cols : {1, 7, 16, 50, 3001}) {
    const Rows rows(6, cols, 8, 5);
    const Outcome got = run<float>(rows, false, 0, 1);
    for (const int target : {0, cols / 2, cols - 1}) {
      Guarded<float> logits(rows.x.size());
      std::copy(rows.x.begin(), rows.x.end(), logits.begin());
      const std::vector<int32_t> targets(6, target);
      std::vector<double> loss(6);
      SoftmaxArgs<float> a;
      a.logits = {logits.data(), 6, cols, cols}, a.targets = targets.data(), a.loss = loss.data();
      kernels<float>().softmax_cross_entropy(pool, a);
      for (int r = 0; r < 6; ++r)
        EXPECT_EQ(got.out[static_cast<size_t>(r) * cols + target], static_cast<float>(-loss[static_cast<size_t>(r)]));
    }
  }
}

TEST(LogSoftmax, SameBitsOnAnyThreadsInPlaceAndAlone) {
  const Rows rows(37, 1001, 5, 4);
  const Outcome want = run<float>(rows, false, 0, 1);
  const auto same = [&](const Outcome& got) {
    return std::memcmp(got.out.data(), want.out.data(), want.out.size() * sizeof(double)) == 0;
  };
  for (const int threads : {1, 2, 3, 5}) {
    EXPECT_TRUE(same(run<float>(rows, true, 0, threads))) << threads;
    EXPECT_TRUE(same(run<float>(rows, false, 5, threads))) << threads;
  }
  Outcome one_by_one;
  for (int r = 0; r < rows.rows; ++r) {
    Rows one(1, rows.cols, 0, 1);
    std::copy_n(rows.row(r), rows.cols, one.row(0));
    const Outcome got = run<float>(one, false, 0, 1);
    one_by_one.out.insert(one_by_one.out.end(), got.out.begin(), got.out.end());
  }
  EXPECT_TRUE(same(one_by_one)) << "a row depends on nothing beside it";
}

// NaN or +inf anywhere, or nothing above -inf: counted and not written, on any threads; neighbouring rows are.
template <class T>
void leaves_rows_without_softmax() {
  for (const int cols : {1, 5, 16, 17, 40, 600}) {
    for (const int threads : {1, 3}) {
      Rows rows(40, cols, 2, 7);
      std::vector<bool> strange(40, true);
      for (int r = 0; r < 40; ++r) {
        const int at = r * 7 % cols;
        switch (r % 5) {
          case 0:
            rows.row(r)[at] = kNan;
            break;
          case 1:
            rows.row(r)[at] = kInf;
            break;
          case 2:
            std::fill_n(rows.row(r), cols, -kInf);
            break;
          case 3:
            rows.row(r)[at] = kNan, rows.row(r)[cols - 1] = kInf;
            break;
          default:
            strange[static_cast<size_t>(r)] = false;
        }
      }
      for (const bool in_place : {false, true}) {
        const Outcome got = run<T>(rows, in_place, 0, threads);
        EXPECT_EQ(got.without, 32);
        for (int r = 0; r < 40; ++r) {
          for (int i = 0; i < cols; ++i) {
            const double value = got.out[static_cast<size_t>(r) * cols + i], before = rows.row(r)[i];
            if (!strange[static_cast<size_t>(r)]) {
              ASSERT_LE(value, 0);
            } else if (in_place) {
              ASSERT_TRUE(value == before || (std::isnan(value) && std::isnan(before))) << cols << " " << r << " " << i;
            } else {
              ASSERT_EQ(value, 77) << cols << " " << r << " " << i;
            }
          }
        }
      }
    }
  }
}
TEST(LogSoftmax, LeavesRowsWithoutSoftmax) { leaves_rows_without_softmax<float>(); }
TEST(LogSoftmax, DoubleLeavesRowsWithoutSoftmax) { leaves_rows_without_softmax<double>(); }

TEST(LogSoftmax, LeavesTheModeOfTheCaller) {
  const KeepDenormals denormals;
  run<float>(Rows(3, 20, 1, 1), true, 0, 1);
  EXPECT_TRUE(denormals.kept());
}

}  // namespace
}  // namespace rnn::core::test
