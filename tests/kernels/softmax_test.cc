// Why: loss and gradient of the softmax, of both tables, against the definition in long double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "kernels/guarded.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

struct Case {
  int rows = 1, classes = 1;
  double spread = 3, smoothing = 0;
  bool weights = false;
  int gap = 0;
};

// Logits (floats), targets and weights; some rows have weight 0 and a target that is not a class.
struct Batch {
  Case c;
  std::vector<double> logits;
  std::vector<int32_t> targets;
  std::vector<float> weights;
  Batch(const Case& c_, uint64_t seed) : c(c_) {
    Random random(seed, Purpose::test);
    for (int i = 0; i < c.rows * c.classes; ++i) logits.push_back(static_cast<float>(random.uniform(-c.spread, c.spread)));
    for (int m = 0; m < c.rows; ++m) {
      targets.push_back(static_cast<int32_t>(random.below(c.classes)));
      weights.push_back(static_cast<float>(random.uniform(0.1, 3)));
      if (c.weights && m % 3 == 1) weights[m] = 0, targets[m] = -100;
    }
  }
  double weight(int m) const { return c.weights ? weights[m] : 1; }
};

struct Outcome {
  std::vector<double> loss, nll, logits;  // [M], [M], [M, K]: what is left in the logits
};

template <class T>
Outcome run(const Batch& b, bool gradient, int threads) {
  Pool pool(threads);
  const int stride = b.c.classes + b.c.gap;
  Guarded<T> logits(static_cast<size_t>(b.c.rows) * stride, std::numeric_limits<T>::quiet_NaN());
  for (int m = 0; m < b.c.rows; ++m) {
    for (int i = 0; i < b.c.classes; ++i)
      logits[static_cast<size_t>(m) * stride + i] = static_cast<T>(b.logits[static_cast<size_t>(m) * b.c.classes + i]);
  }
  Guarded<double> loss(b.c.rows, 77), nll(b.c.rows, 77);
  SoftmaxArgs<T> a;
  a.logits = {logits.data(), b.c.rows, b.c.classes, stride}, a.targets = b.targets.data();
  a.weights = b.c.weights ? b.weights.data() : nullptr, a.smoothing = static_cast<T>(b.c.smoothing), a.gradient = gradient;
  a.loss = loss.data(), a.nll = nll.data();
  kernels<T>().softmax_cross_entropy(pool, a);
  EXPECT_TRUE(logits.intact() && loss.intact() && nll.intact());
  Outcome out;
  out.loss.assign(loss.begin(), loss.end()), out.nll.assign(nll.begin(), nll.end());
  for (int m = 0; m < b.c.rows; ++m) {
    for (int i = 0; i < stride; ++i) {
      const T value = logits[static_cast<size_t>(m) * stride + i];
      if (i < b.c.classes) out.logits.push_back(value);
      EXPECT_TRUE(i < b.c.classes || std::isnan(value)) << "written between rows";
    }
  }
  return out;
}

// PyTorch's CrossEntropyLoss(reduction='none', label_smoothing=s), times the weight of the row.
Outcome definition(const Batch& b) {
  Outcome out;
  const int n = b.c.classes;
  const long double smoothing = b.c.smoothing;
  for (int m = 0; m < b.c.rows; ++m) {
    const double* x = b.logits.data() + static_cast<size_t>(m) * n;
    const long double top = *std::max_element(x, x + n), weight = b.weight(m);
    long double sum = 0, mean = 0;
    for (int i = 0; i < n; ++i) sum += std::exp(x[i] - top);
    const long double log_sum = top + std::log(sum);
    for (int i = 0; i < n; ++i) mean += (log_sum - x[i]) / n;
    const long double nll = weight == 0 ? 0 : log_sum - x[b.targets[m]];
    out.nll.push_back(static_cast<double>(weight * nll));
    out.loss.push_back(static_cast<double>(weight * ((1 - smoothing) * nll + smoothing * mean)));
    for (int i = 0; i < n; ++i) {
      const long double p = std::exp(x[i] - log_sum), wanted = smoothing / n + (i == b.targets[m] ? 1 - smoothing : 0);
      out.logits.push_back(weight == 0 ? 0 : static_cast<double>(weight * (p - wanted)));
    }
  }
  return out;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  int i = 0;
  for (const int classes : {1, 2, 15, 16, 17, 33, 1000, 10000}) {
    for (const double spread : {0.0, 3.0, 60.0, 1e4}) {
      for (const double smoothing : {0.0, 0.1}) {
        ++i;
        all.push_back(
            {classes > 500 ? 5 : 40, classes, spread, static_cast<float>(smoothing), i % 2 == 0, i % 3 == 0 ? 3 : 0});
      }
    }
  }
  return all;
}

