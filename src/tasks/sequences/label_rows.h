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

// Its parts: whether most texts are one word; what it counts of a text; its name; what is added to counts, chosen on every
// kBayesHeldOut-th example.
bool mostly_single_words(const RawSet& train, bool keep_case);
std::vector<std::string> bayes_features(const std::string& text, bool characters);
const char* bayes_name(bool characters);
inline constexpr double kBayesSmoothings[] = {1, 0.3, 0.1, 0.03};
inline constexpr size_t kBayesHeldOut = 10;

// Every word has the tag that it most often has in training, an unknown one the most frequent tag of all. [sentences][words]
std::vector<std::vector<std::string>> frequent_tags(const RawSet& train, const RawSet& test);

// The number of the nearest training series by Euclidean distance, each dimension scaled by training; series of unequal lengths are
// resampled to kNearestPoints points by linear interpolation first.
inline constexpr size_t kNearestPoints = 15;
std::vector<size_t> nearest_examples(const RawSet& train, const RawSet& test);
std::vector<int32_t> nearest_series(const RawSet& train, const RawSet& test,
                                    const std::vector<std::string>& labels);  // its label

}  // namespace rnn::core
