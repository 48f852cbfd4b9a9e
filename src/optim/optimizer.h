// Why: how gradients change weights; every optimizer is a few loops over slabs of the same layout.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/kernels.h"
#include "nn/packed.h"
#include "nn/params.h"

namespace rnn::core {

struct OptimizerOptions {
  std::string name = "adamw";  // sgd, adam, adamw, rmsprop, adagrad
  double momentum = 0;         // sgd
  double weight_decay = 0;     // adamw: decoupled; others: added to the gradient
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double clip_value = 0;    // each gradient element is clamped to [-clip_value, clip_value], after scaling; 0: off
  double rms_decay = 0.99;  // rmsprop: of the mean of squares
};

// Steps are counted from 1. Its memory has the weights' slab layout, so checkpoints store slabs() as they are.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Starts a step: weights -= lr * direction(scale * grads), grads = 0. Every number of the slab is then updated once.
  virtual void begin(Params<float>& weights, Params<float>& grads, double scale, double lr) = 0;
  // After begin(): this step also moves the mean of the weights (average.h), an array as long as the slab.
  void also_average(float* mean, double rate) { args_.average = mean, args_.average_rate = static_cast<float>(rate); }
  // Multiplies each parameter's learning rate by its factor; 0: frozen, its bits do not change, whatever decay, momentum or
  // a mean do.
  void set_factors(const std::vector<double>& factors, const ParamTable& table);
  // Parts [begin, end) of the slab that are not frozen; without set_factors: all of it.
  std::vector<std::pair<size_t, size_t>> trained(size_t slab_size) const;
  // Updates the numbers [begin, end) of the slab; in any order and from any thread.
  void update(size_t begin, size_t end) const noexcept;
  // True: a number with a zero gradient keeps its weight and has no memory, so its update may be skipped.
  virtual bool keeps_without_gradient() const = 0;
  // Named memory of this optimizer, for checkpoints.
  virtual std::vector<std::pair<std::string, Params<float>*>> slabs() = 0;
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 protected:
  using Kernel = void (*Kernels<float>::*)(const StepArgs<float>&);
  Optimizer(const Kernels<float>& kernels, Kernel kernel) : kernel_(kernels.*kernel) {}

  StepArgs<float> args_;  // of the current step, over the whole slab
  int64_t steps_ = 0;

 private:
  struct Span {
    size_t begin, end;
    float factor;
  };
  void update_span(size_t begin, size_t end, float factor) const noexcept;
  void (*kernel_)(const StepArgs<float>&);
  std::vector<Span> spans_;  // of the whole slab; empty: every factor is 1
};

// Euclidean norm of the gradient, in one order of summation; of sparse parameters, in the order of the slab, only their rows
// are read. `parts`: the parts of the slab that count; without them all of it.
double gradient_norm(const Kernels<float>& kernels, Pool& pool, const Params<float>& grads, const SparseParams& sparse = {},
                     const std::vector<std::pair<size_t, size_t>>& parts = {});

// Throws Error{usage, "usage/optimizer"} for an unknown name, listing the known ones.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const ParamTable& table,
                                          const Kernels<float>& kernels);
std::vector<std::string_view> optimizer_names();
double default_learning_rate(std::string_view optimizer);
// What to try after `rate` was too large: the default if that is far lower, else a quarter.
double lower_learning_rate(double rate, std::string_view optimizer);

}  // namespace rnn::core
