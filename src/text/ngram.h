// Why: the baseline every recurrent language model is measured against: an interpolated Kneser-Ney n-gram model.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace rnn {

// Interpolated modified Kneser-Ney (Chen and Goodman 1999, "An empirical study of smoothing techniques for language
// modeling", section 3). The longest n-grams count occurrences, the shorter ones count distinct words before them (the begin
// of a stream is one such word); three discounts per order from counts of counts, 0.5, 1, 1.5 where the text is too small
// for them; below the unigrams lies 1 / vocabulary, so every id has a probability above 0 and each context sums to 1.
// Immutable after construction: any thread. 8 bytes per distinct n-gram of the longest kind, 32 per shorter one.
class NgramModel {
 public:
  // Ids lie in [0, vocabulary), or Error{internal, "ngram/id"}; order in [1, 8]. N-grams do not cross streams.
  NgramModel(const std::vector<std::span<const int32_t>>& streams, int vocabulary, int order = 3);

  // Natural logarithm of p(id | the last order - 1 ids of context). Finite for id in [0, vocabulary()).
  double log_prob(std::span<const int32_t> context, int32_t id) const;
  // Mean -log_prob per token, in nats; the first token has an empty context. 0 for no tokens.
  double loss(std::span<const int32_t> tokens) const;

  int order() const { return static_cast<int>(levels_.size()); }
  int vocabulary() const { return vocabulary_; }
  int64_t ngrams() const;  // distinct n-grams of all orders
  // What is subtracted from counts 1, 2 and 3 or more of n-grams of this length, in [1, order()].
  std::array<double, 3> discounts(int length) const { return levels_[static_cast<size_t>(length - 1)].discount; }

 private:
  // The n-grams of one length, sorted; the children of n-gram i (one word longer) are [child[i], child[i + 1]) of the next.
  struct Level {
    std::vector<int32_t> word;   // last word
    std::vector<int32_t> count;  // occurrences, or distinct words before
    std::vector<int64_t> child;  // [size + 1]; empty for the longest
    std::array<double, 3> discount{};
  };
  struct Range {
    int64_t begin, end;
  };
  struct Interpolation {
    double total, reserved;  // sum of the counts behind a context, and of what the discounts took from them
  };

  void collect(const std::vector<int32_t>& tokens);
  void count_words_before(const std::vector<int32_t>& tokens);
  void estimate_discounts();
  Range children(size_t length, int64_t index) const;
  int64_t find(size_t level, Range range, int32_t word) const;
  int64_t find(std::span<const int32_t> ngram) const;
  double discount(size_t level, int32_t count) const { return levels_[level].discount[count < 3 ? count - 1 : 2]; }
  Interpolation interpolate(size_t level, Range range) const;

  int vocabulary_;
  std::vector<Level> levels_;                        // [order], n-grams of length 1, 2, ...
  std::vector<std::vector<Interpolation>> context_;  // [order]: of the contexts of length 0, 1, ...
};

}  // namespace rnn
