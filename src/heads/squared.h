// Why: numbers: the squared error of an output layer.
#pragma once

#include <limits>

#include "heads/family.h"
#include "heads/output_head.h"

namespace rnn::core {

// Squared errors are measured in the target's own units: any finite number may be one. The head's loop is its own, in T.
inline constexpr Family kSquared{"squared",      "squared error", std::numeric_limits<double>::max(), one_number, nullptr,
                                 point_quantile, point_mean};

// One matrix and bias; the mean of the squared errors of a row. A value that is NaN is missing, as in FamilyHead.
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
