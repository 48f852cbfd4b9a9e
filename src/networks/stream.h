// Why: everything that runs a model step by step speaks through this: what a stream wants to be read, and what it makes of the outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "networks/engine.h"

namespace rnn::core {

// Steps that a stream wants to be read next, in their order.
struct Wanted {
  std::span<const int32_t> ids = {};   // [steps * columns], or
  std::span<const float> frames = {};  // [steps * input]
  bool every_row = false;              // outputs are wanted after every step, not only after the last
  bool one_pass = false;               // not to be cut: the model also reads backwards, or answers from all steps
  bool last_apart = false;             // before() is wanted: the memory before the last step
  // Of a translator, whose steps are one id for each of several hypotheses side by side, the rows of memory():
  std::span<const int> rows = {};        // [hypotheses] hypothesis i goes on from what was row rows[i] and reads ids[i]
  std::span<const int32_t> source = {};  // not empty: this sentence is read first, and row 0 is what decoding begins with
};

// One sequence on its way through a model. It never runs the model: it says what it wants to be read, step_streams() has an Engine
// read that, together with what other streams want, and hands back the outputs. One thread at a time; streams share nothing.
class Stream {
 public:
  // memory: one row, the state of a sequence that has not begun. fresh: at this id the memory is cleared before it is read; -1: never.
  Stream(State<float> memory, int32_t fresh) : memory_(std::move(memory)), before_(memory_), fresh_(fresh) {}
  virtual ~Stream() = default;

  // Valid until the last row was taken. Without steps: the stream waits for input, or is at its end.
  virtual Wanted want() const = 0;
  // The outputs after a step [K], before any softmax: after every step of want() in turn, or only after the last. Of a translator: of
  // every hypothesis in turn.
  virtual void take(std::span<const float> outputs) = 0;
  // Before take(), of a translator with attention: how much the hypothesis looks at every token of the source, as it was read.
  virtual void look([[maybe_unused]] std::span<const float> attention) {}

  // As bytes; a loaded stream goes on with the same bits. save() throws Error{usage, "stream/unread"} while there is more to read
  // than it can hold; load() Error{model}: "state/corrupt", "state/size", and leaves the stream alone.
  virtual std::string save() const = 0;
  virtual void load(std::string_view bytes) = 0;
  virtual std::unique_ptr<Stream> clone() const = 0;
  virtual void reset() = 0;   // as after construction
  virtual void finish() = 0;  // nothing more comes in: what is held back goes out

  const State<float>& memory() const { return memory_; }  // after what was read so far
  const State<float>& before() const { return before_; }  // before the last step, where it is wanted apart
  // For a caller that has the steps of want() read by something else than an Engine: the memory before and after the last of them.
  void passed(State<float> before, State<float> after, std::span<const float> outputs) {
    before_ = std::move(before), memory_ = std::move(after), done_ = 0;
    take(outputs);
  }

 protected:
  Stream(const Stream&) = default;
  Stream& operator=(const Stream&) = default;
  void set_memory(const State<float>& state) { memory_ = state, done_ = 0; }

 private:
  friend bool step_streams(Engine& engine, std::span<Stream* const> streams);
  friend bool step_translations(Engine& engine, std::span<Stream* const> streams);
  State<float> memory_, before_;
  EncodedSource source_;  // of a translator
  int32_t fresh_;
  size_t done_ = 0;  // steps of want() that are already read
};

// One pass of the engine for all streams that want something, each at its own point of its own sequence; the same bits as each alone.
// Long inputs are read in several passes. take() runs on the engine's threads. Returns whether any stream wanted something.
bool step_streams(Engine& engine, std::span<Stream* const> streams);

}  // namespace rnn::core
