// Why: numbers: the squared error of an output layer.
#pragma once

#include "heads/output_head.h"

namespace rnn::core {

// One matrix and bias; the mean of the squared errors of a row.
template <class T>
class SquaredHead final : public OutputHead<T> {
 public:
  using OutputHead<T>::OutputHead;
  HeadInfo info() const override;

 protected:
  std::optional<double> loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                     const LossOptions& options, double* losses) const override;
};

}  // namespace rnn::core
