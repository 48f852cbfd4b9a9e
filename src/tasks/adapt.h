// Why: a text repeats its own words; a model that may look back at what it has just read, or go on learning from it, predicts it better.
#pragma once

#include <vector>

#include "tasks/cache.h"
#include "train/trainer.h"

namespace rnn::core {

// Dynamic evaluation (Krause et al. 2018, with plain SGD): behind each segment, when it has been counted, one step down its own gradient
// (mean per token, clipped to a norm of 1), and `decay` of the way back to the trained weights.
struct DynamicOptions {
  double rate = 0;  // 0: weights stay
  double decay = 0;
};

struct Adaptation {
  CacheOptions cache;
  DynamicOptions dynamic;
};

// Loss of a language model over `segments` in their order, each of one stream; a segment that is not carried starts from the zero
// state. The cache goes on over all of them. With dynamic.rate > 0 the weights of `model` move, and they must still be there.
Evaluation evaluate_adapted(Model<float>& model, const std::vector<Batch>& segments, const Adaptation& how, Pool& pool);

}  // namespace rnn::core
