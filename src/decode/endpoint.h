// Why: where an utterance ends in a stream that does not: rules over rows with and without units, as Kaldi's online decoders have them.
#pragma once

#include <cstdint>

namespace rnn::core {

// In seconds; 0: the rule is off.
struct EndpointRules {
  double silence = 2.4;       // nothing was said for so long since the utterance began
  double after_speech = 1.2;  // blanks for so long after the last unit
  double utterance = 20;      // an utterance that is so long ends wherever it is
};

enum class EndpointReason { none, silence, after_speech, utterance };

// Counts rows in whole numbers. A value; one stream.
class Endpoint {
 public:
  // seconds_per_row > 0: what the model's stride and the front end's shift make.
  Endpoint(const EndpointRules& rules, double seconds_per_row);
  // One more row; `unit`: its best class is no blank. Not none: the utterance ends with this row, and all counters are 0 again.
  EndpointReason push(bool unit);
  void reset();

  int64_t rows() const { return rows_; }               // of this utterance
  int64_t trailing_blanks() const { return blanks_; }  // since its last unit, or since it began
  bool spoken() const { return spoken_; }              // it has a unit

 private:
  int64_t silence_, after_speech_, utterance_;  // rows; 0: off
  int64_t rows_ = 0, blanks_ = 0;
  bool spoken_ = false;
};

}  // namespace rnn::core
