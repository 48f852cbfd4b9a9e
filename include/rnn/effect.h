// Why: the public face of audio effects: samples in, as many samples out, in an audio callback.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rnn/error.h"
#include "rnn/model.h"

namespace rnn {
inline namespace v1 {

// An effect that `rnn train DRY.wav WET.wav` has learnt, for one channel. The same bits whatever the blocks in which samples come, and
// those of `rnn process`. One thread at a time; many effects may share a model.
class RNN_API Effect {
 public:
  // Throws Error{Exit::model}: "model/task" for a model that is no effect, "model/corrupt".
  explicit Effect(const Model& model);
  ~Effect();
  Effect(Effect&& other) noexcept;
  Effect& operator=(Effect&& other) noexcept;

  int rate() const noexcept;  // samples per second that it was learnt at; at another rate it is another effect

  // out[i] belongs to in[i], without delay; full scale is 1. Both spans have one size and may be the same memory. Takes no lock, allocates
  // nothing, and its time depends on nothing but the number of samples. One that is not finite is read as silence.
  void process(std::span<const float> in, std::span<float> out) noexcept;
  void reset() noexcept;  // as after construction

  // What it remembers as bytes, a few hundred: loaded into an effect of the same model it goes on with the same bits. load() throws
  // Error{Exit::model}: "state/model", "state/corrupt", "state/size"; then nothing has changed.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
