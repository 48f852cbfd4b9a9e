// Why: how likely a text in memory is, token by token, for programs that run models.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "io/model_file.h"

namespace rnn::core {

struct TokenScores {
  std::vector<int32_t> ids;
  std::vector<double> losses;  // [ids] -log p of each, given those before it, nats
};

// Every token of the text, which begins a line, with a packed language model. A model of sentences reads each line from a zero state and
// skips blank ones; a missing last end of line is then added. The same numbers as evaluate_text() sums up. cancel: base/cancel.h.
TokenScores score_text(const ModelFile& file, std::string_view text, Pool& pool, const std::atomic<int>* cancel = nullptr);

}  // namespace rnn::core
