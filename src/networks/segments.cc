// Why: the network of segments written out, forward and backward side by side.
#include "networks/segments.h"

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "base/rng.h"
#include "kernels/rows.h"

namespace rnn::core {
namespace {

constexpr int kReluRows = 64;  // at least this many per share of the work

// The stream that each packed row belongs to.
const int* streams_of_rows(Arena& arena, const Seq& seq) {
  int* streams = arena.take<int>(static_cast<size_t>(seq.rows()));
  for (int t = 0; t < seq.steps(); ++t) std::copy_n(seq.order.begin(), seq.active(t), streams + seq.start[t]);
  return streams;
}

}  // namespace

// What a decoder reads at each row, and each distinct (position, channel) once, ascending; in the arena.
template <class T>
struct Segments<T>::Pairs {
  int count;
  const int32_t *positions, *channels;  // [count]
  const int32_t* of_row;                // [rows]
};

template <class T>
struct Segments<T>::Record {
  const Rows* source;
  View<const T> e;     // [source rows, d] what its frames are mapped to
  const int32_t* ids;  // [rows]
  Pairs pairs;
  View<const T> known;
};

template <class T>
Segments<T>::Segments(const SegmentsOptions& options, ParamTable& table, Packed<T>& packed) : options_(options) {
  const int d = options.rnn.input, beside = options.channels > 0 ? d / 2 : 0;
  w_segment_ = table.add_matrix("segment.weight", d, options.frame,
                                {.role = Role::linear, .stack = "segment", .inputs = options.frame});
  b_segment_ = table.add_vector("segment.bias", d, {.role = Role::bias, .stack = "segment", .inputs = options.frame});
  segment_form_ = packed.add_forward(w_segment_, {d}, options.frame);
  segment_bias_form_ = packed.add_vector({d}, b_segment_);
  position_ = table.add_matrix("position.weight", options.positions, d - beside, {Role::embedding, "position"});
  if (beside > 0) channel_ = table.add_matrix("channel.weight", options.channels, beside, {Role::embedding, "channel"});
  if (options.known > 0) {
    w_known_ = table.add_matrix("known.weight", d, options.known,
                                {.role = Role::linear, .stack = "known", .inputs = options.known});
    known_form_ = packed.add_forward(w_known_, {d}, options.known);
  }
  recurrent_.emplace(options.rnn, "rnn", table, packed);
}

template <class T>
std::vector<ParamId> Segments<T>::row_params() const {
  return channel_ >= 0 ? std::vector<ParamId>{position_, channel_} : std::vector<ParamId>{position_};
}

template <class T>
void Segments<T>::touched(const Batch& batch, bool, SparseParams& touched) const {
  add_touched(position_, batch.in.ids, touched);
  if (channel_ < 0) return;
  std::vector<int32_t> ids;
  for (const int32_t id : batch.stream_ids) ids.push_back(channel(id));
  if (ids.empty()) ids.push_back(0);
  add_touched(channel_, ids, touched);
}

// --------------------------------------------------------------------------------------------- segments of the past are read

// relu(W x + b) [source rows, d].
template <class T>
View<T> Segments<T>::encode(Context<T>& context, const Weights<T>& weights, const Rows& source) const {
  const Packed<T>& packed = weights.packed();
  const int rows = source.seq.rows(), d = options_.rnn.input;
  assert(rows == 0 || source.width == options_.frame);
  const ProfileScope profiled(context.profile, Phase::embedding, 2.0 * rows * d * options_.frame);
  const View<T> frames = context.arena.template matrix<T>(rows, options_.frame);
  const View<T> e = context.arena.template matrix<T>(rows, d);
  if (rows == 0) return e;
  write_rows(source.frames.data(), frames);
  context.kernels.gemm(context.pool, {frames, packed[segment_form_], packed[segment_bias_form_], false, {d}, e});
  context.pool.parallel_for(rows, kReluRows, [&](int64_t begin, int64_t end) {
    relu_rows(e, static_cast<int>(begin), static_cast<int>(end - begin));
  });
  return e;
}

// de is overwritten.
template <class T>
void Segments<T>::encode_backward(Context<T>& context, const Record& record, View<T> de, Params<T>& grads) const {
  const int rows = de.rows;
  if (rows == 0) return;
  const ProfileScope profiled(context.profile, Phase::weight_gradients, 2.0 * rows * de.cols * options_.frame);
  context.pool.parallel_for(rows, kReluRows, [&](int64_t begin, int64_t end) {
    relu_backward(record.e, de, static_cast<int>(begin), static_cast<int>(end - begin));
  });
  const ArenaScope scope(context.arena);
  const View<T> frames = context.arena.template matrix<T>(rows, options_.frame);
  write_rows(record.source->frames.data(), frames);
  add_outer_product<T>(context, de, {de.cols}, frames, grads.view(w_segment_), grads.view(b_segment_).address());
}

// ------------------------------------------------------------------------------------------ what the decoder reads of a segment

template <class T>
auto Segments<T>::pairs_of(Context<T>& context, const Input<T>& input) const -> Pairs {
  const Seq& seq = input.seq;
  const auto rows = static_cast<size_t>(seq.rows());
  const int* streams = streams_of_rows(context.arena, seq);
  auto* keys = context.arena.template take<int64_t>(rows);
  auto* distinct = context.arena.template take<int64_t>(rows);
  for (size_t row = 0; row < rows; ++row) {
    assert(input.ids[row] >= 0 && input.ids[row] < options_.positions);
    const int id = channel_ >= 0 && input.stream_ids ? channel(input.stream_ids[streams[row]]) : 0;
    keys[row] = int64_t{input.ids[row]} << 32 | id;
  }
  std::copy_n(keys, rows, distinct);
  std::sort(distinct, distinct + rows);
  const auto count = static_cast<int>(std::unique(distinct, distinct + rows) - distinct);
  auto* positions = context.arena.template take<int32_t>(static_cast<size_t>(count));
  auto* channels = context.arena.template take<int32_t>(static_cast<size_t>(count));
  auto* of_row = context.arena.template take<int32_t>(rows);
  for (int i = 0; i < count; ++i)
    positions[i] = static_cast<int32_t>(distinct[i] >> 32), channels[i] = static_cast<int32_t>(distinct[i]);
  for (size_t row = 0; row < rows; ++row)
    of_row[row] = static_cast<int32_t>(std::lower_bound(distinct, distinct + count, keys[row]) - distinct);
  return {count, positions, channels, of_row};
}

// [pairs, d], or [rows, d] where every row has known numbers of its own.
template <class T>
View<T> Segments<T>::decoder_input(Context<T>& context, const Weights<T>& weights, const Input<T>& input,
                                   const Pairs& pairs) const {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const int d = options_.rnn.input, beside = channel_ >= 0 ? d / 2 : 0, place = d - beside;
  const View<T> x = context.arena.template matrix<T>(pairs.count, d);
  for (int i = 0; i < pairs.count; ++i) {
    write_rows(weights.rows(position_) + static_cast<int64_t>(pairs.positions[i]) * place, x.middle(i, 1).columns(0, place));
    if (beside > 0)
      write_rows(weights.rows(channel_) + static_cast<int64_t>(pairs.channels[i]) * beside,
                 x.middle(i, 1).columns(place, beside));
  }
  if (options_.known == 0) return x;
  assert(input.frames.cols == options_.known);
  const int rows = input.seq.rows();
  const View<T> all = context.arena.template matrix<T>(rows, d);
  if (rows > 0) context.kernels.gemm(context.pool, {input.frames, weights.packed()[known_form_], nullptr, false, {d}, all});
  for (int row = 0; row < rows; ++row) add_row<T>(x, pairs.of_row[row], all, row);
  return all;
}

template <class T>
void Segments<T>::decoder_input_backward(Context<T>& context, const Record& record, View<T> dx, Params<T>& grads) const {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const ArenaScope scope(context.arena);
  const Pairs& pairs = record.pairs;
  const int d = options_.rnn.input, beside = channel_ >= 0 ? d / 2 : 0, place = d - beside;
  View<T> dpairs = dx;
  if (options_.known > 0) {
    if (dx.rows > 0) add_outer_product<T>(context, dx, {d}, record.known, grads.view(w_known_));
    dpairs = context.arena.template matrix<T>(pairs.count, d);
    fill_rows(dpairs, T(0));
    for (int row = 0; row < dx.rows; ++row) add_row<T>(dx, row, dpairs, pairs.of_row[row]);
  }
  for (int i = 0; i < pairs.count; ++i) {
    add_row<T>(dpairs.columns(0, place), i, grads.view(position_), pairs.positions[i]);
    if (beside > 0) add_row<T>(dpairs.columns(place, beside), i, grads.view(channel_), pairs.channels[i]);
  }
}

// A stream of one step per row of seq. The keys of its masks are its own: they depend on the stream of seq and the position.
template <class T>
Seq Segments<T>::decoder_steps(const Seq& seq, const int32_t* positions) const {
  Seq steps = Seq::uniform_batch(seq.rows(), 1);
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) {
      const auto stream = static_cast<size_t>(seq.order[r]);
      const uint32_t id = seq.id.empty() ? static_cast<uint32_t>(stream) : seq.id[stream];
      const auto position = static_cast<uint32_t>(positions[seq.start[t] + r]);
      steps.id.push_back(random_words(id, Purpose::dropout, position)[0]);
    }
  }
  return steps;
}

