// Why: the value of a model's outputs: the one interface to every loss, value and gradient together, with bounded memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "loss/blocks.h"
#include "loss/class_sampler.h"
#include "loss/loss_info.h"
#include "networks/model.h"
#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

struct LossOptions {
  double label_smoothing = 0;  // cross-entropy only
  bool gradient = false;       // overwrite the outputs with the gradient of the summed loss
};

// The sums of a batch. Divide by weight for the mean.
struct LossSum {
  double loss = 0;                // cross-entropy: nats; mean squared error: per target row, averaged over its numbers
  double weight = 0;              // of the rows that count
  int64_t counted = 0;            // how many count: their weight is not 0
  std::optional<double> correct;  // weight of the rows whose largest output is the target; cross-entropy without gradient
                                  // only, and of a single softmax over all classes
};

// `outputs` [targets, K] as Model::forward returned them. `rows`, [targets] out unless null: the loss of every target row, times its weight.
template <class T>
LossSum loss_of(Context<T>& context, LossKind kind, View<T> outputs, const Batch& batch, const LossOptions& options,
                std::vector<double>* rows = nullptr);

// What output_loss computes besides the sum.
template <class T>
struct OutputLossArgs {
  double label_smoothing = 0;             // only where every class is looked at: neither adaptive nor sampled
  std::vector<double>* rows = nullptr;    // the loss of every target row, times its weight
  Params<T>* grads = nullptr;             // null: no gradient is wanted; else those of the output layer are added
  View<T> dh;                             // [targets, width] with grads: the gradient w.r.t. h, assigned
  const ClassSamples* samples = nullptr;  // the loss looks only at these classes (sampled.h); null: exact
};

// The output layer and the loss together: from h [targets, width], which Model::forward_hidden returned, to the loss, and
// back to the gradient w.r.t. h. There are never more outputs in memory than fit in context.output_bytes: larger batches are
// processed in equal blocks of rows; for an adaptive softmax a row goes only through the head and its target's cluster. The
// loss of a row does not depend on the blocks, to the last bit; gradients of weights depend on them only by rounding.
template <class T>
LossSum output_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                    const OutputLossArgs<T>& args = {});

}  // namespace rnn::core
