// Why: how gradients change weights; every optimizer is a few loops over slabs of the same layout.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/kernels.h"
#include "nn/params.h"

namespace rnn {

struct OptimizerOptions {
  std::string name = "adamw";  // sgd, adam, adamw
  double momentum = 0;         // sgd
  double weight_decay = 0;     // adamw: decoupled; else added to the gradient
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double clip_value = 0;  // each gradient element to [-clip_value, clip_value], after scaling; 0: off
};

// Steps are counted from 1. Memory is the same slab layout as the weights', so checkpoints store slabs() as they are.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // weights -= lr * direction(scale * grads).
  virtual void step(Pool& pool, Params<float>& weights, const Params<float>& grads, double scale, double lr) = 0;
  // Named memory of this optimizer, for checkpoints.
  virtual std::vector<std::pair<std::string, Params<float>*>> slabs() = 0;
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 protected:
  int64_t steps_ = 0;
};

// Throws Error{usage, "usage/optimizer"} for an unknown name, listing the known ones.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const ParamTable& table);
std::vector<std::string_view> optimizer_names();
double default_learning_rate(std::string_view optimizer);

}  // namespace rnn
