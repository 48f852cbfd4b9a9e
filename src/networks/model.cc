// Why: a network and a head as one: which hidden rows the head reads, dropout and penalties between the two, forward and backward
// side by side.
#include "networks/model.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "cells/reference.h"
#include "heads/joint.h"
#include "kernels/rows.h"
#include "networks/list.h"
#include "nn/layers/pooling.h"

namespace rnn::core {
namespace {

constexpr uint32_t kOutputSite = 2;  // of the dropout before the head; those of the embeddings: list.cc

// Calls visit(r, row, d) with the packed row at which direction d ends the sequence of packed row r: its last, or its first
// when read backwards. Empty sequences are skipped.
template <class Visit>
void visit_ends(const Seq& seq, int directions, const Visit& visit) {
  int t = seq.steps() - 1;
  for (int r = 0; r < seq.streams(); ++r) {
    while (t >= 0 && seq.active(t) <= r) --t;
    for (int d = 0; t >= 0 && d < directions; ++d) visit(r, d == 0 ? seq.start[t] + r : r, d);
  }
}

}  // namespace

template <class T>
struct Model<T>::HeadRecord {
  View<const T> h;             // [output_rows, width] input of the head
  View<const T> raw, dropped;  // [rows, width] hidden rows before and after dropout
  const Seq* seq;              // of the hidden rows
  int32_t* largest = nullptr;  // of max pooling: the row of every number
  T* scores = nullptr;         // of pooling by attention (nn/layers/pooling.h)
  Attended<T>* attended = nullptr;
};

template <class T>
static ModelParts<T> parts_of(const ModelConfig& c) {
  ModelParts<T> parts;
  parts.network = [c](ParamTable& table, Packed<T>& forms) { return make_network(c, table, forms); };
  if (c.head() == kNoHead) return parts;
  parts.head = [c](const Network<T>& network, ParamTable& table, Packed<T>& forms) {
    const ParamId tied = c.tied ? network.embedding() : -1;
    auto head = make_head<T>(
        {c.head(), c.reads(), c.output, network.width(), tied, c.softmax, c.forecast.levels, c.transducer, c.places}, table,
        forms);
    if (c.whole_labels > 0)
      head = std::make_unique<JointHead<T>>(std::move(head), c.whole_labels, network.width(), table, forms);
    return head;
  };
  return parts;
}

template <class T>
Model<T>::Model(const ModelConfig& config, const std::function<void(const ParamTable&)>& accept)
    : config_(checked_config(config)) {
  build(parts_of<T>(config_), accept);
}

template <class T>
Model<T>::Model(const ModelConfig& config, const ModelParts<T>& parts, const std::function<void(const ParamTable&)>& accept)
    : config_(config) {
  build(parts, accept);
}

template <class T>
void Model<T>::build(const ModelParts<T>& parts, const std::function<void(const ParamTable&)>& accept) {
  Packed<T> forms;
  network_ = parts.network(table_, forms);
  if (parts.head) head_ = parts.head(*network_, table_, forms);
  if (has_head() && head_->info().reads == RowsRead::attention)
    query_ = table_.add_vector("pool.query.weight", width(), {.role = Role::score, .stack = "pool", .inputs = width()});
  for (const Recurrent<T>* stack : network_->stacks()) {
    const std::vector<ParamId> own = stack->recurrent_weights();
    recurrent_weights_.insert(recurrent_weights_.end(), own.begin(), own.end());
  }
  if (accept) accept(table_);
  weights_ = Weights<T>(table_, std::move(forms));
}

template <class T>
void Model<T>::drop_weights(Pool& pool, uint64_t seed, uint32_t update) {
  if (config_.rnn.weight_drop > 0) weights_.drop(pool, recurrent_weights_, config_.rnn.weight_drop, seed, update);
}

template <class T>
void Model<T>::drop_gradients(Pool& pool, Params<T>& grads) const {
  weights_.drop_gradients(pool, recurrent_weights_, grads);
}

template <class T>
SparseParams Model<T>::sparse_rows(const Batch& batch, const std::vector<int32_t>* samples) const {
  SparseParams all;
  network_->touched(batch, samples != nullptr, all);
  if (samples) {
    const ParamId matrix = head_->sampled_matrix();
    add_touched(matrix, *samples, all);
    std::vector<int32_t> targets = batch.to.ids;
    targets.erase(std::remove_if(targets.begin(), targets.end(), [](int32_t t) { return t < 0; }), targets.end());
    add_touched(matrix, targets, all);
  }
  for (SparseRows& s : all) {
    std::sort(s.rows.begin(), s.rows.end());
    s.rows.erase(std::unique(s.rows.begin(), s.rows.end()), s.rows.end());
  }
  return all;
}

template <class T>
void Model<T>::drop_params() {
  std::vector<ParamId> kept = network_->row_params();
  if (head_) {
    const std::vector<ParamId> own = head_->row_params();
    kept.insert(kept.end(), own.begin(), own.end());
  }
  if (query_ >= 0) kept.push_back(query_);
  weights_.release_params(kept);
}

// ------------------------------------------------------------------------------------------------- between network and head

// The rows that the head reads. An empty sequence is answered from a state of zeros.
template <class T>
View<T> Model<T>::head_input(Context<T>& context, const Hidden<T>& hidden, Tape* tape) const {
  View<T> h = hidden.rows;
  HeadRecord record{h, h, h, hidden.seq};
  const double p = config_.dropout_of_output();
  if (p > 0 && context.training) {
    const View<T> dropped = context.arena.template matrix<T>(h.rows, h.cols);
    dropout<T>(context, *hidden.seq, {p, kOutputSite, config_.rnn.variational}, h, dropped);
    record.dropped = h = dropped;
  }
  if (answers_at_end()) {
    const int directions = network_->directions(), width = h.cols / directions;
    const View<T> last = context.arena.template matrix<T>(hidden.seq->streams(), h.cols);
    const RowsRead reads = head_->info().reads;
    if (reads == RowsRead::max)
      record.largest = context.arena.template take<int32_t>(static_cast<size_t>(last.rows) * static_cast<size_t>(last.cols));
    if (reads == RowsRead::max) max_rows<T>(context, *hidden.seq, h, last, record.largest);
    if (reads == RowsRead::mean) mean_rows<T>(context, *hidden.seq, h, last);
    if (reads == RowsRead::attention) {
      record.scores = context.arena.template take<T>(static_cast<size_t>(h.rows));
      record.attended = context.arena.template take<Attended<T>>(static_cast<size_t>(last.rows));
      attention_rows<T>(context, *hidden.seq, h, query(), last, record.scores, record.attended);
    }
    if (reads != RowsRead::last) {
      record.h = last;
      if (tape) tape->push(record);
      return last;
    }
    fill_rows(last, T(0));
    visit_ends(*hidden.seq, directions, [&](int r, int row, int d) {
      copy_row(h.columns(d * width, width), row, last.columns(d * width, width), r);
    });
    h = last;
  }
  record.h = h;
  if (tape) tape->push(record);
  return h;
}

// Gradient w.r.t. the hidden rows of all steps [rows, width], in the arena or in dh.
template <class T>
View<T> Model<T>::head_input_backward(Context<T>& context, const HeadRecord& record, View<T> dh, Params<T>& grads) const {
  const Seq& seq = *record.seq;
  if (!dh || answers_at_end()) {
    const View<T> all = context.arena.template matrix<T>(seq.rows(), width());
    fill_rows(all, T(0));
    const int directions = network_->directions(), part = width() / directions;
    const RowsRead reads = head_->info().reads;
    if (dh && reads == RowsRead::max) {
      max_rows_backward<T>(context, dh, record.largest, all);
    } else if (dh && reads == RowsRead::attention) {
      attention_rows_backward<T>(context, seq, record.dropped, query(), record.h, record.scores, record.attended, dh, all,
                                 grads.size() > 0 ? grads.values(query_).data() : nullptr);
    } else if (dh && reads == RowsRead::mean) {
      mean_rows_backward<T>(context, seq, dh, all);
    } else if (dh) {
      visit_ends(seq, directions,
                 [&](int r, int row, int d) { copy_row(dh.columns(d * part, part), r, all.columns(d * part, part), row); });
    }
    dh = all;
  }
  const ActivationPenalty& penalty = context.penalty;
  if (penalty.squares > 0) add_activation_gradient<T>(context, record.dropped, penalty.squares, dh);
  if (const double p = config_.dropout_of_output(); p > 0 && context.training)
    dropout<T>(context, seq, {p, kOutputSite, config_.rnn.variational}, dh, dh);
  if (penalty.changes > 0) add_change_gradient<T>(context, seq, record.raw, penalty.changes, dh);
  return dh;
}

template <class T>
ActivationSums Model<T>::activations(Context<T>& context, const Seq& seq, const Tape& tape) const {
  const auto record = tape.top<HeadRecord>();
  return activation_sums<T>(context, seq, record.dropped, record.raw);
}

// -------------------------------------------------------------------------------------------------------------- whole passes

template <class T>
View<T> Model<T>::all_outputs(Context<T>& context, View<const T> h) const {
  const View<T> outputs = context.arena.template matrix<T>(h.rows, this->outputs());
  forward_output(context, h, outputs);
  return outputs;
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Input<T>& input, State<T>& state, Tape* tape) const {
  assert(&context.kernels == &kernels());
  const Hidden<T> hidden = network_->forward(context, weights_, input, state, tape);
  return has_head() ? all_outputs(context, head_input(context, hidden, tape)) : hidden.rows;
}

template <class T>
Input<T> Model<T>::input_of(Context<T>& context, const Batch& batch) const {
  const Rows* source = network_->reads_source() ? &batch.source : nullptr;
  const bool ids = batch.in.width == 0 || !batch.in.ids.empty();
  Input<T> input{batch.in.seq, ids ? batch.in.ids.data() : nullptr, {}, source};
  if (!batch.stream_ids.empty()) input.stream_ids = batch.stream_ids.data();
  if (batch.in.width == 0) return input;
  const View<T> frames = context.arena.template matrix<T>(batch.in.seq.rows(), batch.in.width);
  write_rows(batch.in.frames.data(), frames);
  input.frames = frames;
  return input;
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Seq& seq, const int32_t* ids, State<T>& state, Tape* tape) const {
  return forward(context, Input<T>{seq, ids}, state, tape);
}

template <class T>
View<T> Model<T>::forward_frames(Context<T>& context, const Seq& seq, View<const T> frames, State<T>& state,
                                 Tape* tape) const {
  return forward(context, Input<T>{seq, nullptr, frames}, state, tape);
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const {
  return forward(context, input_of(context, batch), state, tape);
}

template <class T>
View<T> Model<T>::forward_hidden(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape,
                                 const Seq** seq) const {
  return forward_hidden(context, input_of(context, batch), state, tape, seq);
}

template <class T>
View<T> Model<T>::forward_hidden(Context<T>& context, const Input<T>& input, State<T>& state, Tape* tape,
                                 const Seq** seq) const {
  assert(&context.kernels == &kernels());
  const Hidden<T> hidden = network_->forward(context, weights_, input, state, tape);
  if (seq) *seq = hidden.seq;
  return head_input(context, hidden, tape);
}

template <class T>
void Model<T>::backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> doutput, Params<T>& grads,
                        const State<T>* dstate_last, State<T>* dstate_first) const {
  if (!has_head()) return network_->backward(context, weights_, seq, tape, doutput, grads, dstate_last, dstate_first);
  const ArenaScope scope(context.arena);
  View<T> dh;
  if (doutput) {
    const auto record = tape.top<HeadRecord>();
    dh = context.arena.template matrix<T>(record.h.rows, width());
    backward_output(context, record.h, doutput, dh, grads);
  }
  backward_hidden(context, seq, tape, dh, grads, dstate_last, dstate_first);
}

template <class T>
void Model<T>::backward_hidden(Context<T>& context, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                               const State<T>* dstate_last, State<T>* dstate_first) const {
  const auto record = tape.pop<HeadRecord>();
  const ArenaScope scope(context.arena);
  const View<T> dy = head_input_backward(context, record, dh, grads);
  network_->backward(context, weights_, seq, tape, dy, grads, dstate_last, dstate_first);
}

template class Model<float>;
template class Model<double>;

}  // namespace rnn::core
