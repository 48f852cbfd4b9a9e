// Why: see ctc_beam.h. Of every prefix two sums are kept, over the ways that end in a blank and over those that end in its last unit:
// the same unit once more is a new one only after a blank.
#include "decode/ctc_beam.h"

#include <algorithm>
#include <utility>

#include "decode/sample.h"

namespace rnn::core {

CtcBeam::CtcBeam(const CtcBeamOptions& options) : options_(options), fusion_(options.fusion) { end_utterance(); }

void CtcBeam::end_utterance() {
  tree_.clear();
  PrefixNode& root = tree_[0];
  root.place = fusion_.start();
  root.blank = 0;
  root.held = true;
  beam_.assign(1, 0);
  const bool reads_units = options_.fusion.units && options_.fusion.unit_alpha != 0;
  slots_.start(reads_units ? options_.fusion.units : nullptr, tree_, 2 * options_.width + 1);
}

void CtcBeam::push(LogProbs<float> rows) {
  for (int t = 0; t < rows.rows.rows; ++t) push_row(row_of(rows.rows, t));
}

void CtcBeam::push_row(std::span<const float> row) {
  ++row_;
  touched_.clear();
  choose_units(row);
  for (const int32_t node : beam_) extend(node, row);
  prune();
}

// By id, so that sums are added in one order.
void CtcBeam::choose_units(std::span<const float> row) {
  units_.clear();
  for (size_t k = 1; k < row.size(); ++k) {
    const auto log_p = static_cast<double>(row[k]);
    if (log_p >= options_.unit_floor && log_p != kLogZero) units_.push_back(static_cast<int32_t>(k));
  }
  const auto most = static_cast<size_t>(options_.top_units);
  if (most == 0 || units_.size() <= most) return;
  const auto likelier = [row](int32_t a, int32_t b) {
    const float pa = row[static_cast<size_t>(a)], pb = row[static_cast<size_t>(b)];
    return pa != pb ? pa > pb : a < b;
  };
  std::nth_element(units_.begin(), units_.begin() + static_cast<ptrdiff_t>(most) - 1, units_.end(), likelier);
  units_.resize(most);
  std::sort(units_.begin(), units_.end());
}

void CtcBeam::touch(int32_t node) {
  PrefixNode& here = tree_[node];
  if (here.row == row_) return;
  here.row = row_;
  here.next_blank = here.next_label = kLogZero;
  touched_.push_back(node);
}

// kNone: the prefix may not go on with this unit.
int32_t CtcBeam::child_of(int32_t node, int32_t unit) {
  const int32_t known = tree_.child(node, unit);
  if (known != PrefixNode::kNone) return known;
  FusionPlace place;
  if (!fusion_.extend(tree_, node, unit, place)) return PrefixNode::kNone;
  const int32_t child = tree_.add(node, unit);
  tree_[child].place = place;
  return child;
}

void CtcBeam::extend(int32_t node, std::span<const float> row) {
  const double blank = tree_[node].blank, label = tree_[node].label, both = log_add(blank, label);
  const int32_t last = tree_[node].unit;
  const auto add = [](double& sum, double term) { sum = log_add(sum, term); };
  touch(node);
  add(tree_[node].next_blank, both + static_cast<double>(row[kBlank]));
  for (const int32_t unit : units_) {
    const auto log_p = static_cast<double>(row[static_cast<size_t>(unit)]);
    if (unit == last) add(tree_[node].next_label, label + log_p);
    const double into = unit == last ? blank : both;
    if (into == kLogZero) continue;
    const int32_t child = child_of(node, unit);
    if (child == PrefixNode::kNone) continue;
    touch(child);
    add(tree_[child].next_label, into + log_p);
  }
}

// The best of what the row has reached is the beam; the rest goes.
void CtcBeam::prune() {
  scored_.clear();
  for (const int32_t node : touched_) {
    PrefixNode& here = tree_[node];
    here.blank = here.next_blank, here.label = here.next_label;
    const double score = probability(node) + fusion_.score(here.place);
    if (score != kLogZero) scored_.push_back({score, node, static_cast<int>(scored_.size())});
  }
  const size_t most = std::min(scored_.size(), static_cast<size_t>(options_.width));
  std::partial_sort(scored_.begin(), scored_.begin() + static_cast<ptrdiff_t>(most), scored_.end());
  scored_.resize(most);
  while (!scored_.empty() && scored_.back().score < scored_.front().score - options_.beam_floor) scored_.pop_back();
  for (const int32_t node : beam_) tree_[node].held = false;
  beam_.clear();
  for (const Scored& scored : scored_) {
    beam_.push_back(scored.node);
    tree_[scored.node].held = true;
  }
  slots_.enter(tree_, beam_);
  for (const int32_t node : touched_) {
    if (!tree_[node].held) slots_.leave(tree_[node]);
  }
  for (const int32_t node : touched_) tree_.release(node);
}

RecognisedText CtcBeam::text_of(int32_t node, double score) const {
  RecognisedText text{tree_.units(node), "", probability(node), score};
  if (options_.fusion.spelling) text.text = spelt_text(*options_.fusion.spelling, text.units);
  return text;
}

RecognisedText CtcBeam::best() const {
  if (beam_.empty()) return {{}, "", kLogZero, kLogZero};
  return text_of(beam_[0], probability(beam_[0]) + fusion_.score(tree_[beam_[0]].place));
}

std::vector<int32_t> CtcBeam::stable() const {
  if (beam_.empty()) return {};
  int32_t common = beam_[0];
  for (const int32_t node : beam_) common = tree_.common(common, node);
  return tree_.units(common);
}

std::vector<RecognisedText> CtcBeam::finished(int n) {
  std::vector<Scored> ended;
  for (const int32_t node : beam_) {
    const double score = probability(node) + fusion_.final_score(tree_, node);
    if (score != kLogZero) ended.push_back({score, node, static_cast<int>(ended.size())});
  }
  std::sort(ended.begin(), ended.end());
  std::vector<RecognisedText> texts;
  for (const Scored& scored : ended) {
    if (texts.size() >= static_cast<size_t>(n)) break;
    RecognisedText text = text_of(scored.node, scored.score);
    const bool again = options_.fusion.spelling && std::any_of(texts.begin(), texts.end(), [&](const RecognisedText& other) {
                         return other.text == text.text;
                       });
    if (!again) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace rnn::core
