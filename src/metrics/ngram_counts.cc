// Why: one piece of code counts and matches n-grams of words and of characters.
#include "metrics/ngram_counts.h"

namespace rnn::core {

NgramCounts count_ngrams(const Units& units, int order) {
  NgramCounts counts;
  const size_t ngrams = static_cast<size_t>(units.ngrams(order)), last = static_cast<size_t>(order - 1);
  counts.reserve(ngrams);
  const std::string_view text = units.text;
  for (size_t i = 0; i < ngrams; ++i) ++counts[text.substr(units.begin[i], units.end[i + last] - units.begin[i])];
  return counts;
}

int64_t count_matches(const NgramCounts& hypothesis, const NgramCounts& reference) {
  int64_t matches = 0;
  for (const auto& [ngram, count] : hypothesis) {
    const auto found = reference.find(ngram);
    if (found != reference.end()) matches += std::min(count, found->second);
  }
  return matches;
}

}  // namespace rnn::core
