// Why: choosing the next token: the only place where temperature, repetition penalty and every truncation are defined.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"
#include "kernels/host.h"

namespace rnn::core {

struct SampleOptions {
  double temperature = 0.8;              // >= 0; 0 is greedy: the likeliest, on a tie the lowest id
  int top_k = 0;                         // keep the k likeliest; 0: all
  double top_p = 1;                      // (0, 1]: then keep the fewest whose mass reaches p (Holtzman et al. 2020); 1: all
  std::span<const int32_t> banned = {};  // never chosen; ignored: ids outside the vocabulary, a ban on every id
  double typical_p = 1;                  // (0, 1]: after top_k, keep the fewest whose mass reaches p of those whose -log
                                         // probability is nearest to the entropy (Meister et al. 2023); 1: all
  double min_p = 0;  // [0, 1]: last, keep those at least min_p times as likely as the likeliest (Nguyen et al. 2024)
  double repetition_penalty =
      1;  // > 0: positive logits of `recent` ids are divided by it, others multiplied (Keskar et al. 2019)
  std::span<const int32_t> recent = {};
};

struct Candidate {
  int32_t id = 0;
  double probability = 0;
};

// The numbers of one row of a pass's outputs, valid as long as they are.
inline std::span<const float> row_of(View<const float> outputs, int row = 0) {
  return {host(outputs).row(row), static_cast<size_t>(outputs.cols)};
}

// Turns logits into choices. Holds scratch for one vocabulary and allocates nothing after construction; one thread at a
// time. Logits have exactly `vocabulary` entries. NaN counts as -inf. +inf beats everything finite; where nothing is above
// -inf, everything that is not banned is equally likely. Sums are computed in a fixed order in double: the same input gives
// the same bits.
class Sampler {
 public:
  explicit Sampler(int vocabulary);  // >= 1

  // The distribution that draw() draws from: penalty, temperature, top_k, typical_p, top_p, min_p, renormalised to 1, by
  // descending probability, then ascending id; tokens of probability 0 are left out. Valid until the next call on this
  // Sampler.
  std::span<const Candidate> distribution(std::span<const float> logits, const SampleOptions& options) noexcept;

  // One token; takes one uniform() from `random`, or none when temperature is 0.
  int32_t draw(std::span<const float> logits, const SampleOptions& options, Random& random) noexcept;

  // The n likeliest tokens with their probabilities under the full softmax (temperature 1, nothing cut), in the order of
  // distribution(); fewer when fewer are possible. Allocates only if `out` has to grow.
  void top(std::span<const float> logits, int n, std::vector<Candidate>& out);

 private:
  // Fills candidates_ with every possible token and its weight, the largest weight being 1; returns their number.
  size_t weigh(std::span<const float> logits, const SampleOptions& options) noexcept;
  // Reduces the first `count` candidates to those that the options keep, sorted; returns their number.
  size_t cut(size_t count, const SampleOptions& options) noexcept;
  size_t cut_typical(size_t count, double p) noexcept;
  void sort_first(size_t first, size_t last, size_t count) noexcept;
  int32_t greedy(std::span<const float> logits, double penalty) const noexcept;
  float logit(std::span<const float> logits, size_t i, double penalty) const noexcept;
  // Marks the banned and the recent ids, or removes the marks.
  void mark(const SampleOptions& options) noexcept;
  void unmark(const SampleOptions& options) noexcept;

  static constexpr uint8_t kBanned = 1, kRecent = 2;
  std::vector<Candidate> candidates_;  // [vocabulary]
  std::vector<uint8_t> marks_;         // [vocabulary], all 0 between calls
};

}  // namespace rnn::core
