// Why: counting often does as well as a network; these rows are recomputed from the training examples wherever a model is measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/figure.h"
#include "data/labels/raw_labels.h"

namespace rnn::core {

// Multinomial naive Bayes (McCallum and Nigam 1998) over words and pairs of neighbouring words, or where most texts are one word over
// runs of 1 to 5 characters, its two ends marked. What is added to counts, 1 to 0.03, is chosen on every tenth training example. The answers to `test`, as indexes of `labels`.
struct NaiveBayes {
  std::string name;  // "naive Bayes, words and pairs"
  std::vector<int32_t> answers;
};
NaiveBayes naive_bayes(const RawSet& train, const RawSet& test, const std::vector<std::string>& labels, bool keep_case);

// Every word has the tag that it most often has in training, an unknown one the most frequent tag of all. [sentences][words]
std::vector<std::vector<std::string>> frequent_tags(const RawSet& train, const RawSet& test);

// The label of the nearest training series by Euclidean distance, each dimension scaled by training; series of unequal lengths are
// resampled to kNearestPoints points by linear interpolation first.
inline constexpr size_t kNearestPoints = 15;
std::vector<int32_t> nearest_series(const RawSet& train, const RawSet& test, const std::vector<std::string>& labels);

}  // namespace rnn::core
