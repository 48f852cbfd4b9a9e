// Why: rnn doctor: what is wrong with a run, how it shows, and which option fixes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "train/health.h"

namespace rnn::core {

struct DoctorRequest {
  std::string run;   // folder
  std::string data;  // text or sequences that the model is tested on; "": the run's validation data
  int threads = 0;
};

struct Diagnosis {
  std::string run, task;                // task "": the run has no model
  std::vector<HealthVerdict> verdicts;  // one per rule: first those about the metrics, then those about the model
  int64_t steps = 0;                    // on which the model was tested
  bool name_task = false;               // the advised command must name the task, which cannot be told from the data
  int bad() const;
};

// The rules that need the model and data: vanishing, saturated, dead_relu, input_scale, carried_state, short_window,
// unknown_words, guessing, counting.
std::span<const HealthRule> model_rules();

// Reads metrics.jsonl and model.safetensors (else last.ckpt.safetensors) and tests the model on a few thousand steps of
// data. A rule that cannot be evaluated is Health::unknown and gives the reason. Throws Error{data}: "run/missing" (no such
// folder), "run/metrics" (no metrics, or a line that is not an event, with file:line), and those of reading `data`;
// Error{model} for a damaged model.
Diagnosis diagnose(const DoctorRequest& request);

// The command that does what a bad verdict advises; "" if it advises no option.
std::string mending_command(const Diagnosis& diagnosis, const HealthVerdict& verdict);

// {"run", "task", "steps", "bad", "rules": [{"code", "health", "title", "evidence", "sign", "mend", "options", "command"}]}
nlohmann::ordered_json to_json_object(const Diagnosis& diagnosis);

}  // namespace rnn::core
