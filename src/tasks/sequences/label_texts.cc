// Why: see label_texts.h.
#include "tasks/sequences/label_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr size_t kShownClasses = 6;

bool more_frequent(const std::pair<int64_t, std::string>& a, const std::pair<int64_t, std::string>& b) {
  return a.first > b.first || (a.first == b.first && a.second < b.second);
}

LabelCounts counts_of(const std::vector<std::string>& labels) {
  LabelCounts counts;
  for (const std::string& label : labels) counts.emplace_back(0, label);
  return counts;
}

// The first of them, as shares of `all`.
std::string shares_text(const LabelCounts& counts, int64_t all) {
  std::string text;
  for (size_t i = 0; i < std::min(counts.size(), kShownClasses); ++i)
    text += fmt::format("{}{} {:.1f}%", i > 0 ? ", " : "", counts[i].second,
                        100.0 * static_cast<double>(counts[i].first) / static_cast<double>(std::max<int64_t>(all, 1)));
  return counts.size() > kShownClasses ? text + fmt::format(", and {} more", counts.size() - kShownClasses) : text;
}

}  // namespace

std::string frequent_text(LabelCounts counts) {
  std::sort(counts.begin(), counts.end(), more_frequent);
  int64_t all = 0;
  for (const auto& [count, label] : counts) all += count;
  return counted(counts.size(), "label") + ": " + shares_text(counts, all);
}

std::string labels_text(const SequenceShape& shape, std::span<const SequenceExample> training) {
  if (shape.labels.empty())
    return fmt::format("a number, {} ± {}; the loss is of numbers with mean 0 and deviation 1", shape.front.mean,
                       shape.front.deviation);
  LabelCounts counts = counts_of(shape.labels);
  int64_t all = 0;
  for (const SequenceExample& e : training)
    for (const int32_t label : e.labels)
      if (label >= 0) ++counts[static_cast<size_t>(label)].first, ++all;
  if (shape.answers == Answers::one) return frequent_text(std::move(counts));
  const std::string labels = counted(counts.size(), "label");
  if (shape.answers == Answers::ordered) return labels + ": " + shares_text(counts, all);
  std::sort(counts.begin(), counts.end(), more_frequent);
  const int64_t examples = std::ssize(training);
  return fmt::format("{}, {:.2f} for an example: {}", labels, static_cast<double>(all) / static_cast<double>(examples),
                     shares_text(counts, examples));
}

std::string wholes_text(const SequenceShape& shape, std::span<const SequenceExample> training) {
  LabelCounts counts = counts_of(shape.whole_labels);
  for (const SequenceExample& e : training)
    if (e.whole >= 0) ++counts[static_cast<size_t>(e.whole)].first;
  return frequent_text(std::move(counts));
}

}  // namespace rnn::core
