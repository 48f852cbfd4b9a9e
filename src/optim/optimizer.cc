// Why: the visible list of optimizers.
#include "optim/optimizer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace rnn::core {
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
  Sgd(const OptimizerOptions& options, const ParamTable& table, const Kernels<float>& kernels)
      : Optimizer(kernels, &Kernels<float>::sgd), options_(options) {
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
  Adam(const OptimizerOptions& options, const ParamTable& table, const Kernels<float>& kernels)
      : Optimizer(kernels, &Kernels<float>::adam), options_(options), first_(table), second_(table) {}
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
  Rms(const OptimizerOptions& options, const ParamTable& table, const Kernels<float>& kernels)
      : Optimizer(kernels, &Kernels<float>::rms), options_(options), squares_(table) {}
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
std::unique_ptr<Optimizer> make(const OptimizerOptions& options, const ParamTable& table, const Kernels<float>& kernels) {
  return std::make_unique<T>(options, table, kernels);
}

struct Entry {
  std::string_view name;
  std::unique_ptr<Optimizer> (*make)(const OptimizerOptions&, const ParamTable&, const Kernels<float>&);
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

void Optimizer::set_factors(const std::vector<double>& factors, const ParamTable& table) {
  spans_.clear();
  for (size_t i = 0; i < factors.size(); ++i) {  // padding belongs to the parameter before it
    const auto factor = static_cast<float>(factors[i]);
    const size_t begin = table.all()[i].offset, end = i + 1 < factors.size() ? table.all()[i + 1].offset : table.slab_size();
    if (!spans_.empty() && spans_.back().factor == factor) {
      spans_.back().end = end;
    } else {
      spans_.push_back({begin, end, factor});
    }
  }
  if (spans_.size() == 1 && spans_[0].factor == 1) spans_.clear();
}

std::vector<std::pair<size_t, size_t>> Optimizer::trained(size_t slab_size) const {
  if (spans_.empty()) return {{0, slab_size}};
  std::vector<std::pair<size_t, size_t>> parts;
  for (const Span& span : spans_) {
    if (span.factor <= 0) continue;
    const bool follows = !parts.empty() && parts.back().second == span.begin;
    follows ? void(parts.back().second = span.end) : void(parts.emplace_back(span.begin, span.end));
  }
  return parts;
}

void Optimizer::update(size_t begin, size_t end) const noexcept {
  if (spans_.empty()) return update_span(begin, end, 1);
  for (const Span& span : spans_) {
    const size_t from = std::max(begin, span.begin), to = std::min(end, span.end);
    if (from < to) update_span(from, to, span.factor);
  }
}

void Optimizer::update_span(size_t begin, size_t end, float factor) const noexcept {
  if (factor <= 0) {
    std::fill(args_.g + begin, args_.g + end, 0.0f);
    if (args_.average) std::copy(args_.p + begin, args_.p + end, args_.average + begin);
    return;
  }
  StepArgs<float> part = args_;
  part.p += begin, part.g += begin, part.n = end - begin, part.lr *= factor;
  if (part.m) part.m += begin;
  if (part.v) part.v += begin;
  if (part.average) part.average += begin;
  kernel_(part);
}

double gradient_norm(const Kernels<float>& kernels, Pool& pool, const Params<float>& grads, const SparseParams& sparse,
                     const std::vector<std::pair<size_t, size_t>>& parts) {
  const auto squares = [&](size_t begin, size_t end) {
    return kernels.sum_squares(pool, grads.data() + begin, end - begin);
  };
  const auto sum_of = [&](size_t begin, size_t end) {
    double sum = 0, rows = 0;
    size_t from = begin;
    for (const SparseRows& s : sparse) {
      const ParamInfo& info = grads.table()[s.param];
      if (info.offset < begin || info.offset >= end) continue;
      sum += squares(from, info.offset);
      from = info.offset + info.size();
      for (const int32_t row : s.rows) {
        const size_t first = info.offset + static_cast<size_t>(row) * info.cols;
        rows += squares(first, first + info.cols);
      }
    }
    return sum + squares(from, end) + rows;
  };
  if (parts.empty()) return std::sqrt(sum_of(0, grads.size()));
  double sum = 0;
  for (const auto& part : parts) sum += sum_of(part.first, part.second);
  return std::sqrt(sum);
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const ParamTable& table,
                                          const Kernels<float>& kernels) {
  return find(options.name).make(options, table, kernels);
}

std::vector<std::string_view> optimizer_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : kOptimizers) names.push_back(entry.name);
  return names;
}

double default_learning_rate(std::string_view optimizer) { return find(optimizer).lr; }

double lower_learning_rate(double rate, std::string_view optimizer) {
  const double usual = default_learning_rate(optimizer);
  return rate > 2 * usual ? usual : rate / 4;
}

}  // namespace rnn::core
