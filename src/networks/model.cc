// Why: the networks written out: embedding, recurrent stack, output layer, forward and backward side by side.
#include "networks/model.h"

#include <algorithm>
#include <utility>

#include "cells/reference.h"
#include "nn/layers/weight_masks.h"

namespace rnn::core {

namespace {

constexpr uint32_t kEmbeddingSite = 1, kOutputSite = 2, kSourceSite = 3;  // dropout

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

// out = a * b, may be in place.
template <class T>
void multiply(Pool& pool, const T* a, const T* b, T* out, int64_t n) {
  pool.parallel_for(n, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = a[i] * b[i];
  });
}

}  // namespace

template <class T>
struct Model<T>::NetworkRecord {
  const int32_t* inputs;       // null: frames
  const Batch* batch;          // for a translator, else null
  View<const T> h;             // [h_rows, width] input of the output layer
  View<const T> raw, dropped;  // [rows, width] outputs of the last layer before and after dropout
};

template <class T>
Model<T>::Model(const ModelConfig& config, const std::function<void(const ParamTable&)>& accept) : config_(config) {
  if (translates()) config_.encoder.match(config.rnn);
  check_config(config_);
  if (writes_text()) config_.output = config.vocabulary;
  if (reads_ids())
    embedding_ = table_.add_matrix("embedding.weight", config.vocabulary, config.rnn.input, {Role::embedding, "embedding"});
  if (translates()) {
    source_embedding_ = embedding_;
    if (config.encoder.own_embedding)
      source_embedding_ =
          table_.add_matrix("encoder.embedding.weight", config.vocabulary, config.rnn.input, {Role::embedding, "encoder"});
    encoder_decoder_.emplace(config.encoder, config.rnn, table_, packed_);
  } else {
    recurrent_.emplace(config.rnn, has_head() ? "rnn" : "", table_, packed_);
  }
  if (has_head()) {
    SoftmaxOptions& softmax = config_.softmax;
    if (softmax.kind == SoftmaxKind::adaptive && softmax.cutoffs.empty())
      softmax.cutoffs = automatic_cutoffs(config_.output, width(), softmax.divide);
    output_.emplace(softmax, config_.output, width(), config.tied ? embedding_ : -1, table_, packed_);
  }
  if (accept) accept(table_);
  params_ = Params<T>(table_);
}

template <class T>
void Model<T>::pack(Pool& pool, bool training, ParamId late) {
  if (packed_.bytes() == 0 || training != packed_.training() || late != packed_.late())
    packed_.allocate(kernels<T>(), table_, training, late);
  packed_.update(pool, params_, [](size_t, size_t) {});
}

template <class T>
std::vector<ParamId> Model<T>::recurrent_weights() const {
  if (!encoder_decoder_) return recurrent_->recurrent_weights();
  std::vector<ParamId> ids = encoder_decoder_->encoder().recurrent_weights();
  const std::vector<ParamId> own = encoder_decoder_->decoder().recurrent_weights();
  ids.insert(ids.end(), own.begin(), own.end());
  return ids;
}

template <class T>
void Model<T>::drop_weights(Pool& pool, uint64_t seed, uint32_t update) {
  const double p = config_.rnn.weight_drop;
  if (p <= 0) return;
  const std::vector<ParamId> ids = recurrent_weights();
  if (weight_masks_.size() == 0) {
    size_t count = 0;
    for (const ParamId id : ids) count += table_[id].size();
    weight_masks_ = Buffer<T>(count), dropped_ = Buffer<T>(count);
  }
  size_t offset = 0;
  for (const ParamId id : ids) {
    const auto size = static_cast<int64_t>(table_[id].size());
    T *masks = weight_masks_.data() + offset, *dropped = dropped_.data() + offset;
    weight_masks(pool, seed, update, static_cast<uint32_t>(id), p, masks, size);
    multiply(pool, params_.view(id).data, masks, dropped, size);
    packed_.pack_other(pool, id, dropped);
    offset += static_cast<size_t>(size);
  }
}

