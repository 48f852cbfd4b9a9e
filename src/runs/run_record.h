// Why: what a run was told, what it read and what came of it, from its small files alone: no weights, no training.
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

// One number per Measure; NaN: not known.
struct Measures {
  Measures() { numbers.fill(std::numeric_limits<double>::quiet_NaN()); }
  double& operator[](Measure m) { return numbers[static_cast<size_t>(m)]; }
  double operator[](Measure m) const { return numbers[static_cast<size_t>(m)]; }
  std::array<double, kMeasures> numbers;
};

struct RunRecord {
  std::string path;  // as given, without a slash at its end
  std::string task;  // "language-model", "regress", ...; "": not known, for there is no model yet
  // Option -> value, every option, and what stands in no option: "data", "valid", "init-from", "vocabulary". Where an option says
  // auto and the run has decided, the decision ("tokens", "mode").
  std::map<std::string, std::string> settings;
  int64_t parameters = -1;
  std::string tokenizer;   // what it is made of, as a hash; "": none
  std::string data;        // equal in two runs: trained and checked on the same data; "": not known
  std::string validation;  // equal in two runs: checked on the same data; "": not known
  Measures best;           // the best check; updates, seconds, speed of the whole run
  double best_epoch = std::numeric_limits<double>::quiet_NaN();
  std::string ended;    // "epochs", "patience", "time", "updates"; "diverged"; "": it runs, or was cut
  std::string problem;  // what could not be read: one sentence, or ""
};

// Reads metrics.jsonl, data.json and the head of model.safetensors. Throws Error{data, "run/missing"}: no such folder, or one that
// holds no run; Error{data, "run/metrics"}: a line that is no event, with file:line. A last line that was cut is left out.
RunRecord read_run_record(const std::string& folder);

}  // namespace rnn::core
