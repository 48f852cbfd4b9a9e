// Why: labels of a sequence, each given those before it: the RNN transducer (Graves 2012) with a CTC layer beside it.
#pragma once

#include <optional>

#include "heads/ctc.h"
#include "nn/layers/linear.h"
#include "nn/layers/recurrent.h"
#include "nn/state.h"

namespace rnn::core {

// Three parts. The encoder's rows and what the predictor makes of the labels so far, p_u, meet in the joiner:
//   logits(t, u) = W_out tanh(W_enc h_t + b + W_pred p_u) + b_out      over K classes, of which kBlank is none
// Before the first label the predictor has read kBlank. The loss is -ln P of the labels over all ways through the lattice, plus
// ctc_weight times that of a CtcHead of the same rows, whose layer is outputs(). Weights, means and impossible streams are as there; a
// stream without rows is impossible, too, and where the CTC loss has a weight a stream that CTC cannot spell.
template <class T>
class TransducerHead final : public Head<T> {
 public:
  TransducerHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed);

  HeadInfo info() const override;
  void outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const override;
  void outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs, View<T> dh,
                        Params<T>& grads) const override;
  // Not of outputs alone: throws Error{usage, "model/head"}.
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
  const TransducerHead<T>* transducer() const override { return this; }
  std::vector<ParamId> row_params() const override { return {embedding_}; }

  // For decoders. A State row is all that the predictor remembers of one hypothesis; zeros: nothing, and the first id is kBlank.
  int state_width() const;
  int joiner_width() const { return options_.transducer.joiner; }
  // Reads one more label of each hypothesis: ids [n], state of n rows in and out -> W_pred p [n, J].
  void step(Context<T>& context, const Weights<T>& weights, const int32_t* ids, State<T>& state, View<T> predicted) const;
  // h [n, width] -> W_enc h + b [n, J].
  void encode(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> encoded) const;
  // encoded, predicted [n, J] -> logits [n, K].
  void join(Context<T>& context, const Weights<T>& weights, View<const T> encoded, View<const T> predicted,
            View<T> logits) const;

 private:
  struct Predicted;  // what the predictor keeps for its backward pass
  struct Lattice;    // of one stream: what the joiner reads and writes
  struct Pass;       // over a batch

  void predict(Context<T>& context, const Weights<T>& weights, const StreamTargets& streams, bool keep, Predicted& p) const;
  void predict_backward(Context<T>& context, const Weights<T>& weights, Predicted& p, View<const T> dprojected,
                        Params<T>& grads) const;
  void embed_labels(Context<T>& context, const Weights<T>& weights, const Predicted& p) const;
  bool joint(Context<T>& context, const Packed<T>& packed, const Lattice& l, int from, int to) const;
  void joint_backward(Context<T>& context, const Packed<T>& packed, const Lattice& l, int from, int to,
                      Params<T>& grads) const;
  double stream_loss(Context<T>& context, const Packed<T>& packed, Lattice& l, Params<T>* grads) const;
  int block_rows(const Context<T>& context, int labels) const;
  void choose_streams(Pass& pass) const;
  void one_stream(Context<T>& context, const Packed<T>& packed, Pass& pass, int stream, View<const T> encoded,
                  View<T> dencoded) const;
  void group_loss(Context<T>& context, const Packed<T>& packed, Pass& pass, int first, int end, View<const T> own,
                  View<T> down) const;

  HeadOptions options_;
  OutputLayer<T> ctc_;
  ParamId embedding_;
  std::optional<Recurrent<T>> recurrent_;
  Linear<T> encoder_, predictor_, output_;
};

}  // namespace rnn::core
