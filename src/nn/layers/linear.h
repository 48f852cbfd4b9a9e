// Why: a linear map of rows, forward and backward, for heads and networks that have several of them.
#pragma once

#include <string>

#include "nn/layers/product.h"
#include "nn/packed.h"

namespace rnn::core {

// y = x W^T + b with W [outputs, inputs]: NAME.weight and, unless `biased` is false, NAME.bias.
template <class T>
class Linear {
 public:
  Linear(const std::string& name, const std::string& stack, int outputs, int inputs, bool biased, ParamTable& table,
         Packed<T>& packed)
      : outputs_(outputs), inputs_(inputs) {
    weight_ = table.add_matrix(name + ".weight", outputs, inputs, {.role = Role::linear, .stack = stack, .inputs = inputs});
    form_ = packed.add_forward(weight_, {outputs}, inputs);
    back_ = packed.add_backward(weight_, {outputs}, inputs);
    if (!biased) return;
    bias_ = table.add_vector(name + ".bias", outputs, {.role = Role::bias, .stack = stack, .inputs = inputs});
    bias_form_ = packed.add_vector({outputs}, bias_);
  }

  // x [rows, inputs] -> y [rows, outputs].
  void forward(Context<T>& context, const Packed<T>& packed, View<const T> x, View<T> y) const {
    const ProfileScope profiled(context.profile, Phase::output_layer, products(x.rows));
    const T* bias = bias_ >= 0 ? packed[bias_form_] : nullptr;
    context.kernels.gemm(context.pool, {x, packed[form_], bias, false, {outputs_}, y});
  }
  // dx [rows, inputs] is assigned or, with `add`, added to; without data it is not wanted. Adds to grads; an empty one is not wanted.
  void backward(Context<T>& context, const Packed<T>& packed, View<const T> x, View<const T> dy, View<T> dx,
                Params<T>& grads, bool add = false) const {
    const bool wanted = grads.size() > 0;
    const ProfileScope profiled(context.profile, Phase::output_layer, products(x.rows) * ((dx ? 1 : 0) + (wanted ? 1 : 0)));
    if (dx) context.kernels.gemm(context.pool, {dy, packed[back_], nullptr, add, {inputs_}, dx});
    if (!wanted) return;
    T* sums = bias_ >= 0 ? grads.view(bias_).address() : nullptr;
    add_outer_product<T>(context, dy, {outputs_}, x, grads.view(weight_), sums);
  }
  int outputs() const { return outputs_; }

 private:
  double products(int rows) const { return 2.0 * rows * inputs_ * outputs_; }

  int outputs_, inputs_;
  ParamId weight_ = -1, bias_ = -1;
  int form_ = -1, back_ = -1, bias_form_ = -1;
};

}  // namespace rnn::core
