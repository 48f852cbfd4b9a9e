// Why: everything that runs a model step by step speaks through this: what a stream wants to be read, and what it makes of the outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "networks/engine.h"

namespace rnn::core {

// One sequence on its way through a model. It never runs the model: it says which ids it wants to be read, step_streams() has an
// Engine read them, together with those of other streams, and hands back the outputs after the last one. One thread at a time;
// streams share nothing.
class Stream {
 public:
  // memory: one row, the state of a sequence that has not begun. fresh: at this id the memory is cleared before it is read; -1: never.
  Stream(State<float> memory, int32_t fresh) : memory_(std::move(memory)), before_(memory_), fresh_(fresh) {}
  virtual ~Stream() = default;

  // Ids to be read next, in their order, valid until take(). None: the stream waits for input, or is at its end.
  virtual std::span<const int32_t> want() const = 0;
  // All of want() was read: the outputs after the last id [K], before any softmax.
  virtual void take(std::span<const float> outputs) = 0;

  // As bytes; a loaded stream wants to read its last id once more and then goes on with the same bits. save() throws Error{usage,
  // "stream/unread"} while more than one id waits; load() Error{model}: "state/corrupt", "state/size", and leaves the stream alone.
  virtual std::string save() const = 0;
  virtual void load(std::string_view bytes) = 0;
  virtual std::unique_ptr<Stream> clone() const = 0;
  virtual void reset() = 0;   // as after construction
  virtual void finish() = 0;  // nothing more comes in: what is held back goes out

 protected:
  Stream(const Stream&) = default;
  Stream& operator=(const Stream&) = default;
  const State<float>& memory() const { return memory_; }  // after what was read so far
  const State<float>& before() const { return before_; }  // before the last id
  void set_memory(const State<float>& state) { memory_ = state, done_ = 0; }

 private:
  friend bool step_streams(Engine& engine, std::span<Stream* const> streams);
  State<float> memory_, before_;
  int32_t fresh_;
  size_t done_ = 0;  // of want(), already read
};

// One pass of the engine for all streams that want something, each at its own point of its own sequence; the same bits as each alone.
// Long inputs are read in several passes. take() runs on the engine's threads. Returns whether any stream wanted something.
bool step_streams(Engine& engine, std::span<Stream* const> streams);

}  // namespace rnn::core
