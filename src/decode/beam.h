// Why: the likeliest text is not made of the likeliest words: beam search follows several hypotheses at once, for any model.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "decode/scorer.h"

namespace rnn::core {

// How hypotheses of different lengths are compared: log-probability of n tokens divided by
enum class LengthRule {
  power,  // n^alpha; alpha 1 is the mean per token
  wu,     // ((5 + n) / 6)^alpha (Wu et al. 2016, "Google's neural machine translation system", equation 14)
};

struct BeamOptions {
  int beam = 5;                          // hypotheses that are kept, >= 1; 1 is greedy
  int n_best = 1;                        // results wanted, in [1, beam]
  int max_tokens = 60;                   // >= 0; a hypothesis with that many tokens is a result, too, even if unfinished
  int min_tokens = 0;                    // none finishes with fewer
  std::span<const int32_t> ends = {};    // ids that finish a hypothesis; the id is its last token
  std::span<const int32_t> banned = {};  // never written
  double alpha = 0;                      // >= 0; 0: the plain log-probability
  LengthRule length_rule = LengthRule::power;
  // >= 0, beta of the same equation: each position of the source adds beta * log(min(1, c)) to the score of a result, c the
  // sum of the attention that its tokens gave to the position, at least FLT_MIN. Live hypotheses are compared without it.
  double coverage = 0;
  int no_repeat = 0;  // > 0: no n-gram of this length twice within a hypothesis (Paulus et al. 2017)

  const std::atomic<int>* cancel = nullptr;  // base/cancel.h: looked at once for every token

  // These two may be called from several threads at once, in each for a different search.
  // What may follow `written`: sets allowed[id] (all 0 at first, V of them) and returns true; false: everything. Empty:
  // everything.
  std::function<bool(std::span<const int32_t> written, std::vector<uint8_t>& allowed)> allow;
  // Whether the written text is finished by something other than the ids above, a stop text for example. Empty: never.
  std::function<bool(std::span<const int32_t> written)> finished;
};

// BeamOptions::allow for a given prefix of ids: these are forced, then everything is allowed.
std::function<bool(std::span<const int32_t>, std::vector<uint8_t>&)> begin_with(std::vector<int32_t> ids);

struct Hypothesis {
  std::vector<int32_t> ids;  // what was written, including an end id
  double log_prob = 0;       // natural logarithm of its probability after the prompt
  double score = 0;          // log_prob by the length rule, plus the coverage penalty: results are ordered by it
  bool finished = false;     // false: cut at max_tokens
};

// Beam search after `prompt`, which has at least one id (a begin symbol, the token read last) and is not part of the
// results. Results are the leaves of the tree of texts (finished, or max_tokens long), by descending score; on a tie the one
// with the smaller ids comes first. With a beam that holds every hypothesis the search is exact; it ends early only when no
// hypothesis can reach the n best any more. Fewer than n_best results, or none, where everything else is impossible. Calls
// start(1) on the scorer. Throws Error{usage, "search/coverage"} where a coverage penalty is requested from a scorer without
// attention.
std::vector<Hypothesis> beam_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options);

// Several searches at once: search i begins with row i of start(each.size()), and the live hypotheses of all searches are
// the rows of one step(). Results of a search have the same bits whatever is searched along with it, if the rows of the
// scorer have.
std::vector<std::vector<Hypothesis>> beam_search(Scorer& scorer, std::span<const int32_t> prompt,
                                                 std::span<const BeamOptions> each);

// A single search for callers that have the model step themselves, together with other work. The first step sees what follows the prompt
// (one row); after every step row i of the model continues from what was row parents()[i] and reads last_ids()[i]. A value.
class BeamSearch {
 public:
  // What the options refer to must outlive the search.
  BeamSearch(const BeamOptions& options, int vocabulary);
  BeamSearch(const BeamSearch& other);
  BeamSearch& operator=(const BeamSearch&) = delete;
  ~BeamSearch();
  bool ended() const;
  const std::vector<int>& parents() const;
  const std::vector<int32_t>& last_ids() const;
  // next [rows, V]: natural log-probabilities. attention [rows, >= looked_at], for a coverage penalty: row r uses looked_at of its
  // columns. Throws what a rule of the options throws.
  void step(View<const float> next, View<const float> attention = {}, int looked_at = 0);
  // Once it has ended.
  std::vector<Hypothesis> take_results();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

// log_prob of `tokens` tokens, by the length rule.
double length_score(double log_prob, size_t tokens, const BeamOptions& options);

}  // namespace rnn::core
