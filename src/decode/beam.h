// Why: the likeliest text is not the one of likeliest words: several hypotheses go on side by side, whatever the model is.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decode/scorer.h"

namespace rnn::core {

// How a hypothesis of unlike length is compared: log-probability of n tokens divided by
enum class LengthRule {
  power,  // n^alpha; alpha 1 is the mean per token
  wu,     // ((5 + n) / 6)^alpha (Wu et al. 2016, "Google's neural machine translation system", equation 14)
};

struct BeamOptions {
  int beam = 5;                          // hypotheses that go on, >= 1; 1 is greedy
  int n_best = 1;                        // results wanted, in [1, beam]
  int max_tokens = 60;                   // >= 0; a hypothesis of that many tokens is a result, too, though it did not finish
  int min_tokens = 0;                    // none finishes with fewer
  std::span<const int32_t> ends = {};    // ids that finish a hypothesis, whose last token they are
  std::span<const int32_t> banned = {};  // never written
  double alpha = 0;                      // >= 0; 0: the plain log-probability
  LengthRule length_rule = LengthRule::power;
  // >= 0, beta of the same equation: each position of the source adds beta * log(min(1, c)) to the score of a result, c the
  // sum of the shares that its tokens looked there with, at least FLT_MIN. Hypotheses that go on are compared without.
  double coverage = 0;
  int no_repeat = 0;  // > 0: no n-gram of this length twice within a hypothesis (Paulus et al. 2017)

  // These two may be called from several threads at once, in each for another search.
  // What may come behind `written`: sets allowed[id] (all 0 at first, V of them) and returns true; false: everything. Empty: everything.
  std::function<bool(std::span<const int32_t> written, std::vector<uint8_t>& allowed)> allow;
  // Whether what is written is finished, beside the ids above: a text that ends it, say. Empty: never.
  std::function<bool(std::span<const int32_t> written)> finished;
};

// BeamOptions::allow for a beginning that is given as ids: they are forced, then everything is free.
std::function<bool(std::span<const int32_t>, std::vector<uint8_t>&)> begin_with(std::vector<int32_t> ids);

struct Hypothesis {
  std::vector<int32_t> ids;  // what was written, an end id included
  double log_prob = 0;       // natural logarithm of its probability behind the prompt
  double score = 0;          // log_prob over the length rule, plus the coverage penalty: what results are ordered by
  bool finished = false;     // false: cut at max_tokens
};

// Beam search behind `prompt`, which has at least one id (a begin symbol, the token read last) and is no part of the results. Results
// are the leaves of the tree of texts (finished, or max_tokens long), by falling score; of equals the one whose ids are smaller. With
// a beam that holds every hypothesis that is exact; the search ends early only when no hypothesis can reach the n_best any more. Fewer
// than n_best, or none, where everything else is impossible. Calls start(1) on the scorer. Throws
// Error{usage, "search/coverage"} where a coverage penalty is asked of a scorer that looks at nothing.
std::vector<Hypothesis> beam_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options);

// Several searches side by side: search i begins with row i of start(each.size()), and the live hypotheses of all are the
// rows of one step(). Results of a search have the same bits whatever is searched beside it, if the rows of the scorer have.
std::vector<std::vector<Hypothesis>> beam_search(Scorer& scorer, std::span<const int32_t> prompt,
                                                 std::span<const BeamOptions> each);

// log_prob of `tokens` tokens, by the length rule.
double length_score(double log_prob, size_t tokens, const BeamOptions& options);

}  // namespace rnn::core
