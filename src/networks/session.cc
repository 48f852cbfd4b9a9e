// Why: steps a model in memory that was allocated at construction.
#include "networks/session.h"

#include <cassert>
#include <vector>

#include "networks/step_ids.h"

namespace rnn::core {

Session::Session(const Model<float>& model, int streams, Pool* pool)
    : engine_(model, pool), seq_(Seq::uniform_batch(streams, 1)), state_(model.initial(streams)) {
  // One step grows the engine's scratch to its working size.
  if (model.reads_ids()) {
    const std::vector<int32_t> ids(static_cast<size_t>(streams * ids_of_step(model.config())), 0);
    push(ids);
  } else {
    Matrix<float> frames(streams, model.config().rnn.input);
    push(View<const float>(frames.view()));
  }
  state_.clear();
}

View<const float> Session::push(std::span<const int32_t> ids) noexcept {
  assert(static_cast<int>(ids.size()) == seq_.streams() * ids_of_step(model().config()) && model().reads_ids());
  return engine_.outputs({seq_, ids.data()}, state_);
}

View<const float> Session::push(View<const float> frames) noexcept {
  assert(frames.rows == seq_.streams() && frames.cols == model().config().rnn.input && !model().reads_ids());
  return engine_.outputs({seq_, nullptr, frames}, state_);
}

void Session::set_state(const State<float>& state) {
  state_.require_shape_of(state);
  state_ = state;
}

}  // namespace rnn::core
