// Why: norms and optimizer steps, of both tables, against their published formulas; equal bits in any pieces, on any number
// of threads.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "kernels/denormals.h"
#include "kernels/guarded.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr size_t kLengths[] = {1, 7, 15, 16, 17, 1000, 1023, 1025, 5000};

std::vector<double> numbers(size_t n, double bound, uint64_t seed) {
  Random random(seed, Purpose::test);
  std::vector<double> out(n);
  for (double& x : out) x = static_cast<float>(random.uniform(-bound, bound));
  return out;
}

// All options as floats, so that both tables take the same step.
enum Kind { kSgd, kAdam, kRms };
struct Options {
  const char* name;
  Kind kind = kSgd;
  bool has_m = true;
  float scale = 1, clip_value = 0, lr = 0.1f, weight_decay = 0, momentum = 0;
  bool decoupled = false, sum = false;
};
const Options kOptions[] = {{"sgd", kSgd, false},
                            {"sgd scaled, clipped, decayed", kSgd, false, 0.25f, 0.1f, 0.5f, 0.01f},
                            {"momentum", kSgd, true, 1, 0, 0.1f, 0, 0.9f},
                            {"momentum, all", kSgd, true, 2, 0.3f, 0.1f, 0.05f, 0.8f},
                            {"adam", kAdam, true, 1, 0, 0.01f},
                            {"adam, all", kAdam, true, 0.5f, 0.2f, 0.01f, 0.1f},
                            {"adamw", kAdam, true, 1, 0, 0.01f, 0.1f, 0, true},
                            {"rmsprop", kRms, false, 1, 0, 0.01f},
                            {"rmsprop, all", kRms, false, 0.5f, 0.2f, 0.01f, 0.1f},
                            {"adagrad", kRms, false, 1, 0, 0.01f, 0, 0, false, true}};

struct Slab {
  std::vector<double> p, m, v, average;
};

constexpr int kSteps = 5;
constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f, kEpsilon = 1e-8f;

std::vector<double> gradient(size_t n, int step) { return numbers(n, 1, 100 + step); }
Slab begin(size_t n) { return {numbers(n, 1, 1), std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)}; }
// How far a step moves the average.
float average_rate(int step) { return step == 1 ? 1.0f : 0.3f; }

template <class T>
Slab run(const Options& o, size_t n, size_t piece) {
  const Slab from = begin(n);
  Guarded<T> p(n), m(n), v(n), g(n), average(n, 5);
  for (size_t i = 0; i < n; ++i) p[i] = static_cast<T>(from.p[i]);
  for (int step = 1; step <= kSteps; ++step) {
    const std::vector<double> now = gradient(n, step);
    for (size_t i = 0; i < n; ++i) g[i] = static_cast<T>(now[i]);
    StepArgs<T> a;
    a.p = p.data(), a.g = g.data(), a.m = o.has_m ? m.data() : nullptr, a.v = v.data();
    a.scale = o.scale, a.clip_value = o.clip_value, a.lr = o.lr, a.weight_decay = o.weight_decay, a.momentum = o.momentum;
    a.beta1 = kBeta1, a.beta2 = kBeta2, a.epsilon = kEpsilon, a.decoupled = o.decoupled;
    a.sum = o.sum, a.average = average.data(), a.average_rate = average_rate(step);
    a.correction1 = static_cast<T>(1 - std::pow(static_cast<double>(kBeta1), step));
    a.correction2 = static_cast<T>(1 - std::pow(static_cast<double>(kBeta2), step));
    for (size_t i = 0; i < n; i += piece) {
      a.n = std::min(piece, n - i);
      (o.kind == kAdam ? kernels<T>().adam : o.kind == kRms ? kernels<T>().rms : kernels<T>().sgd)(a);
      a.p += a.n, a.g += a.n, a.m += a.m ? a.n : 0, a.v += a.n, a.average += a.n;
    }
    EXPECT_TRUE(p.intact() && m.intact() && v.intact() && g.intact() && average.intact());
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(g[i], 0) << "gradients are left zero";
  }
  return {{p.begin(), p.end()}, {m.begin(), m.end()}, {v.begin(), v.end()}, {average.begin(), average.end()}};
}

// SGD, RMSprop and Adagrad as PyTorch writes them; Adam: Kingma and Ba 2015, algorithm 1; AdamW: Loshchilov and Hutter 2019,
// algorithm 2.
Slab definition(const Options& o, size_t n) {
  Slab s = begin(n);
  for (int step = 1; step <= kSteps; ++step) {
    const std::vector<double> now = gradient(n, step);
    for (size_t i = 0; i < n; ++i) {
      double g = now[i] * o.scale;
      if (o.clip_value > 0) g = std::max<double>(-o.clip_value, std::min<double>(g, o.clip_value));
      if (o.decoupled) {
        s.p[i] *= 1 - static_cast<double>(o.lr) * o.weight_decay;
      } else {
        g += static_cast<double>(o.weight_decay) * s.p[i];
      }
      const double b1 = kBeta1, b2 = kBeta2;
      if (o.kind == kSgd) {
        if (o.has_m) g = s.m[i] = static_cast<double>(o.momentum) * s.m[i] + g;
        s.p[i] -= static_cast<double>(o.lr) * g;
      } else if (o.kind == kRms) {
        s.v[i] = o.sum ? s.v[i] + g * g : b2 * s.v[i] + (1 - b2) * g * g;
        s.p[i] -= static_cast<double>(o.lr) * g / (std::sqrt(s.v[i]) + kEpsilon);
      } else {
        s.m[i] = b1 * s.m[i] + (1 - b1) * g;
        s.v[i] = b2 * s.v[i] + (1 - b2) * g * g;
        const double m_hat = s.m[i] / (1 - std::pow(b1, step)), v_hat = s.v[i] / (1 - std::pow(b2, step));
        s.p[i] -= static_cast<double>(o.lr) * m_hat / (std::sqrt(v_hat) + kEpsilon);
      }
      s.average[i] += static_cast<double>(average_rate(step)) * (s.p[i] - s.average[i]);
    }
  }
  return s;
}

