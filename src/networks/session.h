// Why: a model that reads a stream: one token or frame per stream and call; the state is carried on and nothing is
// allocated.
#pragma once

#include <cstdint>
#include <span>

#include "networks/model.h"

namespace rnn::core {

// A Model (which must outlive it), a State and scratch. Streaming is a sequence of length one: the same bits as a whole text
// at once. One thread at a time; many sessions may share a model. push() is noexcept and allocates nothing.
class Session {
 public:
  // streams >= 1 independent streams that advance together. pool null: only the caller's thread.
  explicit Session(const Model<float>& model, int streams = 1, Pool* pool = nullptr);

  // ids [streams] in [0, vocabulary) -> logits [streams, vocabulary], valid until the next push.
  View<const float> push(std::span<const int32_t> ids) noexcept;
  View<const float> push(int32_t id) noexcept { return push(std::span<const int32_t>(&id, 1)); }
  // frames [streams, input] -> hidden states [streams, output].
  View<const float> push(View<const float> frames) noexcept;

  // The memory: copy it to save it, assign it to go back or to clone (same number of streams and model).
  const State<float>& state() const { return state_; }
  void set_state(const State<float>& state);  // throws Error{model, "state/size"} when it does not fit
  void reset() { state_.clear(); }
  const Model<float>& model() const { return model_; }

 private:
  const Model<float>& model_;
  Pool own_pool_{1};
  Pool& pool_;
  Arena arena_;
  Seq seq_;
  State<float> state_;
};

}  // namespace rnn::core
