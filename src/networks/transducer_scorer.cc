// Why: see transducer_scorer.h.
#include "networks/transducer_scorer.h"

#include <algorithm>

#include "decode/scorer.h"
#include "kernels/rows.h"

namespace rnn::core {

void TransducerScorer::start(int slots) {
  memory_ = State<float>(slots, head_.state_width());
  predicted_ = Matrix<float>(slots, head_.joiner_width());
  const SlotStep first[] = {{0, kBlank, 0}};
  step(first);
}

void TransducerScorer::step(std::span<const SlotStep> steps) {
  from_.clear();
  ids_.clear();
  for (const SlotStep& s : steps) {
    from_.push_back(s.from);
    ids_.push_back(s.unit);
  }
  moved_.select_from(pool_, memory_, from_);
  const ArenaScope scope(arena_);
  Context<float> own = context();
  const View<float> said = said_.at_least(static_cast<int>(steps.size()), head_.joiner_width());
  head_.step(own, weights_, ids_.data(), moved_, said);
  for (size_t i = 0; i < steps.size(); ++i) {
    std::copy_n(moved_.row(static_cast<int>(i)), moved_.width(), memory_.row(steps[i].to));
    copy_row(said, static_cast<int>(i), predicted_.view(), steps[i].to);
  }
}

void TransducerScorer::read(View<const float> rows) {
  const ArenaScope scope(arena_);
  Context<float> own = context();
  const View<float> encoded = encoded_.at_least(rows.rows, head_.joiner_width());
  if (rows.rows > 0) head_.encode(own, weights_, rows, encoded);
}

View<const float> TransducerScorer::next(int row, std::span<const int> slots) {
  const auto n = static_cast<int>(slots.size());
  const View<float> encoded = joined_[0].at_least(n, head_.joiner_width());
  const View<float> predicted = joined_[1].at_least(n, head_.joiner_width());
  const View<float> log_probs = log_probs_.at_least(n, head_.info().outputs);
  for (int i = 0; i < n; ++i) {
    copy_row(encoded_.view(), row, encoded, i);
    copy_row(predicted_.view(), slots[static_cast<size_t>(i)], predicted, i);
  }
  const ArenaScope scope(arena_);
  Context<float> own = context();
  head_.join(own, weights_, encoded, predicted, log_probs);
  log_softmax(own.kernels, pool_, log_probs, log_probs);
  return log_probs;
}

}  // namespace rnn::core
