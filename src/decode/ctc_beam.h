// Why: the likeliest labels are not those of the likeliest path: prefix beam search (Graves 2012; Hannun et al. 2014) adds up all paths
// of a text, and weighs it against what language says; row by row.
#pragma once

#include <cstdint>
#include <vector>

#include "alignment/ctc_lattice.h"
#include "decode/prefix_beam.h"

namespace rnn::core {

// Scores of all prefixes depend on the rows alone, so rows in any portions give the same bits. A value, unless its units have a scorer.
class CtcBeam {
 public:
  explicit CtcBeam(const PrefixBeamOptions& options);

  // rows [n, K], n >= 0, none of them NaN.
  void push(LogProbs<float> rows);

  // While it goes on: the best hypothesis, whose last word may be unfinished and is not scored yet.
  RecognisedText best() const { return beam_.best(); }
  // Its first units, as many as all hypotheses have in common: these do not change any more.
  std::vector<int32_t> stable() const { return beam_.stable(); }

  // If the utterance ended here: up to n hypotheses by descending score, which now has the last word and the end of the sentence; of
  // those that spell the same text the best one. Empty: no hypothesis may end here, with a list of words for example.
  std::vector<RecognisedText> finished(int n = 1) { return beam_.finished(n); }

  // The next row is the first of an utterance: nothing is left of the one before.
  void end_utterance();

 private:
  void push_row(std::span<const float> row);
  void extend(int32_t node, std::span<const float> row, std::span<const int32_t> units);
  void touch(int32_t node);

  PrefixBeam beam_;
  std::vector<int32_t> touched_;  // prefixes of the row that is being read
  int64_t row_ = 0;
};

}  // namespace rnn::core
