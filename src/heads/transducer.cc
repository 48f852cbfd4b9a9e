// Why: see transducer.h; stream by stream, and within a stream in blocks of rows, so that no more joined points are in memory than fit.
#include "heads/transducer.h"

#include <cmath>
#include <limits>

#include "alignment/transducer_lattice.h"
#include "base/error.h"
#include "kernels/host.h"
#include "nn/layers/embedding.h"

namespace rnn::core {
namespace {

constexpr uint32_t kPredictorSite = 1024;  // of masks, of which the predictor has none

template <class T>
std::optional<Recurrent<T>> recurrent_predictor(const TransducerOptions& o, ParamTable& table, Packed<T>& packed) {
  if (!o.recurrent) return std::nullopt;
  RecurrentOptions layer;
  layer.cell = o.cell, layer.input = o.embedding, layer.hidden = o.hidden;
  return std::optional<Recurrent<T>>(std::in_place, layer, "predictor", table, packed, kPredictorSite);
}

int predictor_width(const TransducerOptions& o) { return o.recurrent ? o.hidden : o.context * o.embedding; }

ParamId add_embedding(const HeadOptions& o, ParamTable& table) {
  return table.add_matrix("predictor.embedding.weight", o.outputs, o.transducer.embedding,
                          {.role = Role::embedding, .stack = "predictor"});
}

}  // namespace

// The labels that the predictor reads are rows of a batch of their own: kBlank, then those of the stream.
template <class T>
struct TransducerHead<T>::Predicted {
  Seq seq;                                // [streams] of U + 1 steps
  std::vector<std::vector<int32_t>> ids;  // [context][rows] the last label, the one before it ...
  View<T> embedded, read, projected;      // [rows, embedding or context * embedding], [rows, width], [rows, J]
  Tape tape;
};

template <class T>
struct TransducerHead<T>::Lattice {
  std::span<const int32_t> labels;
  double scale;
  View<const T> encoded, predicted;  // [T, J], [U + 1, J]
  View<T> dencoded, dpredicted;      // assigned
  View<T> z, logits;                 // [block * (U + 1), J], [.., K]
  TransducerLattice steps;
  int points_of_row() const { return static_cast<int>(labels.size()) + 1; }
};

template <class T>
TransducerHead<T>::TransducerHead(const HeadOptions& o, ParamTable& table, Packed<T>& packed)
    : options_(o),
      ctc_({}, o.outputs, o.width, -1, table, packed),
      embedding_(add_embedding(o, table)),
      recurrent_(recurrent_predictor<T>(o.transducer, table, packed)),
      encoder_("joiner.encoder", "joiner", o.transducer.joiner, o.width, true, table, packed),
      predictor_("joiner.predictor", "joiner", o.transducer.joiner, predictor_width(o.transducer), false, table, packed),
      output_("joiner.output", "joiner", o.outputs, o.transducer.joiner, true, table, packed) {}

template <class T>
HeadInfo TransducerHead<T>::info() const {
  return {"transducer", RowsRead::every, options_.outputs, true, "nats per label", std::nullopt, kExplodedPerLabel};
}

template <class T>
void TransducerHead<T>::outputs(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> outputs) const {
  ctc_.forward(context, weights.packed(), h, outputs);
}

template <class T>
void TransducerHead<T>::outputs_backward(Context<T>& context, const Weights<T>& weights, View<const T> h,
                                         View<const T> doutputs, View<T> dh, Params<T>& grads) const {
  ctc_.backward(context, weights.packed(), h, doutputs, dh, grads);
}

template <class T>
LossSum TransducerHead<T>::loss_of(Context<T>&, View<T>, const Targets&, const LossOptions&, std::vector<double>*) const {
  throw Error(Exit::usage, "model/head", "the loss of a transducer depends on more than its outputs",
              "ask for that of hidden rows");
}

// --------------------------------------------------------------------------------------------------------------- the predictor

template <class T>
void TransducerHead<T>::embed_labels(Context<T>& context, const Weights<T>& weights, const Predicted& p) const {
  const int E = options_.transducer.embedding;
  for (size_t c = 0; c < p.ids.size(); ++c)
    embed<T>(context, p.seq, p.ids[c].data(), weights.rows(embedding_), {}, p.embedded.columns(static_cast<int>(c) * E, E));
}

template <class T>
void TransducerHead<T>::predict(Context<T>& context, const Weights<T>& weights, const StreamTargets& streams, bool keep,
                                Predicted& p) const {
  const TransducerOptions& o = options_.transducer;
  std::vector<int> lengths;
  for (int s = 0; s < streams.streams(); ++s) lengths.push_back(static_cast<int>(streams.labels(s).size()) + 1);
  p.seq = Seq::ragged(lengths);
  const int rows = p.seq.rows();
  p.ids.assign(o.recurrent ? 1 : static_cast<size_t>(o.context), std::vector<int32_t>(static_cast<size_t>(rows), kBlank));
  for (int t = 0; t < p.seq.steps(); ++t) {
    for (int r = 0; r < p.seq.active(t); ++r) {
      const std::span<const int32_t> labels = streams.labels(p.seq.order[static_cast<size_t>(r)]);
      for (int c = 0; c < static_cast<int>(p.ids.size()) && t - 1 - c >= 0; ++c)
        p.ids[static_cast<size_t>(c)][static_cast<size_t>(p.seq.start[static_cast<size_t>(t)] + r)] =
            labels[static_cast<size_t>(t - 1 - c)];
    }
  }
  Arena& arena = context.arena;
  p.embedded = p.read = arena.template matrix<T>(rows, static_cast<int>(p.ids.size()) * o.embedding);
  embed_labels(context, weights, p);
  if (recurrent_) {
    State<T> state(p.seq.streams(), recurrent_->state_width());
    p.read = recurrent_->forward(context, weights.packed(), p.seq, p.embedded, state, keep ? &p.tape : nullptr);
  }
  p.projected = arena.template matrix<T>(rows, o.joiner);
  predictor_.forward(context, weights.packed(), p.read, p.projected);
}

template <class T>
void TransducerHead<T>::predict_backward(Context<T>& context, const Weights<T>& weights, Predicted& p,
                                         View<const T> dprojected, Params<T>& grads) const {
  const ArenaScope scope(context.arena);
  const int rows = p.seq.rows(), E = options_.transducer.embedding;
  const View<T> dread = context.arena.template matrix<T>(rows, p.read.cols);
  View<T> dembedded = dread;
  predictor_.backward(context, weights.packed(), p.read, dprojected, dread, grads);
  if (recurrent_) {
    dembedded = context.arena.template matrix<T>(rows, p.embedded.cols);
    recurrent_->backward(context, weights.packed(), p.seq, p.tape, dread, dembedded, grads);
  }
  if (grads.size() == 0) return;
  for (size_t c = 0; c < p.ids.size(); ++c) {
    const View<T> part = dembedded.columns(static_cast<int>(c) * E, E);
    embed_backward<T>(context, p.seq, p.ids[c].data(), {}, part, grads.view(embedding_));
  }
}

// ------------------------------------------------------------------------------------------------------------------ the joiner

// Rows of the encoder whose points are in memory at once.
template <class T>
int TransducerHead<T>::block_rows(const Context<T>& context, int labels) const {
  const size_t numbers = 2 * static_cast<size_t>(options_.transducer.joiner) + static_cast<size_t>(options_.outputs);
  const size_t bytes = (static_cast<size_t>(labels) + 1) * numbers * sizeof(T);
  return static_cast<int>(std::clamp<size_t>(context.output_bytes / bytes, 1, 1 << 20));
}

// Log-probabilities of the points of rows [from, to) into l.logits; false: some are not numbers.
template <class T>
bool TransducerHead<T>::joint(Context<T>& context, const Packed<T>& packed, const Lattice& l, int from, int to) const {
  const int width = l.points_of_row(), points = (to - from) * width;
  const View<T> z = l.z.middle(0, points), logits = l.logits.middle(0, points);
  context.pool.parallel_for(to - from, 1, [&](int64_t begin, int64_t end) {
    for (auto t = static_cast<int>(begin); t < end; ++t) {
      const T* e = host(l.encoded).row(from + t);
      for (int u = 0; u < width; ++u) {
        const T* p = host(l.predicted).row(u);
        T* sum = host(z).row(t * width + u);
        for (int j = 0; j < z.cols; ++j) sum[j] = e[j] + p[j];
      }
    }
  });
  context.kernels.tanh(context.pool, z);
  output_.forward(context, packed, z, logits);
  return context.kernels.log_softmax(context.pool, logits, logits) == 0;
}

// From the gradient w.r.t. the points of rows [from, to), whose log-probabilities are in l.logits, to dencoded and dpredicted.
template <class T>
void TransducerHead<T>::joint_backward(Context<T>& context, const Packed<T>& packed, const Lattice& l, int from, int to,
                                       Params<T>& grads) const {
  const ArenaScope scope(context.arena);
  const int width = l.points_of_row(), points = (to - from) * width, J = l.z.cols;
  const View<T> z = l.z.middle(0, points), logits = l.logits.middle(0, points);
  points_gradient<T>({logits}, int64_t{from} * width, l.labels, l.steps, l.scale, logits);
  const View<T> dz = context.arena.template matrix<T>(points, J);
  output_.backward(context, packed, z, logits, dz, grads);
  tanh_backward<T>(dz, z, dz, 0, points);
  context.pool.parallel_for(to - from, 1, [&](int64_t begin, int64_t end) {
    for (auto t = static_cast<int>(begin); t < end; ++t) {
      T* d = host(l.dencoded).row(from + t);
      std::fill_n(d, J, T(0));
      for (int u = 0; u < width; ++u) {
        const T* part = host(dz).row(t * width + u);
        for (int j = 0; j < J; ++j) d[j] += part[j];
      }
    }
  });
  context.pool.parallel_for(width, 1, [&](int64_t begin, int64_t end) {
    for (auto u = static_cast<int>(begin); u < end; ++u) {
      T* d = host(l.dpredicted).row(u);
      if (from == 0) std::fill_n(d, J, T(0));
      for (int t = 0; t < to - from; ++t) {
        const T* part = host(dz).row(t * width + u);
        for (int j = 0; j < J; ++j) d[j] += part[j];
      }
    }
  });
}

// -ln P of one stream; the gradient times l.scale with grads.
template <class T>
double TransducerHead<T>::stream_loss(Context<T>& context, const Packed<T>& packed, Lattice& l, Params<T>* grads) const {
  Arena& arena = context.arena;
  const int rows = l.encoded.rows, width = l.points_of_row();
  const int block = std::min(rows, block_rows(context, width - 1));
  const auto points = static_cast<size_t>(rows) * static_cast<size_t>(width);
  l.z = arena.template matrix<T>(block * width, options_.transducer.joiner);
  l.logits = arena.template matrix<T>(block * width, options_.outputs);
  l.steps = {rows, width - 1, arena.template take<double>(points), arena.template take<double>(points),
             arena.template take<double>(transducer_scratch(rows, width - 1))};
  bool sound = true;
  for (int from = 0; from < rows; from += block) {
    const int to = std::min(rows, from + block);
    sound = joint(context, packed, l, from, to) && sound;
    read_points<T>({l.logits.middle(0, (to - from) * width)}, int64_t{from} * width, l.labels, l.steps);
  }
  if (!sound) {
    if (grads) fill_rows(l.dencoded, std::numeric_limits<T>::quiet_NaN()), fill_rows(l.dpredicted, T(0));
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double loss = transducer_loss(l.steps, grads != nullptr);
  for (int from = 0; from < rows && grads; from += block) {
    const int to = std::min(rows, from + block);
    if (block < rows) joint(context, packed, l, from, to);  // only the last block's points are still there
    joint_backward(context, packed, l, from, to, *grads);
  }
  return loss;
}

// ---------------------------------------------------------------------------------------------------------------- a whole batch

// What all groups of streams share.
template <class T>
struct TransducerHead<T>::Pass {
  const StreamTargets& streams;
  Params<T>* grads;
  Predicted p;
  std::vector<int> position;  // of the streams in p.seq
  View<T> dprojected;         // [rows of p.seq, J]
  std::vector<uint8_t> possible;
  std::vector<double> scales, ctc_scales;  // [streams] of the gradients; 0: left out
  std::vector<double> losses, ctc;         // [streams]
  int row(int u, int stream) const { return p.seq.start[static_cast<size_t>(u)] + position[static_cast<size_t>(stream)]; }
};

template <class T>
void TransducerHead<T>::choose_streams(Pass& pass) const {
  const double ctc_weight = options_.transducer.ctc_weight;
  const StreamTargets& streams = pass.streams;
  for (int s = 0; s < streams.streams(); ++s) {
    const bool spelt = ctc_weight == 0 || streams.rows(s) >= ctc_rows_needed(streams.labels(s));
    pass.possible.push_back(streams.rows(s) > 0 && spelt);
    pass.scales.push_back(pass.possible.back() ? streams.weight(s) : 0);
    pass.ctc_scales.push_back(ctc_weight * pass.scales.back());
  }
  pass.losses.resize(pass.possible.size()), pass.ctc.resize(pass.possible.size());
}

// encoded, dencoded: the rows of this stream.
template <class T>
void TransducerHead<T>::one_stream(Context<T>& context, const Packed<T>& packed, Pass& pass, int stream,
                                   View<const T> encoded, View<T> dencoded) const {
  const auto s = static_cast<size_t>(stream);
  if (pass.scales[s] == 0) return;
  const ArenaScope scope(context.arena);
  const std::span<const int32_t> labels = pass.streams.labels(stream);
  const int width = static_cast<int>(labels.size()) + 1;
  const View<T> predicted = context.arena.template matrix<T>(width, joiner_width());
  const View<T> dpredicted = context.arena.template matrix<T>(width, joiner_width());
  for (int u = 0; u < width; ++u) copy_row(pass.p.projected, pass.row(u, stream), predicted, u);
  Lattice l{labels, pass.scales[s], encoded, predicted, dencoded, dpredicted, {}, {}, {}};
  pass.losses[s] = stream_loss(context, packed, l, pass.grads) + options_.transducer.ctc_weight * pass.ctc[s];
  for (int u = 0; u < width && pass.grads; ++u) copy_row(dpredicted, u, pass.dprojected, pass.row(u, stream));
}

// Streams [first, end): own [their rows, width] -> down, the gradient w.r.t. it.
template <class T>
void TransducerHead<T>::group_loss(Context<T>& context, const Packed<T>& packed, Pass& pass, int first, int end,
                                   View<const T> own, View<T> down) const {
  const StreamTargets& streams = pass.streams;
  const bool with_ctc = options_.transducer.ctc_weight > 0;
  const View<T> encoded = context.arena.template matrix<T>(own.rows, joiner_width());
  encoder_.forward(context, packed, own, encoded);
  if (with_ctc) {
    const ArenaScope scope(context.arena);
    const View<T> logits = context.arena.template matrix<T>(own.rows, options_.outputs);
    ctc_.forward(context, packed, own, logits);
    ctc_losses(context, logits, streams, first, end, pass.ctc_scales, pass.grads != nullptr, pass.ctc.data());
    if (pass.grads) ctc_.backward(context, packed, own, logits, down, *pass.grads);
  }
  const View<T> dencoded = pass.grads ? context.arena.template matrix<T>(own.rows, joiner_width()) : View<T>();
  if (pass.grads) fill_rows(dencoded, T(0));
  for (int s = first; s < end; ++s) {
    const int at = streams.begin(s) - streams.begin(first), rows = streams.rows(s);
    one_stream(context, packed, pass, s, encoded.middle(at, rows), pass.grads ? dencoded.middle(at, rows) : dencoded);
  }
  if (pass.grads) encoder_.backward(context, packed, own, dencoded, down, *pass.grads, with_ctc);
}

template <class T>
LossSum TransducerHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                                const LossArgs<T>& args) const {
  assert(args.seq && args.seq->rows() == h.rows && args.label_smoothing == 0 && !args.samples);
  const ArenaScope whole(context.arena);
  const StreamTargets streams(*args.seq, targets);
  Pass pass{streams, args.grads, {}, {}, {}, {}, {}, {}, {}, {}};
  choose_streams(pass);
  predict(context, weights, streams, args.grads != nullptr, pass.p);
  pass.position = pass.p.seq.positions();
  if (args.grads) {
    pass.dprojected = context.arena.template matrix<T>(pass.p.seq.rows(), joiner_width());
    fill_rows(pass.dprojected, T(0));
  }
  const size_t row_bytes = static_cast<size_t>(joiner_width() + options_.outputs) * sizeof(T);
  const auto most = static_cast<int64_t>(context.output_bytes / row_bytes);
  for (int s = 0, end; s < streams.streams(); s = end) {
    end = streams.group_end(s, most);
    const ArenaScope scope(context.arena);
    const int rows = streams.begin(end) - streams.begin(s);
    const View<T> own = context.arena.template matrix<T>(rows, h.cols);
    const View<T> down = args.grads ? context.arena.template matrix<T>(rows, h.cols) : View<T>();
    streams.gather<T>(h, s, end, own);
    group_loss(context, weights.packed(), pass, s, end, own, down);
    if (args.grads) streams.scatter<T>(down, s, end, args.dh);
  }
  if (args.grads) predict_backward(context, weights, pass.p, pass.dprojected, *args.grads);
  const LossSum sum = sum_of_streams(streams, pass.possible, pass.losses);
  if (args.rows) *args.rows = std::move(pass.losses);
  return sum;
}

// ------------------------------------------------------------------------------------------------------------------ in decoders

template <class T>
int TransducerHead<T>::state_width() const {
  return recurrent_ ? recurrent_->state_width() : options_.transducer.context;
}

// A predictor that is not recurrent remembers the ids themselves, the last one first; kBlank is 0.
template <class T>
void TransducerHead<T>::step(Context<T>& context, const Weights<T>& weights, const int32_t* ids, State<T>& state,
                             View<T> predicted) const {
  static_assert(kBlank == 0);
  const ArenaScope scope(context.arena);
  const int n = state.rows(), context_labels = options_.transducer.context, E = options_.transducer.embedding;
  const Seq seq = Seq::uniform_batch(n, n > 0 ? 1 : 0);
  if (recurrent_) {
    const View<T> x = context.arena.template matrix<T>(n, E);
    embed<T>(context, seq, ids, weights.rows(embedding_), {}, x);
    const View<T> read = recurrent_->forward(context, weights.packed(), seq, x, state, nullptr);
    return predictor_.forward(context, weights.packed(), read, predicted);
  }
  const View<T> x = context.arena.template matrix<T>(n, context_labels * E);
  auto* read = context.arena.template take<int32_t>(static_cast<size_t>(n));
  for (int c = context_labels - 1; c >= 0; --c) {
    for (int r = 0; r < n; ++r) {
      T* last = state.row(r);
      last[c] = c > 0 ? last[c - 1] : static_cast<T>(ids[r]);
      read[r] = static_cast<int32_t>(last[c]);
    }
    embed<T>(context, seq, read, weights.rows(embedding_), {}, x.columns(c * E, E));
  }
  predictor_.forward(context, weights.packed(), x, predicted);
}

template <class T>
void TransducerHead<T>::encode(Context<T>& context, const Weights<T>& weights, View<const T> h, View<T> encoded) const {
  encoder_.forward(context, weights.packed(), h, encoded);
}

template <class T>
void TransducerHead<T>::join(Context<T>& context, const Weights<T>& weights, View<const T> encoded, View<const T> predicted,
                             View<T> logits) const {
  const ArenaScope scope(context.arena);
  const View<T> z = context.arena.template matrix<T>(encoded.rows, encoded.cols);
  add_rows<T>(encoded, predicted, z, 0, z.rows);
  context.kernels.tanh(context.pool, z);
  output_.forward(context, weights.packed(), z, logits);
}

template class TransducerHead<float>;
template class TransducerHead<double>;

}  // namespace rnn::core
