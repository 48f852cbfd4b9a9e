// Why: the loss of a model over an epoch of batches, computed in the same way for training and for every later evaluation; and which loss
// the best model is chosen by.
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/error.h"
#include "heads/head.h"
#include "metrics/figures.h"
#include "train/trainer.h"

namespace rnn::core {

Evaluation evaluate(const Model<float>& model, Batcher& batcher, Pool& pool, double smoothing,
                    const std::atomic<int>* cancel) {
  const FlushDenormals flush;
  Evaluation result;
  Arena arena;
  Batch batch;
  State<float> state;
  std::optional<double> correct;
  std::vector<double> plain;
  batcher.start_epoch(0);
  while (batcher.next(batch)) {
    check_cancelled(cancel);
    if (!batch.carried || state.rows() != batch.in.seq.streams()) state = model.initial(batch.in.seq.streams());
    arena.clear();
    Context<float> context{pool, arena};
    LossArgs<float> args;
    const View<float> h = model.forward_hidden(context, batch, state, nullptr, &args.seq);
    args.label_smoothing = smoothing;
    if (smoothing > 0) args.plain = &plain;
    const LossSum sum = model.loss(context, h, batch.to, args);
    result.nats += smoothing > 0 ? std::accumulate(plain.begin(), plain.end(), 0.0) : sum.loss;
    result.smoothed_nats += sum.loss;
    result.weight += sum.weight;
    result.tokens += sum.counted;
    result.impossible += sum.impossible;
    if (sum.correct) correct = correct.value_or(0) + *sum.correct;
  }
  if (correct && result.weight > 0) result.accuracy = *correct / result.weight;
  return result;
}

std::string selection_of(const TrainOptions& o, const Model<float>& model) {
  if (o.best_by != "auto" && o.best_by != kBySmoothedLoss) return o.best_by;
  return std::string(o.label_smoothing > 0 && model.has_head() && model.head().info().classes ? kBySmoothedLoss : kByLoss);
}

}  // namespace rnn::core
