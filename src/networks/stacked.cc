// Why: the plain network written out, forward and backward side by side.
#include "networks/stacked.h"

namespace rnn::core {
namespace {

template <class T>
struct StackedRecord {
  const int32_t* ids;  // null: frames
  typename Spelled<T>::Saved letters;
};

// Column `offset` of the row of each packed row [streams].
template <class T, class S>
T** histories(Arena& arena, const Seq& seq, S& state, int offset) {
  T** rows = arena.take<T*>(static_cast<size_t>(seq.streams()));
  for (int r = 0; r < seq.streams(); ++r) rows[r] = state.row(seq.order[static_cast<size_t>(r)]) + offset;
  return rows;
}

}  // namespace

template <class T>
Stacked<T>::Stacked(const StackedOptions& options, ParamTable& table, Packed<T>& packed) {
  if (options.vocabulary > 0) {
    embedding_ = table.add_matrix("embedding.weight", options.vocabulary, options.rnn.input, {Role::embedding, "embedding"});
    if (options.letters.present()) {
      spelled_.emplace(embedding_, options.embedding, options.letters, table, packed);
    } else {
      embedded_.emplace(embedding_, options.embedding);
    }
  }
  RecurrentOptions rnn = options.rnn;
  if (spelled_) rnn.input = spelled_->width();
  recurrent_.emplace(rnn, options.stack, table, packed);
  if (options.row_convolution > 0)
    convolution_.emplace(options.row_convolution, recurrent_->output(), "row_convolution", table);
}

template <class T>
std::vector<ParamId> Stacked<T>::row_params() const {
  std::vector<ParamId> ids = Network<T>::row_params();
  if (convolution_) ids.push_back(convolution_->weight());
  if (spelled_) ids.push_back(spelled_->letters());
  return ids;
}

// A State row: that of the recurrent layers, then the history of the convolution.
template <class T>
State<T> Stacked<T>::recurrent_part(const State<T>& state) const {
  State<T> part(state.rows(), recurrent_->state_width());
  for (int r = 0; r < state.rows(); ++r) std::copy_n(state.row(r), part.width(), part.row(r));
  return part;
}

template <class T>
void Stacked<T>::set_recurrent_part(const State<T>& part, State<T>& state) const {
  for (int r = 0; r < state.rows(); ++r) std::copy_n(part.row(r), part.width(), state.row(r));
}

// Recurrent layers and convolution: x -> hidden rows.
template <class T>
View<T> Stacked<T>::look_ahead(Context<T>& context, const Weights<T>& weights, const Seq& seq, View<const T> x,
                               State<T>& state, Tape* tape) const {
  State<T> own = recurrent_part(state);
  const View<T> h = recurrent_->forward(context, weights.packed(), seq, x, own, tape);
  set_recurrent_part(own, state);
  const View<T> y = context.arena.template matrix<T>(h.rows, h.cols);
  const typename RowConvolution<T>::Saved saved =
      convolution_->forward(context, weights, seq, h, y, histories<T>(context.arena, seq, state, own.width()));
  if (tape) tape->push(saved);
  return y;
}

template <class T>
void Stacked<T>::look_ahead_backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dy,
                                     Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first,
                                     View<T> dx) const {
  const auto saved = tape.pop<typename RowConvolution<T>::Saved>();
  const int width = recurrent_->state_width();
  State<T> last, first;
  if (dstate_last) last = recurrent_part(*dstate_last);
  if (dstate_first) first = State<T>(seq.streams(), width);
  const View<T> dh = context.arena.template matrix<T>(dy.rows, dy.cols);
  convolution_->backward(context, weights, seq, saved, dy, dh, grads,
                         dstate_last ? histories<const T>(context.arena, seq, *dstate_last, width) : nullptr,
                         dstate_first ? histories<T>(context.arena, seq, *dstate_first, width) : nullptr);
  recurrent_->backward(context, weights.packed(), seq, tape, dh, dx, grads, dstate_last ? &last : nullptr,
                       dstate_first ? &first : nullptr);
  if (dstate_first) set_recurrent_part(first, *dstate_first);
}

template <class T>
Hidden<T> Stacked<T>::forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                              Tape* tape) const {
  StackedRecord<T> record{input.ids, {}};
  View<const T> x = input.frames;
  if (input.ids) {
    x = spelled_ ? spelled_->forward(context, weights, input.seq, input.ids, &record.letters)
                 : embedded_->forward(context, weights, input.seq, input.ids);
  }
  const View<T> h = convolution_ ? look_ahead(context, weights, input.seq, x, state, tape)
                                 : recurrent_->forward(context, weights.packed(), input.seq, x, state, tape);
  if (tape) tape->push(record);
  return {h, &input.seq};
}

template <class T>
void Stacked<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                          Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first) const {
  const auto record = tape.pop<StackedRecord<T>>();
  View<T> dx;
  const bool embedded = record.ids && grads.size() > 0;
  if (embedded) dx = context.arena.template matrix<T>(seq.rows(), recurrent_->options().input);
  if (convolution_) {
    look_ahead_backward(context, weights, seq, tape, dh, grads, dstate_last, dstate_first, dx);
  } else {
    recurrent_->backward(context, weights.packed(), seq, tape, dh, dx, grads, dstate_last, dstate_first);
  }
  if (!embedded) return;
  if (spelled_) return spelled_->backward(context, weights, seq, record.ids, record.letters, dx, grads);
  embedded_->backward(context, seq, record.ids, dx, grads);
}

template <class T>
void Stacked<T>::touched(const Batch& batch, bool sampled, SparseParams& touched) const {
  if (embedded_) embedded_->touched(batch.in.ids, sampled, touched);
  if (spelled_) spelled_->touched(batch.in.ids, touched);
}

template class Stacked<float>;
template class Stacked<double>;

}  // namespace rnn::core
