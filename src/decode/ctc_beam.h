// Why: the likeliest labels are not those of the likeliest path: prefix beam search (Graves 2012; Hannun et al. 2014) adds up all paths
// of a text, and weighs it against what language says; row by row.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "alignment/ctc_lattice.h"
#include "decode/fusion.h"
#include "decode/prefix_tree.h"

namespace rnn::core {

struct CtcBeamOptions {
  int width = 16;           // hypotheses that are kept after a row, >= 1
  int top_units = 40;       // a row extends hypotheses by its most probable units only; 0: all
  double unit_floor = -12;  // and by none whose log-probability is below; the blank is always read
  double beam_floor =
      std::numeric_limits<double>::infinity();  // a hypothesis whose score is so far below the best is dropped
  FusionOptions fusion = {};
};

struct RecognisedText {
  std::vector<int32_t> units;
  std::string text;     // as they are spelt; "" without a spelling
  double log_prob = 0;  // ln P(units | rows), of the ways that the search has followed: of an unlimited one, all
  double score = 0;     // with what language says
};

// Scores of all prefixes depend on the rows alone, so rows in any portions give the same bits. A value, unless its units have a scorer.
class CtcBeam {
 public:
  explicit CtcBeam(const CtcBeamOptions& options);

  // rows [n, K], n >= 0, none of them NaN.
  void push(LogProbs<float> rows);

  // While it goes on: the best hypothesis, whose last word may be unfinished and is not scored yet.
  RecognisedText best() const;
  // Its first units, as many as all hypotheses have in common: these do not change any more.
  std::vector<int32_t> stable() const;

  // If the utterance ended here: up to n hypotheses by descending score, which now has the last word and the end of the sentence; of
  // those that spell the same text the best one. Empty: no hypothesis may end here, with a list of words for example.
  std::vector<RecognisedText> finished(int n = 1);

  // The next row is the first of an utterance: nothing is left of the one before.
  void end_utterance();

 private:
  void push_row(std::span<const float> row);
  void choose_units(std::span<const float> row);
  void extend(int32_t node, std::span<const float> row);
  void touch(int32_t node);
  int32_t child_of(int32_t node, int32_t unit);
  void prune();
  double probability(int32_t node) const { return log_add(tree_[node].blank, tree_[node].label); }
  RecognisedText text_of(int32_t node, double score) const;

  struct Scored {
    double score;
    int32_t node;
    int order;  // of equal scores the one that was reached first
    bool operator<(const Scored& other) const { return score != other.score ? score > other.score : order < other.order; }
  };

  CtcBeamOptions options_;
  Fusion fusion_;
  PrefixTree tree_;
  PrefixSlots slots_;
  std::vector<int32_t> beam_;     // best first
  std::vector<int32_t> touched_;  // prefixes of the row that is being read
  std::vector<int32_t> units_;    // that it extends by
  std::vector<Scored> scored_;
  int64_t row_ = 0;
};

}  // namespace rnn::core
