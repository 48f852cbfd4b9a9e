// Why: samples of every raw encoding, decoded in one place.
#include "audio/raw.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr int kSampleBytes[] = {2, 3, 4, 4, 1, 1, 1};  // by RawEncoding
constexpr int kHighestRate = 768000, kMostChannels = 64;

[[noreturn]] void refuse_raw(std::string_view text, const std::string& what) {
  throw Error(Exit::usage, "usage/raw", "--raw " + std::string(text) + ": " + what,
              "write ENCODING,RATE or ENCODING,RATE,CHANNELS with s16, s24, s32, f32, u8, mulaw or alaw: --raw s16,16000");
}

// ITU-T G.711; the result is on the scale of 16 bits.
int decode_mulaw(unsigned char code) {
  const int bits = ~code & 255, exponent = bits >> 4 & 7;
  const int magnitude = (((bits & 15) << 3 | 0x84) << exponent) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
}

int decode_alaw(unsigned char code) {
  const int bits = code ^ 0x55, exponent = bits >> 4 & 7, mantissa = (bits & 15) << 4;
  const int magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

uint32_t read_bytes(const unsigned char* at, int n) {
  uint32_t value = 0;
  for (int i = 0; i < n; ++i) value |= uint32_t{at[i]} << (8 * i);
  return value;
}

float decode_raw(RawEncoding encoding, const unsigned char* at) {
  switch (encoding) {
    case RawEncoding::s16:
      return static_cast<float>(static_cast<int16_t>(read_bytes(at, 2))) / 32768.0f;
    case RawEncoding::s24:
      return static_cast<float>(static_cast<int32_t>(read_bytes(at, 3) << 8) >> 8) / 8388608.0f;
    case RawEncoding::s32:
      return static_cast<float>(static_cast<int32_t>(read_bytes(at, 4)) / 2147483648.0);
    case RawEncoding::f32:
      return std::bit_cast<float>(read_bytes(at, 4));
    case RawEncoding::u8:
      return static_cast<float>(*at - 128) / 128.0f;
    case RawEncoding::mulaw:
      return static_cast<float>(decode_mulaw(*at)) / 32768.0f;
    case RawEncoding::alaw:
      return static_cast<float>(decode_alaw(*at)) / 32768.0f;
  }
  return 0;
}

}  // namespace

int RawFormat::frame_bytes() const { return kSampleBytes[static_cast<size_t>(encoding)] * channels; }

RawFormat parse_raw_format(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view left = text;;) {
    const size_t comma = left.find(',');
    parts.push_back(left.substr(0, comma));
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  RawFormat format;
  const auto* name = std::find(std::begin(kRawEncodingNames), std::end(kRawEncodingNames), parts[0]);
  if (name == std::end(kRawEncodingNames)) refuse_raw(text, "there is no encoding '" + std::string(parts[0]) + "'");
  format.encoding = static_cast<RawEncoding>(name - std::begin(kRawEncodingNames));
  if (parts.size() < 2) refuse_raw(text, "the rate is missing");
  if (parts.size() > 3) refuse_raw(text, "there are " + std::to_string(parts.size()) + " values");
  if (read_number(parts[1], format.rate) != std::errc() || format.rate < 1 || format.rate > kHighestRate)
    refuse_raw(text,
               "'" + std::string(parts[1]) + "' is no rate between 1 and " + grouped(kHighestRate) + " samples per second");
  if (parts.size() == 3 &&
      (read_number(parts[2], format.channels) != std::errc() || format.channels < 1 || format.channels > kMostChannels))
    refuse_raw(text,
               "'" + std::string(parts[2]) + "' is no number of channels between 1 and " + std::to_string(kMostChannels));
  return format;
}

float RawDecoder::sample(const unsigned char* frame) const {
  const int width = kSampleBytes[static_cast<size_t>(format_.encoding)];
  double sum = 0;
  for (int c = 0; c < format_.channels; ++c) {
    const float x = decode_raw(format_.encoding, frame + c * width);
    if (!(std::fabs(x) <= 1e6f))
      throw Error(Exit::data, "audio/not_finite",
                  "sample " + grouped(samples_) + " (" + clock_time(static_cast<double>(samples_) / format_.rate) +
                      ") of the raw input is " + (std::isnan(x) ? "not a number" : "out of range"),
                  "check the encoding: --raw says f32, 32 bit floating point, little-endian");
    sum += x;
  }
  return static_cast<float>(format_.channels == 1 ? sum : sum / format_.channels);
}

void RawDecoder::push(std::string_view bytes, std::vector<float>& samples) {
  const auto width = static_cast<size_t>(format_.frame_bytes());
  if (!carried_.empty()) {
    const size_t missing = std::min(width - carried_.size(), bytes.size());
    carried_.append(bytes.substr(0, missing));
    bytes.remove_prefix(missing);
    if (carried_.size() < width) return;
    samples.push_back(sample(reinterpret_cast<const unsigned char*>(carried_.data())));
    ++samples_;
    carried_.clear();
  }
  for (; bytes.size() >= width; bytes.remove_prefix(width), ++samples_)
    samples.push_back(sample(reinterpret_cast<const unsigned char*>(bytes.data())));
  carried_.assign(bytes);
}

}  // namespace rnn::core
