// Why: see label_scores.h.
#include "metrics/label_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rnn::core {
namespace {

double ratio(int64_t part, int64_t all) { return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0; }

}  // namespace

double ClassCounts::precision() const { return ratio(right, given); }
double ClassCounts::recall() const { return ratio(right, wanted); }
double ClassCounts::f1() const { return ratio(2 * right, given + wanted); }

LabelScores::LabelScores(std::vector<std::string> labels)
    : labels_(std::move(labels)), table_(labels_.size() * labels_.size(), 0), unknown_(labels_.size(), 0) {}

void LabelScores::add(int32_t wanted, int32_t given) {
  ++all_;
  const auto to = static_cast<size_t>(given);
  if (wanted < 0) {
    ++unknown_[to];
    return;
  }
  ++table_[static_cast<size_t>(wanted) * labels_.size() + to];
  right_ += wanted == given;
}

ClassCounts LabelScores::counts(size_t label) const {
  ClassCounts c;
  c.right = confused(label, label), c.given = unknown_[label];
  for (size_t k = 0; k < labels_.size(); ++k) c.wanted += confused(label, k), c.given += confused(k, label);
  return c;
}

double LabelScores::accuracy() const { return ratio(right_, all_); }

double LabelScores::macro_f1() const {
  double sum = 0, n = 0;
  for (size_t k = 0; k < labels_.size(); ++k) {
    const ClassCounts c = counts(k);
    if (c.given + c.wanted == 0) continue;
    sum += c.f1(), n += 1;
  }
  return n > 0 ? sum / n : 0;
}

void Reliability::add(double probability, bool right) {
  const auto bin = std::clamp(static_cast<int>(std::ceil(probability * kBins)) - 1, 0, kBins - 1);
  Bin& mine = bins_[static_cast<size_t>(bin)];
  ++mine.answers, mine.right += right, mine.probability += probability;
  answers_.emplace_back(probability, right);
}

Reliability::Bin Reliability::at_least(double probability) const {
  Bin sum;
  for (const auto& [p, right] : answers_)
    if (p >= probability) ++sum.answers, sum.right += right, sum.probability += p;
  return sum;
}

double Reliability::ece() const {
  double apart = 0;
  int64_t all = 0;
  for (const Bin& bin : bins_) apart += std::abs(static_cast<double>(bin.right) - bin.probability), all += bin.answers;
  return all > 0 ? apart / static_cast<double>(all) : 0;
}

void SpanScores::add(std::span<const std::string> wanted, std::span<const std::string> given, bool bioes) {
  const std::vector<TagSpan> gold = spans_of_tags(wanted), found = spans_of_tags(given);
  for (const TagSpan& span : gold) ++types_[span.type].wanted;
  for (const TagSpan& span : found) {
    ++types_[span.type].given;
    const bool right = std::find(gold.begin(), gold.end(), span) != gold.end();
    types_[span.type].right += right, all_.right += right;
  }
  all_.wanted += std::ssize(gold), all_.given += std::ssize(found);
  const std::vector<TagSpan> own = strict_spans(wanted, bioes), said = strict_spans(given, bioes);
  strict_.wanted += std::ssize(own), strict_.given += std::ssize(said);
  for (const TagSpan& span : said) strict_.right += std::find(own.begin(), own.end(), span) != own.end();
  for (size_t i = 0; i < wanted.size(); ++i) ++words_, right_ += wanted[i] == given[i];
}

}  // namespace rnn::core
