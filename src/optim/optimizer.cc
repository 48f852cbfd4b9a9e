// Why: the visible list of optimizers.
#include "optim/optimizer.h"

#include <cmath>

#include "base/error.h"

namespace rnn {
namespace {

StepArgs<float> arguments(const OptimizerOptions& options, Params<float>& weights, Params<float>& grads, double scale,
                          double lr) {
  StepArgs<float> s;
  s.p = weights.data(), s.g = grads.data(), s.n = weights.size();
  s.scale = static_cast<float>(scale), s.lr = static_cast<float>(lr);
  s.clip_value = static_cast<float>(options.clip_value), s.weight_decay = static_cast<float>(options.weight_decay);
  return s;
}

class Sgd final : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, const ParamTable& table) : Optimizer(&Kernels<float>::sgd), options_(options) {
    if (options.momentum > 0) velocity_ = Params<float>(table);
  }
  void begin(Params<float>& weights, Params<float>& grads, double scale, double lr) override {
    ++steps_;
    args_ = arguments(options_, weights, grads, scale, lr);
    args_.momentum = static_cast<float>(options_.momentum);
    args_.m = velocity_.size() > 0 ? velocity_.data() : nullptr;
  }
  bool keeps_without_gradient() const override { return options_.momentum <= 0 && options_.weight_decay <= 0; }
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
  Adam(const OptimizerOptions& options, const ParamTable& table)
      : Optimizer(&Kernels<float>::adam), options_(options), first_(table), second_(table) {}
  void begin(Params<float>& weights, Params<float>& grads, double scale, double lr) override {
    ++steps_;
    StepArgs<float>& s = args_ = arguments(options_, weights, grads, scale, lr);
    s.m = first_.data(), s.v = second_.data();
    s.beta1 = static_cast<float>(options_.beta1), s.beta2 = static_cast<float>(options_.beta2);
    s.epsilon = static_cast<float>(options_.epsilon);
    s.correction1 = static_cast<float>(1 - std::pow(options_.beta1, static_cast<double>(steps_)));
    s.correction2 = static_cast<float>(1 - std::pow(options_.beta2, static_cast<double>(steps_)));
    s.decoupled = options_.name == "adamw";
  }
  bool keeps_without_gradient() const override { return false; }
  std::vector<std::pair<std::string, Params<float>*>> slabs() override {
    return {{"first_moment", &first_}, {"second_moment", &second_}};
  }

 private:
  OptimizerOptions options_;
  Params<float> first_, second_;
};

class Rms final : public Optimizer {
 public:
  Rms(const OptimizerOptions& options, const ParamTable& table)
      : Optimizer(&Kernels<float>::rms), options_(options), squares_(table) {}
  void begin(Params<float>& weights, Params<float>& grads, double scale, double lr) override {
    ++steps_;
    args_ = arguments(options_, weights, grads, scale, lr);
    args_.v = squares_.data();
    args_.sum = options_.name == "adagrad";
    args_.beta2 = static_cast<float>(options_.rms_decay);
    args_.epsilon = static_cast<float>(options_.epsilon);
  }
  bool keeps_without_gradient() const override { return false; }
  std::vector<std::pair<std::string, Params<float>*>> slabs() override { return {{"squares", &squares_}}; }

 private:
  OptimizerOptions options_;
  Params<float> squares_;
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
constexpr Entry kOptimizers[] = {{"sgd", &make<Sgd>, 1.0},
                                 {"adam", &make<Adam>, 2e-3},
                                 {"adamw", &make<Adam>, 2e-3},
                                 {"rmsprop", &make<Rms>, 1e-3},
                                 {"adagrad", &make<Rms>, 5e-2}};

const Entry& find(std::string_view name) {
  for (const auto& entry : kOptimizers) {
    if (entry.name == name) return entry;
  }
  throw Error(Exit::usage, "usage/optimizer", "there is no optimizer '" + std::string(name) + "'",
              "use sgd, adam, adamw, rmsprop or adagrad");
}

}  // namespace

void Optimizer::update(size_t begin, size_t end) const noexcept {
  StepArgs<float> part = args_;
  part.p += begin, part.g += begin, part.n = end - begin;
  if (part.m) part.m += begin;
  if (part.v) part.v += begin;
  if (part.average) part.average += begin;
  kernel_(part);
}

double gradient_norm(Pool& pool, const Params<float>& grads, const SparseParams& sparse) {
  const auto squares = [&](size_t begin, size_t end) {
    return kernels<float>().sum_squares(pool, grads.data() + begin, end - begin);
  };
  double sum = 0;
  size_t from = 0;
  for (const SparseRows& s : sparse) {
    const ParamInfo& info = grads.table()[s.param];
    sum += squares(from, info.offset);
    from = info.offset + info.size();
  }
  sum += squares(from, grads.size());
  for (const SparseRows& s : sparse) {
    const ParamInfo& info = grads.table()[s.param];
    for (const int32_t row : s.rows) {
      const size_t begin = info.offset + static_cast<size_t>(row) * info.cols;
      sum += squares(begin, begin + info.cols);
    }
  }
  return std::sqrt(sum);
}

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
