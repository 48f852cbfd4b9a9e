// Why: labels of the steps and one of the sequence as a whole, both from the same hidden rows.
#pragma once

#include <memory>

#include "heads/head.h"

namespace rnn::core {

// A head that labels every row (a softmax, or a chain) and beside it one more output layer with W scores of the whole sequence, those of the
// mean of its hidden rows (Liu and Lane 2016, "Attention-based recurrent neural network models for joint intent detection and slot filling"). The label of
// the whole counts as one more label: losses add up, the mean is per label. Outputs of a row are the K scores of its own label, then W: the
// layer is linear, so their mean over the steps of a sequence are the scores of the whole. Targets::whole are the labels; LossArgs::seq is
// needed where there are any. The loss of the whole stands in the rows of its sequence in equal shares; a sequence without steps has none.
template <class T>
class JointHead final : public Head<T> {
 public:
  // steps: reads every row and has registered its parameters. whole: W labels.
  JointHead(std::unique_ptr<Head<T>> steps, int whole, int width, ParamTable& table, Packed<T>& packed);

  HeadInfo info() const override;
  void outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const override;
  void outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs, View<T> dh,
                        Params<T>& grads) const override;
  // Of the labels of rows alone: no row says what the whole is, so Targets::whole is empty and its scores have no gradient.
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
  const CrfHead<T>* crf() const override { return steps_->crf(); }
  std::vector<ParamId> row_params() const override { return steps_->row_params(); }

 private:
  void forward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> scores) const;
  void backward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<const T> dscores, View<T> dh,
                Params<T>& grads) const;

  std::unique_ptr<Head<T>> steps_;
  int labels_, whole_;  // K, W
  ParamId weight_, bias_;
  int form_, back_, bias_form_;
};

}  // namespace rnn::core
