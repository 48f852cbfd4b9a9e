// Why: the losses themselves: softmax cross-entropy by its kernel, mean squared error in plain loops over a few numbers per row;
// and the output layer with its loss, block of rows by block of rows.
#include "loss/loss.h"

#include <algorithm>
#include <cassert>

namespace rnn {
namespace {

double weight_of(const Batch& batch, int row) { return batch.weights.empty() ? 1 : static_cast<double>(batch.weights[row]); }

// Weight of the rows that were right, -1 with a gradient.
template <class T>
double cross_entropy(Context<T>& context, View<T> outputs, const Batch& batch, int first, const LossOptions& options,
                     double* losses) {
  SoftmaxArgs<T> args{outputs, batch.targets.data() + first, batch.weights.empty() ? nullptr : batch.weights.data() + first};
  args.smoothing = static_cast<T>(options.label_smoothing);
  args.gradient = options.gradient;
  args.loss = losses;
  const ArenaScope scope(context.arena);
  if (!options.gradient) args.correct = context.arena.template take<uint8_t>(outputs.rows);
  context.kernels.softmax_cross_entropy(context.pool, args);
  if (options.gradient) return -1;
  double correct = 0;
  for (int row = 0; row < outputs.rows; ++row) correct += args.correct[row] ? weight_of(batch, first + row) : 0;
  return correct;
}

// L = w / K * sum over k of (y - target)^2; dL/dy = 2 w / K (y - target).
template <class T>
void mean_squared_error(View<T> outputs, const Batch& batch, int first, bool gradient, double* losses) {
  const int K = outputs.cols;
  for (int row = 0; row < outputs.rows; ++row) {
    const double weight = weight_of(batch, first + row);
    double squares = 0;
    for (int k = 0; k < K; ++k) {
      T& y = outputs.row(row)[k];
      const T error = weight > 0 ? y - static_cast<T>(batch.values[static_cast<size_t>(first + row) * K + k]) : T(0);
      squares += static_cast<double>(error) * static_cast<double>(error);
      if (gradient) y = static_cast<T>(2 * weight / K) * error;
    }
    losses[row] = weight * squares / K;
  }
}

// `outputs` belong to the target rows from `first` on, and so do `losses`. Returns the weight of the rows that were right, or -1.
template <class T>
double loss_of_rows(Context<T>& context, std::string_view task, View<T> outputs, const Batch& batch, int first,
                    const LossOptions& options, double* losses) {
  const ProfileScope profiled(context.profile, Phase::loss);
  if (task != "regress") return cross_entropy(context, outputs, batch, first, options, losses);
  mean_squared_error(outputs, batch, first, options.gradient, losses);
  return -1;
}

LossSum add_up(const Batch& batch, const std::vector<double>& losses, double correct) {
  LossSum sum;
  for (const double loss : losses) sum.loss += loss;
  for (size_t row = 0; row < losses.size(); ++row) sum.weight += weight_of(batch, static_cast<int>(row));
  sum.correct = correct;
  return sum;
}

}  // namespace

template <class T>
LossSum loss_of(Context<T>& context, std::string_view task, View<T> outputs, const Batch& batch, const LossOptions& options,
                std::vector<double>* rows) {
  assert(outputs.rows == batch.target_rows());
  std::vector<double> own;
  std::vector<double>& losses = rows ? *rows : own;
  losses.resize(static_cast<size_t>(outputs.rows));
  const double correct = loss_of_rows(context, task, outputs, batch, 0, options, losses.data());
  return add_up(batch, losses, correct);
}

int output_block_rows(int rows, size_t row_bytes, size_t output_bytes) {
  const auto most = static_cast<int>(std::min<size_t>(std::max<size_t>(output_bytes / row_bytes, 16), 1 << 30));
  const int blocks = (rows + most - 1) / most;
  return blocks > 1 ? (rows + blocks - 1) / blocks : rows;
}

template <class T>
LossSum output_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                    const OutputLossArgs<T>& args) {
  assert(h.rows == batch.target_rows());
  std::vector<double> own;
  std::vector<double>& losses = args.rows ? *args.rows : own;
  losses.resize(static_cast<size_t>(h.rows));
  const LossOptions options{args.label_smoothing, args.grads != nullptr};
  const int K = model.outputs(), block = output_block_rows(h.rows, static_cast<size_t>(K) * sizeof(T), context.output_bytes);
  double correct = -1;
  const ArenaScope scope(context.arena);
  const View<T> outputs = context.arena.template matrix<T>(block, K);
  for (int first = 0; first < h.rows; first += block) {
    const int count = std::min(block, h.rows - first);
    const View<T> part = outputs.middle(0, count);
    model.forward_output(context, h.middle(first, count), part);
    const double right = loss_of_rows(context, model.config().task, part, batch, first, options, losses.data() + first);
    if (right >= 0) correct = std::max(correct, 0.0) + right;
    if (args.grads) model.backward_output(context, h.middle(first, count), part, args.dh.middle(first, count), *args.grads);
  }
  return add_up(batch, losses, correct);
}

template LossSum loss_of(Context<float>&, std::string_view, View<float>, const Batch&, const LossOptions&,
                         std::vector<double>*);
template LossSum loss_of(Context<double>&, std::string_view, View<double>, const Batch&, const LossOptions&,
                         std::vector<double>*);
template LossSum output_loss(Context<float>&, const Model<float>&, const Batch&, View<const float>,
                             const OutputLossArgs<float>&);
template LossSum output_loss(Context<double>&, const Model<double>&, const Batch&, View<const double>,
                             const OutputLossArgs<double>&);

}  // namespace rnn
