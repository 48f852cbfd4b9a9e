// Why: which word became which is seen at a glance: words of the source above, of the translation at the left.
#pragma once

#include <string>
#include <vector>

#include "base/view.h"
#include "pages/svg.h"

namespace rnn::core::svg {

constexpr int kMostMapTokens = 120;  // of each side; what lies behind is left out, and the description says so

// A cell for each pair of tokens, the stronger its colour the larger the weight; a tooltip tells the number. Width and
// height follow from the tokens.
struct AttentionMap : Frame {
  std::vector<std::string> source, target;  // tokens as people read them
  View<const float> weights;                // [target, source], in [0, 1]
};
std::string attention_map(const AttentionMap& map);

}  // namespace rnn::core::svg
