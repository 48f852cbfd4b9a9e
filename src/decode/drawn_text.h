// Why: a text that is drawn, not searched for, token after token, beside others in one step of a model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/beam.h"
#include "decode/sample.h"

namespace rnn::core {

struct DrawOptions {
  int max_tokens = 60;                 // >= 0; a text is cut after that many tokens
  std::span<const int32_t> ends = {};  // ids that finish a text; the id is its last token
  // How a token is drawn; `recent` is ignored: all tokens that a text has written are recent.
  SampleOptions sampling = {};
  // The text depends on these two and on the model: Random(seed, Purpose::sample, stream).
  uint64_t seed = 1;
  uint32_t stream = 0;
};

// The text so far. A value; one thread at a time.
class DrawnText {
 public:
  // What the options refer to must outlive the text.
  DrawnText(const DrawOptions& options, int vocabulary)
      : o_(options), sampler_(vocabulary), random_(options.seed, Purpose::sample, options.stream) {}
  bool ended() const { return text_.finished || text_.ids.size() >= static_cast<size_t>(o_.max_tokens); }
  // Draws one more token; log_p [V]: natural log-probabilities after what was written. Not after the end.
  void step(std::span<const float> log_p);
  // log_prob and score: under the model's own distribution, temperature 1 and nothing cut.
  const Hypothesis& text() const { return text_; }

 private:
  DrawOptions o_;
  Sampler sampler_;
  Random random_;
  Hypothesis text_;
};

}  // namespace rnn::core
