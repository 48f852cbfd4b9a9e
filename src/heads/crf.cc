// Why: see crf.h; each stream on one thread, what they add to the transitions in their order.
#include "heads/crf.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <limits>

#include "alignment/log_space.h"
#include "alignment/tag_places.h"
#include "base/error.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr double kExplodedChain = 1e4;            // nats per label
constexpr size_t kCountBytes = size_t{32} << 20;  // of the counts of streams that are held at a time

}  // namespace

template <class T>
CrfHead<T>::CrfHead(const HeadOptions& options, ParamTable& table, Packed<T>& packed)
    : LayerHead<T>(options, table, packed) {
  const int K = options.outputs;
  transition_ =
      table.add_matrix("crf.transitions", K, K, {.role = Role::linear, .stack = "crf", .inputs = K, .init = InitAs::zeros});
  begin_ = table.add_vector("crf.begin", K, {.role = Role::bias, .stack = "crf", .inputs = K, .init = InitAs::zeros});
  end_ = table.add_vector("crf.end", K, {.role = Role::bias, .stack = "crf", .inputs = K, .init = InitAs::zeros});
}

template <class T>
HeadInfo CrfHead<T>::info() const {
  const int K = this->options_.outputs;
  const std::optional<double> chance = K > 1 ? std::optional<double>(std::log(K)) : std::nullopt;
  return {"crf", RowsRead::every, K, true, "nats per label", chance, kExplodedChain};
}

template <class T>
ChainScores CrfHead<T>::scores(const Weights<T>& weights) const {
  const auto K = static_cast<size_t>(this->options_.outputs);
  const std::vector<int>& places = this->options_.places;
  const TagGrammar grammar(places);
  const auto place = [&](size_t k) { return places.empty() ? 0 : places[k]; };
  ChainScores scores;
  scores.labels = this->options_.outputs;
  const T *transition = weights.rows(transition_), *begin = weights.rows(begin_), *end = weights.rows(end_);
  for (size_t i = 0; i < K; ++i) {
    for (size_t j = 0; j < K; ++j)
      scores.transition.push_back(grammar.may_follow(place(j), place(i)) ? static_cast<double>(transition[i * K + j])
                                                                         : kLogZero);
    scores.begin.push_back(grammar.may_begin(place(i)) ? static_cast<double>(begin[i]) : kLogZero);
    scores.end.push_back(grammar.may_end(place(i)) ? static_cast<double>(end[i]) : kLogZero);
  }
  return scores;
}

// One stream: its rows of the outputs, and what is known of it.
template <class T>
struct CrfHead<T>::Stream {
  std::vector<int> rows;
  std::vector<int32_t> labels;  // -1: not known
  double weight = 0;            // of its loss: the mean of the weights of the known labels
  double weights = 0;           // their sum
  int64_t known = 0;
  double loss = 0;  // not weighted
  int64_t right = 0;

  Stream(const Seq& seq, const Targets& targets, int r, int steps) {
    for (int t = 0; t < steps; ++t) {
      const int row = seq.start[static_cast<size_t>(t)] + r;
      const double own = targets.weight(static_cast<size_t>(row));
      rows.push_back(row);
      labels.push_back(own == 0 ? -1 : targets.ids[static_cast<size_t>(row)]);
      if (own != 0) ++known, weights += own;
    }
    weight = known > 0 ? weights / static_cast<double>(known) : 0;
  }

  // The gradient of the weighted loss takes the place of the outputs and is added to `counts`.
  void measure(ChainSums& sums, const ChainScores& scores, View<T> outputs, ChainCounts* counts) {
    const size_t K = static_cast<size_t>(scores.labels), n = rows.size() * K;
    std::vector<double> emission(n), expected, observed(n, 0);
    for (size_t t = 0; t < rows.size(); ++t)
      std::copy_n(host(outputs).row(rows[t]), K, emission.begin() + static_cast<std::ptrdiff_t>(t * K));
    const bool whole = known == static_cast<int64_t>(rows.size());
    std::vector<double> masked = whole ? std::vector<double>() : emission;
    for (size_t i = 0; i < masked.size(); ++i) {
      const int32_t label = labels[i / K];
      if (label >= 0 && static_cast<size_t>(label) != i % K) masked[i] = kLogZero;
    }
    const double score = whole ? chain_score(scores, emission, labels) : sums.forward(masked);
    const bool possible = score != kLogZero && !std::isnan(score);
    if (counts && possible && !whole) sums.backward(observed), sums.add_counts(-weight, *counts);
    loss = score == kLogZero ? std::numeric_limits<double>::infinity() : sums.forward(emission) - score;
    if (!counts) return count_right(scores, emission);
    expected.assign(n, std::isinf(loss) ? 0.0 : loss);  // of a loss that is no number no gradient is one
    if (std::isfinite(loss)) {
      sums.backward(expected), sums.add_counts(weight, *counts);
      if (whole) observe(scores, observed, *counts);
    }
    for (size_t t = 0; t < rows.size(); ++t) {
      T* out = host(outputs).row(rows[t]);
      for (size_t k = 0; k < K; ++k) out[k] = static_cast<T>(weight * (expected[t * K + k] - observed[t * K + k]));
    }
  }

