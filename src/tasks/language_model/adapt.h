// Why: a text repeats its own words; a model that looks back at what it has just read, or keeps learning from it, predicts
// it better.
#pragma once

#include <vector>

#include "tasks/language_model/stream/cache.h"
#include "train/trainer.h"

namespace rnn::core {

// Dynamic evaluation (Krause et al. 2018, with plain SGD): after each segment, once it has been scored, one SGD step on its
// loss (mean per token, gradient clipped to a norm of 1); then the weights move back towards the trained weights by a share
// `decay`.
struct DynamicOptions {
  double rate = 0;  // learning rate; 0: the weights do not change
  double decay = 0;
};

struct Adaptation {
  CacheOptions cache;
  DynamicOptions dynamic;
};

// Loss of a language model over `segments` in their order, each with one stream; a segment that is not carried starts from a
// zero state. The cache continues across segments. With dynamic.rate > 0 the weights of `model` change; it must still have
// its row-major weights.
Evaluation evaluate_adapted(Model<float>& model, const std::vector<Batch>& segments, const Adaptation& how, Pool& pool);

}  // namespace rnn::core
