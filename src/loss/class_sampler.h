// Why: which classes a sampled softmax looks at: drawn by a law that is near how often they occur, the same for every run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rnn::core {

class ClassSampler;

// Different classes, rising, that one update draws.
struct ClassSamples {
  std::vector<int32_t> classes;
  const ClassSampler* sampler = nullptr;  // outlives this
  double draws = 0;                       // it took so many, those that came again among them
  // log of the expected number of times that a class is among them, in (-inf, 0].
  double log_expected(int32_t label) const;
};

// Draws `samples` different classes of `classes`, one after the other with replacement until there are enough:
//   log-uniform  P(k) = log((k + 2) / (k + 1)) / log(classes + 1), near Zipf's law for classes numbered by falling count
//   unigram      P(k) = counts[k] / sum, by the alias method (Walker 1977, Vose 1991); a count of 0 is taken for 1
// A sample is a function of the seed and the number of the update. Const and thread-safe.
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
  std::vector<int32_t> alias_;              // whose the rest of the column is
};

}  // namespace rnn::core
