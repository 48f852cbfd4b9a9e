// Why: see ctc_beam.h. Of every prefix two sums are kept, over the ways that end in a blank and over those that end in its last unit:
// the same unit once more is a new one only after a blank.
#include "decode/ctc_beam.h"

#include "decode/sample.h"

namespace rnn::core {

CtcBeam::CtcBeam(const PrefixBeamOptions& options) : beam_(options) { end_utterance(); }

// A slot for every prefix of the beam before a row and for every one after it.
void CtcBeam::end_utterance() { beam_.start(nullptr, 2 * beam_.options().width + 1); }

void CtcBeam::push(LogProbs<float> rows) {
  for (int t = 0; t < rows.rows.rows; ++t) push_row(row_of(rows.rows, t));
}

void CtcBeam::push_row(std::span<const float> row) {
  ++row_;
  touched_.clear();
  const std::vector<int32_t>& units = beam_.units_of(row);
  for (const int32_t node : beam_.nodes()) extend(node, row, units);
  for (const int32_t node : touched_) {
    PrefixNode& here = beam_.tree()[node];
    here.blank = here.next_blank, here.label = here.next_label;
  }
  beam_.keep(touched_);
}

void CtcBeam::touch(int32_t node) {
  PrefixNode& here = beam_.tree()[node];
  if (here.row == row_) return;
  here.row = row_;
  here.next_blank = here.next_label = kLogZero;
  touched_.push_back(node);
}

void CtcBeam::extend(int32_t node, std::span<const float> row, std::span<const int32_t> units) {
  PrefixTree& tree = beam_.tree();
  const double blank = tree[node].blank, label = tree[node].label, both = log_add(blank, label);
  const int32_t last = tree[node].unit;
  const auto add = [](double& sum, double term) { sum = sum == kLogZero ? term : log_add(sum, term); };
  touch(node);
  add(tree[node].next_blank, both + static_cast<double>(row[kBlank]));
  for (const int32_t unit : units) {
    const auto log_p = static_cast<double>(row[static_cast<size_t>(unit)]);
    if (unit == last) add(tree[node].next_label, label + log_p);
    const double into = unit == last ? blank : both;
    if (into == kLogZero) continue;
    const int32_t child = beam_.child_of(node, unit);
    if (child == PrefixNode::kNone) continue;
    touch(child);
    add(tree[child].next_label, into + log_p);
  }
}

}  // namespace rnn::core
