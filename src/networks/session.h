// Why: a model that reads a stream: one token or frame per stream and call; the state is carried on and nothing is
// allocated.
#pragma once

#include <cstdint>
#include <span>

#include "networks/engine.h"

namespace rnn::core {

// An Engine of fixed streams that advance together, and their State. One thread at a time; many sessions may share a model, which
// must outlive them. push() is noexcept and allocates nothing.
class Session {
 public:
  // streams >= 1 independent streams. pool null: only the caller's thread.
  explicit Session(const Model<float>& model, int streams = 1, Pool* pool = nullptr);

  // ids [streams, ids of a step (networks/step_ids.h)] in [0, vocabulary) -> logits [streams, outputs], valid until the next push.
  View<const float> push(std::span<const int32_t> ids) noexcept;
  View<const float> push(int32_t id) noexcept { return push(std::span<const int32_t>(&id, 1)); }
  // frames [streams, input] -> hidden states [streams, output].
  View<const float> push(View<const float> frames) noexcept;

  // The memory: copy it to save it, assign it to go back or to clone (same number of streams and model).
  const State<float>& state() const { return state_; }
  void set_state(const State<float>& state);  // throws Error{model, "state/size"} when it does not fit
  void reset() { state_.clear(); }
  const Model<float>& model() const { return engine_.model(); }

 private:
  Engine engine_;
  Seq seq_;
  State<float> state_;
};

}  // namespace rnn::core
