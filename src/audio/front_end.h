// Why: frames come out as the samples come in, with the bits of the whole signal at once; what is remembered between is a value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/filter_bank.h"

namespace rnn::core {

// A stream of samples to a stream of frames. Copies go on independently.
class FrontEnd {
 public:
  explicit FrontEnd(const FilterBankOptions& options);  // throws as FilterBankOptions::check()
  const FilterBankOptions& options() const { return bank_.options(); }
  int width() const { return options().width(); }
  // A frame is complete when as many later frames are: what slopes over time need.
  int delay_frames() const { return 2 * options().deltas; }
  // Samples after the first one of a frame that must be there before it comes out.
  int64_t delay_samples() const;

  // Appends the frames that are complete, [frames, width()], and says how many. With room in `out` it allocates nothing.
  int64_t push(std::span<const float> samples, std::vector<float>& out);
  // The last frames, of a signal that ends here; then it is ready for another signal.
  int64_t finish(std::vector<float>& out);
  void reset();

  // Frames that came out since the beginning of the signal, and samples that went in.
  int64_t frames() const { return emitted_; }
  int64_t samples() const { return first_ + filled_; }

  // The state as bytes, for a FrontEnd of the same options. load() throws Error{model, "audio/state"} and then changes nothing.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  int64_t start_of(int64_t frame) const;  // its first sample; negative where the signal is mirrored
  void static_frame(int64_t total, std::vector<float>& out);
  void emit(int64_t last, std::vector<float>& out);
  void drop_read();

  FilterBank bank_;
  int frame_, shift_;
  std::vector<std::vector<float>> slopes_;  // by order: weights of the frames around
  std::vector<float> held_;                 // samples [first_, first_ + filled_) of the signal
  std::vector<float> mirrored_, row_;       // scratch: a frame, a row
  std::vector<float> recent_;  // [2 * delay + 1, static width]: the latest static frames, frame t in row t mod that
  int64_t first_ = 0, filled_ = 0;
  int64_t next_ = 0, emitted_ = 0;  // static frames that are done, frames that came out
};

// A whole signal: [frames, width].
std::vector<float> front_end_frames(const FilterBankOptions& options, std::span<const float> samples);

// The frames of a fixed synthetic signal, stored in a model file: another program, or another version, that computes something else
// shows it before it transcribes nonsense.
std::vector<float> front_end_check(const FilterBankOptions& options);
// Throws Error{model, "audio/front_end"} where `stored` differs from what is computed here by more than rounding (1e-3).
void require_front_end(const FilterBankOptions& options, std::span<const float> stored);

}  // namespace rnn::core
