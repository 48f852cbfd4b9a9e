// Why: squared errors, in plain loops over a few numbers per row.
#include "heads/squared.h"

#include <cmath>

#include "kernels/host.h"

namespace rnn::core {

template <class T>
HeadInfo SquaredHead<T>::info() const {
  return {kSquared.name, this->options_.reads, this->options_.outputs, false,
          kSquared.unit, std::nullopt,         kSquared.exploded};
}

// L = w / K * sum over k of (y - target)^2; dL/dy = 2 w / K (y - target).
template <class T>
std::optional<double> SquaredHead<T>::loss_of_rows(Context<T>&, View<T> outputs, const Targets& targets, int first,
                                                   const LossOptions& options, double* losses) const {
  const int K = outputs.cols;
  for (int row = 0; row < outputs.rows; ++row) {
    const double weight = targets.weight(static_cast<size_t>(first + row));
    double squares = 0;
    for (int k = 0; k < K; ++k) {
      T& y = host(outputs).row(row)[k];
      const T target = weight > 0 ? static_cast<T>(targets.values[static_cast<size_t>(first + row) * K + k]) : T(0);
      const T error = weight > 0 && !std::isnan(target) ? y - target : T(0);
      squares += static_cast<double>(error) * static_cast<double>(error);
      if (options.gradient) y = static_cast<T>(2 * weight / K) * error;
    }
    losses[row] = weight * squares / K;
  }
  return std::nullopt;
}

template class SquaredHead<float>;
template class SquaredHead<double>;

}  // namespace rnn::core
