// Why: each optimizer follows its paper's formula, and its memory is all that a checkpoint needs.
#include "optim/optimizer.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

constexpr int kSize = 37, kSteps = 6;
constexpr double kFloat = 2e-6;  // a few roundings in float per step, weights around 1

ParamTable table() {
  ParamTable t;
  t.add_matrix("w", 5, 6, {});
  t.add_vector("b", 7, {});
  return t;
}

// The slab with its padding; where padding lies, everything is 0.
struct Problem {
  ParamTable names = table();
  Params<float> weights{names}, grads{names};
  std::vector<double> w;

  Problem() {
    Random random(1, Purpose::test);
    each([&](float& value, float&) { value = static_cast<float>(random.uniform(-1, 1)); });
    each([&](float& value, float&) { w.push_back(value); });
  }
  void each(const std::function<void(float&, float&)>& f) {
    for (ParamId id = 0; id < 2; ++id) {
      for (size_t i = 0; i < names[id].size(); ++i) f(host(weights.view(id)).data[i], host(grads.view(id)).data[i]);
    }
  }
  std::vector<double> gradient(int step) {
    Random random(2, Purpose::test, static_cast<uint32_t>(step));
    std::vector<double> g;
    each([&](float&, float& value) {
      value = static_cast<float>(random.uniform(-2, 2));
      g.push_back(value);
    });
    return g;
  }
  void expect(const std::vector<double>& expected) {
    size_t i = 0;
    each([&](float& value, float&) { EXPECT_NEAR(value, expected[i++], kFloat); });
    EXPECT_EQ(i, static_cast<size_t>(kSize));
  }
};

// In two pieces, the second first: every number is on its own.
void take_step(Optimizer& optimizer, Problem& p, double scale, double lr) {
  optimizer.begin(p.weights, p.grads, scale, lr);
  optimizer.update(11, p.weights.size());
  optimizer.update(0, 11);
  for (size_t i = 0; i < p.grads.size(); ++i) ASSERT_EQ(p.grads.data()[i], 0) << "a gradient is left";
}

double clipped(double g, double limit) { return limit > 0 ? std::min(limit, std::max(-limit, g)) : g; }

// Classical momentum (Polyak 1964) as torch.optim.SGD has it.
TEST(Sgd, IsItsFormula) {
  for (const double momentum : {0.0, 0.9}) {
    for (const double clip : {0.0, 0.3}) {
      Problem p;
      const auto optimizer = make_optimizer({"sgd", momentum, 0.01, 0.9, 0.999, 1e-8, clip}, p.names, kernels<float>());
      std::vector<double> v(kSize);
      for (int step = 1; step <= kSteps; ++step) {
        const std::vector<double> g = p.gradient(step);
        take_step(*optimizer, p, 0.5, 0.1);
        for (int i = 0; i < kSize; ++i) {
          v[i] = momentum * v[i] + clipped(0.5 * g[i], clip) + 0.01 * p.w[i];
          p.w[i] -= 0.1 * v[i];
        }
        EXPECT_EQ(optimizer->steps(), step);
      }
      p.expect(p.w);
      EXPECT_EQ(optimizer->slabs().size(), momentum > 0 ? 1u : 0u);
    }
  }
}

// Adam (Kingma and Ba 2015) with the weight decay in the gradient; AdamW (Loshchilov and Hutter 2019) beside it.
TEST(Adam, IsItsFormula) {
  for (const std::string name : {"adam", "adamw"}) {
    Problem p;
    const auto optimizer = make_optimizer({name, 0, 0.1, 0.8, 0.95, 1e-6, 0.4}, p.names, kernels<float>());
    std::vector<double> m(kSize), v(kSize);
    for (int step = 1; step <= kSteps; ++step) {
      const std::vector<double> g = p.gradient(step);
      take_step(*optimizer, p, 0.25, 0.02);
      for (int i = 0; i < kSize; ++i) {
        const double d = clipped(0.25 * g[i], 0.4) + (name == "adam" ? 0.1 * p.w[i] : 0);
        if (name == "adamw") p.w[i] -= 0.02 * 0.1 * p.w[i];
        m[i] = 0.8 * m[i] + 0.2 * d;
        v[i] = 0.95 * v[i] + 0.05 * d * d;
        p.w[i] -= 0.02 * (m[i] / (1 - std::pow(0.8, step))) / (std::sqrt(v[i] / (1 - std::pow(0.95, step))) + 1e-6);
      }
    }
    p.expect(p.w);
    ASSERT_EQ(optimizer->slabs().size(), 2u);
    EXPECT_EQ(optimizer->slabs()[0].first, "first_moment");
    EXPECT_EQ(optimizer->slabs()[1].first, "second_moment");
  }
}

