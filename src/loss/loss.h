// Why: what a model's outputs are worth: one door to every loss, value and gradient side by side.
#pragma once

#include <string_view>
#include <vector>

#include "nn/context.h"
#include "nn/model.h"
#include "nn/seq.h"

namespace rnn {

struct LossOptions {
  double label_smoothing = 0;  // cross-entropy only
  bool gradient = false;       // overwrite the outputs with the gradient of the summed loss
};

// What a batch's outputs add up to. Divide by weight for the mean.
struct LossSum {
  double loss = 0;      // cross-entropy: nats; mean squared error: per target row, averaged over its numbers
  double weight = 0;    // of the rows that count
  double correct = -1;  // weight of the rows whose largest output is the target; cross-entropy without gradient only
};

// The loss that task says: "regress" mean squared error, every other cross-entropy of the softmax. `outputs` [targets, K] as
// Model::forward returned them. `rows` [targets] out when not null: the loss of every target row, times its weight.
template <class T>
LossSum loss_of(Context<T>& context, std::string_view task, View<T> outputs, const Batch& batch, const LossOptions& options,
                std::vector<double>* rows = nullptr);

}  // namespace rnn
