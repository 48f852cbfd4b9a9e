// Why: see ctc.h; groups of whole streams, each stream on one thread.
#include "heads/ctc.h"

#include <atomic>
#include <cmath>
#include <limits>

#include "alignment/ctc_lattice.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

// Whether a row has no distribution: log_softmax leaves it as it was.
template <class T>
bool has_no_distribution(View<const T> rows) {
  for (int t = 0; t < rows.rows; ++t) {
    double sum = 0;
    for (int k = 0; k < rows.cols; ++k) sum += std::exp(static_cast<double>(host(rows)(t, k)));
    if (!(std::abs(sum - 1) < 1e-3)) return true;
  }
  return false;
}

std::vector<uint8_t> ctc_possible(const StreamTargets& streams) {
  std::vector<uint8_t> possible;
  for (int s = 0; s < streams.streams(); ++s) possible.push_back(streams.rows(s) >= ctc_rows_needed(streams.labels(s)));
  return possible;
}

std::vector<double> scales_of(const StreamTargets& streams, const std::vector<uint8_t>& possible) {
  std::vector<double> scales;
  for (int s = 0; s < streams.streams(); ++s) scales.push_back(possible[static_cast<size_t>(s)] ? streams.weight(s) : 0);
  return scales;
}

}  // namespace

template <class T>
void ctc_losses(Context<T>& context, View<T> logits, const StreamTargets& streams, int first, int end,
                std::span<const double> scales, bool gradient, double* losses) {
  const ProfileScope profiled(context.profile, Phase::loss);
  const ArenaScope scope(context.arena);
  const bool sound = context.kernels.log_softmax(context.pool, logits, logits) == 0;
  size_t most = 0;
  for (int s = first; s < end; ++s)
    most = std::max(most, ctc_scratch(streams.rows(s), static_cast<int>(streams.labels(s).size()), logits.cols));
  double* scratch = context.arena.template take<double>(most * static_cast<size_t>(context.pool.size()));
  std::atomic<int> next{first};
  context.pool.run([&](int worker) {
    for (int s; (s = next.fetch_add(1, std::memory_order_relaxed)) < end;) {
      const View<T> rows = logits.middle(streams.begin(s) - streams.begin(first), streams.rows(s));
      const double scale = scales[static_cast<size_t>(s)];
      losses[s] = 0;
      if (scale == 0 || (!sound && has_no_distribution<T>(rows))) {
        if (scale != 0) losses[s] = std::numeric_limits<double>::quiet_NaN();
        if (gradient) fill_rows(rows, static_cast<T>(losses[s]));
        continue;
      }
      losses[s] = ctc_loss<T>({rows}, streams.labels(s), scratch + most * static_cast<size_t>(worker),
                              gradient ? rows : View<T>(), scale);
    }
  });
}

LossSum sum_of_streams(const StreamTargets& streams, std::span<const uint8_t> possible, std::span<double> losses) {
  LossSum sum;
  for (int s = 0; s < streams.streams(); ++s) {
    const double weight = streams.weight(s);
    double& loss = losses[static_cast<size_t>(s)];
    loss = weight == 0 ? 0 : possible[static_cast<size_t>(s)] ? weight * loss : std::numeric_limits<double>::infinity();
    if (weight == 0) continue;
    if (std::isinf(loss)) {
      ++sum.impossible;
      continue;
    }
    const auto labels = static_cast<int64_t>(streams.labels(s).size());
    sum.loss += loss;
    sum.weight += weight * static_cast<double>(std::max<int64_t>(labels, 1));
    sum.counted += labels;
  }
  return sum;
}

template <class T>
HeadInfo CtcHead<T>::info() const {
  return {"ctc", RowsRead::every, this->options_.outputs, true, "nats per label", std::nullopt, kExplodedPerLabel};
}

template <class T>
LossSum CtcHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                            std::vector<double>* rows) const {
  assert(options.seq && options.seq->rows() == outputs.rows);
  const ArenaScope scope(context.arena);
  const StreamTargets streams(*options.seq, targets);
  const std::vector<uint8_t> possible = ctc_possible(streams);
  std::vector<double> losses(static_cast<size_t>(streams.streams()));
  const View<T> logits = context.arena.template matrix<T>(outputs.rows, outputs.cols);
  streams.gather<T>(outputs, 0, streams.streams(), logits);
  ctc_losses(context, logits, streams, 0, streams.streams(), scales_of(streams, possible), options.gradient, losses.data());
  if (options.gradient) streams.scatter<T>(logits, 0, streams.streams(), outputs);
  const LossSum sum = sum_of_streams(streams, possible, losses);
  if (rows) *rows = std::move(losses);
  return sum;
}

template <class T>
LossSum CtcHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                         const LossArgs<T>& args) const {
  assert(args.seq && args.seq->rows() == h.rows && args.label_smoothing == 0 && !args.samples);
  const StreamTargets streams(*args.seq, targets);
  const std::vector<uint8_t> possible = ctc_possible(streams);
  const std::vector<double> scales = scales_of(streams, possible);
  std::vector<double> losses(static_cast<size_t>(streams.streams()));
  const auto most = static_cast<int64_t>(context.output_bytes / (static_cast<size_t>(this->options_.outputs) * sizeof(T)));
  for (int s = 0, end; s < streams.streams(); s = end) {
    end = streams.group_end(s, most);
    const ArenaScope scope(context.arena);
    const int rows = streams.begin(end) - streams.begin(s);
    const View<T> own = context.arena.template matrix<T>(rows, h.cols);
    const View<T> logits = context.arena.template matrix<T>(rows, this->options_.outputs);
    streams.gather<T>(h, s, end, own);
    this->layer_.forward(context, weights.packed(), own, logits);
    ctc_losses(context, logits, streams, s, end, scales, args.grads != nullptr, losses.data());
    if (!args.grads) continue;
    const View<T> down = context.arena.template matrix<T>(rows, h.cols);
    this->layer_.backward(context, weights.packed(), own, logits, down, *args.grads);
    streams.scatter<T>(down, s, end, args.dh);
  }
  const LossSum sum = sum_of_streams(streams, possible, losses);
  if (args.rows) *args.rows = std::move(losses);
  return sum;
}

template class CtcHead<float>;
template class CtcHead<double>;
template void ctc_losses(Context<float>&, View<float>, const StreamTargets&, int, int, std::span<const double>, bool,
                         double*);
template void ctc_losses(Context<double>&, View<double>, const StreamTargets&, int, int, std::span<const double>, bool,
                         double*);

}  // namespace rnn::core
