// Why: the baseline every recurrent language model is measured against: an interpolated Kneser-Ney n-gram model.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rnn::core {

// The interface of every n-gram model, counted from text or read from an ARPA file (text/arpa.h). Immutable: any thread.
class AnyNgram {
 public:
  AnyNgram() = default;
  AnyNgram(const AnyNgram&) = default;
  AnyNgram& operator=(const AnyNgram&) = default;
  AnyNgram(AnyNgram&&) = default;
  AnyNgram& operator=(AnyNgram&&) = default;
  virtual ~AnyNgram() = default;
  // Natural logarithm of p(id | the last order() - 1 ids of context), for id in [0, vocabulary()).
  virtual double log_prob(std::span<const int32_t> context, int32_t id) const = 0;
  virtual int order() const = 0;
  virtual int vocabulary() const = 0;
};

constexpr int kMaxNgramOrder = 8;

struct NgramOptions {
  // Each stream is read after this id, which serves as context only and is not counted (an end of line before each
  // sentence); -1: none.
  int32_t begin = -1;
  // N-grams of 1, 2, ... words that occur at most this often are left out (the last number applies to all longer ones);
  // their probability goes to the shorter ones. The first number is 0, and none is below the one before it. Empty: nothing
  // is left out.
  std::vector<int> prune = {};
};

// Interpolated modified Kneser-Ney (Chen and Goodman 1999, "An empirical study of smoothing techniques for language
// modeling", section 3). The longest n-grams count occurrences, the shorter ones count distinct preceding words; at the
// beginning of a stream nothing precedes, so there each occurrence counts (Heafield and others 2013, "Scalable modified
// Kneser-Ney language model estimation", adjusted counts). Three discounts per order from counts of counts, 0.5, 1, 1.5
// where the text is too small for them; below the unigrams lies 1 / vocabulary, so every id has a probability above 0 and
// each context sums to 1. Immutable after construction: any thread. 8 bytes per distinct n-gram of the longest kind, 32 per
// shorter one; during construction 8 bytes per token more.
class NgramModel final : public AnyNgram {
 public:
  // Throws Error{internal, "ngram/id"} for ids outside [0, vocabulary), "ngram/order" for an order outside [1,
  // kMaxNgramOrder], "ngram/prune" for impossible options. N-grams do not cross streams.
  NgramModel(const std::vector<std::span<const int32_t>>& streams, int vocabulary, int order = 3,
             const NgramOptions& options = {});

  // Finite for id in [0, vocabulary()).
  double log_prob(std::span<const int32_t> context, int32_t id) const override;
  // Mean -log_prob per token, in nats; the first token has an empty context. 0 for no tokens.
  double loss(std::span<const int32_t> tokens) const;

  int order() const override { return static_cast<int>(levels_.size()); }
  int vocabulary() const override { return vocabulary_; }
  int64_t ngrams() const;  // distinct n-grams of all orders, without pruned ones
  int64_t ngrams(int length) const { return static_cast<int64_t>(levels_[static_cast<size_t>(length - 1)].word.size()); }
  int64_t bytes() const;  // of memory
  bool holds(std::span<const int32_t> ngram) const { return find(ngram) >= 0; }
  // The model in back-off form: its n-grams by length, each length in the order of the ids, with the natural logarithms of
  // the interpolated probability of the last word and of the weight of shorter contexts when the n-gram is the context (0
  // when it never was one). p(w | h) is that of "h w" or, where that is not listed, the weight of h times p(w | h without
  // its first word).
  struct Entry {
    std::span<const int32_t> ngram;
    double log_prob, log_back_off;
  };
  void each(const std::function<void(const Entry&)>& take) const;
  // What is subtracted from counts 1, 2 and 3 or more of n-grams of this length, in [1, order()].
  std::array<double, 3> discounts(int length) const { return levels_[static_cast<size_t>(length - 1)].discount; }

 private:
  // The n-grams of one length, sorted; the children of n-gram i (one word longer) are [child[i], child[i + 1]) of the next.
  struct Level {
    std::vector<int32_t> word;   // last word
    std::vector<int32_t> count;  // occurrences, or distinct preceding words
    std::vector<int64_t> child;  // [size + 1]; empty for the longest
    std::array<double, 3> discount{};
  };
  struct Range {
    int64_t begin, end;
  };
  struct Interpolation {
    double total, reserved;  // sum of the counts after a context, and of what discounts and pruning took from them
  };

  std::vector<int32_t> join(const std::vector<std::span<const int32_t>>& streams) const;
  void collect(const std::vector<int32_t>& tokens);
  std::vector<std::vector<bool>> rare_ones(const std::vector<int>& prune) const;
  void count_words_before(const std::vector<int32_t>& tokens);
  void estimate_discounts();
  void sum_contexts(const std::vector<std::vector<bool>>& rare);
  void drop(const std::vector<std::vector<bool>>& rare);
  Range children(size_t length, int64_t index) const;
  int64_t find(size_t level, Range range, int32_t word) const;
  int64_t find(std::span<const int32_t> ngram) const;
  double discount(size_t level, int32_t count) const {
    return count == 0 ? 0 : levels_[level].discount[count < 3 ? count - 1 : 2];
  }
  double back_off(size_t length, int64_t index) const;

  int vocabulary_;
  int32_t begin_;
  std::vector<Level> levels_;                        // [order], n-grams of length 1, 2, ...
  std::vector<std::vector<Interpolation>> context_;  // [order]: of the contexts of length 0, 1, ...
};

}  // namespace rnn::core
