// Why: what `rnn explain` and the page of `rnn demo` say about some models is worked out in one place.
#pragma once

#include <string>
#include <vector>

#include "inspect/explanation.h"

namespace rnn::core::app {

struct ExplainRequest {
  std::vector<std::string> models;  // run folders or files of language models with one vocabulary
  std::string prompt;
  std::string data;       // text that gradient, gates and norms are measured on; "": the validation text of the models' run
  double seconds = 20;    // of training the memory test, per cell
  bool lab = true;        // memory test and clipping
  bool no_cache = false;  // train the memory test anew
  int threads = 0;
};

// Says on standard error what takes longer than a blink. Throws Error{usage}: "explain/models" (not alike), those of a prompt;
// Error{model}; Error{data}. A signal ends the memory test, which is then left out.
Explanation explain(const ExplainRequest& request);

// Writes the page; says how large it is.
void write_page(const Explanation& explanation, const std::string& path);

}  // namespace rnn::core::app