  void observe(const ChainScores& scores, std::vector<double>& observed, ChainCounts& counts) const {
    const auto K = static_cast<size_t>(scores.labels);
    for (size_t t = 0; t < rows.size(); ++t) {
      const auto now = static_cast<size_t>(labels[t]);
      observed[t * K + now] = 1;
      if (t > 0) counts.transition[static_cast<size_t>(labels[t - 1]) * K + now] -= weight;
    }
    counts.begin[static_cast<size_t>(labels.front())] -= weight;
    counts.end[static_cast<size_t>(labels.back())] -= weight;
  }

  void count_right(const ChainScores& scores, const std::vector<double>& emission) {
    const std::vector<int32_t> best = best_chain(scores, emission);
    for (size_t t = 0; t < best.size(); ++t) right += labels[t] >= 0 && best[t] == labels[t];
  }
};

template <class T>
LossSum CrfHead<T>::losses(Context<T>& context, const ChainScores& scores, View<T> outputs, const Targets& targets,
                           const Seq& seq, bool gradient, std::vector<double>& rows, Params<T>* grads) const {
  const ProfileScope profiled(context.profile, Phase::loss);
  std::vector<int> steps(static_cast<size_t>(seq.streams()));
  seq.lengths(steps.data());
  std::vector<Stream> streams;
  for (int r = 0; r < seq.streams(); ++r) streams.emplace_back(seq, targets, r, steps[static_cast<size_t>(r)]);
  const size_t K = static_cast<size_t>(scores.labels), all = streams.size();
  const size_t together =
      gradient ? std::clamp<size_t>(kCountBytes / (K * K * sizeof(double)), 1, std::max<size_t>(all, 1)) : all;
  std::vector<ChainCounts> counts(gradient ? together : 0);
  ChainCounts total;
  total.clear(gradient ? scores.labels : 0);
  const auto add = [](const std::vector<double>& from, std::vector<double>& to) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  for (size_t first = 0; first < all; first += together) {
    const size_t end = std::min(all, first + together);
    std::atomic<size_t> next{first};
    context.pool.run([&](int) {
      ChainSums sums(scores);
      for (size_t s; (s = next.fetch_add(1, std::memory_order_relaxed)) < end;) {
        Stream& stream = streams[s];
        ChainCounts* own = gradient ? &counts[s - first] : nullptr;
        if (own) own->clear(scores.labels);
        if (stream.known > 0) {
          stream.measure(sums, scores, outputs, own);
        } else if (gradient) {
          for (const int row : stream.rows) std::fill_n(host(outputs).row(row), K, T(0));
        }
      }
    });
    for (size_t s = first; s < end && gradient; ++s) {
      const ChainCounts& own = counts[s - first];
      add(own.transition, total.transition), add(own.begin, total.begin), add(own.end, total.end);
    }
  }
  if (grads) {
    const auto give = [&](ParamId id, const std::vector<double>& from) {
      const std::span<T> to = grads->values(id);
      for (size_t i = 0; i < to.size(); ++i) to[i] += static_cast<T>(from[i]);
    };
    give(transition_, total.transition), give(begin_, total.begin), give(end_, total.end);
  }
  LossSum sum;
  double correct = 0;
  rows.assign(static_cast<size_t>(outputs.rows), 0);
  for (const Stream& stream : streams) {
    if (stream.known == 0) continue;
    for (const int row : stream.rows)
      rows[static_cast<size_t>(row)] = stream.weight * stream.loss / static_cast<double>(stream.rows.size());
    if (std::isinf(stream.loss)) {
      ++sum.impossible;
      continue;
    }
    sum.loss += stream.weight * stream.loss;
    sum.weight += stream.weights;
    sum.counted += stream.known;
    correct += stream.weight * static_cast<double>(stream.right);
  }
  if (!gradient) sum.correct = correct;
  return sum;
}

template <class T>
LossSum CrfHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                            std::vector<double>* rows) const {
  (void)context, (void)outputs, (void)targets, (void)options, (void)rows;
  throw Error(Exit::model, "model/crf", "the loss of a chain over labels needs more than the outputs of its steps",
              "a model trained with --crf off labels every step alone");
}

template <class T>
LossSum CrfHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                         const LossArgs<T>& args) const {
  assert(args.seq && args.seq->rows() == h.rows && args.label_smoothing == 0 && !args.samples);
  const ArenaScope scope(context.arena);
  const View<T> y = context.arena.template matrix<T>(h.rows, this->options_.outputs);
  this->layer_.forward(context, weights.packed(), h, y);
  std::vector<double> own;
  const LossSum sum = losses(context, scores(weights), y, targets, *args.seq, args.grads != nullptr,
                             args.rows ? *args.rows : own, args.grads);
  if (args.grads) this->layer_.backward(context, weights.packed(), h, y, args.dh, *args.grads);
  return sum;
}

ChainAnswer chain_answer(const ChainScores& scores, std::span<const float> outputs) {
  ChainAnswer answer;
  const std::vector<double> emission(outputs.begin(), outputs.end());
  answer.labels = best_chain(scores, emission);
  answer.marginals.assign(emission.size(), 0);
  ChainSums sums(scores);
  if (std::isfinite(sums.forward(emission))) sums.backward(answer.marginals);
  return answer;
}

template class CrfHead<float>;
template class CrfHead<double>;

}  // namespace rnn::core
