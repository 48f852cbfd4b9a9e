// Why: classes: the softmax of an output layer against the target, over all classes, over some that are drawn, or in clusters.
#pragma once

#include "heads/output_head.h"

namespace rnn::core {

// One matrix and bias, cross-entropy of the softmax; label smoothing as PyTorch defines it (Szegedy et al. 2016). With
// LossArgs::samples the loss of sampled.h.
template <class T>
class SoftmaxHead : public OutputHead<T> {
 public:
  using OutputHead<T>::OutputHead;
  HeadInfo info() const override;
  double unread(const ParamTable& table, int samples) const override;
  ParamId sampled_matrix() const override;

 protected:
  std::optional<double> loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                     const LossOptions& options, double* losses) const override;
  std::optional<double> loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                       const Targets& targets, const LossArgs<T>& args, double* losses) const override;
};

// Classes in clusters by frequency (Grave et al. 2017): every row goes through the first part, rows with a target in a cluster
// also through that: log p = log p(cluster) + log p(class in it).
template <class T>
class AdaptiveHead final : public SoftmaxHead<T> {
 public:
  using SoftmaxHead<T>::SoftmaxHead;
  HeadInfo info() const override;
  int widest() const override;
  double unread(const ParamTable& table, int samples) const override;
  ParamId sampled_matrix() const override { return -1; }

 protected:
  std::optional<double> loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                       const Targets& targets, const LossArgs<T>& args, double* losses) const override;
};

}  // namespace rnn::core
