// Why: the encoder-decoder written out, forward and backward side by side.
#include "networks/encoder_decoder.h"

#include <algorithm>
#include <cassert>

#include "kernels/rows.h"

namespace rnn::core {
namespace {

// What forward read.
struct InputRecord {
  const int32_t* ids;
  const Rows* source;
};

constexpr uint32_t kEncoderSite = 128;  // of its masks; the decoder's start at 0

// For each source, with the sources laid out one after another: its first row, and its number of rows. Both in the arena.
template <class T>
void lay_out(Arena& arena, const Seq& source, Encoded<T>* encoded) {
  const int n = source.streams();
  int* begin = arena.take<int>(n);
  int* length = arena.take<int>(n);
  for (int r = 0, t = source.steps(); r < n; ++r) {
    while (t > 0 && source.active(t - 1) <= r) --t;
    length[source.order[r]] = t;
  }
  for (int s = 0, at = 0; s < n; at += length[s++]) begin[s] = at;
  encoded->begin = begin, encoded->length = length, encoded->longest = source.steps();
}

// Calls visit(packed row, row of the memory) for all rows of the sources.
template <class T, class Visit>
void for_memory(const Seq& source, const Encoded<T>& encoded, const Visit& visit) {
  for (int t = 0; t < source.steps(); ++t) {
    for (int r = 0; r < source.active(t); ++r) visit(source.start[t] + r, encoded.begin[source.order[r]] + t);
  }
}

}  // namespace

void EncoderOptions::match(const RecurrentOptions& decoder) {
  RecurrentOptions own = decoder;
  own.input = rnn.input, own.hidden = rnn.hidden, own.layers = rnn.layers, own.projection = rnn.projection;
  own.last_hidden = rnn.last_hidden, own.bidirectional = rnn.bidirectional, own.residual = rnn.residual;
  rnn = own;
}

Rows pack_sources(const EncoderOptions& options, const std::vector<std::vector<int32_t>>& sources) {
  std::vector<int> lengths;
  for (const auto& source : sources) lengths.push_back(Seq::checked_length(source.size()));
  Rows packed;
  packed.seq = Seq::ragged(lengths);
  for (int t = 0; t < packed.seq.steps(); ++t) {
    for (int r = 0; r < packed.seq.active(t); ++r) {
      const auto s = static_cast<size_t>(packed.seq.order[r]);
      packed.ids.push_back(sources[s][static_cast<size_t>(place_read(options, t, lengths[s]))]);
    }
  }
  return packed;
}

template <class T>
struct EncoderDecoder<T>::EncodeRecord {
  Encoded<T> encoded;
  View<T> ends, first;  // dense bridge: [sources, M] e, [sources, state] tanh(W e + b)
};

template <class T>
struct EncoderDecoder<T>::DecodeRecord {
  typename Recurrent<T>::Steps steps = {};  // with input feeding
  typename Attention<T>::Saved attention = {};
};

template <class T>
EncoderDecoder<T>::EncoderDecoder(const EncoderOptions& options, const RecurrentOptions& decoder, int vocabulary,
                                  EmbeddedOptions source, const EmbeddedOptions& target, ParamTable& table,
                                  Packed<T>& packed)
    : options_(options) {
  target_.emplace(table.add_matrix("embedding.weight", vocabulary, target.width, {Role::embedding, "embedding"}), target);
  source.tied = target.tied && !options.own_embedding;
  source_.emplace(options.own_embedding
                      ? table.add_matrix("encoder.embedding.weight", vocabulary, source.width, {Role::embedding, "encoder"})
                      : target_->id(),
                  source);
  encoder_.emplace(options.rnn, "encoder", table, packed, kEncoderSite);
  RecurrentOptions fed = decoder;
  if (options.input_feeding) fed.input += decoder.output();
  decoder_.emplace(fed, "decoder", table, packed);
  const int memory = options.output(), states = decoder_->state_width();
  if (options.bridge == BridgeKind::dense) {
    w_bridge_ =
        table.add_matrix("bridge.weight", states, memory, {.role = Role::linear, .stack = "bridge", .inputs = memory});
    b_bridge_ = table.add_vector("bridge.bias", states, {.role = Role::bias, .stack = "bridge", .inputs = memory});
    bridge_form_ = packed.add_forward(w_bridge_, {states}, memory);
    bridge_back_ = packed.add_backward(w_bridge_, {states}, memory);
    bridge_bias_form_ = packed.add_vector({states}, b_bridge_);
  }
  if (options.attention != AttentionKind::none)
    attention_.emplace(options.attention, width(), memory, options.attention_size, table, packed);
}

// ------------------------------------------------------------------------------------------------------------- the bridge

// What a bridge copies, layer after layer: how many numbers, from which column of the encoder's state, to which of the
// decoder's.
template <class T, class Copy>
static void for_copied(const Recurrent<T>& encoder, const Recurrent<T>& decoder, const Copy& copy) {
  const RecurrentOptions& from = encoder.options();
  for (int l = 0; l < from.layers; ++l) {
    for (int d = 0; d < from.directions(); ++d) {
      const int h = from.of_layer(l).output(), c = from.width(l);
      copy(h, encoder.state_offset(l, d, 0), decoder.state_offset(l, 0, 0) + d * h);
      if (from.states() > 1) copy(c, encoder.state_offset(l, d, 1), decoder.state_offset(l, 0, 1) + d * c);
    }
  }
}

template <class T>
void EncoderDecoder<T>::bridge(Context<T>& context, const Packed<T>& packed, const State<T>& last, State<T>& first,
                               EncodeRecord* record) const {
  const int n = last.rows(), states = decoder_->state_width();
  first = State<T>(n, state_width());
  if (options_.bridge == BridgeKind::copy) {
    for_copied(*encoder_, *decoder_, [&](int count, int from, int to) {
      for (int s = 0; s < n; ++s) std::copy_n(last.row(s) + from, count, first.row(s) + to);
    });
  } else if (options_.bridge == BridgeKind::dense) {
    const int part = options_.rnn.output(), top = options_.rnn.layers - 1;
    const View<T> ends = context.arena.template matrix<T>(n, options_.output());
    const View<T> to = context.arena.template matrix<T>(n, states);
    for (int s = 0; s < n; ++s) {
      for (int d = 0; d < options_.rnn.directions(); ++d)
        write_rows(last.row(s) + encoder_->state_offset(top, d, 0), ends.middle(s, 1).columns(d * part, part));
    }
    context.kernels.gemm(context.pool, {ends, packed[bridge_form_], packed[bridge_bias_form_], false, {states}, to});
    context.kernels.tanh(context.pool, to);
    for (int s = 0; s < n; ++s) read_rows<T>(to.middle(s, 1), first.row(s));
    record->ends = ends, record->first = to;
  }
}

// dfirst [sources, decoder's states] -> gradient w.r.t. the encoder's final states.
template <class T>
State<T> EncoderDecoder<T>::bridge_backward(Context<T>& context, const Packed<T>& packed, const EncodeRecord& record,
                                            const State<T>& dfirst, Params<T>& grads) const {
  const int n = dfirst.rows();
  State<T> dlast(n, encoder_->state_width());
  if (options_.bridge == BridgeKind::copy) {
    for_copied(*encoder_, *decoder_, [&](int count, int from, int to) {
      for (int s = 0; s < n; ++s) std::copy_n(dfirst.row(s) + to, count, dlast.row(s) + from);
    });
  } else if (options_.bridge == BridgeKind::dense) {
    const int states = decoder_->state_width(), part = options_.rnn.output(), top = options_.rnn.layers - 1;
    const View<T> dz = context.arena.template matrix<T>(n, states);
    const View<T> dends = context.arena.template matrix<T>(n, options_.output());
    for (int s = 0; s < n; ++s) write_rows(dfirst.row(s), dz.middle(s, 1));
    tanh_backward<T>(dz, record.first, dz, 0, n);
    context.kernels.gemm(context.pool, {dz, packed[bridge_back_], nullptr, false, {dends.cols}, dends});
    if (grads.size() > 0)
      add_outer_product<T>(context, dz, {states}, record.ends, grads.view(w_bridge_), grads.view(b_bridge_).address());
    for (int s = 0; s < n; ++s) {
      for (int d = 0; d < options_.rnn.directions(); ++d)
        read_rows<T>(dends.middle(s, 1).columns(d * part, part), dlast.row(s) + encoder_->state_offset(top, d, 0));
    }
  }
  return dlast;
}

// ------------------------------------------------------------------------------------------------------------------ forward

template <class T>
Hidden<T> EncoderDecoder<T>::forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                                     Tape* tape) const {
  const Rows& source = *input.source;
  const Encoded<T> encoded = encode(context, weights, source.seq, source.ids.data(), state, tape);
  const View<T> h = decode(context, weights, input.seq, input.ids, encoded, nullptr, state, tape);
  if (tape) tape->push(InputRecord{input.ids, input.source});
  return {h, &input.seq};
}

