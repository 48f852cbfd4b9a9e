// Why: losses of forecasts and their gradients: against differences of the loss, with values missing, and at the ends of the numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "heads/distribution.h"
#include "heads/list.h"
#include "kernels/host.h"
#include "options/kinds.h"
#include "support/failure.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr int kRows = 9, kSteps = 5;
const std::vector<double> kLevels = {0.1, 0.25, 0.5, 0.75, 0.9, 0.99};

struct Outcome {
  LossSum sum;
  std::vector<double> rows;
};

// A head of S steps without its hidden rows: only its loss is asked for.
template <class T>
class HeadAlone {
 public:
  explicit HeadAlone(std::string_view kind, int steps = kSteps, int threads = 1) : pool_(threads) {
    Distribution said(kind, kLevels);
    head_ = make_head<T>({.kind = kind, .outputs = steps * said.numbers(), .width = 3, .levels = kLevels}, table_, forms_);
  }
  int outputs() const { return head_->info().outputs; }
  HeadInfo info() const { return head_->info(); }
  // With `gradient` the outputs become that of the loss.
  Outcome loss(Matrix<T>& outputs, const Targets& targets, bool gradient) {
    Context<T> context{pool_, arena_};
    Outcome out;
    out.sum = head_->loss_of(context, outputs.view(), targets, {.gradient = gradient}, &out.rows);
    return out;
  }

 private:
  Pool pool_;
  Arena arena_;
  ParamTable table_;
  Packed<T> forms_;
  std::unique_ptr<Head<T>> head_;
};

// Row 4 has no weight, row 6 no value; counts and sizes for the counts.
Targets targets_of(bool counts, int rows = kRows, int steps = kSteps) {
  Random random(3, Purpose::test);
  Targets to;
  to.width = steps;
  for (int r = 0; r < rows; ++r) {
    to.weights.push_back(r == 4 ? 0 : static_cast<float>(random.uniform(0.2, 2)));
    if (counts) to.scales.push_back(static_cast<float>(random.uniform(1, 20)));
    for (int s = 0; s < steps; ++s) {
      const double y = counts ? std::floor(random.uniform(0, 30)) : random.uniform(-4, 4);
      to.values.push_back(r == 6 || random.uniform() < 0.3 ? kMissing : static_cast<float>(y));
    }
  }
  return to;
}

template <class T>
Matrix<T> random_outputs(int rows, int cols, double size, uint64_t seed = 5) {
  Random random(seed, Purpose::test);
  Matrix<T> m(rows, cols);
  for (size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<T>(static_cast<float>(random.uniform(-size, size)));
  return m;
}

template <class T>
Matrix<T> copy_of(const Matrix<T>& from) {
  Matrix<T> to(from.rows(), static_cast<int>(from.size()) / from.rows());
  std::copy_n(from.data(), from.size(), to.data());
  return to;
}

bool counts_of(std::string_view kind) { return kind == "negative-binomial"; }

TEST(ForecastHeads, EveryOneIsInBothLists) {
  for (const std::string_view kind : kForecastHeadNames) {
    SCOPED_TRACE(kind);
    ASSERT_NE(find_family(kind), nullptr);
    const HeadInfo info = HeadAlone<float>(kind).info();
    EXPECT_EQ(info.name, kind);
    EXPECT_FALSE(info.classes);
    EXPECT_EQ(info.chance, std::nullopt);
    EXPECT_FALSE(info.unit.empty());
    EXPECT_GE(info.exploded, 1000);
    EXPECT_EQ(info.outputs, kSteps * find_family(kind)->numbers(kLevels.size()));
  }
  EXPECT_EQ(find_family("softmax"), nullptr);
  EXPECT_EQ(failure_of([] { Distribution("softmax"); }).code, "model/head");
}

// Central differences in double of every output.
TEST(ForecastHeads, GradientsAreThoseOfTheLoss) {
  for (const std::string_view kind : kForecastHeadNames) {
    SCOPED_TRACE(kind);
    HeadAlone<double> head(kind);
    const Targets to = targets_of(counts_of(kind));
    const Matrix<double> at = random_outputs<double>(kRows, head.outputs(), 2.5);
    Matrix<double> gradient = copy_of(at), moved = copy_of(at);
    head.loss(gradient, to, true);
    double largest = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      const auto value = [&](double step) {
        moved.data()[i] = at.data()[i] + step;
        const double sum = head.loss(moved, to, false).sum.loss;
        moved.data()[i] = at.data()[i];
        return sum;
      };
      const double slope = (value(kFiniteDifferenceStep) - value(-kFiniteDifferenceStep)) / (2 * kFiniteDifferenceStep);
      ASSERT_NEAR(gradient.data()[i], slope, kFiniteDifference * std::max(1.0, std::abs(slope))) << i;
      largest = std::max(largest, std::abs(slope));
    }
    EXPECT_GT(largest, 0.01);
  }
}

