// Why: the loss of a model over an epoch of batches, computed in the same way for training and for every later evaluation.
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "heads/head.h"
#include "train/trainer.h"

namespace rnn::core {

Evaluation evaluate(const Model<float>& model, Batcher& batcher, Pool& pool) {
  const FlushDenormals flush;
  Evaluation result;
  Arena arena;
  Batch batch;
  State<float> state;
  std::optional<double> correct;
  batcher.start_epoch(0);
  while (batcher.next(batch)) {
    end_if_interrupted();
    if (!batch.carried || state.rows() != batch.in.seq.streams()) state = model.initial(batch.in.seq.streams());
    arena.clear();
    Context<float> context{pool, arena};
    const View<float> h = model.forward_hidden(context, batch, state, nullptr);
    const LossSum sum = model.loss(context, h, batch.to);
    result.nats += sum.loss;
    result.weight += sum.weight;
    result.tokens += sum.counted;
    if (sum.correct) correct = correct.value_or(0) + *sum.correct;
  }
  if (correct && result.weight > 0) result.accuracy = *correct / result.weight;
  return result;
}

}  // namespace rnn::core
