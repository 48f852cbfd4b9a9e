// Why: a signal that is to sound like another one: squared errors where the ear hears them, not where the most energy is.
#pragma once

#include "heads/output_head.h"

namespace rnn::core {

// Pre-emphasis, a first-order high-pass: p[t] = e[t] - kPreEmphasis e[t-1] (Wright, Damskagg, Juvela and Valimaki 2020).
inline constexpr double kPreEmphasis = 0.85;

// One matrix and bias to K signals. Per step the mean over them of p^2 + m^2: p, the pre-emphasised error, whose signal begins with every
// sequence of the batch; m, the mean error of the sequence, which keeps out a constant that p hardly sees. With targets whose
// pre-emphasised energy is 1 on average it is the error-to-signal ratio. LossArgs::seq is needed; all targets count.
template <class T>
class EsrHead final : public LayerHead<T> {
 public:
  using LayerHead<T>::LayerHead;
  HeadInfo info() const override;
  LossSum loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                  std::vector<double>* rows = nullptr) const override;
  LossSum loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
               const LossArgs<T>& args = {}) const override;
};

}  // namespace rnn::core
