// Why: what training will cost: weights per token, memory, time; and the parts of a plan that all tasks share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "networks/model.h"
#include "options/options.h"

namespace rnn::core {

// "story.txt", "3 files".
std::string files_text(const std::vector<std::string>& files);
// "lstm 1x256, embedding 256 · 1,234 parameters, 4.9 KB"
std::string model_text(const Model<float>& model);
// How the gates start: "the gate that keeps the memory starts open (forget bias 1)"; empty: as the initialisation has them.
std::string gates_text(const ModelOptions& options);
// Optimizer, learning rate, batch, epochs, seed, threads. `batch`: a description of a batch.
std::string training_text(const TrainOptions& options, const std::string& batch, Pool& pool);
// Time and memory. `steps` of one epoch, `updates` of the whole run. The time is estimated from the speed of this machine,
// measured for a few milliseconds on a product of the model's shape; `bytes`: training_bytes().
std::string cost_text(const TrainOptions& options, const Model<float>& model, int64_t steps, int64_t updates, int64_t bytes,
                      Pool& pool);
// Weights that take part in matrix products.
int64_t product_weights(const Model<float>& model);
// How many of them a training token uses on average: with a sampled softmax the samples, with an adaptive one the head and a
// share of each cluster according to Zipf's law.
double token_weights(const Model<float>& model, const TrainOptions& options);
// Peak memory of training, in bytes.
int64_t training_bytes(const Model<float>& model, const TrainOptions& options);
int64_t training_bytes(const Model<float>& model, const TrainOptions& options, int64_t steps);  // steps: of a sequence

}  // namespace rnn::core
