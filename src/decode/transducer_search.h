// Why: from the rows of an encoder to labels, with a transducer that reads what it has said: greedy, and a beam that goes row by row and
// adds up the ways to a prefix (time-synchronous: Saon, Tuske and Audhkhasi 2020).
#pragma once

#include <cstdint>
#include <vector>

#include "decode/ctc_greedy.h"
#include "decode/prefix_beam.h"

namespace rnn::core {

// A transducer after its encoder. Before the first label a hypothesis, slot 0 after start(), has read the blank alone.
class LabelScorer : public SlotModel {
 public:
  // Rows of the encoder [n, width], to be asked about by number until the next call.
  virtual void read(View<const float> rows) = 0;
  // ln p(blank or label | row, hypothesis) -> [n, K] for n slots; valid until the next call of any function.
  virtual View<const float> next(int row, std::span<const int> slots) = 0;
};

inline constexpr int kMostLabelsPerRow = 4;

// The best class of a row until it is the blank, or until the row has said as many labels as it may. On a tie the lowest class.
class TransducerGreedy {
 public:
  // The scorer must outlive it and serves it alone.
  explicit TransducerGreedy(LabelScorer& scorer, int most_labels = kMostLabelsPerRow);
  void push(View<const float> rows);

  // Of this utterance; a label has one row.
  const std::vector<HeardUnit>& units() const { return units_; }
  std::vector<int32_t> ids() const;
  double log_prob() const { return log_prob_; }  // of this one way through the lattice
  int64_t rows() const { return rows_; }         // of the stream
  int64_t trailing_blanks() const { return rows_ - quiet_; }
  // What was said is forgotten; the encoder keeps what it has read.
  void end_utterance();

 private:
  void push_row(int row);

  LabelScorer* scorer_;
  int most_labels_, slot_ = 0;
  std::vector<HeardUnit> units_;
  double log_prob_ = 0;
  int64_t rows_ = 0, quiet_ = 0;
};

struct TransducerBeamOptions {
  PrefixBeamOptions beam;
  int most_labels = kMostLabelsPerRow;  // of a row, >= 1
};

// As CtcBeam. Without limits the sum over all ways with at most so many labels per row.
class TransducerBeam {
 public:
  // The scorer must outlive it and serves it alone.
  TransducerBeam(LabelScorer& scorer, const TransducerBeamOptions& options);
  void push(View<const float> rows);
  RecognisedText best() const { return beam_.best(); }
  std::vector<int32_t> stable() const { return beam_.stable(); }
  std::vector<RecognisedText> finished(int n = 1) { return beam_.finished(n); }
  void end_utterance();

 private:
  void push_row(int row);
  void touch(int32_t node);
  void say(int32_t node, double log_p, std::span<const float> row);

  LabelScorer* scorer_;
  int most_labels_;
  PrefixBeam beam_;
  std::vector<int32_t> touched_, level_, said_;
  std::vector<double> log_probs_;  // of the prefixes of a level
  std::vector<int> slots_;
  int64_t row_ = 0, said_levels_ = 0;
};

}  // namespace rnn::core
