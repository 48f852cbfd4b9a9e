// Why: the settings, data and results of a run, from its small files alone: no weights, no training.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/figure.h"

namespace rnn::core {

struct RunRecord {
  std::string path;  // as given, without a trailing slash
  std::string task;  // "language-model", "regress", ...; "": unknown, there is no model yet
  // Option -> value for every option, and what is not an option: "data", "valid", "init-from", "vocabulary". If an option is
  // auto and the run has decided, the decision ("tokens", "mode").
  std::map<std::string, std::string> settings;
  std::optional<int64_t> parameters;
  std::string tokenizer;   // hash of its content; "": none
  std::string data;        // equal in two runs: trained and validated on the same data; "": unknown
  std::string validation;  // equal in two runs: validated on the same data; "": unknown
  bool spelled = false;    // its bits per byte include the spelling of unknown words, or no word can be unknown
  ResultRow best;          // of figure::kValidated the best validation; of figure::kCosts the whole run
  std::optional<double> best_epoch;
  std::string ended;    // "epochs", "patience", "time", "updates"; "diverged"; "": still running, or interrupted
  std::string problem;  // one sentence about what could not be read, or ""
};

// Gets each event of metrics.jsonl in turn.
using EventTaker = std::function<void(const nlohmann::json& event)>;

// Reads metrics.jsonl, data.json and the header of model.safetensors. Throws Error{data, "run/missing"}: no such folder, or
// it holds no run; Error{data, "run/metrics"}: a line that is not an event, with file:line. An incomplete last line is
// ignored.
RunRecord read_run_record(const std::string& folder, const EventTaker& also = {});

}  // namespace rnn::core
