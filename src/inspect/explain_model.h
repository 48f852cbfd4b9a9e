// Why: everything that is known about one model and one prompt, in one call; pages and the terminal only draw it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/explanation.h"
#include "inspect/jacobian.h"
#include "inspect/reading.h"

namespace rnn::core {

struct ExplainOptions {
  int limit = kLongestPrompt;  // tokens of the prompt
  int top = 5;                 // words of a next-word table
  int moved = 5;               // units named per step
  int substitutes = 8;         // per word
  // A longer text, as token documents: what is said of the gradient, gates and norms is measured on it. Empty: on the prompt.
  std::vector<std::vector<int32_t>> text;
  int window = 101, targets = 32;  // the gradient is taken from `targets` words of the text, each back over `window` tokens
  int tokens = 2000;               // of the text at most are read for gates and norms
  WorstOptions worst;
  bool spectra = true, timing = true;
};

// A name for people: that of the run folder, or of the file without its ending.
std::string model_name(const std::string& path);
// A figure that the trainer wrote down under this key; -1: there is none.
double trained_metric(const ModelFile& file, const char* key);

// `file` keeps its weights and is packed for training. Throws as prompt_ids() and inspected_model().
ModelExplanation explain_model(ModelFile& file, std::string_view prompt, const ExplainOptions& options, Pool& pool);
// The same without a prompt: only what options.text says.
ModelExplanation explain_text(ModelFile& file, const ExplainOptions& options, Pool& pool);

}  // namespace rnn::core
