// Why: packed products of every shape and form agree with plain sums, stay inside C, never depend on batch or threads.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/rng.h"
#include "kernels/denormals.h"
#include "kernels/guarded.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

enum class Form { forward, backward, plain };

struct Case {
  Form form = Form::forward;
  int m = 1, units = 1, gates = 1, first = 0, depth = 1;  // forward: N = units of `gates`; backward: K; plain: N = units
  bool bias = false, accumulate = false;
  int a_gap = 0, c_gap = 0;
  double scale = 1;  // of A and B
};

// A product in plain numbers, and laid out for one table.
template <class T>
class Product {
 public:
  Product(const Kernels<T>& k, const Case& c, uint64_t seed) : k_(k), c_(c), random_(seed, Purpose::test) {
    const Columns rows{c.units, c.gates, c.first};
    const int height = (c.first + c.gates) * c.units;
    if (c.form == Form::forward) {
      weights_ = numbers(height, c.depth);
      form_ = PackForm::forward(rows, c.depth, c.depth + 3);
    } else if (c.form == Form::backward) {
      weights_ = numbers(height, c.depth);
      form_ = PackForm::backward(rows, c.depth, c.depth + 3);
    } else {
      weights_ = numbers(c.depth, c.units);
      form_ = PackForm::plain(c.depth, c.units, c.units + 3);
    }
    a_ = numbers(c.m, plain_depth());
    old_ = numbers(c.m, plain_width());
    bias_ = numbers(1, plain_width());
    lay_out();
  }

  // Rows [begin, begin + count) by the kernel; C in plain order.
  std::vector<T> run(Pool& pool, int begin, int count) {
    Guarded<T> packed(form_.size(k_.lanes), kNan);
    k_.pack(pool, form_, source_.data(), packed.data());
    EXPECT_TRUE(packed.intact());
    const int width = c_width();
    Guarded<T> c(static_cast<size_t>(count) * (width + c_.c_gap), kNan);
    for (int m = 0; m < count && c_.accumulate; ++m) {
      for (int i = 0; i < width; ++i) {
        const int n = column(i);
        c[static_cast<size_t>(m) * (width + c_.c_gap) + i] =
            n < 0 ? T(0) : static_cast<T>(old_[(begin + m) * plain_width() + n]);
      }
    }
    GemmArgs<T> g;
    const int depth = form_.depth(k_.lanes), stride = depth + c_.a_gap;
    g.a = {laid_a_.data() + static_cast<ptrdiff_t>(begin) * stride, count, depth, stride};
    g.b = packed.data(), g.bias = c_.bias ? laid_bias_.data() : nullptr, g.accumulate = c_.accumulate, g.n = form_.n;
    g.c = {c.data(), count, width, width + c_.c_gap};
    k_.gemm(pool, g);
    EXPECT_TRUE(c.intact()) << "written outside C";
    std::vector<T> out(static_cast<size_t>(count) * plain_width());
    for (int m = 0; m < count; ++m) {
      for (int i = 0; i < width + c_.c_gap; ++i) {
        const T value = c[static_cast<size_t>(m) * (width + c_.c_gap) + i];
        const int n = i < width ? column(i) : -1;
        if (n >= 0) out[static_cast<size_t>(m) * plain_width() + n] = value;
        EXPECT_TRUE(i < width || std::isnan(value)) << "written between rows of C";
        EXPECT_TRUE(i >= width || n >= 0 || value == 0) << "padding is not zero";
      }
    }
    return out;
  }

  // Largest error in units of its bound: (n + 2) u times the sum of the terms' sizes.
  double worst(const std::vector<T>& got, double per_term) const {
    double largest = 0;
    for (int m = 0; m < c_.m; ++m) {
      for (int n = 0; n < plain_width(); ++n) {
        double sum = c_.bias ? bias_[n] : c_.accumulate ? old_[m * plain_width() + n] : 0, size = std::abs(sum);
        for (int k = 0; k < plain_depth(); ++k) {
          const double term = a_[m * plain_depth() + k] * b(k, n);
          sum += term, size += std::abs(term);
        }
        const double error = std::abs(got[static_cast<size_t>(m) * plain_width() + n] - sum);
        largest = std::max(largest, std::isfinite(error) ? error / (per_term * (plain_depth() + 2) * size) : 1e9);
      }
    }
    return largest;
  }

