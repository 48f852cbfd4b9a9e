// Why: the loop over blocks of rows that all heads with an output layer share.
#include "heads/output_head.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "heads/blocks.h"

namespace rnn::core {
namespace {

// Of a row of numbers some of which are missing (NaN), the share that is present.
double counted_weight(const Targets& targets, size_t row) {
  const double weight = targets.weight(row);
  const auto width = static_cast<size_t>(targets.width);
  if (weight == 0 || width == 0 || targets.values.empty()) return weight;
  const float* values = targets.values.data() + row * width;
  const auto missing = std::count_if(values, values + width, [](float v) { return std::isnan(v); });
  return missing == 0 ? weight : weight * static_cast<double>(targets.width - missing) / static_cast<double>(width);
}

LossSum add_up(const Targets& targets, const std::vector<double>& losses, std::optional<double> correct) {
  LossSum sum;
  for (const double loss : losses) sum.loss += loss;
  for (size_t row = 0; row < losses.size(); ++row) {
    const double weight = counted_weight(targets, row);
    sum.weight += weight;
    sum.counted += weight != 0;
  }
  sum.correct = correct;
  return sum;
}

}  // namespace

int output_block_rows(int rows, size_t row_bytes, size_t output_bytes) {
  const auto most = static_cast<int>(std::min<size_t>(std::max<size_t>(output_bytes / row_bytes, 16), 1 << 30));
  const int64_t blocks = (int64_t{rows} + most - 1) / most;
  return blocks > 1 ? static_cast<int>((rows + blocks - 1) / blocks) : rows;
}

template <class T>
LossSum OutputHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                               std::vector<double>* rows) const {
  std::vector<double> own;
  std::vector<double>& losses = rows ? *rows : own;
  losses.resize(static_cast<size_t>(outputs.rows));
  const ProfileScope profiled(context.profile, Phase::loss);
  const std::optional<double> correct = loss_of_rows(context, outputs, targets, 0, options, losses.data());
  return add_up(targets, losses, correct);
}

template <class T>
LossSum OutputHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                            const LossArgs<T>& args) const {
  assert(targets.weights.empty() || h.rows == static_cast<int>(targets.weights.size()));
  std::vector<double> own;
  std::vector<double>& losses = args.rows ? *args.rows : own;
  losses.resize(static_cast<size_t>(h.rows));
  const ArenaScope scope(context.arena);
  const std::optional<double> correct = loss_of_hidden(context, weights, h, targets, args, losses.data());
  return add_up(targets, losses, correct);
}

template <class T>
std::optional<double> OutputHead<T>::loss_of_hidden(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                                    const Targets& targets, const LossArgs<T>& args, double* losses) const {
  LossOptions options{args.label_smoothing, args.grads != nullptr};
  if (args.plain) args.plain->resize(static_cast<size_t>(h.rows));
  const int K = this->options_.outputs;
  const size_t row_bytes = static_cast<size_t>(K) * sizeof(T);
  std::optional<double> correct;
  const View<T> outputs = context.arena.template matrix<T>(output_block_rows(h.rows, row_bytes, context.output_bytes), K);
  for_row_blocks(h.rows, row_bytes, context.output_bytes, [&](int first, int count) {
    const View<T> part = outputs.middle(0, count);
    const View<const T> from = h.middle(first, count);
    this->layer_.forward(context, weights.packed(), from, part);
    std::optional<double> right;
    {
      const ProfileScope profiled(context.profile, Phase::loss);
      if (args.plain) options.plain = args.plain->data() + first;
      right = loss_of_rows(context, part, targets, first, options, losses + first);
    }
    if (right) correct = correct.value_or(0) + *right;
    if (args.grads) this->layer_.backward(context, weights.packed(), from, part, args.dh.middle(first, count), *args.grads);
  });
  return correct;
}

template class OutputHead<float>;
template class OutputHead<double>;

}  // namespace rnn::core
