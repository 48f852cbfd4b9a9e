// Why: the plain network: an embedding or frames, a stack of recurrent layers, and perhaps a look-ahead convolution.
#pragma once

#include <optional>
#include <string>

#include "networks/spelled.h"
#include "nn/layers/row_convolution.h"

namespace rnn::core {

struct StackedOptions {
  RecurrentOptions rnn;  // input: of a symbol without its letters, or of a frame
  int vocabulary = 0;    // 0: frames
  EmbeddedOptions embedding = {};
  std::string stack = "rnn";  // of its parameters' names
  int row_convolution =
      0;  // steps after each one that a convolution of the hidden rows reads, which are so many steps late; 0: none
  LetterConvolutionOptions letters = {};  // of symbols
};

template <class T>
class Stacked final : public Network<T> {
 public:
  Stacked(const StackedOptions& options, ParamTable& table, Packed<T>& packed);
  int width() const override { return recurrent_->output(); }
  int directions() const override { return recurrent_->options().directions(); }
  int state_width() const override { return recurrent_->state_width() + (convolution_ ? convolution_->history_width() : 0); }
  std::vector<ParamId> row_params() const override;
  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override;
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>* dstate_last, State<T>* dstate_first) const override;
  std::vector<const Recurrent<T>*> stacks() const override { return {&*recurrent_}; }
  ParamId embedding() const override { return embedding_; }
  void touched(const Batch& batch, bool sampled, SparseParams& touched) const override;

 private:
  View<T> look_ahead(Context<T>& context, const Weights<T>& weights, const Seq& seq, View<const T> x, State<T>& state,
                     Tape* tape) const;
  void look_ahead_backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                           Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first, View<T> dx) const;
  // The part of a State that the recurrent layers have, and back.
  State<T> recurrent_part(const State<T>& state) const;
  void set_recurrent_part(const State<T>& part, State<T>& state) const;

  ParamId embedding_ = -1;
  std::optional<Embedded<T>> embedded_;  // of symbols, or
  std::optional<Spelled<T>> spelled_;    // the same with letters
  std::optional<Recurrent<T>> recurrent_;
  std::optional<RowConvolution<T>> convolution_;
};

}  // namespace rnn::core