template <class T>
void EncoderDecoder<T>::touched(const Batch& batch, bool sampled, SparseParams& touched) const {
  target_->touched(batch.in.ids, sampled, touched);
  source_->touched(batch.source.ids, false, touched);
}

template <class T>
Encoded<T> EncoderDecoder<T>::encode(Context<T>& context, const Weights<T>& weights, const Seq& source, const int32_t* ids,
                                     State<T>& first, Tape* tape) const {
  const Packed<T>& packed = weights.packed();
  const View<const T> x = source_->forward(context, weights, source, ids);
  State<T> last(source.streams(), encoder_->state_width());
  const View<T> y = encoder_->forward(context, packed, source, x, last, tape);
  EncodeRecord record;
  Encoded<T>& encoded = record.encoded;
  lay_out(context.arena, source, &encoded);
  if (attention_) {
    const View<T> values = context.arena.template matrix<T>(source.rows(), y.cols);
    for_memory(source, encoded, [&](int row, int at) { copy_row(y, row, values, at); });
    encoded.values = values;
    encoded.keys = attention_->keys(context, packed, encoded.values);
  }
  bridge(context, packed, last, first, &record);
  if (tape) tape->push(record);
  return encoded;
}

template <class T>
View<T> EncoderDecoder<T>::decode(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids,
                                  const Encoded<T>& encoded, const int* sources, State<T>& state, Tape* tape,
                                  View<const T>* attention) const {
  assert(state.rows() == seq.streams() && state.width() == state_width());
  const Packed<T>& packed = weights.packed();
  const View<const T> x = target_->forward(context, weights, seq, ids);
  const Encoded<T> memory = encoded.of_rows(context.arena, seq, sources);
  DecodeRecord record;
  View<T> h;
  if (options_.input_feeding) {
    decode_steps(context, packed, seq, x, memory, state, &record);
    h = record.attention.h;
  } else {
    h = decoder_->forward(context, packed, seq, x, state, tape);
    if (attention_) {
      record.attention = attention_->begin(context, packed, seq, memory, h);
      attention_->forward(context, packed, seq, 0, seq.steps(), record.attention);
      h = record.attention.h;
    }
  }
  if (attention) *attention = record.attention.args.weights;
  if (tape) tape->push(record);
  return h;
}

