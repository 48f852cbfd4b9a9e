// Why: sigmoid, tanh and exp of every instruction set, as the cells see them, against double over the whole range of float.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

// A dense grid on both sides of zero: every 1/4096 up to 20, then powers from denormal to the largest number.
std::vector<float> grid() {
  std::vector<float> xs = {0.0f,    -0.0f,   kInf,    -kInf,   88.72f, 88.73f,
                           -87.33f, -87.34f, -103.9f, -104.1f, 0.625f, 0.62499994f};
  for (int i = 1; i <= 20 * 4096; ++i) xs.push_back(i / 4096.0f), xs.push_back(-i / 4096.0f);
  for (int i = 1; i < 40000; ++i) xs.push_back(i * 0.00221f), xs.push_back(-i * 0.00221f);
  for (double x = 1e-45; x < 3.4e38; x *= 1.003) xs.push_back(static_cast<float>(x)), xs.push_back(static_cast<float>(-x));
  return xs;
}

constexpr int kUnits = 16;

// One step of a cell without recurrent weights; pre-activation i of `gate` is xs[i]. Saved gate values and h, in xs's order.
struct Outcome {
  std::vector<float> gate, h;
};
Outcome one_step(CellKind cell, int gates, int gate, const std::vector<float>& xs) {
  const Kernels<float>& k = kernels<float>();
  Pool pool(1);
  const Columns columns{kUnits, gates};
  const int rows = static_cast<int>((xs.size() + kUnits - 1) / kUnits), width = columns.padded(k.lanes),
            padded = Columns{kUnits}.padded(k.lanes);
  std::vector<float> pre(static_cast<size_t>(rows) * width), h(static_cast<size_t>(rows) * kUnits),
      c(static_cast<size_t>(rows) * padded);
  const std::vector<float> zeros(gates * kUnits * kUnits), state(kUnits);
  const std::vector<const float*> states(rows, state.data());
  std::vector<float> weights(PackForm::forward(columns, kUnits, kUnits).size(k.lanes));
  k.pack(pool, PackForm::forward(columns, kUnits, kUnits), zeros.data(), weights.data());
  std::vector<float> scratch(recurrent_scratch(rows, kUnits, kUnits, gates, pool.size(), k.lanes));
  const auto each = [&](auto&& use) {
    for (size_t i = 0; i < xs.size(); ++i) {
      for (int p = 0; p < width; ++p) {
        if (columns.row(p, k.lanes) == gate * kUnits + static_cast<int>(i % kUnits)) use(i, pre[i / kUnits * width + p]);
      }
    }
  };
  each([&](size_t i, float& value) { value = xs[i]; });
  const int start[] = {0, rows};
  RecurrentArgs<float> a;
  a.cell = cell, a.hidden = a.output = kUnits, a.steps = 1, a.streams = rows, a.start = start;
  a.gates = pre.data(), a.h = h.data(), a.h_stride = kUnits, a.c = c.data();
  a.h0 = a.c0 = states.data(), a.weights[0] = weights.data(), a.scratch = scratch.data();
  k.recurrent_forward(pool, a);
  Outcome out;
  each([&](size_t, float& value) { out.gate.push_back(value); });
  out.h.assign(h.begin(), h.begin() + static_cast<ptrdiff_t>(xs.size()));
  return out;
}

double relative(double got, double want) { return want == 0 ? std::abs(got) : std::abs(got - want) / std::abs(want); }

TEST(Lane, Tanh) {
  const auto xs = grid();
  const auto got = one_step(CellKind::elman, 1, 0, xs).h;
  double worst = 0;
  for (size_t i = 0; i < xs.size(); ++i) {
    if (std::abs(xs[i]) < std::numeric_limits<float>::min()) {
      EXPECT_LE(std::abs(got[i]), std::abs(xs[i])) << "denormal numbers count as zero";
      continue;
    }
    worst = std::max(worst, relative(got[i], std::tanh(static_cast<double>(xs[i]))));
    EXPECT_LE(std::abs(got[i]), 1.0f) << xs[i];
    EXPECT_EQ(std::signbit(got[i]), std::signbit(xs[i])) << xs[i];
  }
  EXPECT_LE(worst, kLaneTanh);
  RecordProperty("worst_relative", std::to_string(worst * 1e9) + "e-9");
}

TEST(Lane, Sigmoid) {
  const auto xs = grid();
  const auto got = one_step(CellKind::lstm, 4, 3, xs).gate;
  double worst = 0;
  for (size_t i = 0; i < xs.size(); ++i) {
    EXPECT_GE(got[i], 0.0f) << xs[i];
    EXPECT_LE(got[i], 1.0f) << xs[i];
    if (xs[i] < -87) {  // smaller than the smallest normal number: anything below it will do
      EXPECT_LE(got[i], 2e-38f) << xs[i];
      continue;
    }
    worst = std::max(worst, relative(got[i], 1 / (1 + std::exp(-static_cast<double>(xs[i])))));
  }
  EXPECT_LE(worst, kLaneSigmoid);
  RecordProperty("worst_relative", std::to_string(worst * 1e9) + "e-9");
}

// Through the gradient of a two-class softmax at (0, x), x <= 0: e^x / (1 + e^x), which is e^x to the last bit below -17.
TEST(Lane, Exp) {
  const Kernels<float>& k = kernels<float>();
  Pool pool(1);
  double worst = 0;
  for (const float x : grid()) {
    if (!(x <= 0) || x == -kInf) continue;
    float logits[2] = {0, x};
    const int32_t target = 0;
    double loss = 0;
    SoftmaxArgs<float> a;
    a.logits = {logits, 1, 2, 2}, a.targets = &target, a.gradient = true, a.loss = &loss;
    k.softmax_cross_entropy(pool, a);
    const double e = std::exp(static_cast<double>(x));
    if (x < -87) {
      EXPECT_LE(logits[1], 2e-38f) << x;
      continue;
    }
    worst = std::max(worst, relative(logits[1], e / (1 + e)));
  }
  EXPECT_LE(worst, kLaneExp);
  RecordProperty("worst_relative", std::to_string(worst * 1e9) + "e-9");
}

// Of any payload: a file may hold other ones than arithmetic makes.
TEST(Lane, NanStaysNan) {
  std::vector<float> xs;
  for (const uint32_t bits : {0x7fc00000u, 0xffc00000u, 0x7fc12345u, 0xffffffffu, 0x7fffffffu}) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    xs.push_back(x);
  }
  const Outcome elman = one_step(CellKind::elman, 1, 0, xs), lstm = one_step(CellKind::lstm, 4, 3, xs);
  for (size_t i = 0; i < xs.size(); ++i) {
    EXPECT_TRUE(std::isnan(elman.h[i])) << "tanh, payload " << i;
    EXPECT_TRUE(std::isnan(lstm.gate[i])) << "sigmoid, payload " << i;
  }
}

}  // namespace
}  // namespace rnn::core::test
