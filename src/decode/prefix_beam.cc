// Why: see prefix_beam.h.
#include "decode/prefix_beam.h"

#include <algorithm>
#include <utility>

namespace rnn::core {

void PrefixBeam::start(SlotModel* model, int slots) {
  tree_.clear();
  tree_[0].place = fusion_.start();
  tree_[0].blank = 0;
  tree_[0].held = true;
  nodes_.assign(1, 0);
  const FusionOptions& fusion = options_.fusion;
  slots_.start({model, fusion.unit_alpha != 0 ? fusion.units : nullptr}, tree_, slots);
}

const std::vector<int32_t>& PrefixBeam::units_of(std::span<const float> row) {
  units_.clear();
  for (size_t k = 1; k < row.size(); ++k) {
    const auto log_p = static_cast<double>(row[k]);
    if (log_p >= options_.unit_floor && log_p != kLogZero) units_.push_back(static_cast<int32_t>(k));
  }
  const auto most = static_cast<size_t>(options_.top_units);
  if (most == 0 || units_.size() <= most) return units_;
  const auto likelier = [row](int32_t a, int32_t b) {
    const float pa = row[static_cast<size_t>(a)], pb = row[static_cast<size_t>(b)];
    return pa != pb ? pa > pb : a < b;
  };
  std::nth_element(units_.begin(), units_.begin() + static_cast<ptrdiff_t>(most) - 1, units_.end(), likelier);
  units_.resize(most);
  std::sort(units_.begin(), units_.end());
  return units_;
}

int32_t PrefixBeam::child_of(int32_t node, int32_t unit) {
  const int32_t known = tree_.child(node, unit);
  if (known != PrefixNode::kNone) return known;
  FusionPlace place;
  if (!fusion_.extend(tree_, node, unit, place)) return PrefixNode::kNone;
  const int32_t child = tree_.add(node, unit);
  tree_[child].place = place;
  return child;
}

void PrefixBeam::choose(const std::vector<int32_t>& nodes, std::vector<int32_t>& best) {
  scored_.clear();
  for (const int32_t node : nodes) {
    const double score = probability(node) + fusion_.score(tree_[node].place);
    if (score != kLogZero) scored_.push_back({score, node, static_cast<int>(scored_.size())});
  }
  const size_t most = std::min(scored_.size(), static_cast<size_t>(options_.width));
  std::partial_sort(scored_.begin(), scored_.begin() + static_cast<ptrdiff_t>(most), scored_.end());
  scored_.resize(most);
  while (!scored_.empty() && scored_.back().score < scored_.front().score - options_.beam_floor) scored_.pop_back();
  best.clear();
  for (const Scored& scored : scored_) best.push_back(scored.node);
}

void PrefixBeam::keep(const std::vector<int32_t>& touched) {
  for (const int32_t node : nodes_) tree_[node].held = false;
  choose(touched, nodes_);
  for (const int32_t node : nodes_) tree_[node].held = true;
  slots_.enter(tree_, nodes_);
  for (const int32_t node : touched) {
    if (!tree_[node].held) slots_.leave(tree_[node]);
  }
  for (const int32_t node : touched) tree_.release(node);
}

RecognisedText PrefixBeam::text_of(int32_t node, double score) const {
  RecognisedText text{tree_.units(node), "", probability(node), score};
  if (options_.fusion.spelling) text.text = spelt_text(*options_.fusion.spelling, text.units);
  return text;
}

RecognisedText PrefixBeam::best() const {
  if (nodes_.empty()) return {{}, "", kLogZero, kLogZero};
  return text_of(nodes_[0], probability(nodes_[0]) + fusion_.score(tree_[nodes_[0]].place));
}

std::vector<int32_t> PrefixBeam::stable() const {
  if (nodes_.empty()) return {};
  int32_t common = nodes_[0];
  for (const int32_t node : nodes_) common = tree_.common(common, node);
  return tree_.units(common);
}

std::vector<RecognisedText> PrefixBeam::finished(int n) {
  std::vector<Scored> ended;
  for (const int32_t node : nodes_) {
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
