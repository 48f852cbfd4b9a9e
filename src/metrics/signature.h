// Why: a score means nothing without its settings; the string that gives them is built here, in sacreBLEU's form.
#pragma once

#include <string>

namespace rnn::core {

// `settings` goes between the number of references and the version. References below 1: their number varied.
inline std::string score_signature(int references, const std::string& settings) {
  return "nrefs:" + (references < 1 ? "var" : std::to_string(references)) + "|case:mixed|" + settings +
         "|version:rnn-" RNN_VERSION;
}

}  // namespace rnn::core
