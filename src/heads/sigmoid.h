// Why: any number of labels at once: each class is a question of its own, answered by yes or no.
#pragma once

#include "heads/output_head.h"

namespace rnn::core {

// One matrix and bias; the mean over the classes of a row of the binary cross-entropy of their sigmoids. Targets::values [rows, K]: 1 for a
// class that is right, else 0.
template <class T>
class SigmoidHead final : public OutputHead<T> {
 public:
  using OutputHead<T>::OutputHead;
  HeadInfo info() const override;

 protected:
  std::optional<double> loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                     const LossOptions& options, double* losses) const override;
};

}  // namespace rnn::core