// -------------------------------------------------------------------------------------------------------------- whole passes

template <class T>
Hidden<T> Segments<T>::forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                               Tape* tape) const {
  if (!input.source || (!input.ids && input.seq.rows() > 0)) {
    throw Error(Exit::model, "model/task", "a model of forecasts reads segments of series, not single steps or symbols",
                "rnn info shows what it is");
  }
  const Rows& source = *input.source;
  const Seq& seq = input.seq;
  assert(source.seq.streams() == seq.streams() && state.rows() == seq.streams());
  const View<T> e = encode(context, weights, source);
  recurrent_->forward(context, weights.packed(), source.seq, e, state, tape);

  const Pairs pairs = pairs_of(context, input);
  const View<T> x = decoder_input(context, weights, input, pairs);
  const int* streams = streams_of_rows(context.arena, seq);
  State<T> last(seq.rows(), state_width());
  for (int row = 0; row < seq.rows(); ++row) std::copy_n(state.row(streams[row]), state_width(), last.row(row));
  const View<T> h = recurrent_->forward(context, weights.packed(), decoder_steps(seq, input.ids), x, last, tape,
                                        options_.known > 0 ? nullptr : pairs.of_row);
  if (tape) tape->push(Record{input.source, e, input.ids, pairs, input.frames});
  return {h, &seq};
}