// Slabs and the count of steps, put into a new optimizer, go on with the same bits.
TEST(OptimizerMemory, IsAllThereIs) {
  for (const std::string name : {"sgd", "adam", "adamw"}) {
    const OptimizerOptions options{name, name == "sgd" ? 0.9 : 0, 0.01};
    Problem whole, parts;
    const auto one = make_optimizer(options, whole.names, kernels<float>());
    auto two = make_optimizer(options, parts.names, kernels<float>());
    for (int step = 1; step <= kSteps; ++step) {
      whole.gradient(step), parts.gradient(step);
      take_step(*one, whole, 1, 0.01);
      auto fresh = make_optimizer(options, parts.names, kernels<float>());
      fresh->set_steps(two->steps());
      const auto from = two->slabs(), to = fresh->slabs();
      ASSERT_EQ(from.size(), to.size());
      for (size_t s = 0; s < from.size(); ++s) {
        EXPECT_EQ(from[s].first, to[s].first);
        std::copy_n(from[s].second->data(), from[s].second->size(), to[s].second->data());
      }
      two = std::move(fresh);
      take_step(*two, parts, 1, 0.01);
    }
    for (size_t i = 0; i < whole.weights.size(); ++i) EXPECT_EQ(whole.weights.data()[i], parts.weights.data()[i]);
  }
}

// A factor is a learning rate of its own; 0 keeps every bit, whatever the optimizer would do to weights without gradient.
TEST(Factors, OfTheRateAndFrozen) {
  for (const std::string name : {"sgd", "adam", "adamw", "rmsprop"}) {
    const OptimizerOptions options{name, name == "sgd" ? 0.9 : 0, 0.1};
    Problem mixed, slow, before;
    const auto one = make_optimizer(options, mixed.names, kernels<float>()),
               two = make_optimizer(options, slow.names, kernels<float>());
    one->set_factors({0, 0.25}, mixed.names);
    std::vector<float> mean(mixed.weights.size());
    for (int step = 1; step <= kSteps; ++step) {
      mixed.gradient(step), slow.gradient(step);
      one->begin(mixed.weights, mixed.grads, 0.5, 0.04);
      one->also_average(mean.data(), 1.0 / step);
      one->update(11, mixed.weights.size()), one->update(0, 11);
      for (size_t i = 0; i < mixed.grads.size(); ++i) ASSERT_EQ(mixed.grads.data()[i], 0) << "a gradient is left";
      take_step(*two, slow, 0.5, 0.01);
    }
    for (size_t i = 0; i < mixed.names[0].size(); ++i) {
      EXPECT_EQ(host(mixed.weights.view(0)).data[i], host(before.weights.view(0)).data[i]) << name;
      EXPECT_EQ(mean[i], host(before.weights.view(0)).data[i]) << name;
    }
    for (size_t i = 0; i < mixed.names[1].size(); ++i)
      EXPECT_EQ(host(mixed.weights.view(1)).data[i], host(slow.weights.view(1)).data[i]) << name;
  }
}

// The norm of what is learnt: by hand, with a sparse parameter and without.
TEST(Factors, NormLeavesFrozenOut) {
  Problem p;
  Pool pool(1);
  const auto optimizer = make_optimizer({"sgd"}, p.names, kernels<float>());
  const std::vector<double> g = p.gradient(1);
  const auto norm = [&](size_t begin, size_t end) {
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += g[i] * g[i];
    return std::sqrt(sum);
  };
  const size_t all = p.grads.size();
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, p.grads, {}, optimizer->trained(all)), norm(0, kSize), 1e-5);
  optimizer->set_factors({0, 1}, p.names);
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, p.grads, {}, optimizer->trained(all)), norm(30, kSize), 1e-5);
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, p.grads, {{0, {0, 1, 2, 3, 4}}}, optimizer->trained(all)),
              norm(30, kSize), 1e-5);
  optimizer->set_factors({0.5, 0}, p.names);
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, p.grads, {}, optimizer->trained(all)), norm(0, 30), 1e-5);
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, p.grads, {{0, {1, 3}}}, optimizer->trained(all)),
              std::sqrt(std::pow(norm(6, 12), 2) + std::pow(norm(18, 24), 2)), 1e-5);
}

// Who says so may leave numbers without gradient out; who does not would come to other weights.
TEST(OptimizerMemory, NumbersWithoutGradient) {
  struct {
    OptimizerOptions options;
    bool keeps;
  } const cases[] = {
      {{"sgd"}, true}, {{"sgd", 0.9}, false}, {{"sgd", 0, 0.01}, false}, {{"adam"}, false}, {{"adamw"}, false}};
  for (const auto& c : cases) {
    Problem p;
    const auto optimizer = make_optimizer(c.options, p.names, kernels<float>());
    EXPECT_EQ(optimizer->keeps_without_gradient(), c.keeps);
    p.gradient(1);
    take_step(*optimizer, p, 1, 0.01);
    const std::vector<float> before(p.weights.data(), p.weights.data() + p.weights.size());
    take_step(*optimizer, p, 1, 0.01);
    const bool kept = std::equal(before.begin(), before.end(), p.weights.data());
    EXPECT_EQ(kept, c.keeps) << c.options.name;
  }
}

TEST(OptimizerList, NamesAndDefaults) {
  const std::vector<std::string_view> names = optimizer_names();
  EXPECT_EQ(names, (std::vector<std::string_view>{"sgd", "adam", "adamw", "rmsprop", "adagrad"}));
  const ParamTable t = table();
  for (const auto name : names) {
    EXPECT_NE(make_optimizer({std::string(name)}, t, kernels<float>()), nullptr);
    EXPECT_GT(default_learning_rate(name), 0);
  }
  try {
    make_optimizer({"lion"}, t, kernels<float>());
    FAIL() << "an unknown optimizer was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::usage);
    EXPECT_EQ(error.code(), "usage/optimizer");
    for (const auto name : names) EXPECT_NE(error.help().find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace rnn::core
