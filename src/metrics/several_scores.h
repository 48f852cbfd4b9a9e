// Why: any number of labels for an example, each with a probability: how good they are from a threshold on, and which threshold is best.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metrics/label_scores.h"

namespace rnn::core {

class SeveralScores {
 public:
  explicit SeveralScores(std::vector<std::string> labels) : labels_(std::move(labels)), counts_(labels_.size()) {}
  // wanted: labels that are right, each once; -1: one that nobody could give. given: those that were.
  void add(std::span<const int32_t> wanted, std::span<const int32_t> given);

  const std::vector<std::string>& labels() const { return labels_; }
  const ClassCounts& counts(size_t label) const { return counts_[label]; }
  int64_t examples() const { return examples_; }
  // Of all labels together: right ones, given ones, wanted ones.
  const ClassCounts& all() const { return all_; }
  double micro_f1() const { return all_.f1(); }
  // The mean F1 of the labels that are wanted or given, as scikit-learn has it.
  double macro_f1() const;
  // The share of examples with exactly the labels that are wanted.
  double all_right() const;

 private:
  std::vector<std::string> labels_;
  std::vector<ClassCounts> counts_;
  ClassCounts all_;
  int64_t examples_ = 0, exact_ = 0;
};

// Micro-F1 against the threshold from which a label is given.
class ThresholdCurve {
 public:
  void add(double probability, bool right) { pairs_.emplace_back(probability, right), wanted_ += right; }
  void add_unknown(int64_t wanted) { wanted_ += wanted; }  // labels that are right and that nobody could give
  ClassCounts at_least(double threshold) const;
  // That with the best micro-F1, halfway between two probabilities; of equally good ones the lowest. 0.5 if no label is right.
  double best() const;

 private:
  std::vector<std::pair<double, bool>> pairs_;
  int64_t wanted_ = 0;
};

}  // namespace rnn::core
