// Why: rnn doctor: what is wrong with a run, how it shows, and which option mends it.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "train/health.h"

namespace rnn::core {

struct DoctorRequest {
  std::string run;   // folder
  std::string data;  // text or sequences that the model is tried on; "": what the run was checked on
  int threads = 0;
};

struct Diagnosis {
  std::string run, task;                // task "": the run has no model
  std::vector<HealthVerdict> verdicts;  // one per rule: those over metrics, then those over the model
  int64_t steps = 0;                    // that the model was tried on
  bool name_task = false;               // to train anew the task has to be named: the data alone looks like another
  int bad() const;
};

// The rules that need the model and data: vanishing, saturated, dead_relu, input_scale, carried_state, short_window,
// unknown_words.
std::span<const HealthRule> model_rules();

// Reads metrics.jsonl and model.safetensors (else last.ckpt.safetensors) and tries the model on some thousand steps of data. A
// rule that cannot be looked at is Health::unknown and says why. Throws Error{data}: "run/missing" (no such folder),
// "run/metrics" (none, or a line that is no event, with file:line), those of `data`; Error{model} for a damaged model.
Diagnosis diagnose(const DoctorRequest& request);

// The command that does what a bad verdict advises; "" when it advises no option.
std::string mending_command(const Diagnosis& diagnosis, const HealthVerdict& verdict);

// {"run", "task", "steps", "bad", "rules": [{"code", "health", "title", "evidence", "sign", "mend", "options", "command"}]}
nlohmann::ordered_json to_json_object(const Diagnosis& diagnosis);

}  // namespace rnn::core
