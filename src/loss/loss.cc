// Why: the losses themselves: softmax cross-entropy by its kernel, mean squared error in plain loops over a few numbers per
// row; and the output layer with its loss, block of rows by block of rows.
#include "loss/loss.h"

#include <algorithm>
#include <cassert>

#include "loss/sampled.h"

namespace rnn::core {
namespace {

double weight_of(const Batch& batch, int row) { return batch.weights.empty() ? 1 : static_cast<double>(batch.weights[row]); }

// Targets of some rows of outputs, and their weights (null: 1).
struct Targets {
  const int32_t* labels;
  const float* weights;
  Targets from(int row) const { return {labels + row, weights ? weights + row : nullptr}; }
};
Targets targets_of(const Batch& batch) {
  return {batch.targets.data(), batch.weights.empty() ? nullptr : batch.weights.data()};
}

// Weight of the rows that were right; none with a gradient.
template <class T>
std::optional<double> cross_entropy(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                                    double* losses) {
  SoftmaxArgs<T> args{outputs, targets.labels, targets.weights};
  args.smoothing = static_cast<T>(options.label_smoothing);
  args.gradient = options.gradient;
  args.loss = losses;
  const ArenaScope scope(context.arena);
  if (!options.gradient) args.correct = context.arena.template take<uint8_t>(outputs.rows);
  context.kernels.softmax_cross_entropy(context.pool, args);
  if (options.gradient) return std::nullopt;
  double correct = 0;
  for (int row = 0; row < outputs.rows; ++row)
    correct += args.correct[row] ? (targets.weights ? static_cast<double>(targets.weights[row]) : 1) : 0;
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

// `outputs` belong to the target rows from `first` on, and so do `losses`. Returns the weight of the rows that were right.
template <class T>
std::optional<double> loss_of_rows(Context<T>& context, LossKind kind, View<T> outputs, const Batch& batch, int first,
                                   const LossOptions& options, double* losses) {
  const ProfileScope profiled(context.profile, Phase::loss);
  if (kind == LossKind::cross_entropy)
    return cross_entropy(context, outputs, targets_of(batch).from(first), options, losses);
  mean_squared_error(outputs, batch, first, options.gradient, losses);
  return std::nullopt;
}

LossSum add_up(const Batch& batch, const std::vector<double>& losses, std::optional<double> correct) {
  LossSum sum;
  for (const double loss : losses) sum.loss += loss;
  for (size_t row = 0; row < losses.size(); ++row) {
    const double weight = weight_of(batch, static_cast<int>(row));
    sum.weight += weight;
    sum.counted += weight != 0;
  }
  sum.correct = correct;
  return sum;
}

}  // namespace

template <class T>
LossSum loss_of(Context<T>& context, LossKind kind, View<T> outputs, const Batch& batch, const LossOptions& options,
                std::vector<double>* rows) {
  assert(outputs.rows == batch.target_rows());
  std::vector<double> own;
  std::vector<double>& losses = rows ? *rows : own;
  losses.resize(static_cast<size_t>(outputs.rows));
  const std::optional<double> correct = loss_of_rows(context, kind, outputs, batch, 0, options, losses.data());
  return add_up(batch, losses, correct);
}

int output_block_rows(int rows, size_t row_bytes, size_t output_bytes) {
  const auto most = static_cast<int>(std::min<size_t>(std::max<size_t>(output_bytes / row_bytes, 16), 1 << 30));
  const int64_t blocks = (int64_t{rows} + most - 1) / most;
  return blocks > 1 ? static_cast<int>((rows + blocks - 1) / blocks) : rows;
}

namespace {

// One matrix, one softmax or error. Returns the weight of the rows that were right.
template <class T>
std::optional<double> whole_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                                 const OutputLossArgs<T>& args, double* losses) {
  const LossOptions options{args.label_smoothing, args.grads != nullptr};
  const size_t row_bytes = static_cast<size_t>(model.outputs()) * sizeof(T);
  const LossKind kind = loss_info(model).kind;
  std::optional<double> correct;
  const View<T> outputs =
      context.arena.template matrix<T>(output_block_rows(h.rows, row_bytes, context.output_bytes), model.outputs());
  for_row_blocks(h.rows, row_bytes, context.output_bytes, [&](int first, int count) {
    const View<T> part = outputs.middle(0, count);
    model.forward_output(context, h.middle(first, count), part);
    const std::optional<double> right = loss_of_rows(context, kind, part, batch, first, options, losses + first);
    if (right) correct = correct.value_or(0) + *right;
    if (args.grads) model.backward_output(context, h.middle(first, count), part, args.dh.middle(first, count), *args.grads);
  });
  return correct;
}

// The rows of h that one part of the output layer handles, with their columns there. Without a choice: all rows, in place.
template <class T>
struct PartRows {
  std::vector<int> chosen;
  std::vector<int32_t> labels;
  std::vector<float> weights;
  View<const T> h;
};

template <class T>
PartRows<T> rows_of_part(Context<T>& context, const Model<T>& model, int part, const Batch& batch, View<const T> h) {
  PartRows<T> rows;
  rows.h = h;
  for (int row = 0; row < h.rows; ++row) {
    const double weight = weight_of(batch, row);
    const int column = weight != 0 ? model.output_layer().column(part, batch.targets[row]) : 0;
    if (part > 0 && (weight == 0 || column < 0)) continue;
    rows.labels.push_back(column);
    rows.weights.push_back(static_cast<float>(weight));
    if (part > 0) rows.chosen.push_back(row);
  }
  if (part == 0) return rows;
  const View<T> own = context.arena.template matrix<T>(static_cast<int>(rows.chosen.size()), h.cols);
  for (int i = 0; i < own.rows; ++i) std::copy_n(h.row(rows.chosen[static_cast<size_t>(i)]), h.cols, own.row(i));
  rows.h = own;
  return rows;
}

// Every row goes through the head; rows with a target in a cluster also through that: log p = log p(cluster) + log p(class
// in it).
template <class T>
void adaptive_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                   const OutputLossArgs<T>& args, double* losses) {
  for (int part = 0; part < model.output_layer().parts(); ++part) {
    const ArenaScope scope(context.arena);
    const PartRows<T> rows = rows_of_part(context, model, part, batch, h);
    const int columns = model.output_layer().columns(part), own = rows.h.rows;
    auto* part_losses = context.arena.template take<double>(static_cast<size_t>(own));
    const View<T> dh = part == 0 || !args.grads ? args.dh : context.arena.template matrix<T>(own, h.cols);
    for_row_blocks(own, static_cast<size_t>(columns) * sizeof(T), context.output_bytes, [&](int first, int count) {
      const ArenaScope block_scope(context.arena);
      const View<T> logits = context.arena.template matrix<T>(count, columns);
      const View<const T> from = rows.h.middle(first, count);
      const View<const T> read = model.forward_part(context, part, from, logits);
      {
        const ProfileScope profiled(context.profile, Phase::loss);
        cross_entropy(context, logits, Targets{rows.labels.data() + first, rows.weights.data() + first},
                      {0, args.grads != nullptr}, part_losses + first);
      }
      if (args.grads) model.backward_part(context, part, from, read, logits, dh.middle(first, count), *args.grads);
    });
    if (part == 0) std::copy_n(part_losses, own, losses);
    for (size_t i = 0; i < rows.chosen.size(); ++i) {
      const int row = rows.chosen[i];
      losses[row] += part_losses[i];
      for (int k = 0; k < h.cols && args.grads; ++k) args.dh(row, k) += dh(static_cast<int>(i), k);
    }
  }
}

}  // namespace

