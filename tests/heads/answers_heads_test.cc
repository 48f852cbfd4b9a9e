// Why: several labels at once and labels on a scale: losses are those of the definitions, gradients those of the losses, also where numbers are
// huge.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"
#include "heads/list.h"
#include "networks/model.h"
#include "support/failure.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr int kReads = 3, kAnswers = 4, kAsked = 6;

// A head alone, over rows that are no sequences.
template <class T>
struct AnswersCase {
  explicit AnswersCase(const char* kind, int outputs = kAnswers) {
    Packed<T> forms;
    head = make_head<T>({.kind = kind, .reads = RowsRead::last, .outputs = outputs, .width = kReads}, table, forms);
    weights = Weights<T>(table, std::move(forms));
    Random random(5, Purpose::test);
    for (size_t id = 0; id < table.all().size(); ++id)
      for (T& w : weights.params().values(static_cast<ParamId>(id))) w = static_cast<T>(random.uniform(-1, 1));
    weights.pack(pool, true);
    for (int row = 0; row < kAsked; ++row) {
      for (int i = 0; i < kReads; ++i) h(row, i) = static_cast<T>(random.uniform(-2, 2));
      targets.weights.push_back(row == 2 ? 0.0f : 0.5f + static_cast<float>(row));
      if (std::string_view(kind) == "ordinal") targets.ids.push_back(row % outputs);
      for (int k = 0; k < outputs && std::string_view(kind) == "sigmoid"; ++k)
        targets.values.push_back(static_cast<float>((row + k) % 3 == 0));
    }
    if (std::string_view(kind) == "sigmoid") targets.width = outputs;
    targets.last_step = true;
  }
  Matrix<T> outputs() {
    Matrix<T> y(kAsked, head->info().outputs);
    Arena arena;
    Context<T> context{pool, arena, weights.packed().kernels()};
    head->outputs(context, weights, h.view(), y.view());
    return y;
  }
  LossSum loss(const LossArgs<T>& args = {}, size_t output_bytes = size_t{1} << 20) {
    Arena arena;
    Context<T> context{pool, arena, weights.packed().kernels()};
    context.output_bytes = output_bytes;
    return head->loss(context, weights, h.view(), targets, args);
  }
  std::span<T> values(const char* name) { return weights.params().values(table.find(name)); }

  Pool pool{1};
  ParamTable table;
  std::unique_ptr<Head<T>> head;
  Weights<T> weights;
  Matrix<T> h{kAsked, kReads};
  Targets targets;
};

template <class T>
double difference(AnswersCase<T>& c, T& x, double smoothing = 0) {
  LossArgs<T> args;
  args.label_smoothing = smoothing;
  const T was = x;
  const auto at = [&](double step) {
    x = static_cast<T>(was + step);
    c.weights.pack(c.pool, true);
    return c.loss(args).loss;
  };
  const double above = at(kFiniteDifferenceStep), below = at(-kFiniteDifferenceStep);
  at(0);
  return (above - below) / (2 * kFiniteDifferenceStep);
}

