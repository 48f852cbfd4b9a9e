// Why: BLEU and chrF count the same thing: how many n-grams of a hypothesis occur in a reference.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rnn::core {

// A line as its units, words or characters, in order. An n-gram is the slice of `text` from its first unit to its last,
// including the separators; so no unit may contain the separator.
struct Units {
  std::string_view separator = {};
  std::string text = {};
  std::vector<size_t> begin = {}, end = {};  // [units], places in `text`

  void add(std::string_view unit) {
    if (!begin.empty()) text += separator;
    begin.push_back(text.size());
    text += unit;
    end.push_back(text.size());
  }
  int64_t size() const { return static_cast<int64_t>(begin.size()); }
  int64_t ngrams(int order) const { return std::max<int64_t>(0, size() - order + 1); }
};

// How often each n-gram occurs. The keys are slices of a Units, which must outlive them unmoved.
using NgramCounts = std::unordered_map<std::string_view, int64_t>;

NgramCounts count_ngrams(const Units& units, int order);

// The number of n-grams of the hypothesis that match a different one of the reference each.
int64_t count_matches(const NgramCounts& hypothesis, const NgramCounts& reference);

}  // namespace rnn::core
