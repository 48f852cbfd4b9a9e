// Why: the visible list of optimizers.
#include "optim/optimizer.h"

#include <cmath>

#include "base/error.h"

namespace rnn {
namespace {

StepArgs<float> arguments(const OptimizerOptions& options, Params<float>& weights, const Params<float>& grads, double scale,
                          double lr) {
  StepArgs<float> s;
  s.p = weights.data(), s.g = grads.data(), s.n = weights.size();
  s.scale = static_cast<float>(scale), s.lr = static_cast<float>(lr);
  s.clip_value = static_cast<float>(options.clip_value), s.weight_decay = static_cast<float>(options.weight_decay);
  return s;
}

class Sgd final : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, const ParamTable& table) : options_(options) {
    if (options.momentum > 0) velocity_ = Params<float>(table);
  }
  void step(Pool& pool, Params<float>& weights, const Params<float>& grads, double scale, double lr) override {
    ++steps_;
    StepArgs<float> s = arguments(options_, weights, grads, scale, lr);
    s.momentum = static_cast<float>(options_.momentum);
    s.m = velocity_.size() > 0 ? velocity_.data() : nullptr;
    kernels<float>().sgd(pool, s);
  }
  std::vector<std::pair<std::string, Params<float>*>> slabs() override {
    if (velocity_.size() == 0) return {};
    return {{"velocity", &velocity_}};
  }

 private:
  OptimizerOptions options_;
  Params<float> velocity_;
};

class Adam final : public Optimizer {
 public:
  Adam(const OptimizerOptions& options, const ParamTable& table) : options_(options), first_(table), second_(table) {}
  void step(Pool& pool, Params<float>& weights, const Params<float>& grads, double scale, double lr) override {
    ++steps_;
    StepArgs<float> s = arguments(options_, weights, grads, scale, lr);
    s.m = first_.data(), s.v = second_.data();
    s.beta1 = static_cast<float>(options_.beta1), s.beta2 = static_cast<float>(options_.beta2);
    s.epsilon = static_cast<float>(options_.epsilon);
    s.correction1 = static_cast<float>(1 - std::pow(options_.beta1, static_cast<double>(steps_)));
    s.correction2 = static_cast<float>(1 - std::pow(options_.beta2, static_cast<double>(steps_)));
    s.decoupled = options_.name == "adamw";
    kernels<float>().adam(pool, s);
  }
  std::vector<std::pair<std::string, Params<float>*>> slabs() override {
    return {{"first_moment", &first_}, {"second_moment", &second_}};
  }

 private:
  OptimizerOptions options_;
  Params<float> first_, second_;
};

template <class T>
std::unique_ptr<Optimizer> make(const OptimizerOptions& options, const ParamTable& table) {
  return std::make_unique<T>(options, table);
}

struct Entry {
  std::string_view name;
  std::unique_ptr<Optimizer> (*make)(const OptimizerOptions&, const ParamTable&);
  double lr;
};
constexpr Entry kOptimizers[] = {{"sgd", &make<Sgd>, 1.0}, {"adam", &make<Adam>, 2e-3}, {"adamw", &make<Adam>, 2e-3}};

const Entry& find(std::string_view name) {
  for (const auto& entry : kOptimizers) {
    if (entry.name == name) return entry;
  }
  throw Error(Exit::usage, "usage/optimizer", "there is no optimizer '" + std::string(name) + "'", "use sgd, adam or adamw");
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const ParamTable& table) {
  return find(options.name).make(options, table);
}

std::vector<std::string_view> optimizer_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : kOptimizers) names.push_back(entry.name);
  return names;
}

double default_learning_rate(std::string_view optimizer) { return find(optimizer).lr; }

}  // namespace rnn