void expect_exact_gradients(const char* kind, int outputs, double smoothing = 0) {
  AnswersCase<double> c(kind, outputs);
  Params<double> grads(c.table);
  Matrix<double> dh(kAsked, kReads);
  LossArgs<double> args;
  args.grads = &grads, args.dh = dh.view(), args.label_smoothing = smoothing;
  c.loss(args);
  double largest = 0;
  for (int row = 0; row < kAsked; ++row)
    for (int i = 0; i < kReads; ++i) EXPECT_NEAR(dh(row, i), difference(c, c.h(row, i), smoothing), kFiniteDifference);
  for (size_t id = 0; id < c.table.all().size(); ++id) {
    const std::span<double> w = c.weights.params().values(static_cast<ParamId>(id)),
                            d = grads.values(static_cast<ParamId>(id));
    for (size_t i = 0; i < w.size(); ++i) {
      const double want = difference(c, w[i], smoothing);
      EXPECT_NEAR(d[i], want, kFiniteDifference) << kind << " " << c.table[static_cast<ParamId>(id)].name << " " << i;
      largest = std::max(largest, std::fabs(want));
    }
  }
  EXPECT_GT(largest, 0.5) << "gradients of nothing show nothing";
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(SigmoidHead, IsTheMeanBinaryCrossEntropyOfEveryClass) {
  AnswersCase<double> c("sigmoid");
  const Matrix<double> y = c.outputs();
  double want = 0, weight = 0;
  for (int row = 0; row < kAsked; ++row) {
    double sum = 0;
    for (int k = 0; k < kAnswers; ++k) {
      const double t = c.targets.values[static_cast<size_t>(row * kAnswers + k)];
      sum -= t * std::log(sigmoid(y(row, k))) + (1 - t) * std::log(1 - sigmoid(y(row, k)));
    }
    want += c.targets.weight(static_cast<size_t>(row)) * sum / kAnswers;
    weight += c.targets.weight(static_cast<size_t>(row));
  }
  std::vector<double> rows;
  LossArgs<double> args;
  args.rows = &rows;
  const LossSum sum = c.loss(args);
  EXPECT_NEAR(sum.loss, want, kDoubleTwoWays * want);
  EXPECT_EQ(sum.weight, weight);
  EXPECT_EQ(sum.counted, kAsked - 1);
  EXPECT_EQ(rows[2], 0) << "its weight is 0";
  EXPECT_EQ(c.loss({}, 1).loss, sum.loss) << "whatever the blocks are";
}

TEST(SigmoidHead, GradientsAreThoseOfTheLoss) {
  expect_exact_gradients("sigmoid", kAnswers);
  expect_exact_gradients("sigmoid", 1);
}

TEST(SigmoidHead, HugeOutputsCostWhatTheyAreWrongBy) {
  for (const double y : {1e4, -1e4}) {
    Pool pool(1);
    Arena arena;
    Context<float> context{pool, arena};
    AnswersCase<float> c("sigmoid", 2);
    Matrix<float> outputs(1, 2);
    outputs(0, 0) = outputs(0, 1) = static_cast<float>(y);
    Targets targets;
    targets.values = {1, 0}, targets.width = 2, targets.last_step = true;
    LossOptions options;
    EXPECT_EQ(c.head->loss_of(context, outputs.view(), targets, options).loss, 1e4 / 2) << y;
    options.gradient = true;
    c.head->loss_of(context, outputs.view(), targets, options);
    EXPECT_EQ(outputs(0, 0), y > 0 ? 0.0f : -0.5f);
    EXPECT_EQ(outputs(0, 1), y > 0 ? 0.5f : 0.0f);
  }
}

// P(y > k) = sigmoid(s - theta_k), from the parameters, without any care.
std::vector<double> plain_probabilities(AnswersCase<double>& c, int row) {
  const int K = c.head->info().outputs;
  double s = 0;
  for (int i = 0; i < kReads; ++i) s += c.values("output.score")[static_cast<size_t>(i)] * c.h(row, i);
  std::vector<double> above = {1};
  const auto logit = [&](int k) { return std::log(static_cast<double>(k) / (K - k)); };
  double theta = 0;
  for (int k = 1; k < K; ++k) {
    const double own = c.values("output.thresholds")[static_cast<size_t>(k - 1)];
    theta = k == 1 ? logit(1) + own : theta + (logit(k) - logit(k - 1)) * std::exp(own);
    above.push_back(sigmoid(s - theta));
  }
  above.push_back(0);
  std::vector<double> p;
  for (int k = 0; k < K; ++k) p.push_back(above[static_cast<size_t>(k)] - above[static_cast<size_t>(k + 1)]);
  return p;
}

TEST(OrdinalHead, OutputsAreTheLogarithmsOfProportionalOdds) {
  for (const int K : {2, 3, 6}) {
    AnswersCase<double> c("ordinal", K);
    const Matrix<double> y = c.outputs();
    double want = 0;
    for (int row = 0; row < kAsked; ++row) {
      const std::vector<double> p = plain_probabilities(c, row);
      double all = 0;
      for (int k = 0; k < K; ++k) {
        EXPECT_NEAR(y(row, k), std::log(p[static_cast<size_t>(k)]), 1e-11) << K << " " << row << " " << k;
        all += std::exp(y(row, k));
      }
      EXPECT_NEAR(all, 1, kDoubleTwoWays);
      want -= c.targets.weight(static_cast<size_t>(row)) * std::log(p[static_cast<size_t>(row % K)]);
    }
    const LossSum sum = c.loss();
    EXPECT_NEAR(sum.loss, want, 1e-11 * want);
    ASSERT_TRUE(sum.correct);
    EXPECT_EQ(sum.counted, kAsked - 1);
  }
}

TEST(OrdinalHead, AllPlacesAreEquallyLikelyBeforeTraining) {
  AnswersCase<double> c("ordinal", 5);
  for (double& x : c.values("output.thresholds")) x = 0;
  for (double& x : c.values("output.score")) x = 0;
  const Matrix<double> y = c.outputs();
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(y(0, k), -std::log(5.0), kDoubleTwoWays);
  EXPECT_EQ(c.head->info().chance, std::log(5.0));
  const ParamTable& table = c.table;
  EXPECT_EQ(table[table.find("output.thresholds")].use.init, InitAs::zeros);
}

TEST(OrdinalHead, GradientsAreThoseOfTheLossAlsoOfTheThresholds) {
  for (const int K : {2, 3, 6}) expect_exact_gradients("ordinal", K);
  expect_exact_gradients("ordinal", 4, 0.2);
}

// Any gradient of outputs, not only that of the loss: what follows the head may read all of them.
TEST(OrdinalHead, OutputsBackwardIsTheTransposedJacobian) {
  AnswersCase<double> c("ordinal", 4);
  Matrix<double> by(kAsked, 4), dh(kAsked, kReads);
  Random random(8, Purpose::test);
  for (int row = 0; row < kAsked; ++row)
    for (int k = 0; k < 4; ++k) by(row, k) = random.uniform(-1, 1);
  Params<double> grads(c.table);
  Arena arena;
  Context<double> context{c.pool, arena, c.weights.packed().kernels()};
  c.head->outputs_backward(context, c.weights, c.h.view(), by.view(), dh.view(), grads);
  const auto weighted = [&] {
    const Matrix<double> y = c.outputs();
    double sum = 0;
    for (int row = 0; row < kAsked; ++row)
      for (int k = 0; k < 4; ++k) sum += by(row, k) * y(row, k);
    return sum;
  };
  const auto slope = [&](double& x) {
    const double was = x;
    x = was + kFiniteDifferenceStep;
    const double above = weighted();
    x = was - kFiniteDifferenceStep;
    const double below = weighted();
    x = was;
    return (above - below) / (2 * kFiniteDifferenceStep);
  };
  for (int i = 0; i < kReads; ++i) EXPECT_NEAR(dh(3, i), slope(c.h(3, i)), kFiniteDifference);
  for (size_t id = 0; id < 2; ++id) {
    const std::span<double> w = c.weights.params().values(static_cast<ParamId>(id));
    for (size_t i = 0; i < w.size(); ++i)
      EXPECT_NEAR(grads.values(static_cast<ParamId>(id))[i], slope(w[i]), kFiniteDifference) << id << " " << i;
  }
}

TEST(OrdinalHead, HugeScoresAndThresholdsAreFinite) {
  for (const double score : {1e4, -1e4}) {
    for (const double threshold : {0.0, 1e4, -1e4}) {
      AnswersCase<double> c("ordinal", 4);
      for (double& x : c.values("output.score")) x = score;
      for (double& x : c.values("output.thresholds")) x = threshold;
      for (int row = 0; row < kAsked; ++row)
        for (int i = 0; i < kReads; ++i) c.h(row, i) = 1.0 / kReads;
      Params<double> grads(c.table);
      Matrix<double> dh(kAsked, kReads);
      LossArgs<double> args;
      args.grads = &grads, args.dh = dh.view();
      EXPECT_TRUE(std::isfinite(c.loss(args).loss)) << score << " " << threshold;
      for (int i = 0; i < kReads; ++i) EXPECT_TRUE(std::isfinite(dh(1, i)));
      for (const ParamId id : {0, 1})
        for (const double d : grads.values(id)) EXPECT_TRUE(std::isfinite(d)) << score << " " << threshold;
      const Matrix<double> y = c.outputs();
      if (threshold != 0) continue;
      EXPECT_NEAR(y(0, score > 0 ? 3 : 0), 0, 1e-300) << "as sure as can be";
      EXPECT_NEAR(y(0, score > 0 ? 0 : 3), -1e4, 10) << "and as surely wrong";
      EXPECT_NEAR(y(0, 1) - y(0, 2), score > 0 ? -std::log(3.0) : std::log(3.0), 1e-9) << "without cancellation";
    }
  }
}

TEST(OrdinalHead, SmoothingIsThatOfPyTorch) {
  AnswersCase<double> c("ordinal");
  const Matrix<double> y = c.outputs();
  double want = 0;
  for (int row = 0; row < kAsked; ++row) {
    double mean = 0;
    for (int k = 0; k < kAnswers; ++k) mean -= y(row, k) / kAnswers;
    want += c.targets.weight(static_cast<size_t>(row)) * (0.9 * -y(row, row % kAnswers) + 0.1 * mean);
  }
  std::vector<double> plain;
  LossArgs<double> args;
  args.label_smoothing = 0.1, args.plain = &plain;
  EXPECT_NEAR(c.loss(args).loss, want, kDoubleTwoWays * want);
  double sum = 0;
  for (const double loss : plain) sum += loss;
  EXPECT_NEAR(sum, c.loss().loss, kDoubleTwoWays * want);
}

ModelConfig config_with(Answers answers, const char* task = "classify", int output = 3) {
  ModelConfig config;
  config.task = task, config.answers = answers, config.output = output;
  config.rnn.input = 2, config.rnn.hidden = 4;
  return config;
}

TEST(AnswersConfig, TheHeadFollowsTheAnswers) {
  EXPECT_EQ(Model<float>(config_with(Answers::several)).head().info().name, "sigmoid");
  EXPECT_EQ(Model<float>(config_with(Answers::ordered)).head().info().name, "ordinal");
  EXPECT_EQ(Model<float>(config_with(Answers::one)).head().info().name, "softmax");
  const HeadInfo several = Model<float>(config_with(Answers::several)).head().info();
  EXPECT_EQ(several.chance, std::log(2.0));
  EXPECT_FALSE(several.classes);
}

TEST(AnswersConfig, WhatCannotBeBuiltIsRefused) {
  const auto code = [](const ModelConfig& config) { return failure_of([&] { Model<float> model(config); }).code; };
  EXPECT_EQ(code(config_with(Answers::several, "tag")), "model/answers");
  EXPECT_EQ(code(config_with(Answers::ordered, "regress")), "model/answers");
  EXPECT_EQ(code(config_with(Answers::ordered, "classify", 1)), "model/answers");
  EXPECT_EQ(code(config_with(Answers::several, "classify", 1)), "none");
}

}  // namespace
}  // namespace rnn::core::test
