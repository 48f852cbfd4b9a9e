// Why: shows at a glance which word became which: source words along the top, words of the translation on the left.
#pragma once

#include <string>
#include <vector>

#include "base/matrix.h"
#include "pages/svg.h"

namespace rnn::core::svg {

constexpr int kMostMapTokens = 120;  // on each side; the rest is left out, and the description says so

// A cell for each pair of tokens: the larger the weight, the stronger its colour; a tooltip shows the number. Width and
// height follow from the tokens.
struct AttentionMap : Frame {
  std::vector<std::string> source, target;  // tokens in readable form
  const Matrix<float>* weights = nullptr;   // [target, source], in [0, 1]; must outlive this
};
std::string attention_map(const AttentionMap& map);

}  // namespace rnn::core::svg