template <class T>
void agrees(double of_loss, double of_gradient) {
  uint64_t seed = 0;
  for (const Case& c : cases()) {
    SCOPED_TRACE("classes " + std::to_string(c.classes) + " spread " + std::to_string(c.spread) + " smoothing " +
                 std::to_string(c.smoothing));
    const Batch b(c, ++seed);
    const Outcome want = definition(b), got = run<T>(b, true, 1 + seed % 3);
    for (int m = 0; m < c.rows; ++m) {
      ASSERT_LE(std::abs(got.nll[m] - want.nll[m]), of_loss * b.weight(m) * (1 + std::abs(want.nll[m])));
      ASSERT_LE(std::abs(got.loss[m] - want.loss[m]),
                of_loss * b.weight(m) * (1 + c.smoothing * 2 * c.spread + std::abs(want.loss[m])));
      double sum = 0;
      for (int i = 0; i < c.classes; ++i) {
        const size_t at = static_cast<size_t>(m) * c.classes + i;
        ASSERT_LE(std::abs(got.logits[at] - want.logits[at]), of_gradient * b.weight(m)) << "class " << i;
        sum += got.logits[at];
      }
      EXPECT_LE(std::abs(sum), of_loss * b.weight(m) * 4) << "a gradient by logits sums to zero";
    }
    const Outcome kept = run<T>(b, false, 1);
    EXPECT_EQ(kept.logits, b.logits) << "without gradient the logits stay";
    EXPECT_EQ(kept.loss, got.loss);
  }
}

TEST(Softmax, FloatAgreesWithDefinition) { agrees<float>(kSoftmaxLoss, kSoftmaxGradient); }
TEST(Softmax, DoubleAgreesWithDefinition) { agrees<double>(kDoubleSoftmax, kDoubleSoftmax); }

TEST(Softmax, SameBitsOnAnyThreads) {
  const Batch b({37, 1001, 5, 0.1f, true, 0}, 4);
  const Outcome want = run<float>(b, true, 1);
  for (const int threads : {2, 3, 5}) {
    const Outcome got = run<float>(b, true, threads);
    EXPECT_EQ(std::memcmp(got.logits.data(), want.logits.data(), want.logits.size() * sizeof(double)), 0);
    EXPECT_EQ(got.loss, want.loss);
    EXPECT_EQ(got.nll, want.nll);
  }
}

TEST(Softmax, NanInALogitIsNanInTheLoss) {
  for (const int classes : {2, 17, 40}) {
    for (int at = 0; at < classes; ++at) {
      Batch b({1, classes}, 1);
      b.logits[at] = std::numeric_limits<double>::quiet_NaN();
      EXPECT_TRUE(std::isnan(run<float>(b, true, 1).loss[0])) << "class " << at << " of " << classes;
    }
  }
}

// A class far below the others has probability 0 to every digit that counts; one far above has loss 0.
TEST(Softmax, FarApart) {
  Batch b({1, 20, 0, 0}, 1);
  b.logits[3] = 1e4, b.targets[0] = 3;
  EXPECT_NEAR(run<float>(b, true, 1).loss[0], 0, 1e-30);
  b.targets[0] = 5;
  const Outcome wrong = run<float>(b, true, 1);
  EXPECT_DOUBLE_EQ(wrong.loss[0], 1e4);
  EXPECT_EQ(wrong.logits[3], 1);
  EXPECT_EQ(wrong.logits[5], -1);
}

}  // namespace
}  // namespace rnn::core::test