template <class T>
void Model<T>::drop_gradients(Pool& pool, Params<T>& grads) const {
  if (weight_masks_.size() == 0) return;
  const T* masks = weight_masks_.data();
  for (const ParamId id : recurrent_weights()) {
    const auto size = static_cast<int64_t>(table_[id].size());
    T* gradient = grads.view(id).data;
    multiply(pool, gradient, masks, gradient, size);
    masks += size;
  }
}

template <class T>
SparseParams Model<T>::sparse_rows(const Batch& batch, const std::vector<int32_t>* samples) const {
  SparseParams all;
  const auto add = [&](ParamId id, const std::vector<int32_t>& rows) {
    if (all.empty() || all.back().param != id) all.push_back({id, {}});
    all.back().rows.insert(all.back().rows.end(), rows.begin(), rows.end());
  };
  if (reads_ids() && (!config_.tied || samples)) {
    add(embedding_, batch.inputs);
    if (config_.drops.words > 0 && config_.drops.unknown >= 0) add(embedding_, {config_.drops.unknown});
  }
  if (translates() && (source_embedding_ != embedding_ || !config_.tied)) {
    add(source_embedding_, batch.source_ids);
    if (config_.drops.words > 0 && config_.drops.unknown >= 0) add(source_embedding_, {config_.drops.unknown});
  }
  if (samples) {
    add(output_->weight(), *samples);
    std::vector<int32_t> targets = batch.targets;
    targets.erase(std::remove_if(targets.begin(), targets.end(), [](int32_t t) { return t < 0; }), targets.end());
    add(output_->weight(), targets);
  }
  for (SparseRows& s : all) {
    std::sort(s.rows.begin(), s.rows.end());
    s.rows.erase(std::unique(s.rows.begin(), s.rows.end()), s.rows.end());
  }
  return all;
}

template <class T>
void Model<T>::drop_params() {
  const auto keep = [&](ParamId id, Buffer<T>& rows) {
    rows = Buffer<T>(table_[id].size());
    std::copy_n(params_.view(id).data, rows.size(), rows.data());
  };
  if (embedding_ >= 0 && params_.size() > 0) keep(embedding_, embedding_rows_);
  if (source_embedding_ != embedding_ && source_embedding_ >= 0 && params_.size() > 0) keep(source_embedding_, source_rows_);
  params_ = Params<T>();
}

template <class T>
void Model<T>::drop(Context<T>& context, const Seq& seq, double p, uint32_t site, View<T> x) const {
  if (p > 0 && context.training) dropout<T>(context, seq, {p, site, config_.rnn.variational}, x, x);
}

template <class T>
View<T> Model<T>::embed(Context<T>& context, const Seq& seq, const int32_t* inputs, bool source) const {
  const ParamId id = source ? source_embedding_ : embedding_;
  const T* kept = id == embedding_ ? embedding_rows_.data() : source_rows_.data();
  const T* weights = params_.size() > 0 ? params_.view(id).data : kept;
  const View<T> x = context.arena.template matrix<T>(seq.rows(), config_.rnn.input);
  const uint32_t site = source ? kSourceSite : 0;
  rnn::core::embed(context, seq, inputs, weights, config_.drops, x, site);
  drop(context, seq, config_.dropout_of_input(), source ? kSourceSite : kEmbeddingSite, x);
  return x;
}

template <class T>
void Model<T>::embed_backward(Context<T>& context, const Seq& seq, const int32_t* inputs, View<T> dx, Params<T>& grads,
                              bool source) const {
  drop(context, seq, config_.dropout_of_input(), source ? kSourceSite : kEmbeddingSite, dx);
  const View<T> gradient = grads.view(source ? source_embedding_ : embedding_);
  rnn::core::embed_backward<T>(context, seq, inputs, config_.drops, dx, gradient, source ? kSourceSite : 0);
}

