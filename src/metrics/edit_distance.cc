// Why: the recursion of the edit distance in one row, counting the kinds of edits at the same time.
#include "metrics/edit_distance.h"

#include <algorithm>
#include <string>
#include <vector>

#include "metrics/white_space.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

// The number of edits in the high bits, of insertions in the low ones: the smallest sum has the fewest edits and, of equally
// few, the fewest insertions. These determine the rest, because deletions - insertions is the difference of the lengths.
constexpr int64_t kEdit = int64_t{1} << 32, kInsertion = kEdit + 1;

template <class Item>
ErrorRate aligned_errors(const std::vector<Item>& hypothesis, const std::vector<Item>& reference) {
  std::vector<int64_t> cost(reference.size() + 1);  // of the hypothesis so far against the first j items of the reference
  for (size_t j = 0; j < cost.size(); ++j) cost[j] = static_cast<int64_t>(j) * kEdit;
  for (const Item& item : hypothesis) {
    int64_t corner = cost[0];  // without this item, against the first j - 1
    cost[0] += kInsertion;
    for (size_t j = 1; j < cost.size(); ++j) {
      const int64_t paired = corner + (item == reference[j - 1] ? 0 : kEdit);
      corner = cost[j];
      cost[j] = std::min({paired, cost[j] + kInsertion, cost[j - 1] + kEdit});
    }
  }
  ErrorRate errors;
  errors.reference = static_cast<int64_t>(reference.size());
  errors.insertions = cost.back() % kEdit;
  errors.deletions = errors.insertions + errors.reference - static_cast<int64_t>(hypothesis.size());
  errors.substitutions = cost.back() / kEdit - errors.insertions - errors.deletions;
  return errors;
}

}  // namespace

ErrorRate word_errors(std::string_view hypothesis, std::string_view reference) {
  const std::string ours = repair_utf8(hypothesis), theirs = repair_utf8(reference);
  return aligned_errors(split_words(ours), split_words(theirs));
}

ErrorRate character_errors(std::string_view hypothesis, std::string_view reference) {
  return aligned_errors(decode_utf8(hypothesis), decode_utf8(reference));
}

}  // namespace rnn::core
