// Why: BLEU scores are comparable only when everybody computes the same one; this is sacreBLEU's with its defaults.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

constexpr int kBleuOrder = 4;  // n-grams of 1 to 4 words

// BLEU (Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation") and its components.
struct BleuScore {
  double score = 0;                                     // in [0, 100]
  std::array<double, kBleuOrder> precisions{};          // in [0, 100], smoothed; zero where the score stops early
  double brevity_penalty = 1;                           // in [0, 1]
  int64_t hypothesis_length = 0, reference_length = 0;  // in tokens; of several references the one closest in length
  std::array<int64_t, kBleuOrder> counts{}, totals{};   // n-grams of the hypotheses that occur in a reference, and all
};

// The tokens of the script mteval-v13a, following sacreBLEU's version of its rules: <skipped> is removed, a line that ends
// in a hyphen is joined to the next, four XML entities are decoded. ASCII symbols except ' and - are tokens of their own,
// and so are a point or comma not between digits and a hyphen after a digit. White space separates. Ill-formed bytes read as
// U+FFFD.
std::vector<std::string> tokenize_13a(std::string_view line);

// Corpus BLEU equal to that of sacreBLEU (Post 2018, "A call for clarity in reporting BLEU scores") with its defaults: 13a
// tokens, cased, n-grams of 1 to 4 words, exponential smoothing, one or more references for each hypothesis.
class BleuCounter {
 public:
  // An empty reference counts as none. A hypothesis without any adds to the totals and matches nothing.
  void add(std::string_view hypothesis, const std::vector<std::string>& references);
  // 0 when nothing was added.
  BleuScore score() const;
  // For each hypothesis; 0 if the number varied.
  int references() const { return references_; }

 private:
  BleuScore sums_;  // lengths and counts
  int64_t sentences_ = 0;
  int references_ = 0;
};

// BLEU of one sentence: the mean is over the orders of n-grams that the hypothesis is long enough for (sacreBLEU's
// effective order).
BleuScore sentence_bleu(std::string_view hypothesis, const std::vector<std::string>& references);

// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:rnn-0.1.0"; references below 1: "nrefs:var".
std::string bleu_signature(int references);

}  // namespace rnn::core