// The output layer's input: every step, or the last ones. An empty sequence is answered from a state of zeros.
template <class T>
View<T> Model<T>::below_output(Context<T>& context, const Seq& seq, const int32_t* inputs, View<T> h, Tape* tape,
                               const Batch* batch) const {
  NetworkRecord record{inputs, batch, h, h, h};
  const double p = config_.dropout_of_output();
  if (p > 0 && context.training) {
    const View<T> dropped = context.arena.template matrix<T>(h.rows, h.cols);
    dropout<T>(context, seq, {p, kOutputSite, config_.rnn.variational}, h, dropped);
    record.dropped = h = dropped;
  }
  if (answers_at_end()) {
    const int width = config_.rnn.output();
    const View<T> last = context.arena.template matrix<T>(seq.streams(), h.cols);
    std::fill_n(last.data, static_cast<int64_t>(last.rows) * last.cols, T(0));
    visit_ends(seq, config_.rnn.directions(),
               [&](int r, int row, int d) { std::copy_n(h.row(row) + d * width, width, last.row(r) + d * width); });
    h = last;
  }
  record.h = h;
  if (tape) tape->push(record);
  return h;
}

// Gradient w.r.t. the hidden states of all steps [rows, width], in the arena or in dh.
template <class T>
View<T> Model<T>::below_output_backward(Context<T>& context, const Seq& seq, const NetworkRecord& record, View<T> dh) const {
  if (!dh.data || answers_at_end()) {
    const View<T> all = context.arena.template matrix<T>(seq.rows(), width());
    std::fill_n(all.data, static_cast<int64_t>(all.rows) * all.cols, T(0));
    const int part = config_.rnn.output();
    if (dh.data)
      visit_ends(seq, config_.rnn.directions(),
                 [&](int r, int row, int d) { std::copy_n(dh.row(r) + d * part, part, all.row(row) + d * part); });
    dh = all;
  }
  const ActivationPenalty& penalty = context.penalty;
  if (penalty.squares > 0) add_activation_gradient<T>(context, record.dropped, penalty.squares, dh);
  drop(context, seq, config_.dropout_of_output(), kOutputSite, dh);
  if (penalty.changes > 0) add_change_gradient<T>(context, seq, record.raw, penalty.changes, dh);
  return dh;
}

template <class T>
ActivationSums Model<T>::activations(Context<T>& context, const Seq& seq, const Tape& tape) const {
  const auto record = tape.top<NetworkRecord>();
  return activation_sums<T>(context, seq, record.dropped, record.raw);
}

template <class T>
void Model<T>::forward_output(Context<T>& context, View<const T> h, View<T> outputs) const {
  output_->forward(context, packed_, h, outputs);
}

template <class T>
void Model<T>::backward_output(Context<T>& context, View<const T> h, View<const T> doutput, View<T> dh,
                               Params<T>& grads) const {
  output_->backward(context, packed_, h, doutput, dh, grads);
}

template <class T>
View<const T> Model<T>::forward_part(Context<T>& context, int part, View<const T> h, View<T> logits) const {
  return output_->forward_part(context, packed_, part, h, logits);
}

template <class T>
void Model<T>::backward_part(Context<T>& context, int part, View<const T> h, View<const T> read, View<const T> dlogits,
                             View<T> dh, Params<T>& grads) const {
  output_->backward_part(context, packed_, part, h, read, dlogits, dh, grads);
}

template <class T>
View<T> Model<T>::all_outputs(Context<T>& context, View<const T> h) const {
  const View<T> outputs = context.arena.template matrix<T>(h.rows, config_.output);
  forward_output(context, h, outputs);
  return outputs;
}

template <class T>
View<const T> Model<T>::frames_of(Context<T>& context, const Batch& batch) const {
  const View<T> frames = context.arena.template matrix<T>(batch.seq.rows(), batch.width);
  std::copy(batch.frames.begin(), batch.frames.end(), frames.data);
  return frames;
}

