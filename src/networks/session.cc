// Why: steps a model in memory that was allocated at construction.
#include "networks/session.h"

namespace rnn::core {

Session::Session(const Model<float>& model, int streams, Pool* pool)
    : model_(model), pool_(pool ? *pool : own_pool_), seq_(Seq::uniform_batch(streams, 1)), state_(model.initial(streams)) {
  // One step grows the arena to its working size.
  if (model.reads_ids()) {
    const std::vector<int32_t> ids(streams, 0);
    push(ids);
  } else {
    Matrix<float> frames(streams, model.config().rnn.input);
    push(View<const float>(frames.view()));
  }
  state_.clear();
}

View<const float> Session::push(std::span<const int32_t> ids) noexcept {
  assert(static_cast<int>(ids.size()) == seq_.streams() && model_.reads_ids());
  const FlushDenormals flush;
  arena_.clear();
  Context<float> context{pool_, arena_};
  return model_.forward(context, seq_, ids.data(), state_, nullptr);
}

View<const float> Session::push(View<const float> frames) noexcept {
  assert(frames.rows == seq_.streams() && frames.cols == model_.config().rnn.input && !model_.reads_ids());
  const FlushDenormals flush;
  arena_.clear();
  Context<float> context{pool_, arena_};
  return model_.forward_frames(context, seq_, frames, state_, nullptr);
}

void Session::set_state(const State<float>& state) {
  state_.require_shape_of(state);
  state_ = state;
}

}  // namespace rnn::core
