// Why: before hours are spent, the user sees what was found, what will be built and what it will cost: lines for each task.
#pragma once

#include "options/option_list.h"
#include "runs/plan.h"
#include "runs/request.h"
#include "runs/run_data.h"
#include "tasks/pair_data.h"
#include "tasks/sequence_data.h"

namespace rnn::core {

struct PlanFacts {
  const RunText* text = nullptr;
  Decision kind, mode;
  std::string folder;
  const Options* options = nullptr;
  int64_t train_tokens = 0, valid_tokens = 0, updates = 0;
  int vocabulary = 0;
};

// Lines for the screen. The time is estimated from the speed of this machine, measured for a few milliseconds on a product
// of the model's shape; the memory from the sizes of weights, moments and activations.
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
  int64_t train_tokens = 0, valid_tokens = 0, updates = 0;  // target tokens
  int vocabulary = 0;
};
// The same for pairs of sentences.
Plan describe_pairs(const PairFacts& facts, const Model<float>& model, Pool& pool);

}  // namespace rnn::core
