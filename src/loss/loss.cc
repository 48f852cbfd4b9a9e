// Why: the losses themselves: softmax cross-entropy by its kernel, mean squared error in plain loops over a few numbers per row.
#include "loss/loss.h"

#include <algorithm>
#include <cassert>

namespace rnn {
namespace {

template <class T>
bool largest_is(View<T> outputs, int row, int32_t target) {
  const T* begin = outputs.row(row);
  return std::max_element(begin, begin + outputs.cols) - begin == target;
}

template <class T>
LossSum cross_entropy(Context<T>& context, View<T> outputs, const Batch& batch, const LossOptions& options,
                      std::vector<double>& rows) {
  LossSum sum;
  const auto weight = [&](int row) { return batch.weights.empty() ? 1.0 : static_cast<double>(batch.weights[row]); };
  if (!options.gradient) {
    sum.correct = 0;
    for (int row = 0; row < outputs.rows; ++row) {
      if (weight(row) > 0 && largest_is(outputs, row, batch.targets[row])) sum.correct += weight(row);
    }
  }
  SoftmaxArgs<T> args{outputs, batch.targets.data(), batch.weights.empty() ? nullptr : batch.weights.data()};
  args.smoothing = static_cast<T>(options.label_smoothing);
  args.gradient = options.gradient;
  args.loss = rows.data();
  context.kernels.softmax_cross_entropy(context.pool, args);
  return sum;
}

// L = w / K * sum over k of (y - target)^2; dL/dy = 2 w / K (y - target).
template <class T>
void mean_squared_error(View<T> outputs, const Batch& batch, bool gradient, std::vector<double>& rows) {
  const int K = outputs.cols;
  for (int row = 0; row < outputs.rows; ++row) {
    const double weight = batch.weights.empty() ? 1 : batch.weights[row];
    double squares = 0;
    for (int k = 0; k < K; ++k) {
      T& y = outputs.row(row)[k];
      const T error = weight > 0 ? y - static_cast<T>(batch.values[static_cast<size_t>(row) * K + k]) : T(0);
      squares += static_cast<double>(error) * static_cast<double>(error);
      if (gradient) y = static_cast<T>(2 * weight / K) * error;
    }
    rows[row] = weight * squares / K;
  }
}

}  // namespace

template <class T>
LossSum loss_of(Context<T>& context, std::string_view task, View<T> outputs, const Batch& batch, const LossOptions& options,
                std::vector<double>* rows) {
  assert(outputs.rows == batch.target_rows());
  std::vector<double> own;
  std::vector<double>& losses = rows ? *rows : own;
  losses.resize(static_cast<size_t>(outputs.rows));
  LossSum sum;
  if (task == "regress") {
    mean_squared_error(outputs, batch, options.gradient, losses);
  } else {
    sum = cross_entropy(context, outputs, batch, options, losses);
  }
  for (const double loss : losses) sum.loss += loss;
  sum.weight = static_cast<double>(losses.size());
  if (!batch.weights.empty()) {
    sum.weight = 0;
    for (const float w : batch.weights) sum.weight += w;
  }
  return sum;
}

template LossSum loss_of(Context<float>&, std::string_view, View<float>, const Batch&, const LossOptions&,
                         std::vector<double>*);
template LossSum loss_of(Context<double>&, std::string_view, View<double>, const Batch&, const LossOptions&,
                         std::vector<double>*);

}  // namespace rnn
