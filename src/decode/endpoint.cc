// Why: see endpoint.h.
#include "decode/endpoint.h"

#include <algorithm>
#include <cmath>

namespace rnn::core {
namespace {

constexpr double kRounding = 1e-6;  // of a row: 1.2 s of 30 ms are 40 rows, whatever the quotient rounds to

// The fewest rows that last so long; at least one where there is a rule.
int64_t rows_of_seconds(double seconds, double seconds_per_row) {
  if (!(seconds > 0)) return 0;
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(seconds / seconds_per_row - kRounding)));
}

}  // namespace

Endpoint::Endpoint(const EndpointRules& rules, double seconds_per_row)
    : silence_(rows_of_seconds(rules.silence, seconds_per_row)),
      after_speech_(rows_of_seconds(rules.after_speech, seconds_per_row)),
      utterance_(rows_of_seconds(rules.utterance, seconds_per_row)) {}

EndpointReason Endpoint::push(bool unit) {
  ++rows_;
  blanks_ = unit ? 0 : blanks_ + 1;
  spoken_ = spoken_ || unit;
  const auto reached = [](int64_t rows, int64_t rule) { return rule > 0 && rows >= rule; };
  EndpointReason reason = EndpointReason::none;
  if (!spoken_ && reached(blanks_, silence_)) {
    reason = EndpointReason::silence;
  } else if (spoken_ && reached(blanks_, after_speech_)) {
    reason = EndpointReason::after_speech;
  } else if (reached(rows_, utterance_)) {
    reason = EndpointReason::utterance;
  }
  if (reason != EndpointReason::none) reset();
  return reason;
}

void Endpoint::reset() {
  rows_ = blanks_ = 0;
  spoken_ = false;
}

}  // namespace rnn::core
