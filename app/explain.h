// Why: the content of `rnn explain` and of the page of `rnn demo` is computed in one place.
#pragma once

#include <string>
#include <vector>

#include "base/figure.h"
#include "inspect/explanation.h"
#include "io/model_file.h"

namespace rnn::core::app {

struct ExplainRequest {
  std::vector<std::string> models;  // run folders or files of language models with one vocabulary
  std::string prompt;
  std::string data;       // text for measuring gradient, gates and norms; "": the validation text of the models' run
  double seconds = 20;    // longest training of the memory test, per cell
  bool lab = true;        // memory test and clipping
  bool no_cache = false;  // train the memory test again
  int threads = 0;
};

// Reports slow steps on standard error. Throws Error{usage}: "explain/models" (models that do not match), errors of the
// prompt; Error{model}; Error{data}. A signal ends the memory test, which is then omitted.
Explanation explain(const ExplainRequest& request);

// The best n-gram model of the rows as the simplest method; without one the row stays.
void set_counting(WorthRow& row, const std::vector<ResultRow>& rows);

// Writes the page and reports its size.
void write_page(const Explanation& explanation, const std::string& path);

// Throws Error{model, "model/task"} for an audio effect, which neither explain nor inspect shows: it says what does.
void refuse_effect(const ModelFile& file);

}  // namespace rnn::core::app
