// Why: the classes that a sampled softmax looks at: drawn roughly by how often they occur, reproducibly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rnn::core {

class ClassSampler;

// The distinct classes, ascending, that one update draws.
struct ClassSamples {
  std::vector<int32_t> classes;
  const ClassSampler* sampler = nullptr;  // must outlive this
  double draws = 0;                       // number of draws it took, including repeated classes
  // log of the expected number of times that a class is among them, in (-inf, 0].
  double log_expected(int32_t label) const;
};

// Draws `samples` distinct classes of `classes`, one at a time with replacement until there are enough:
//   log-uniform  P(k) = log((k + 2) / (k + 1)) / log(classes + 1), near Zipf's law for classes numbered by descending count
//   unigram      P(k) = counts[k] / sum, by the alias method (Walker 1977, Vose 1991); a count of 0 counts as 1
// The sample is a function of the seed and the number of the update. Const and thread-safe.
class ClassSampler {
 public:
  ClassSampler(int classes, int samples) : classes_(classes), samples_(samples) {}  // log-uniform; 1 <= samples <= classes
  ClassSampler(std::span<const int64_t> counts, int samples);                       // unigram

  ClassSamples draw(uint64_t seed, uint32_t update) const;
  double probability(int32_t label) const;  // of one draw
  int classes() const { return classes_; }
  int samples() const { return samples_; }

 private:
  int32_t one(double u) const;  // u in [0, 1)

  int classes_, samples_;
  std::vector<double> probability_, keep_;  // unigram: of a class; the share of its column that is its own
  std::vector<int32_t> alias_;              // the class that owns the rest of the column
};

}  // namespace rnn::core
