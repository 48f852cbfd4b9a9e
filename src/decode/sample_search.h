// Why: several texts are drawn, not searched, at once: one step of a model serves all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/beam.h"
#include "decode/sample.h"

namespace rnn::core {

struct SampleSearch {
  int max_tokens = 60;                 // >= 0; a text is cut after that many tokens
  std::span<const int32_t> ends = {};  // ids that finish a text; the id is its last token
  // How a token is drawn; `recent` is ignored: all tokens that a text has written are recent.
  SampleOptions options = {};
  // The text depends on these two and on its row of the scorer: Random(seed, Purpose::sample, stream).
  uint64_t seed = 1;
  uint32_t stream = 0;
};

// Draws a text for each row of start(each.size()) after `prompt`, which has at least one id and is not part of it; the
// unfinished texts are the rows of one step(). A text is the same whatever is drawn along with it, if the rows of the scorer
// are. log_prob and score: of the text under the model's own distribution, temperature 1 and nothing cut.
std::vector<Hypothesis> sample_search(Scorer& scorer, std::span<const int32_t> prompt, std::span<const SampleSearch> each);

}  // namespace rnn::core
