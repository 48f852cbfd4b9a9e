// Why: how good labels are, per class and together, and spans of words as conlleval counts them: the definitions stand here alone.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/figure.h"
#include "text/tag_scheme.h"

namespace rnn::core {

// Right answers among those given and those wanted. Precision, recall and F1 are 0 where their denominator is.
struct ClassCounts {
  int64_t right = 0, given = 0, wanted = 0;  // wanted: the support
  double precision() const;
  double recall() const;
  double f1() const;
};

// One label for every example.
class LabelScores {
 public:
  explicit LabelScores(std::vector<std::string> labels);
  void add(int32_t wanted, int32_t given);  // wanted -1: a label that nobody could give

  const std::vector<std::string>& labels() const { return labels_; }
  ClassCounts counts(size_t label) const;
  int64_t confused(size_t wanted, size_t given) const { return table_[wanted * labels_.size() + given]; }
  int64_t examples() const { return all_; }
  double accuracy() const;
  // The mean F1 of the labels that are wanted or given, as scikit-learn has it.
  double macro_f1() const;

 private:
  std::vector<std::string> labels_;
  std::vector<int64_t> table_;    // [labels, labels]: wanted, given
  std::vector<int64_t> unknown_;  // [labels]: given where the wanted one is none of them
  int64_t all_ = 0, right_ = 0;
};

// How sure answers were, beside how often they were right.
class Reliability {
 public:
  static constexpr int kBins = 15;  // of equal width
  struct Bin {
    int64_t answers = 0, right = 0;
    double probability = 0;  // the sum over the answers
  };
  void add(double probability, bool right);  // of the label that was given
  int64_t answers() const { return std::ssize(answers_); }
  // The answers that are at least so sure; `probability` is their sum.
  Bin at_least(double probability) const;
  // [kBins]; bin b: probabilities in (b / kBins, (b + 1) / kBins].
  const std::vector<Bin>& bins() const { return bins_; }
  // The expected calibration error (Guo et al. 2017): |share of right answers - mean probability| of a bin, averaged over the answers.
  double ece() const;

 private:
  std::vector<Bin> bins_ = std::vector<Bin>(kBins);
  std::vector<std::pair<double, bool>> answers_;
};

// Spans of sentences: a span is right if its words and its type are.
class SpanScores {
 public:
  // Tags of the same words. bioes: how seqeval's strict mode reads them.
  void add(std::span<const std::string> wanted, std::span<const std::string> given, bool bioes);
  const ClassCounts& all() const { return all_; }
  const ClassCounts& strict() const { return strict_; }
  const std::map<std::string, ClassCounts>& types() const { return types_; }
  double accuracy() const { return words_ > 0 ? static_cast<double>(right_) / static_cast<double>(words_) : 0; }

 private:
  ClassCounts all_, strict_;
  std::map<std::string, ClassCounts> types_;
  int64_t words_ = 0, right_ = 0;
};

}  // namespace rnn::core
