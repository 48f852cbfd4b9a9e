// Why: the public session: a model step by step, its state as a value.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// The whole recurrent state of a Session: one row of numbers per stream. A value: copy it to save it, set it again to
// rewind.
class RNN_API State {
 public:
  State() = default;  // no streams
  int streams() const noexcept { return streams_; }
  // Bitwise equality of all streams.
  friend RNN_API bool operator==(const State& a, const State& b) noexcept;
  // 16 bytes of header, then float32 little-endian, stream after stream, then 24 bytes that say which model it belongs to: the same on
  // every machine.
  std::string to_bytes() const;
  // Without the last 24 bytes it belongs to any model of its size. Throws Error{Exit::model, "state/corrupt"} for anything else that
  // to_bytes() would not write, and for numbers that are not finite.
  static State from_bytes(std::string_view bytes);

 private:
  friend class Session;
  int streams_ = 0;
  std::vector<float> values_;  // [streams, numbers of one stream]
  uint64_t model_[3] = {};     // fingerprint of its model; 0: not known
};

// Steps a model: each call reads one token, symbol or frame per stream and carries the state along. Streaming is a sequence of
// length one: the same bits as the whole sequence at once. One thread at a time; many sessions may share a model. push() is
// noexcept and allocates nothing, so it may run in an audio callback (threads = 1).
class RNN_API Session {
 public:
  // streams in [1, 65536]: independent streams that advance together.
  // Throws Error{Exit::usage, "session/size"}, Error{Exit::model}: "model/task" for a translator or a model of series, "model/bidirectional" for a model that
  // also reads backwards.
  explicit Session(const Model& model, int streams = 1, const Threads& threads = 1);
  ~Session();
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;

  // ids [streams], each in [0, vocabulary()): tokens, or symbols of a model of sequences -> [streams, outputs()], row-major, valid until
  // the next push: logits of the next token or of the labels, or numbers (regress). Returns an empty span and leaves the state
  // unchanged if there are more or fewer ids, if one is out of range, or if the model reads frames.
  std::span<const float> push(std::span<const int32_t> ids) noexcept;
  std::span<const float> push(int32_t id) noexcept { return push(std::span<const int32_t>(&id, 1)); }
  // frames [streams, inputs()], row-major -> [streams, outputs()]: of a bare recurrent model the hidden states of its last layer, of a
  // model of sequences as above; errors as above.
  std::span<const float> push(std::span<const float> frames) noexcept;
  std::span<const float> push(double) = delete;  // a frame is a span, even if it is a single number

  State state() const;
  // Allocates nothing. Throws Error{Exit::model}: "state/size" if the state has another size or number of streams, "state/model" if it is
  // of another model.
  void set_state(const State& state);
  void reset() noexcept;  // back to the state after construction
  const Model& model() const noexcept;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