template <class T>
View<T> Model<T>::forward_hidden(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const {
  if (translates()) return forward_translator(context, batch, state, tape);
  const int32_t* inputs = batch.width == 0 ? batch.inputs.data() : nullptr;
  const View<const T> x = inputs ? embed(context, batch.seq, inputs) : frames_of(context, batch);
  return below_output(context, batch.seq, inputs, recurrent_->forward(context, packed_, batch.seq, x, state, tape), tape);
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Seq& seq, const int32_t* inputs, State<T>& state, Tape* tape) const {
  const View<T> h = recurrent_->forward(context, packed_, seq, embed(context, seq, inputs), state, tape);
  return all_outputs(context, below_output(context, seq, inputs, h, tape));
}

template <class T>
View<T> Model<T>::forward_frames(Context<T>& context, const Seq& seq, View<const T> frames, State<T>& state,
                                 Tape* tape) const {
  const View<T> h = recurrent_->forward(context, packed_, seq, frames, state, tape);
  return has_head() ? all_outputs(context, below_output(context, seq, nullptr, h, tape)) : h;
}

template <class T>
View<T> Model<T>::forward(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const {
  if (translates()) return all_outputs(context, forward_translator(context, batch, state, tape));
  if (batch.width == 0) return forward(context, batch.seq, batch.inputs.data(), state, tape);
  return forward_frames(context, batch.seq, frames_of(context, batch), state, tape);
}

template <class T>
void Model<T>::backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> doutput, Params<T>& grads,
                        const State<T>* dstate_last, State<T>* dstate_first) const {
  if (!has_head()) {
    recurrent_->backward(context, packed_, seq, tape, doutput, {}, grads, dstate_last, dstate_first);
    return;
  }
  const ArenaScope scope(context.arena);
  View<T> dh;
  if (doutput.data) {
    const auto record = tape.top<NetworkRecord>();
    dh = context.arena.template matrix<T>(record.h.rows, width());
    backward_output(context, record.h, doutput, dh, grads);
  }
  backward_hidden(context, seq, tape, dh, grads, dstate_last, dstate_first);
}

template <class T>
void Model<T>::backward_hidden(Context<T>& context, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                               const State<T>* dstate_last, State<T>* dstate_first) const {
  const auto record = tape.pop<NetworkRecord>();
  const ArenaScope scope(context.arena);
  const View<T> dy = below_output_backward(context, seq, record, dh);
  if (translates()) return backward_translator(context, seq, tape, record, dy, grads);
  View<T> dx;
  const bool embedded = record.inputs && grads.size() > 0;
  if (embedded) dx = context.arena.template matrix<T>(seq.rows(), config_.rnn.input);
  recurrent_->backward(context, packed_, seq, tape, dy, dx, grads, dstate_last, dstate_first);
  if (embedded) embed_backward(context, seq, record.inputs, dx, grads);
}

template <class T>
Encoded<T> Model<T>::encode(Context<T>& context, const Seq& source, const int32_t* ids, State<T>& first) const {
  return encoder_decoder_->encode(context, packed_, source, embed(context, source, ids, true), first, nullptr);
}

template <class T>
View<T> Model<T>::decode(Context<T>& context, const Seq& seq, const int32_t* inputs, const Encoded<T>& encoded,
                         const int* sources, State<T>& state, View<const T>* weights) const {
  return encoder_decoder_->decode(context, packed_, seq, embed(context, seq, inputs), encoded, sources, state, nullptr,
                                  weights);
}

template <class T>
View<T> Model<T>::forward_translator(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const {
  const View<T> source = embed(context, batch.source, batch.source_ids.data(), true);
  const Encoded<T> encoded = encoder_decoder_->encode(context, packed_, batch.source, source, state, tape);
  const int32_t* inputs = batch.inputs.data();
  const View<T> x = embed(context, batch.seq, inputs);
  const View<T> h = encoder_decoder_->decode(context, packed_, batch.seq, x, encoded, nullptr, state, tape);
  return below_output(context, batch.seq, inputs, h, tape, &batch);
}

template <class T>
void Model<T>::backward_translator(Context<T>& context, const Seq& seq, Tape& tape, const NetworkRecord& record, View<T> dh,
                                   Params<T>& grads) const {
  const Batch& batch = *record.batch;
  const bool wanted = grads.size() > 0;
  View<T> dx, dsource;
  if (wanted) dx = context.arena.template matrix<T>(seq.rows(), config_.rnn.input);
  if (wanted) dsource = context.arena.template matrix<T>(batch.source.rows(), config_.rnn.input);
  encoder_decoder_->backward(context, packed_, seq, batch.source, tape, dh, dx, dsource, grads);
  if (!wanted) return;
  embed_backward(context, seq, record.inputs, dx, grads);
  embed_backward(context, batch.source, batch.source_ids.data(), dsource, grads, true);
}

template class Model<float>;
template class Model<double>;

}  // namespace rnn::core
