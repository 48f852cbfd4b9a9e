// Why: what training will cost: weights met by a token, memory, time; and the parts of a plan that every task shares.
#pragma once

#include <cstdint>
#include <string>

#include "networks/model.h"
#include "options/options.h"

namespace rnn::core {

std::string grouped_count(int64_t n);   // 24,310
std::string bytes_text(int64_t bytes);  // 1.5 MB
// "lstm 1x256, embedding 256 · 1,234 parameters, 4.9 KB"
std::string model_text(const Model<float>& model);
// Optimizer, rate, batch, epochs, seed, threads. `batch`: what a batch is, in words.
std::string training_text(const TrainOptions& options, const std::string& batch, Pool& pool);
// Time and memory. `steps` of one epoch, `updates` of the whole run. Time is estimated from this machine's own speed, measured for
// some milliseconds on a product of the model's shape; `bytes`: training_bytes().
std::string cost_text(const TrainOptions& options, const Model<float>& model, int64_t steps, int64_t updates, int64_t bytes,
                      Pool& pool);
// Weights that take part in products.
int64_t product_weights(const Model<float>& model);
// Those of them that a token of training meets on average: of a sampled softmax the samples, of an adaptive one the head and a share
// of each cluster, as Zipf's law has it.
double token_weights(const Model<float>& model, const TrainOptions& options);
// Bytes that training will hold at its peak.
int64_t training_bytes(const Model<float>& model, const TrainOptions& options);
int64_t training_bytes(const Model<float>& model, const TrainOptions& options, int steps);  // of a sequence

}  // namespace rnn::core
