// Why: chrF needs no tokens, so it judges languages and word endings that BLEU is blind to; this is sacreBLEU's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

struct ChrfOptions {
  int char_order = 6;  // n-grams of up to this many characters, white space left out
  int word_order = 0;  // and of up to this many words; 2 is chrF++
  int beta = 2;        // how many times recall counts as much as precision
};

// The number of n-grams of one order: of the hypotheses, of the references, and common to both.
struct ChrfMatches {
  int64_t hypothesis = 0, reference = 0, both = 0;
};

// Corpus chrF (Popovic 2015, "chrF: character n-gram F-score for automatic MT evaluation"; 2017, "chrF++: words helping
// character n-grams") equal to that of sacreBLEU with its defaults: cased, the mean over the orders that both sides have; of
// several references the one with the best score. Ill-formed bytes read as U+FFFD.
class ChrfCounter {
 public:
  explicit ChrfCounter(const ChrfOptions& options = {});
  // An empty reference counts as none. A hypothesis without any changes nothing.
  void add(std::string_view hypothesis, const std::vector<std::string>& references);
  // In [0, 100]; 0 when nothing was added.
  double score() const;
  // For each hypothesis; 0 if the number varied.
  int references() const { return references_; }

 private:
  ChrfOptions options_;
  std::vector<ChrfMatches> sums_;  // [char_order + word_order]
  int64_t sentences_ = 0;
  int references_ = 0;
};

// "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:rnn-0.1.0"; references below 1: "nrefs:var".
std::string chrf_signature(int references, const ChrfOptions& options = {});

}  // namespace rnn::core
