// Why: one call computes everything about one model and one prompt; pages and the terminal only display it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/early_pairs.h"
#include "inspect/explanation.h"
#include "inspect/jacobian.h"
#include "inspect/reading.h"

namespace rnn::core {

struct ExplainOptions {
  int limit = kLongestPrompt;  // tokens of the prompt
  int top = 5;                 // words of a next-word table
  int moved = 5;               // units named per step
  int substitutes = 8;         // per word
  // A longer text, as documents of tokens, on which gradient, gates and norms are measured. Empty: the prompt is used.
  std::vector<std::vector<int32_t>> text;
  int window = 101, targets = 32;  // the gradient of the loss at `targets` words of the text, each back over `window` tokens
  int tokens = 2000;               // at most so many of the text are read for gates, norms and the meaning of a unit
  std::vector<EarlyPair> pairs;    // empty: no test of memory
  int door_words = 10, shown_units = 16;
  WorstOptions worst;
  bool spectra = true, timing = true;
};

// A readable name: that of the run folder, or of the file without its extension.
std::string model_name(const std::string& path);
// A figure that the trainer saved in the model file under this key, if there is one.
std::optional<double> trained_metric(const ModelFile& file, const char* key);

// Packs the model in `file` for training; its row-major weights stay. Throws what prompt_ids() and inspected_model() throw.
ModelExplanation explain_model(ModelFile& file, std::string_view prompt, const ExplainOptions& options, Pool& pool);
// The same without a prompt: only what is measured on options.text.
ModelExplanation explain_text(ModelFile& file, const ExplainOptions& options, Pool& pool);

}  // namespace rnn::core
