// Why: the model of a run and the data it is tested on are loaded and run once for all rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "inspect/gradients.h"
#include "inspect/reading.h"
#include "inspect/trace.h"
#include "options/option_list.h"
#include "runs/run_data.h"
#include "tasks/sequences/sequence_data.h"
#include "train/health.h"

namespace rnn::core {

constexpr int kTriedSteps = 2000;        // of data, about
constexpr int kTriedTargets = 32;        // positions at which the gradient starts
constexpr double kTriedWork = 1e10;      // steps times weights, about; at least a quarter of the above is used
constexpr size_t kTriedBytes = 1 << 16;  // read from each text
constexpr int kLongestWindow = 200;      // steps over which the gradient is followed back

struct Patient {
  Options options;
  ModelFile file;                 // model null: the run has no model that can be run
  std::string no_model, no_data;  // the reason; "": there is one
  std::string task;               // set even if the model cannot be run; "": no model file
  std::optional<double> chance;   // loss of giving every answer the same probability, or of answering 0; none: not known
  bool lines = false;             // each line of the text starts from the zero state
  std::vector<std::vector<int32_t>> text;      // language model: the first tokens, by document
  SequenceData sequences;                      // other tasks: the member `valid`
  std::vector<Reading> readings;               // states
  std::vector<std::vector<LayerGates>> gates;  // [reading][layer]
  Batch window;                                // sequences of one length, each with a target; no streams: none found
  int64_t steps = 0;                           // in the readings

  const Model<float>& model() const { return *file.model; }
  bool is_text() const { return file.model && file.model->is_language_model(); }
};

// The files of the run that trained a model, part "train" or "valid", as they were named.
std::vector<std::string> run_files(const ModelFile& file, const char* part);

// Throws Error{model} for a damaged model, Error{data} for an error in `data`.
Patient examine(const std::string& run, const std::string& data, const Options& options, Pool& pool);

// One verdict per model rule, in their order.
std::vector<HealthVerdict> judge_model(const Patient& patient, const History& history, Pool& pool);

}  // namespace rnn::core