// Input feeding: a step can be read only when the previous one is done.
template <class T>
void EncoderDecoder<T>::decode_steps(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x,
                                     const Encoded<T>& memory, State<T>& state, DecodeRecord* record) const {
  const int states = decoder_->state_width(), H = width();
  const View<T> read = context.arena.template matrix<T>(seq.rows(), x.cols + H), fed = read.columns(x.cols, H);
  copy_rows(x, read);
  State<T> own(seq.streams(), states);
  for (int s = 0; s < seq.streams(); ++s) std::copy_n(state.row(s), states, own.row(s));
  record->steps = decoder_->begin_steps(context, packed, seq, read, own);
  record->attention = attention_->begin(context, packed, seq, memory, record->steps.y);
  const View<T> h = record->attention.h;
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) {
      const int row = seq.start[t] + r;
      if (t == 0) {
        write_rows(state.row(seq.order[r]) + states, fed.middle(row, 1));
      } else {
        copy_row(h, seq.start[t - 1] + r, fed, row);
      }
    }
    decoder_->forward_step(context, packed, seq, t, record->steps);
    attention_->forward(context, packed, seq, t, t + 1, record->attention);
  }
  decoder_->final_states(context, seq, record->steps, own);
  for (int r = 0, t = seq.steps(); r < seq.streams(); ++r) {
    while (t > 0 && seq.active(t - 1) <= r) --t;
    const int s = seq.order[r];
    std::copy_n(own.row(s), states, state.row(s));
    if (t > 0) read_rows<T>(h.middle(seq.start[t - 1] + r, 1), state.row(s) + states);
  }
}

