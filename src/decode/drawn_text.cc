// Why: see drawn_text.h.
#include "decode/drawn_text.h"

#include <algorithm>

namespace rnn::core {

void DrawnText::step(std::span<const float> log_p) {
  SampleOptions options = o_.sampling;
  options.recent = text_.ids;
  const int32_t id = sampler_.draw(log_p, options, random_);
  text_.ids.push_back(id);
  text_.log_prob += log_p[static_cast<size_t>(id)];
  text_.score = text_.log_prob;
  text_.finished = std::find(o_.ends.begin(), o_.ends.end(), id) != o_.ends.end();
}

}  // namespace rnn::core