template <class T>
LossSum output_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                    const OutputLossArgs<T>& args) {
  assert(h.rows == batch.target_rows());
  std::vector<double> own;
  std::vector<double>& losses = args.rows ? *args.rows : own;
  losses.resize(static_cast<size_t>(h.rows));
  const ArenaScope scope(context.arena);
  std::optional<double> correct;
  const bool adaptive = model.config().softmax.kind == SoftmaxKind::adaptive;
  assert(args.label_smoothing == 0 || (!adaptive && !args.samples));
  if (args.samples) {
    sampled_loss(context, model, batch, h, *args.samples, losses.data(), args.grads, args.dh);
  } else if (adaptive) {
    adaptive_loss(context, model, batch, h, args, losses.data());
  } else {
    correct = whole_loss(context, model, batch, h, args, losses.data());
  }
  return add_up(batch, losses, correct);
}

template LossSum loss_of(Context<float>&, LossKind, View<float>, const Batch&, const LossOptions&, std::vector<double>*);
template LossSum loss_of(Context<double>&, LossKind, View<double>, const Batch&, const LossOptions&, std::vector<double>*);
template LossSum output_loss(Context<float>&, const Model<float>&, const Batch&, View<const float>,
                             const OutputLossArgs<float>&);
template LossSum output_loss(Context<double>&, const Model<double>&, const Batch&, View<const double>,
                             const OutputLossArgs<double>&);

}  // namespace rnn::core
