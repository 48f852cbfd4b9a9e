// Why: see several_scores.h.
#include "metrics/several_scores.h"

#include <algorithm>
#include <cstddef>

namespace rnn::core {

void SeveralScores::add(std::span<const int32_t> wanted, std::span<const int32_t> given) {
  int64_t right = 0;
  for (const int32_t label : wanted)
    if (label >= 0) ++counts_[static_cast<size_t>(label)].wanted;
  for (const int32_t label : given) {
    ClassCounts& own = counts_[static_cast<size_t>(label)];
    const bool is_right = std::find(wanted.begin(), wanted.end(), label) != wanted.end();
    ++own.given, own.right += is_right, right += is_right;
  }
  const auto asked = std::ssize(wanted), said = std::ssize(given);
  all_.right += right, all_.given += said, all_.wanted += asked;
  ++examples_, exact_ += right == asked && right == said;
}

double SeveralScores::macro_f1() const {
  double sum = 0, n = 0;
  for (const ClassCounts& c : counts_)
    if (c.given + c.wanted > 0) sum += c.f1(), n += 1;
  return n > 0 ? sum / n : 0;
}

double SeveralScores::all_right() const {
  return examples_ > 0 ? static_cast<double>(exact_) / static_cast<double>(examples_) : 0;
}

ClassCounts ThresholdCurve::at_least(double threshold) const {
  ClassCounts counts;
  counts.wanted = wanted_;
  for (const auto& [p, right] : pairs_)
    if (p >= threshold) ++counts.given, counts.right += right;
  return counts;
}

double ThresholdCurve::best() const {
  if (wanted_ == 0) return 0.5;
  std::vector<std::pair<double, bool>> falling = pairs_;
  std::sort(falling.begin(), falling.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  ClassCounts counts;
  counts.wanted = wanted_;
  double best_f1 = 0, threshold = 0.5;
  for (size_t i = 0; i < falling.size(); ++i) {
    ++counts.given, counts.right += falling[i].second;
    const bool last = i + 1 == falling.size();
    if (!last && falling[i + 1].first == falling[i].first) continue;
    if (counts.f1() < best_f1) continue;
    best_f1 = counts.f1(), threshold = (falling[i].first + (last ? 0 : falling[i + 1].first)) / 2;
  }
  return threshold;
}

}  // namespace rnn::core
