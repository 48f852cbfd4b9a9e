// Why: before hours are spent, the user sees what was understood, what will be built, what it costs.
#pragma once

#include "tasks/language_model.h"
#include "tasks/pair_data.h"
#include "tasks/run_data.h"
#include "tasks/sequence_data.h"
#include "train/option_list.h"

namespace rnn {

struct PlanFacts {
  const RunText* text = nullptr;
  Decision kind, mode;
  std::string folder;
  const Options* options = nullptr;
  int64_t train_tokens = 0, valid_tokens = 0, updates = 0;
  int vocabulary = 0;
};

// Lines for the screen. Time is estimated from this machine's own speed, measured for some milliseconds on a product of the
// model's shape; memory from the sizes of weights, moments and activations.
Plan describe_plan(const PlanFacts& facts, const Model<float>& model, Pool& pool);

struct SequenceFacts {
  const SequenceData* data = nullptr;
  std::vector<std::string> paths;
  std::string valid_path, folder;
  const Options* options = nullptr;
  int64_t updates = 0;
};
// The same for sequences.
Plan describe_sequences(const SequenceFacts& facts, const Model<float>& model, Pool& pool);

struct PairFacts {
  const PairData* data = nullptr;
  Decision kind;
  std::vector<std::string> paths, valid_paths;
  std::string folder;
  const Options* options = nullptr;
  int64_t train_tokens = 0, valid_tokens = 0, updates = 0;  // of targets
  int vocabulary = 0;
};
// The same for pairs of sentences.
Plan describe_pairs(const PairFacts& facts, const Model<float>& model, Pool& pool);

std::string grouped_count(int64_t n);  // 24,310
// Weights that take part in products.
int64_t product_weights(const Model<float>& model);
// Those of them that a token of training meets on average: of a sampled softmax the samples, of an adaptive one the head and a share
// of each cluster, as Zipf's law has it.
double token_weights(const Model<float>& model, const TrainOptions& options);
// Bytes that training will hold at its peak.
int64_t training_bytes(const Model<float>& model, const TrainOptions& options);
int64_t training_bytes(const Model<float>& model, const TrainOptions& options, int steps);  // of a sequence

}  // namespace rnn
