// Why: the settings, data and results of a run, from its small files alone: no weights, no training.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

enum class Measure { val_bits_per_byte, val_loss, val_perplexity, val_accuracy, val_bleu, updates, seconds, tokens_per_s };
constexpr std::string_view kMeasureNames[] = {"val_bits_per_byte", "val_loss", "val_perplexity", "val_accuracy",
                                              "val_bleu",          "updates",  "seconds",        "tokens_per_s"};
constexpr size_t kMeasures = std::size(kMeasureNames);

// One number per Measure; NaN: unknown.
struct Measures {
  Measures() { numbers.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Measure m) { return numbers[static_cast<size_t>(m)]; }
  double operator[](Measure m) const { return numbers[static_cast<size_t>(m)]; }
  std::array<double, kMeasures> numbers;
};

struct RunRecord {
  std::string path;  // as given, without a trailing slash
  std::string task;  // "language-model", "regress", ...; "": unknown, there is no model yet
  // Option -> value for every option, and what is not an option: "data", "valid", "init-from", "vocabulary". If an option is
  // auto and the run has decided, the decision ("tokens", "mode").
  std::map<std::string, std::string> settings;
  int64_t parameters = -1;
  std::string tokenizer;   // hash of its content; "": none
  std::string data;        // equal in two runs: trained and validated on the same data; "": unknown
  std::string validation;  // equal in two runs: validated on the same data; "": unknown
  Measures best;           // the best validation; updates, seconds, speed of the whole run
  double best_epoch = std::numeric_limits<double>::quiet_NaN();
  std::string ended;    // "epochs", "patience", "time", "updates"; "diverged"; "": still running, or interrupted
  std::string problem;  // one sentence about what could not be read, or ""
};

// Reads metrics.jsonl, data.json and the header of model.safetensors. Throws Error{data, "run/missing"}: no such folder, or
// it holds no run; Error{data, "run/metrics"}: a line that is not an event, with file:line. An incomplete last line is
// ignored.
RunRecord read_run_record(const std::string& folder);

}  // namespace rnn::core
