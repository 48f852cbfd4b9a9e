// Why: labels that are places on a scale: one score for a row, and thresholds between the places, so that a near miss costs less.
#pragma once

#include <span>

#include "heads/output_head.h"

namespace rnn::core {

// Proportional odds (McCullagh 1980, "Regression models for ordinal data"): P(y > k) = sigmoid(s - theta_k) with the score s = w h and
// thresholds theta_1 < ... < theta_K-1. Outputs are the K log-probabilities, so their softmax is the distribution. Parameters:
// output.score [width] and output.thresholds [K - 1], c: theta_1 = logit(1 / K) + c_1, theta_k = theta_k-1 + g_k exp(c_k) with
// g_k = logit(k / K) - logit((k - 1) / K). They begin as zeros: all classes are equally likely at s = 0.
template <class T>
class OrdinalHead final : public Head<T> {
 public:
  OrdinalHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed);
  HeadInfo info() const override;
  void outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const override;
  void outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs, View<T> dh,
                        Params<T>& grads) const override;
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
  std::vector<ParamId> row_params() const override { return {score_, thresholds_}; }

 private:
  RowsRead reads_;
  int classes_, width_;
  ParamId score_ = -1, thresholds_ = -1;
};

}  // namespace rnn::core