 private:
  static constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
  int plain_depth() const { return c_.form == Form::backward ? c_.gates * c_.units : c_.depth; }
  int plain_width() const {
    return c_.form == Form::forward ? c_.gates * c_.units : c_.form == Form::backward ? c_.depth : c_.units;
  }
  // Forward: gate blocks are padded; a single plain gate and the other forms end at their last column.
  int c_width() const { return form_.n.gates > 1 ? form_.n.padded(k_.lanes) : form_.n.units; }
  int column(int i) const { return row_in_slice(form_.n, i); }
  int row_in_slice(const Columns& columns, int i) const {
    const int row = columns.row(i, k_.lanes);
    return row < 0 ? -1 : row - columns.first * columns.units;
  }
  double b(int k, int n) const {
    const int skip = c_.first * c_.units;
    if (c_.form == Form::forward) return weights_[static_cast<size_t>(skip + n) * c_.depth + k];
    if (c_.form == Form::backward) return weights_[static_cast<size_t>(skip + k) * c_.depth + n];
    return weights_[static_cast<size_t>(k) * c_.units + n];
  }
  std::vector<double> numbers(int rows, int cols) {
    std::vector<double> out(static_cast<size_t>(rows) * cols);
    for (double& x : out) x = static_cast<float>(c_.scale * random_.uniform(-1, 1));
    return out;
  }
  void lay_out() {
    const int cols = c_.form == Form::plain ? c_.units : c_.depth, rows = static_cast<int>(weights_.size() / cols);
    source_.assign(static_cast<size_t>(rows) * (cols + 3), kNan);
    for (int r = 0; r < rows; ++r) {
      for (int i = 0; i < cols; ++i)
        source_[static_cast<size_t>(r) * (cols + 3) + i] = static_cast<T>(weights_[static_cast<size_t>(r) * cols + i]);
    }
    const int depth = form_.depth(k_.lanes), stride = depth + c_.a_gap;
    laid_a_.assign(static_cast<size_t>(c_.m) * stride, kNan);
    for (int m = 0; m < c_.m; ++m) {
      for (int i = 0; i < depth; ++i) {
        const int k = form_.k.gates > 1 ? row_in_slice(form_.k, i) : i;
        laid_a_[static_cast<size_t>(m) * stride + i] =
            k < 0 ? T(0) : static_cast<T>(a_[static_cast<size_t>(m) * plain_depth() + k]);
      }
    }
    const std::vector<T> bias(bias_.begin(), bias_.end());
    const T* sources[] = {bias.data()};
    laid_bias_.resize(form_.n.padded(k_.lanes));
    const Columns columns{form_.n.units, form_.n.gates};
    k_.pack_vector(columns, sources, 1, laid_bias_.data());
  }

  const Kernels<T>& k_;
  Case c_;
  Random random_;
  PackForm form_;
  std::vector<double> weights_, a_, old_, bias_;
  std::vector<T> source_, laid_a_, laid_bias_;
};

std::vector<Case> cases() {
  Random random(3, Purpose::test);
  const auto one_of = [&](std::initializer_list<int> list) {
    return list.begin()[random.below(static_cast<uint32_t>(list.size()))];
  };
  std::vector<Case> all;
  for (int i = 0; i < 360; ++i) {
    Case c;
    c.form = static_cast<Form>(i % 3);
    c.m = one_of({1, 2, 3, 5, 6, 7, 8, 9, 13, 33, 70, 193});
    c.units = one_of({1, 2, 3, 15, 16, 17, 31, 33, 64, 65, 130});
    c.depth = one_of({1, 2, 7, 16, 63, 255, 256, 384, 385, 700});
    c.gates = c.form == Form::plain ? 1 : one_of({1, 2, 3, 4});
    c.first = c.form == Form::plain ? 0 : one_of({0, 0, 1, 2});
    c.bias = i % 4 == 1, c.accumulate = i % 4 == 2;
    c.a_gap = i % 5 == 0 ? 3 : 0, c.c_gap = i % 7 == 0 ? 5 : 0;
    all.push_back(c);
  }
  return all;
}