template <class T>
void agrees(double bound) {
  for (const Options& o : kOptions) {
    for (const size_t n : kLengths) {
      SCOPED_TRACE(std::string(o.name) + " n " + std::to_string(n));
      const Slab want = definition(o, n), got = run<T>(o, n, n);
      for (size_t i = 0; i < n; ++i) {
        ASSERT_LE(std::abs(got.p[i] - want.p[i]), bound * (1 + std::abs(want.p[i]))) << "weight " << i;
        ASSERT_LE(std::abs(got.m[i] - want.m[i]), bound * (1 + std::abs(want.m[i]))) << "first moment " << i;
        ASSERT_LE(std::abs(got.v[i] - want.v[i]), bound * (o.kind == kSgd ? 1 : std::abs(want.v[i]) + 1e-9))
            << "second moment " << i;
        ASSERT_LE(std::abs(got.average[i] - want.average[i]), bound * (1 + std::abs(want.average[i]))) << "average " << i;
      }
    }
  }
}

TEST(Step, FloatAgreesWithFormulas) { agrees<float>(kStep); }
TEST(Step, DoubleAgreesWithFormulas) { agrees<double>(kDoubleStep); }

TEST(Step, SameBitsInAnyPieces) {
  for (const Options& o : kOptions) {
    const Slab want = run<float>(o, 10007, 10007);
    for (const size_t piece : {1, 5, 16, 650, 1024}) {
      const Slab got = run<float>(o, 10007, piece);
      EXPECT_EQ(got.p, want.p) << o.name;
      EXPECT_EQ(got.m, want.m) << o.name;
      EXPECT_EQ(got.v, want.v) << o.name;
      EXPECT_EQ(got.average, want.average) << o.name;
    }
  }
}

// Clipping must not turn a NaN gradient into one that looks healthy.
TEST(Step, ClipKeepsNan) {
  std::vector<float> p(20, 1.0f), g(20, 0.5f);
  g[3] = g[18] = std::numeric_limits<float>::quiet_NaN();
  StepArgs<float> a;
  a.p = p.data(), a.g = g.data(), a.n = 20, a.lr = 0.1f, a.clip_value = 0.25f;
  kernels<float>().sgd(a);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(std::isnan(p[i]), i == 3 || i == 18) << i;
}

TEST(Step, DenormalsCountAsZero) {
  const KeepDenormals mode;
  std::vector<float> p(20, 1e-40f), g(20), m(20, 1e-40f), v(20);
  StepArgs<float> a;
  a.p = p.data(), a.g = g.data(), a.m = m.data(), a.v = v.data(), a.n = p.size(), a.lr = 0.1f, a.momentum = 0.9f;
  kernels<float>().sgd(a);
  EXPECT_EQ(p, std::vector<float>(20));
  EXPECT_EQ(m, std::vector<float>(20));
  p.assign(20, 1e-40f), m.assign(20, 1e-40f), a.beta1 = kBeta1, a.beta2 = kBeta2, a.epsilon = kEpsilon;
  kernels<float>().adam(a);
  EXPECT_EQ(p, std::vector<float>(20));
  EXPECT_EQ(m, std::vector<float>(20));
  EXPECT_TRUE(mode.kept());
}

TEST(SumSquares, AgreesWithDouble) {
  for (const size_t n : {size_t{0}, size_t{1}, size_t{15}, size_t{17}, size_t{1023}, size_t{1025}, size_t{65535},
                         size_t{65537}, size_t{1000003}}) {
    const std::vector<double> x = numbers(n, 3, n + 1);
    const std::vector<float> values(x.begin(), x.end());
    double want = 0;
    for (const double v : x) want += v * v;
    Pool one(1);
    const double first = kernels<float>().sum_squares(one, values.data(), n);
    EXPECT_LE(std::abs(first - want), kSumSquares * want) << n;
    EXPECT_LE(std::abs(kernels<double>().sum_squares(one, x.data(), n) - want), 1e-12 * want);
    for (const int threads : {2, 3, 5}) {
      Pool pool(threads);
      const double got = kernels<float>().sum_squares(pool, values.data(), n);
      EXPECT_EQ(std::memcmp(&got, &first, sizeof got), 0) << threads << " threads, " << n;
    }
  }
}

// More than one group of blocks (256 x 65536 numbers), where the last is short.
TEST(SumSquares, ManyBlocks) {
  constexpr size_t n = (size_t{1} << 24) + 12345;
  std::vector<float> ones(n, 1.0f);
  Pool pool(2);
  EXPECT_EQ(kernels<float>().sum_squares(pool, ones.data(), n), static_cast<double>(n));
}

}  // namespace
}  // namespace rnn::core::test
