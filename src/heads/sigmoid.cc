// Why: see sigmoid.h; in double, class by class.
#include "heads/sigmoid.h"

#include <cassert>
#include <cmath>

#include "heads/special.h"
#include "kernels/host.h"

namespace rnn::core {

namespace {

constexpr double kExplodedDecision = 1000;  // nats per class

}  // namespace

template <class T>
HeadInfo SigmoidHead<T>::info() const {
  return {"sigmoid", this->options_.reads, this->options_.outputs, false, "nats", std::log(2.0), kExplodedDecision};
}

// L = w / K * sum over k of softplus(y) - t y, which is -t log sigmoid(y) - (1 - t) log sigmoid(-y); dL/dy = w / K (sigmoid(y) - t).
template <class T>
std::optional<double> SigmoidHead<T>::loss_of_rows(Context<T>&, View<T> outputs, const Targets& targets, int first,
                                                   const LossOptions& options, double* losses) const {
  assert(options.label_smoothing == 0 && targets.width == outputs.cols);
  const int K = outputs.cols;
  for (int row = 0; row < outputs.rows; ++row) {
    const auto target = static_cast<size_t>(first + row);
    const double weight = targets.weight(target);
    const float* wanted = targets.values.data() + target * static_cast<size_t>(K);
    double sum = 0;
    for (int k = 0; k < K; ++k) {
      T& output = host(outputs).row(row)[k];
      const double y = static_cast<double>(output), t = weight > 0 ? static_cast<double>(wanted[k]) : 0;
      // The larger of the two terms that cancel is left out: softplus(y) - y is softplus(-y).
      if (weight > 0) sum += t * softplus(-y) + (1 - t) * softplus(y);
      if (options.gradient) output = weight > 0 ? static_cast<T>(weight / K * (logistic(y) - t)) : T(0);
    }
    losses[row] = weight * sum / K;
  }
  return std::nullopt;
}

template class SigmoidHead<float>;
template class SigmoidHead<double>;

}  // namespace rnn::core