TEST(ForecastHeads, FloatIsDoubleRounded) {
  for (const std::string_view kind : kForecastHeadNames) {
    SCOPED_TRACE(kind);
    HeadAlone<double> exact(kind);
    HeadAlone<float> single(kind);
    const Targets to = targets_of(counts_of(kind));
    Matrix<double> d = random_outputs<double>(kRows, exact.outputs(), 2.5);
    Matrix<float> f = random_outputs<float>(kRows, exact.outputs(), 2.5);
    const Outcome want = exact.loss(d, to, true), got = single.loss(f, to, true);
    EXPECT_EQ(got.sum.weight, want.sum.weight);
    EXPECT_NEAR(got.sum.loss, want.sum.loss, kTwoWays * want.sum.loss);
    for (size_t i = 0; i < d.size(); ++i) ASSERT_NEAR(f.data()[i], d.data()[i], kTwoWays * (1 + std::abs(d.data()[i]))) << i;
  }
}

// A missing value has neither loss nor gradient, and its row that much less weight.
TEST(ForecastHeads, WhatIsMissingDoesNotCount) {
  for (const std::string_view kind : kForecastHeadNames) {
    SCOPED_TRACE(kind);
    HeadAlone<double> head(kind), one(kind, 1);
    const Targets to = targets_of(counts_of(kind));
    const Matrix<double> at = random_outputs<double>(kRows, head.outputs(), 2.5);
    Matrix<double> gradient = copy_of(at);
    const Outcome got = head.loss(gradient, to, true);
    const int P = head.outputs() / kSteps;
    double weight = 0, sum = 0;
    int64_t counted = 0;
    for (int r = 0; r < kRows; ++r) {
      double row = 0;
      int present = 0;
      for (int s = 0; s < kSteps; ++s) {
        Targets single{.values = {to.values[static_cast<size_t>(r * kSteps + s)]}, .width = 1};
        if (!to.scales.empty()) single.scales = {to.scales[static_cast<size_t>(r)]};
        Matrix<double> o(1, P);
        std::copy_n(at.data() + (r * kSteps + s) * P, P, o.data());
        row += one.loss(o, single, false).sum.loss;
        present += !std::isnan(single.values[0]);
        if (std::isnan(single.values[0]) || r == 4) {
          for (int k = 0; k < P; ++k) EXPECT_EQ(gradient.data()[(r * kSteps + s) * P + k], 0);
        }
      }
      const double w = to.weight(static_cast<size_t>(r));
      EXPECT_NEAR(got.rows[static_cast<size_t>(r)], w / kSteps * row, kDoubleTwoWays) << r;
      weight += w * present / kSteps, sum += w / kSteps * row, counted += w * present != 0;
    }
    EXPECT_NEAR(got.sum.weight, weight, kDoubleTwoWays);
    EXPECT_NEAR(got.sum.loss, sum, kDoubleTwoWays);
    EXPECT_EQ(got.sum.counted, counted);
    EXPECT_EQ(counted, kRows - 2) << "one row has no weight, one no value";
  }
}

TEST(ForecastHeads, FarOutputsHaveFiniteLosses) {
  const float far[] = {-3e4f, -800, -40, 0, 40, 800, 3e4f};
  for (const std::string_view kind : kForecastHeadNames) {
    HeadAlone<float> head(kind, 1);
    for (const float y : {0.0f, 1.0f, 1e6f}) {
      for (const float a : far) {
        for (const float b : far) {
          Matrix<float> o(1, head.outputs());
          for (int k = 0; k < head.outputs(); ++k) o.data()[k] = k % 2 ? b : a;
          Targets to{.values = {y}, .width = 1};
          const Outcome got = head.loss(o, to, true);
          EXPECT_TRUE(std::isfinite(got.sum.loss)) << kind << " " << y << " " << a << " " << b;
          for (int k = 0; k < head.outputs(); ++k)
            EXPECT_TRUE(std::isfinite(o.data()[k])) << kind << " " << y << " " << a << " " << b << " " << k;
        }
      }
    }
  }
}

TEST(ForecastHeads, ThreadsDoNotChangeABit) {
  constexpr int kMany = 700;
  for (const std::string_view kind : kForecastHeadNames) {
    const Targets to = targets_of(counts_of(kind), kMany);
    std::vector<std::vector<double>> rows;
    std::vector<Matrix<float>> gradients;
    for (const int threads : {1, 2, 3}) {
      HeadAlone<float> head(kind, kSteps, threads);
      gradients.push_back(random_outputs<float>(kMany, head.outputs(), 2.5));
      rows.push_back(head.loss(gradients.back(), to, true).rows);
      EXPECT_EQ(rows.back(), rows.front()) << kind;
      EXPECT_EQ(std::memcmp(gradients.back().data(), gradients.front().data(), gradients.front().size() * sizeof(float)), 0);
    }
  }
}

// Not a number in, not a number out: the run sees an explosion, and nothing waits for ever.
TEST(ForecastHeads, WhatIsNotANumberIsPassedOn) {
  for (const std::string_view kind : kForecastHeadNames) {
    HeadAlone<double> head(kind, 1);
    Matrix<double> o(1, head.outputs());
    std::fill_n(o.data(), o.size(), std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(std::isnan(head.loss(o, {.values = {3}, .width = 1}, false).sum.loss)) << kind;
    const Distribution said(kind, kLevels);
    said.quantile(o.data(), 0, 0.3);
  }
}

}  // namespace
}  // namespace rnn::core::test
