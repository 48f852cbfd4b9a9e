// Why: the plain network written out, forward and backward side by side.
#include "networks/stacked.h"

namespace rnn::core {
namespace {

struct StackedRecord {
  const int32_t* ids;  // null: frames
};

}  // namespace

template <class T>
Stacked<T>::Stacked(const StackedOptions& options, ParamTable& table, Packed<T>& packed) {
  if (options.vocabulary > 0) {
    const ParamId id =
        table.add_matrix("embedding.weight", options.vocabulary, options.rnn.input, {Role::embedding, "embedding"});
    embedded_.emplace(id, options.embedding);
  }
  recurrent_.emplace(options.rnn, options.stack, table, packed);
}

template <class T>
Hidden<T> Stacked<T>::forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                              Tape* tape) const {
  const View<const T> x =
      input.ids ? View<const T>(embedded_->forward(context, weights, input.seq, input.ids)) : input.frames;
  const View<T> h = recurrent_->forward(context, weights.packed(), input.seq, x, state, tape);
  if (tape) tape->push(StackedRecord{input.ids});
  return {h, &input.seq};
}

template <class T>
void Stacked<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                          Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first) const {
  const auto record = tape.pop<StackedRecord>();
  View<T> dx;
  const bool embedded = record.ids && grads.size() > 0;
  if (embedded) dx = context.arena.template matrix<T>(seq.rows(), recurrent_->options().input);
  recurrent_->backward(context, weights.packed(), seq, tape, dh, dx, grads, dstate_last, dstate_first);
  if (embedded) embedded_->backward(context, seq, record.ids, dx, grads);
}

template <class T>
void Stacked<T>::touched(const Batch& batch, bool sampled, SparseParams& touched) const {
  if (embedded_) embedded_->touched(batch.in.ids, sampled, touched);
}

template class Stacked<float>;
template class Stacked<double>;

}  // namespace rnn::core
