// Why: a run's options for the output layer are checked against each other, and its sampler is made from them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "data/batcher.h"
#include "heads/class_sampler.h"
#include "networks/model.h"
#include "options/options.h"

namespace rnn::core {

// Refuses options for another kind of output layer than the model's: throws Error{usage, "usage/option"}.
void check_softmax_options(const ModelOptions& model, const TrainOptions& train);

// The classes that an update of a sampled softmax looks at; 0: all. Throws Error{usage} as sampler_for does.
int samples_of(const TrainOptions& options, const Model<float>& model);

// The sampler for a model with a sampled softmax, else none. A unigram sampler counts the targets of the first epoch of
// `train` and leaves the batcher at its beginning. Throws Error{usage}: more samples than classes; label smoothing, which
// needs every class, without a full softmax.
std::optional<ClassSampler> sampler_for(const TrainOptions& options, const Model<float>& model, Batcher& train);

}  // namespace rnn::core
