// Why: the model of a run with the data it is tried on, read and run once for all rules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "inspect/gradients.h"
#include "inspect/reading.h"
#include "inspect/trace.h"
#include "options/option_list.h"
#include "runs/run_data.h"
#include "tasks/sequence_data.h"
#include "train/health.h"

namespace rnn::core {

constexpr int kTriedSteps = 2000;        // of data, about
constexpr int kTriedTargets = 32;        // places that the gradient is taken from
constexpr double kTriedWork = 1e10;      // steps times weights, about; a quarter of the above is always tried
constexpr size_t kTriedBytes = 1 << 16;  // of each text
constexpr int kLongestWindow = 200;      // steps that it is followed back

struct Patient {
  Options options;
  ModelFile file;                 // model null: the run has none that can be run
  std::string no_model, no_data;  // why; "": there is
  std::string task;               // also of a model that cannot be run; "": no model file
  double chance = 0;              // loss of giving every answer the same probability, or 0 for every number; 0: not known
  bool lines = false;             // each line of the text is read from the zero state
  std::vector<std::vector<int32_t>> text;      // language model: the first tokens, by document
  SequenceData sequences;                      // other tasks: in `valid`
  std::vector<Reading> readings;               // states
  std::vector<std::vector<LayerGates>> gates;  // [reading][layer]
  Batch window;                                // sequences of one length with a target each; no streams: there are none
  int64_t steps = 0;                           // in the readings

  const Model<float>& model() const { return *file.model; }
  bool is_text() const { return file.model && file.model->is_language_model(); }
};

// The files of the run that made a model, "train" or "valid", as they were named.
std::vector<std::string> run_files(const ModelFile& file, const char* part);

// Throws Error{model} for a damaged model, Error{data} for a fault in `data`.
Patient examine(const std::string& run, const std::string& data, const Options& options, Pool& pool);

// One verdict per model rule, in their order.
std::vector<HealthVerdict> judge_model(const Patient& patient, Pool& pool);

}  // namespace rnn::core
