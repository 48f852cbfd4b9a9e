// Why: a softmax over a large vocabulary costs what it looks at: in training, the target and some hundred drawn classes.
#pragma once

#include <vector>

#include "loss/class_sampler.h"
#include "networks/model.h"
#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// Sampled softmax (Bengio and Senecal 2008; Jean et al. 2015), as TensorFlow's sampled_softmax_loss: per target row the
// cross-entropy of a softmax over its target and the samples, which all rows share, every logit less the log of how often its class
// is to be expected among the samples; a sample that is the row's target does not count. With all classes as samples it is the full
// softmax. Only the weights of targets and samples are read, and only their gradients are added to; the model needs no packed output
// matrix. h [targets, width]; losses [targets] out: times the row's weight; grads null: no gradient is wanted, else dh [targets,
// width] is assigned. The loss of a row does not depend on how rows go by blocks (loss.h).
template <class T>
void sampled_loss(Context<T>& context, const Model<T>& model, const Batch& batch, View<const T> h,
                  const ClassSamples& samples, double* losses, Params<T>* grads, View<T> dh);

}  // namespace rnn::core
