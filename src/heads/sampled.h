// Why: a softmax over a large vocabulary is expensive: training reads only the target and some drawn classes.
#pragma once

#include <vector>

#include "heads/class_sampler.h"
#include "nn/batch.h"
#include "nn/context.h"
#include "nn/layers/output_layer.h"

namespace rnn::core {

// Sampled softmax (Bengio and Senecal 2008; Jean et al. 2015), as TensorFlow's sampled_softmax_loss: per target row the
// cross-entropy of a softmax over its target and the samples, which all rows share; the log of the expected number of times
// that a class is among the samples is subtracted from its logit; a sample that is the row's target does not count. With all
// classes as samples it is the full softmax. Only the weights of targets and samples are read, and only their gradients are
// added to; it needs no packed output matrix. h [targets, width]; losses [targets] out: times the row's weight; grads
// null: no gradient is wanted, else dh [targets, width] is assigned. The loss of a row does not depend on how rows are
// divided into blocks (head.h).
template <class T>
void sampled_loss(Context<T>& context, const OutputLayer<T>& layer, const Params<T>& params, const Targets& targets,
                  View<const T> h, const ClassSamples& samples, double* losses, Params<T>* grads, View<T> dh);

}  // namespace rnn::core
