// Why: a microphone's pipe is samples without a header; what they are stands on the command line, and they come in chunks of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

enum class RawEncoding { s16, s24, s32, f32, u8, mulaw, alaw };  // little-endian
inline constexpr std::string_view kRawEncodingNames[] = {"s16", "s24", "s32", "f32", "u8", "mulaw", "alaw"};

struct RawFormat {
  RawEncoding encoding = RawEncoding::s16;
  int rate = 16000;  // samples per second
  int channels = 1;

  int frame_bytes() const;  // of a sample of all channels
};

// "s16,16000", "mulaw,8000", "f32,48000,2" (channels). Throws Error{usage, "usage/raw"}.
RawFormat parse_raw_format(std::string_view text);

// Bytes to samples of one channel, the mean of all, full scale 1. A value: chunks of any size give the same bits.
class RawDecoder {
 public:
  explicit RawDecoder(const RawFormat& format) : format_(format) {}
  // Appends the samples that are complete. Throws Error{data, "audio/not_finite"} as AudioReader::read().
  void push(std::string_view bytes, std::vector<float>& samples);
  int64_t samples() const { return samples_; }
  // Bytes that wait for the rest of their sample: at the end of the input something is missing.
  size_t waiting() const { return carried_.size(); }

 private:
  float sample(const unsigned char* frame) const;
  RawFormat format_;
  std::string carried_;
  int64_t samples_ = 0;
};

}  // namespace rnn::core