// ----------------------------------------------------------------------------------------------------------------- backward

template <class T>
void EncoderDecoder<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                                 Params<T>& grads, const State<T>*, State<T>*) const {
  const auto record = tape.pop<InputRecord>();
  const Rows& source = *record.source;
  const bool wanted = grads.size() > 0;
  View<T> dx, dsource;
  if (wanted) dx = context.arena.template matrix<T>(seq.rows(), options_.rnn.input);
  if (wanted) dsource = context.arena.template matrix<T>(source.seq.rows(), options_.rnn.input);
  backward_both(context, weights.packed(), seq, source.seq, tape, dh, dx, dsource, grads);
  if (!wanted) return;
  target_->backward(context, seq, record.ids, dx, grads);
  source_->backward(context, source.seq, source.ids.data(), dsource, grads);
}

template <class T>
void EncoderDecoder<T>::backward_both(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Seq& source,
                                      Tape& tape, View<T> dh, View<T> dx, View<T> dsource_x, Params<T>& grads) const {
  const auto decoded = tape.pop<DecodeRecord>();
  const ArenaScope scope(context.arena);
  const int memory_rows = source.rows();
  const View<T> dvalues = context.arena.template matrix<T>(memory_rows, options_.output());
  const View<T> dkeys = context.arena.template matrix<T>(memory_rows, attention_ ? attention_->key_width() : 0);
  fill_rows(dvalues, T(0)), fill_rows(dkeys, T(0));
  State<T> dfirst(source.streams(), decoder_->state_width());
  decode_backward(context, packed, seq, tape, decoded, dh, dkeys, dvalues, dx, dfirst, grads);

  const auto encoded = tape.pop<EncodeRecord>();
  if (attention_) attention_->keys_backward(context, packed, encoded.encoded.values, dkeys, dvalues, grads);
  const State<T> dlast = bridge_backward(context, packed, encoded, dfirst, grads);
  const View<T> dy = context.arena.template matrix<T>(memory_rows, options_.output());
  for_memory(source, encoded.encoded, [&](int row, int at) { copy_row(dvalues, at, dy, row); });
  encoder_->backward(context, packed, source, tape, dy, dsource_x, grads, &dlast);
}

template <class T>
void EncoderDecoder<T>::decode_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape,
                                        const DecodeRecord& record, View<T> dh, View<T> dkeys, View<T> dvalues, View<T> dx,
                                        State<T>& dfirst, Params<T>& grads) const {
  if (!attention_) return decoder_->backward(context, packed, seq, tape, dh, dx, grads, nullptr, &dfirst);
  const auto back = attention_->begin_backward(context, seq, record.attention, dkeys, dvalues);
  if (options_.input_feeding) {
    steps_backward(context, packed, seq, record, back, dh, dx, dfirst, grads);
  } else {
    attention_->backward(context, packed, seq, 0, seq.steps(), dh, record.attention, back);
    decoder_->backward(context, packed, seq, tape, back.dq, dx, grads, nullptr, &dfirst);
  }
  attention_->end_backward(context, seq, record.attention, back, grads);
}

template <class T>
void EncoderDecoder<T>::steps_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq,
                                       const DecodeRecord& record, const typename Attention<T>::Back& back, View<T> dh,
                                       View<T> dx, State<T>& dfirst, Params<T>& grads) const {
  const int H = width(), E = record.steps.x[0].cols - H;
  const View<T> dread = context.arena.template matrix<T>(seq.rows(), E + H);
  const auto steps = decoder_->begin_backward(context, packed, seq, record.steps, back.dq, dread);
  for (int t = seq.steps() - 1; t >= 0; --t) {
    for (int r = 0; t + 1 < seq.steps() && r < seq.active(t + 1); ++r)
      add_row<T>(dread.columns(E, H), seq.start[t + 1] + r, dh, seq.start[t] + r);
    attention_->backward(context, packed, seq, t, t + 1, dh, record.attention, back);
    decoder_->backward_step(context, seq, t, record.steps, steps);
  }
  decoder_->end_backward(context, seq, record.steps, steps, grads, &dfirst);
  if (dx) copy_rows(dread.columns(0, E), dx);
}

template class EncoderDecoder<float>;
template class EncoderDecoder<double>;

}  // namespace rnn::core
