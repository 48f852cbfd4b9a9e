// Why: the network runs over one step of all hypotheses, or over many steps of one, with the same bits.
#include "networks/model_scorer.h"

#include <algorithm>
#include <cassert>

namespace rnn::core {
namespace {

constexpr size_t kReadAtOnce = 512;  // steps: affects memory, not results

}  // namespace

ModelScorer::ModelScorer(const Model<float>& model, Pool& pool, int32_t fresh)
    : engine_(model, &pool), fresh_(fresh), first_(model.initial(1)), state_(first_) {}

void ModelScorer::start(int n) { state_ = first_.select(std::vector<int>(static_cast<size_t>(n), 0)); }

void ModelScorer::select(const std::vector<int>& rows) {
  std::swap(state_, before_);
  state_.select_from(engine_.pool(), before_, rows);
}

// ids [steps, rows] -> hidden states [steps * rows, width].
View<float> ModelScorer::run(int rows, int steps, std::span<const int32_t> ids) {
  if (seq_.streams() != rows || seq_.steps() != steps) seq_ = Seq::uniform_batch(rows, steps);
  return engine_.hidden({seq_, ids.data()}, state_);
}

View<const float> ModelScorer::push(std::span<const int32_t> ids) {
  const int rows = static_cast<int>(ids.size());
  assert(rows == state_.rows());
  for (int r = 0; r < rows; ++r) {
    if (ids[static_cast<size_t>(r)] == fresh_) state_.clear_row(r);
  }
  hidden_ = run(rows, 1, ids);
  return engine_.outputs_of(hidden_);
}

View<const float> ModelScorer::normalised(View<const float> outputs) {
  const View<float> log_p = log_probs_.at_least(outputs.rows, outputs.cols);
  log_softmax(engine_.model().kernels(), engine_.pool(), outputs, log_p);
  return log_p;
}

View<const float> ModelScorer::step(std::span<const int32_t> ids) { return normalised(push(ids)); }

View<const float> ModelScorer::read(std::span<const int32_t> ids) {
  assert(state_.rows() == 1 && !ids.empty());
  const auto from = std::find(ids.rbegin(), ids.rend(), fresh_);
  if (from != ids.rend()) {  // everything before it is forgotten
    state_.clear();
    ids = ids.last(static_cast<size_t>(from - ids.rbegin()) + 1);
  }
  while (ids.size() > 1) {
    const size_t count = std::min(ids.size() - 1, kReadAtOnce);
    run(1, static_cast<int>(count), ids.first(count));
    ids = ids.subspan(count);
  }
  return step(ids);
}

}  // namespace rnn::core