std::string describe(const Case& c) {
  const char* forms[] = {"forward", "backward", "plain"};
  return std::string(forms[static_cast<int>(c.form)]) + " m " + std::to_string(c.m) + " units " + std::to_string(c.units) +
         " gates " + std::to_string(c.gates) + " first " + std::to_string(c.first) + " depth " + std::to_string(c.depth) +
         (c.bias ? " bias" : "") + (c.accumulate ? " accumulate" : "");
}

template <class T>
void agrees_with_sums(double per_term) {
  Pool one(1), three(3);
  uint64_t seed = 0;
  for (const Case& c : cases()) {
    SCOPED_TRACE(describe(c));
    Product<T> product(kernels<T>(), c, ++seed);
    ASSERT_LE(product.worst(product.run(seed % 2 ? one : three, 0, c.m), per_term), 1.0);
  }
}

TEST(Gemm, FloatAgreesWithSums) { agrees_with_sums<float>(kDotPerTerm); }
TEST(Gemm, DoubleAgreesWithSums) { agrees_with_sums<double>(kDoublePerTerm); }

// Each row alone, any number of threads: the same bits, whether threads cut rows or columns.
TEST(Gemm, SameBits) {
  std::vector<Case> list = cases();
  for (const auto& [m, units, depth] :
       {std::tuple{300, 40, 500}, {24, 900, 300}, {3, 400, 385}, {7, 64, 1000}, {64, 64, 64}}) {
    for (const int gates : {1, 3, 4}) list.push_back({Form::forward, m, units / gates, gates, 0, depth, gates == 3});
    list.push_back({Form::plain, m, units, 1, 0, depth, false, true});
    list.push_back({Form::backward, m, units / 4, 4, 0, depth});
  }
  std::vector<std::unique_ptr<Pool>> pools;
  for (const int threads : {1, 2, 3, 5}) pools.push_back(std::make_unique<Pool>(threads));
  uint64_t seed = 0;
  for (const Case& c : list) {
    SCOPED_TRACE(describe(c));
    Product<float> product(kernels<float>(), c, ++seed);
    const std::vector<float> want = product.run(*pools[0], 0, c.m);
    const size_t width = want.size() / c.m;
    for (const auto& pool : pools) {
      const std::vector<float> got = product.run(*pool, 0, c.m);
      ASSERT_EQ(std::memcmp(got.data(), want.data(), want.size() * sizeof(float)), 0) << pool->size() << " threads";
    }
    for (int m = 0; m < c.m; m += 1 + c.m / 9) {
      const std::vector<float> alone = product.run(*pools[seed % 4], m, 1);
      ASSERT_EQ(std::memcmp(alone.data(), want.data() + m * width, width * sizeof(float)), 0) << "row " << m << " alone";
    }
  }
}

// Products too small for a normal number are zero, on the caller (one row) and on the pool (many).
TEST(Gemm, DenormalsCountAsZero) {
  Pool pool(3);
  const KeepDenormals mode;
  Product<float> product(kernels<float>(), {Form::forward, 60, 70, 1, 0, 60, false, false, 0, 0, 1e-20}, 1);
  for (const int count : {60, 1}) {
    for (const float x : product.run(pool, 0, count)) ASSERT_EQ(x, 0.0f) << count << " rows";
  }
  EXPECT_TRUE(mode.kept());
}

// Nothing to sum: the bias, C as it was, or zeros.
TEST(Gemm, DepthZero) {
  Pool pool(2);
  const Kernels<float>& k = kernels<float>();
  const float bias[64] = {1, 2, 3}, b[1] = {};
  float c[6] = {9, 9, 9, 9, 9, 9};
  GemmArgs<float> g;
  g.a = {b, 2, 0, 0}, g.b = b, g.n = {3}, g.c = {c, 2, 3, 3};
  k.gemm(pool, g);
  for (const float x : c) EXPECT_EQ(x, 0);
  g.bias = bias;
  k.gemm(pool, g);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(c[i], bias[i % 3]);
}

}  // namespace
}  // namespace rnn::core::test
