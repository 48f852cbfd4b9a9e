// Why: cross-entropy of a softmax by its kernel, and the same over the parts of an adaptive softmax.
#include "heads/softmax.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "heads/blocks.h"
#include "heads/sampled.h"
#include "kernels/rows.h"

namespace rnn::core {
namespace {

// A mean loss above this, in nats, is an explosion: chance over a million classes is 14 nats.
constexpr double kExplodedNats = 1000;

// Targets of some rows of outputs, and their weights (null: 1).
struct Labels {
  const int32_t* ids;
  const float* weights;
};

// Weight of the rows that were right; absent with a gradient.
template <class T>
std::optional<double> cross_entropy(Context<T>& context, View<T> outputs, const Labels& labels, const LossOptions& options,
                                    double* losses) {
  SoftmaxArgs<T> args{outputs, labels.ids, labels.weights};
  args.smoothing = static_cast<T>(options.label_smoothing);
  args.gradient = options.gradient;
  args.loss = losses;
  args.nll = options.plain;
  const ArenaScope scope(context.arena);
  if (!options.gradient) args.correct = context.arena.template take<uint8_t>(outputs.rows);
  context.kernels.softmax_cross_entropy(context.pool, args);
  if (options.gradient) return std::nullopt;
  double correct = 0;
  for (int row = 0; row < outputs.rows; ++row)
    correct += args.correct[row] ? (labels.weights ? static_cast<double>(labels.weights[row]) : 1) : 0;
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
PartRows<T> rows_of_part(Context<T>& context, const OutputLayer<T>& layer, int part, const Targets& targets,
                         View<const T> h) {
  PartRows<T> rows;
  rows.h = h;
  for (int row = 0; row < h.rows; ++row) {
    const double weight = targets.weight(static_cast<size_t>(row));
    const int column = weight != 0 ? layer.column(part, targets.ids[static_cast<size_t>(row)]) : 0;
    if (part > 0 && (weight == 0 || column < 0)) continue;
    rows.labels.push_back(column);
    rows.weights.push_back(static_cast<float>(weight));
    if (part > 0) rows.chosen.push_back(row);
  }
  if (part == 0) return rows;
  const View<T> own = context.arena.template matrix<T>(static_cast<int>(rows.chosen.size()), h.cols);
  for (int i = 0; i < own.rows; ++i) copy_row(h, rows.chosen[static_cast<size_t>(i)], own, i);
  rows.h = own;
  return rows;
}

}  // namespace

// ------------------------------------------------------------------------------------------------------------- one softmax

template <class T>
HeadInfo SoftmaxHead<T>::info() const {
  const int K = this->options_.outputs;
  const bool sampled = this->options_.softmax.kind == SoftmaxKind::sampled;
  const std::optional<double> chance = K > 1 ? std::optional<double>(std::log(K)) : std::nullopt;
  return {sampled ? "sampled" : "softmax", this->options_.reads, K, true, "nats", chance, kExplodedNats};
}

template <class T>
double SoftmaxHead<T>::unread(const ParamTable&, int samples) const {
  return sampled_matrix() < 0 ? 0 : static_cast<double>(this->options_.outputs - samples) * this->options_.width;
}

template <class T>
ParamId SoftmaxHead<T>::sampled_matrix() const {
  return this->options_.softmax.kind == SoftmaxKind::sampled ? this->layer_.weight() : -1;
}

template <class T>
std::optional<double> SoftmaxHead<T>::loss_of_rows(Context<T>& context, View<T> outputs, const Targets& targets, int first,
                                                   const LossOptions& options, double* losses) const {
  const float* weights = targets.weights.empty() ? nullptr : targets.weights.data() + first;
  return cross_entropy(context, outputs, {targets.ids.data() + first, weights}, options, losses);
}

template <class T>
std::optional<double> SoftmaxHead<T>::loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                                     const Targets& targets, const LossArgs<T>& args, double* losses) const {
  if (!args.samples) return OutputHead<T>::loss_of_hidden(context, weights, h, targets, args, losses);
  assert(args.label_smoothing == 0);
  sampled_loss(context, this->layer_, weights.params(), targets, h, *args.samples, losses, args.grads, args.dh);
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------------------------- clusters

template <class T>
HeadInfo AdaptiveHead<T>::info() const {
  HeadInfo info = SoftmaxHead<T>::info();
  info.name = "adaptive";
  return info;
}

template <class T>
int AdaptiveHead<T>::widest() const {
  int columns = 0;
  for (int part = 0; part < this->layer_.parts(); ++part) columns = std::max(columns, this->layer_.columns(part));
  return columns;
}

// By Zipf's law, a share of log((b + 1) / (a + 1)) / log(classes + 1) of the tokens of a text is in [a, b).
template <class T>
double AdaptiveHead<T>::unread(const ParamTable& table, int) const {
  const std::vector<int>& cutoffs = this->options_.softmax.cutoffs;
  const double classes = this->options_.outputs;
  double sum = 0;
  for (size_t i = 0; i < cutoffs.size(); ++i) {
    const double begin = cutoffs[i], end = i + 1 < cutoffs.size() ? cutoffs[i + 1] : classes;
    const double share = std::log((end + 1) / (begin + 1)) / std::log(classes + 1);
    for (const ParamId id : this->layer_.weights(static_cast<int>(i) + 1))
      sum += (1 - share) * static_cast<double>(table[id].size());
  }
  return sum;
}

template <class T>
std::optional<double> AdaptiveHead<T>::loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                                      const Targets& targets, const LossArgs<T>& args,
                                                      double* losses) const {
  assert(args.label_smoothing == 0 && !args.samples);
  const OutputLayer<T>& layer = this->layer_;
  const Packed<T>& packed = weights.packed();
  for (int part = 0; part < layer.parts(); ++part) {
    const ArenaScope scope(context.arena);
    const PartRows<T> rows = rows_of_part(context, layer, part, targets, h);
    const int columns = layer.columns(part), own = rows.h.rows;
    auto* part_losses = context.arena.template take<double>(static_cast<size_t>(own));
    const View<T> dh = part == 0 || !args.grads ? args.dh : context.arena.template matrix<T>(own, h.cols);
    for_row_blocks(own, static_cast<size_t>(columns) * sizeof(T), context.output_bytes, [&](int first, int count) {
      const ArenaScope block_scope(context.arena);
      const View<T> logits = context.arena.template matrix<T>(count, columns);
      const View<const T> from = rows.h.middle(first, count);
      const View<const T> read = layer.forward_part(context, packed, part, from, logits);
      {
        const ProfileScope profiled(context.profile, Phase::loss);
        cross_entropy(context, logits, {rows.labels.data() + first, rows.weights.data() + first}, {0, args.grads != nullptr},
                      part_losses + first);
      }
      if (args.grads) layer.backward_part(context, packed, part, from, read, logits, dh.middle(first, count), *args.grads);
    });
    if (part == 0) std::copy_n(part_losses, own, losses);
    for (size_t i = 0; i < rows.chosen.size(); ++i) {
      const int row = rows.chosen[i];
      losses[row] += part_losses[i];
      for (int k = 0; k < h.cols && args.grads; ++k) host(args.dh)(row, k) += host(dh)(static_cast<int>(i), k);
    }
  }
  return std::nullopt;
}

template class SoftmaxHead<float>;
template class SoftmaxHead<double>;
template class AdaptiveHead<float>;
template class AdaptiveHead<double>;

}  // namespace rnn::core
