// Why: the plain network: an embedding or frames, and a stack of recurrent layers.
#pragma once

#include <optional>
#include <string>

#include "networks/embedded.h"

namespace rnn::core {

struct StackedOptions {
  RecurrentOptions rnn;
  int vocabulary = 0;  // 0: frames
  EmbeddedOptions embedding = {};
  std::string stack = "rnn";  // of its parameters' names
};

template <class T>
class Stacked final : public Network<T> {
 public:
  Stacked(const StackedOptions& options, ParamTable& table, Packed<T>& packed);
  int width() const override { return recurrent_->output(); }
  int directions() const override { return recurrent_->options().directions(); }
  int state_width() const override { return recurrent_->state_width(); }
  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override;
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>* dstate_last, State<T>* dstate_first) const override;
  std::vector<const Recurrent<T>*> stacks() const override { return {&*recurrent_}; }
  ParamId embedding() const override { return embedded_ ? embedded_->id() : -1; }
  void touched(const Batch& batch, bool sampled, SparseParams& touched) const override;

 private:
  std::optional<Embedded<T>> embedded_;
  std::optional<Recurrent<T>> recurrent_;
};

}  // namespace rnn::core