template <class T>
void Segments<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                           Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first) const {
  const auto record = tape.pop<Record>();
  const Seq& source = record.source->seq;
  const ArenaScope scope(context.arena);
  const int d = options_.rnn.input;
  const bool wanted = grads.size() > 0;
  View<T> dx, de;
  if (wanted) dx = context.arena.template matrix<T>(options_.known > 0 ? seq.rows() : record.pairs.count, d);
  if (wanted) de = context.arena.template matrix<T>(source.rows(), d);

  State<T> dlast(seq.rows(), state_width()), dstate(seq.streams(), state_width());
  recurrent_->backward(context, weights.packed(), decoder_steps(seq, record.ids), tape, dh, dx, grads, nullptr, &dlast);
  if (dstate_last) dstate = *dstate_last;
  const int* streams = streams_of_rows(context.arena, seq);
  for (int row = 0; row < seq.rows(); ++row) {
    T* to = dstate.row(streams[row]);
    for (int i = 0; i < state_width(); ++i) to[i] += dlast.row(row)[i];
  }
  if (wanted) decoder_input_backward(context, record, dx, grads);

  const View<T> dy = context.arena.template matrix<T>(source.rows(), recurrent_->output());
  fill_rows(dy, T(0));
  recurrent_->backward(context, weights.packed(), source, tape, dy, de, grads, &dstate, dstate_first);
  if (wanted) encode_backward(context, record, de, grads);
}

template class Segments<float>;
template class Segments<double>;

}  // namespace rnn::core
