// Why: see transducer_search.h.
#include "decode/transducer_search.h"

#include "decode/sample.h"

namespace rnn::core {

TransducerGreedy::TransducerGreedy(LabelScorer& scorer, int most_labels) : scorer_(&scorer), most_labels_(most_labels) {
  end_utterance();
}

void TransducerGreedy::end_utterance() {
  constexpr int kSlots = 2;  // before and after a label
  scorer_->start(kSlots);
  slot_ = 0;
  units_.clear();
  log_prob_ = 0;
  quiet_ = rows_;
}

std::vector<int32_t> TransducerGreedy::ids() const {
  std::vector<int32_t> ids;
  for (const HeardUnit& heard : units_) ids.push_back(heard.unit);
  return ids;
}

void TransducerGreedy::push(View<const float> rows) {
  scorer_->read(rows);
  for (int t = 0; t < rows.rows; ++t, ++rows_) push_row(t);
}

void TransducerGreedy::push_row(int row) {
  for (int labels = 0;; ++labels) {
    const int slots[] = {slot_};
    const std::span<const float> y = row_of(scorer_->next(row, slots));
    size_t best = 0;
    for (size_t k = 1; k < y.size() && labels < most_labels_; ++k) {
      if (y[k] > y[best]) best = k;
    }
    log_prob_ += static_cast<double>(y[best]);
    if (best == static_cast<size_t>(kBlank)) return;
    units_.push_back({static_cast<int32_t>(best), rows_, rows_});
    quiet_ = rows_ + 1;
    const SlotStep step[] = {{slot_, static_cast<int32_t>(best), 1 - slot_}};
    scorer_->step(step);
    slot_ = 1 - slot_;
  }
}

// ------------------------------------------------------------------------------------------------------------------- the beam

TransducerBeam::TransducerBeam(LabelScorer& scorer, const TransducerBeamOptions& options)
    : scorer_(&scorer), most_labels_(options.most_labels), beam_(options.beam) {
  end_utterance();
}

// Slots: for the beam before a row, and for those that say one label more, level by level.
void TransducerBeam::end_utterance() { beam_.start(scorer_, beam_.options().width * (most_labels_ + 1) + 1); }

void TransducerBeam::push(View<const float> rows) {
  scorer_->read(rows);
  for (int t = 0; t < rows.rows; ++t) push_row(t);
}

// next_blank: of the ways that leave the row at this prefix.
void TransducerBeam::touch(int32_t node) {
  PrefixNode& here = beam_.tree()[node];
  if (here.row == row_) return;
  here.row = row_;
  here.next_blank = kLogZero;
  touched_.push_back(node);
}

// next_label: of the ways that have said as many labels in this row as their level has.
void TransducerBeam::say(int32_t node, double log_p, std::span<const float> row) {
  for (const int32_t unit : beam_.units_of(row)) {
    const int32_t child = beam_.child_of(node, unit);
    if (child == PrefixNode::kNone) continue;
    touch(child);
    PrefixNode& here = beam_.tree()[child];
    if (here.level != said_levels_) {
      here.level = said_levels_;
      here.next_label = kLogZero;
      said_.push_back(child);
    }
    here.next_label = log_add(here.next_label, log_p + static_cast<double>(row[static_cast<size_t>(unit)]));
  }
}

void TransducerBeam::push_row(int row) {
  PrefixTree& tree = beam_.tree();
  ++row_;
  touched_.clear();
  level_ = beam_.nodes();
  log_probs_.clear();
  for (const int32_t node : level_) log_probs_.push_back(tree[node].blank);
  for (int labels = 0; !level_.empty(); ++labels) {
    slots_.clear();
    for (const int32_t node : level_) slots_.push_back(tree[node].slot);
    const View<const float> next = scorer_->next(row, slots_);
    ++said_levels_;
    said_.clear();
    for (size_t i = 0; i < level_.size(); ++i) {
      const std::span<const float> y = row_of(next, static_cast<int>(i));
      touch(level_[i]);
      double& leaving = tree[level_[i]].next_blank;
      leaving = log_add(leaving, log_probs_[i] + static_cast<double>(y[kBlank]));
      if (labels < most_labels_) say(level_[i], log_probs_[i], y);
    }
    for (const int32_t node : said_) tree[node].blank = tree[node].next_label;
    beam_.choose(said_, level_);
    beam_.enter(level_);
    log_probs_.clear();
    for (const int32_t node : level_) log_probs_.push_back(tree[node].blank);
  }
  for (const int32_t node : touched_) tree[node].blank = tree[node].next_blank;
  beam_.keep(touched_);
}

}  // namespace rnn::core
