// Why: the experiments of the lab are the same for everybody with the same settings: they are trained once and kept.
#pragma once

#include <string>
#include <vector>

#include "inspect/memory_lab.h"

namespace rnn::core {

struct Lab {
  Recall recall;
  Clipping clipping;
  bool trained = false;  // something was not in the cache
  bool stopped = false;  // by options.stop: recall and clipping are empty
};

// $XDG_CACHE_HOME/rnn, else $HOME/.cache/rnn; "" when neither is set.
std::string default_cache_folder();

// Recall for each of `cells` and the exploding run, from `folder` where they are there, else trained and kept there (a folder that
// cannot be written is no failure). folder "": no cache. Cached figures are those of the same settings, version and instruction
// set; a run that its time limit cut short is not kept.
Lab memory_lab(const std::vector<std::string>& cells, const RecallOptions& recall, const ClippingOptions& clipping,
               const std::string& folder, Pool& pool);

}  // namespace rnn::core
