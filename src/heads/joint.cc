// Why: see joint.h; the loss of the whole is that of a softmax over the mean rows of the sequences.
#include "heads/joint.h"

#include <algorithm>
#include <cassert>

#include "kernels/rows.h"
#include "nn/layers/pooling.h"
#include "nn/layers/product.h"

namespace rnn::core {

template <class T>
JointHead<T>::JointHead(std::unique_ptr<Head<T>> steps, int whole, int width, ParamTable& table, Packed<T>& packed)
    : steps_(std::move(steps)), labels_(steps_->info().outputs), whole_(whole) {
  weight_ = table.add_matrix("whole.weight", whole, width, {.role = Role::linear, .stack = "whole", .inputs = width});
  bias_ = table.add_vector("whole.bias", whole, {.role = Role::bias, .stack = "whole", .inputs = width});
  form_ = packed.add_forward(weight_, {whole}, width);
  back_ = packed.add_backward(weight_, {whole}, width);
  bias_form_ = packed.add_vector({whole}, bias_);
}

template <class T>
HeadInfo JointHead<T>::info() const {
  HeadInfo info = steps_->info();
  info.outputs = labels_ + whole_;
  info.chance = std::nullopt;  // it depends on how many steps a sequence has
  return info;
}

// ---------------------------------------------------------------------------------------------------- the layer of the whole

// h [m, width] -> scores [m, W].
template <class T>
void JointHead<T>::forward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> scores) const {
  const ProfileScope profiled(context.profile, Phase::output_layer, 2.0 * h.rows * h.cols * whole_);
  context.kernels.gemm(context.pool, {h, packed[form_], packed[bias_form_], false, {whole_}, scores});
}

// dscores [m, W]; dh [m, width] is assigned; adds to grads; an empty one is not wanted.
template <class T>
void JointHead<T>::backward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<const T> dscores, View<T> dh,
                            Params<T>& grads) const {
  const ProfileScope profiled(context.profile, Phase::output_layer, 4.0 * h.rows * h.cols * whole_);
  if (grads.size() > 0)
    add_outer_product<T>(context, dscores, {whole_}, h, grads.view(weight_), grads.view(bias_).address());
  context.kernels.gemm(context.pool, {dscores, packed[back_], nullptr, false, {dh.cols}, dh});
}

// ------------------------------------------------------------------------------------------------------------------- outputs

template <class T>
void JointHead<T>::outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const {
  steps_->outputs(context, weights, h, outputs.columns(0, labels_));
  forward(context, weights.packed(), h, outputs.columns(labels_, whole_));
}

template <class T>
void JointHead<T>::outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h, View<const T> doutputs,
                                    View<T> dh, Params<T>& grads) const {
  const ArenaScope scope(context.arena);
  const auto part = [&](int first, int count) {  // rows of their own, as kernels read them
    const View<T> own = context.arena.template matrix<T>(doutputs.rows, count);
    copy_rows(doutputs.columns(first, count), own);
    return own;
  };
  steps_->outputs_backward(context, weights, h, part(0, labels_), dh, grads);
  const View<T> more = context.arena.template matrix<T>(dh.rows, dh.cols);
  backward(context, weights.packed(), h, part(labels_, whole_), more, grads);
  add_rows<T>(dh, more, dh, 0, dh.rows);
}

// ---------------------------------------------------------------------------------------------------------------------- loss

template <class T>
LossSum JointHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                              std::vector<double>* rows) const {
  assert(targets.whole.empty());
  if (options.gradient) fill_rows(outputs.columns(labels_, whole_), T(0));
  return steps_->loss_of(context, outputs.columns(0, labels_), targets, options, rows);
}

template <class T>
LossSum JointHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                           const LossArgs<T>& args) const {
  LossSum sum = steps_->loss(context, weights, h, targets, args);
  if (targets.whole.empty()) return sum;
  const Seq& seq = *args.seq;
  const auto streams = static_cast<size_t>(seq.streams());
  assert(seq.rows() == h.rows && targets.whole.size() == streams && !args.samples);
  std::vector<int> lengths(streams);
  seq.lengths(lengths.data());
  std::vector<int32_t> ids(streams);
  std::vector<float> counts(streams);
  for (size_t r = 0; r < streams; ++r) {
    ids[r] = std::max(targets.whole[r], 0);
    counts[r] = targets.whole[r] >= 0 && lengths[r] > 0 ? 1.0f : 0.0f;
  }
  const ArenaScope scope(context.arena);
  const View<T> mean = context.arena.template matrix<T>(seq.streams(), h.cols);
  const View<T> scores = context.arena.template matrix<T>(seq.streams(), whole_);
  mean_rows<T>(context, seq, h, mean);
  forward(context, weights.packed(), mean, scores);
  std::vector<double> losses(streams), plain(streams);
  SoftmaxArgs<T> softmax{scores, ids.data(), counts.data()};
  softmax.smoothing = static_cast<T>(args.label_smoothing);
  softmax.gradient = args.grads != nullptr;
  softmax.loss = losses.data(), softmax.nll = plain.data();
  if (sum.correct) softmax.correct = context.arena.template take<uint8_t>(streams);
  context.kernels.softmax_cross_entropy(context.pool, softmax);
  for (size_t r = 0; r < streams; ++r) {
    if (counts[r] == 0) continue;
    sum.loss += losses[r], sum.weight += 1, ++sum.counted;
    if (sum.correct) *sum.correct += softmax.correct[r];
    for (int t = 0; t < lengths[r]; ++t) {
      const size_t row = static_cast<size_t>(seq.start[static_cast<size_t>(t)]) + r;
      if (args.rows) (*args.rows)[row] += losses[r] / lengths[r];
      if (args.plain && !args.plain->empty()) (*args.plain)[row] += plain[r] / lengths[r];
    }
  }
  if (!args.grads) return sum;
  const View<T> dmean = context.arena.template matrix<T>(mean.rows, mean.cols);
  backward(context, weights.packed(), mean, scores, dmean, *args.grads);
  const View<T> more = context.arena.template matrix<T>(h.rows, h.cols);
  mean_rows_backward<T>(context, seq, dmean, more);
  add_rows<T>(args.dh, more, args.dh, 0, h.rows);
  return sum;
}

template class JointHead<float>;
template class JointHead<double>;

}  // namespace rnn::core
