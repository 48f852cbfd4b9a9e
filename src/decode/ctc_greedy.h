// Why: the simplest way from the outputs of a CTC head to units: the best class of every row, repeats and blanks left out; row by row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "alignment/ctc_lattice.h"

namespace rnn::core {

// A unit and the rows of the stream, counted from 0, in which it was the best class. Rows of the best path of all, not of the best path
// that spells these units: ctc_align (word_times.h) has those.
struct HeardUnit {
  int32_t unit = 0;
  int64_t first = 0, last = 0;
  bool operator==(const HeardUnit&) const = default;
};

// Rows in any portions give the same units. A value; one stream.
class CtcGreedy {
 public:
  // rows [n, K], n >= 0. The best class of a row is the most probable one, on a tie the lowest; NaN counts as -inf.
  void push(LogProbs<float> rows);

  // Of this utterance.
  const std::vector<HeardUnit>& units() const { return units_; }
  std::vector<int32_t> ids() const;
  double log_prob() const { return log_prob_; }               // of the best classes of all rows
  int64_t utterance_rows() const { return rows_ - begin_; }   // that it has read
  int64_t trailing_blanks() const { return rows_ - quiet_; }  // rows since the last one whose best class was a unit
  int64_t blanks() const { return blanks_; }                  // rows whose best class is the blank
  double blank_share() const;                                 // of the rows; 0 for none
  int64_t rows() const { return rows_; }                      // of the stream, all utterances

  // An utterance ends and the next one begins with the next row: nothing of this one is left, so a unit that was the last of it is heard
  // again. Rows are counted on. The encoder's state is none of its business: it keeps what it has read.
  void end_utterance();

 private:
  std::vector<HeardUnit> units_;
  int32_t before_ = kBlank;  // best class of the last row
  int64_t rows_ = 0, begin_ = 0, quiet_ = 0, blanks_ = 0;
  double log_prob_ = 0;
};

}  // namespace rnn::core
