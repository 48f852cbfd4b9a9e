// Why: for a mistyped name, suggests the one that was meant.
#include <algorithm>

#include "options/option_list.h"

namespace rnn::core {

std::string nearest_name(std::string_view word, std::span<const std::string_view> candidates) {
  const auto distance = [&](std::string_view other) {
    std::vector<std::vector<size_t>> d(word.size() + 1, std::vector<size_t>(other.size() + 1));
    for (size_t i = 0; i <= word.size(); ++i) d[i][0] = i;
    for (size_t j = 0; j <= other.size(); ++j) d[0][j] = j;
    for (size_t i = 1; i <= word.size(); ++i) {
      for (size_t j = 1; j <= other.size(); ++j) {
        const bool same = word[i - 1] == other[j - 1];
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
        if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1])
          d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
    return d[word.size()][other.size()];
  };
  std::string_view best;
  size_t smallest = std::max<size_t>(1, std::min<size_t>(3, (word.size() + 1) / 3)) + 1;
  for (const std::string_view candidate : candidates) {
    // A long common prefix counts as a near miss: --vocab for --vocabulary.
    const bool prefix = word.size() >= 3 && candidate.substr(0, word.size()) == word;
    const size_t d = prefix ? 1 : distance(candidate);
    if (d < smallest) smallest = d, best = candidate;
  }
  return std::string(best);
}

}  // namespace rnn::core
