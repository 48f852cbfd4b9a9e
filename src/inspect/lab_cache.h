// Why: the experiments give the same results whenever the settings are the same, so they are trained once and cached.
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

// $XDG_CACHE_HOME/rnn, else $HOME/.cache/rnn; "" if neither is set.
std::string default_cache_folder();

// Recall for each of `cells` and the exploding run: loaded from `folder` if they are there, else trained and saved there (a
// folder that cannot be written is not an error). folder "": no cache. Only figures of the same settings, version and
// instruction set are loaded; a run cut short by its time limit is not saved.
Lab memory_lab(const std::vector<std::string>& cells, const RecallOptions& recall, const ClippingOptions& clipping,
               const std::string& folder, Pool& pool);

}  // namespace rnn::core
