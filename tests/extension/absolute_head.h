// Why: a head as a user of the headers writes one: numbers, measured by the absolute error.
#pragma once

#include <cmath>
#include <limits>

#include "heads/output_head.h"
#include "kernels/host.h"

namespace rnn::core::test {

template <class T>
class AbsoluteHead final : public OutputHead<T> {
 public:
  using OutputHead<T>::OutputHead;
  HeadInfo info() const override {
    return {"absolute",
            this->options_.reads,
            this->options_.outputs,
            false,
            "absolute error",
            std::nullopt,
            std::numeric_limits<double>::max()};
  }

 protected:
  std::optional<double> loss_of_rows(Context<T>&, View<T> outputs, const Targets& targets, int first,
                                     const LossOptions& options, double* losses) const override {
    for (int row = 0; row < outputs.rows; ++row) {
      const double weight = targets.weight(static_cast<size_t>(first + row));
      losses[row] = 0;
      for (int k = 0; k < outputs.cols; ++k) {
        const auto target = static_cast<T>(targets.values[static_cast<size_t>((first + row) * outputs.cols + k)]);
        const T error = host(outputs)(row, k) - target;
        losses[row] += weight * std::abs(static_cast<double>(error));
        if (options.gradient) host(outputs)(row, k) = static_cast<T>(error > 0 ? weight : -weight);
      }
    }
    return std::nullopt;
  }
};

}  // namespace rnn::core::test
