// Why: a model has one sampling rate, sound has many; a stream that is resampled can be saved, and gives the same bits in any chunks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct SRC_STATE_tag;  // of libsamplerate

namespace rnn::core {

enum class ResampleQuality { fast, medium };  // SRC_SINC_FASTEST: band of 80 %, 97 dB; SRC_SINC_MEDIUM_QUALITY: 90 %, 121 dB

// One channel from `from` to `to` samples per second by windowed sinc interpolation (libsamplerate; Smith 1984). libsamplerate's state is
// not open, so the signal is cut into segments that begin where samples of both rates coincide, and each is resampled from the zero
// state with as many samples before and after it as the filter is long: what has to be remembered are these samples.
class Resampler {
 public:
  // Throws Error{data, "audio/rate"} where the rates are not positive or differ by more than a factor of 200.
  Resampler(int from, int to, ResampleQuality quality = ResampleQuality::medium);
  Resampler(const Resampler& other);
  Resampler& operator=(const Resampler& other);
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;
  ~Resampler();

  // Appends the samples that are complete. With room in `out` it allocates nothing. Equal rates: what comes in.
  void push(std::span<const float> in, std::vector<float>& out);
  // Appends the rest, so that n samples have become ceil(n * to / from), and is ready for another signal.
  void finish(std::vector<float>& out);
  void reset();

  // How much input must follow before a sample comes out, at most: samples of the input.
  int64_t delay() const { return through() ? 0 : segment_in_ + after_; }
  int from() const { return from_; }
  int to() const { return to_; }

  // The state as bytes, for a Resampler of the same rates and quality. load() throws Error{model, "audio/state"}.
  std::string save() const;
  void load(std::string_view bytes);

 private:
  bool through() const { return from_ == to_; }
  void segment(int64_t wanted, std::vector<float>& out);

  struct Close {
    void operator()(SRC_STATE_tag* state) const;
  };
  int from_, to_;
  ResampleQuality quality_;
  int64_t segment_in_ = 0, segment_out_ = 0;  // samples of a segment, in and out
  int64_t before_ = 0, after_ = 0;            // samples that are read before and after it
  int64_t skipped_ = 0;                       // samples that come out of what is before it
  std::unique_ptr<SRC_STATE_tag, Close> state_;
  std::vector<float> held_, made_;  // [before_ + segment_in_ + after_], [skipped_ + segment_out_]
  int64_t filled_ = 0;              // of held_
  int64_t read_ = 0, written_ = 0;  // since the beginning of the signal
};

// A whole signal.
std::vector<float> resample(std::span<const float> in, int from, int to, ResampleQuality quality = ResampleQuality::medium);

}  // namespace rnn::core
