// Why: connectionist temporal classification (Graves, Fernandez, Gomez and Schmidhuber 2006): the sum over all ways in which rows of
// classes spell labels, its gradient, and the best one of these ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "alignment/log_space.h"

namespace rnn::core {

// The class that stands for "no new label", here and everywhere: labels are 1 to K - 1.
inline constexpr int32_t kBlank = 0;

// The fewest rows that can spell the labels: one each, and a blank between two that are equal.
int ctc_rows_needed(std::span<const int32_t> labels) noexcept;

// Numbers of scratch for T rows, U labels and K classes.
size_t ctc_scratch(int rows, int labels, int classes) noexcept;

// -ln P(labels | rows), exact; infinite where there is no way, 0 for no labels in no rows. gradient [T, K], unless without data:
// assigned scale times the gradient w.r.t. the logits of which these are the log softmax, 0 where the loss is infinite; it may be the
// memory of the log-probabilities themselves. In double whatever T is. No NaN among the log-probabilities.
template <class T>
double ctc_loss(LogProbs<T> log_probs, std::span<const int32_t> labels, double* scratch, View<T> gradient = {},
                double scale = 1) noexcept;

// Where a label stands on the best path: rows [first, last], which do not overlap and ascend.
struct LabelRows {
  int first = 0, last = 0;
  double log_prob = 0;  // of the label, summed over its rows
};
struct CtcAlignment {
  std::vector<LabelRows> labels;
  double log_prob = 0;  // of the whole path, blanks included
};
// The most probable path that spells the labels (Viterbi); of equally probable ones always the same. nullopt: there is none.
template <class T>
std::optional<CtcAlignment> ctc_align(LogProbs<T> log_probs, std::span<const int32_t> labels);

}  // namespace rnn::core
