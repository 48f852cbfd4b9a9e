// Why: the tests of sound make their sound: tones and noise, and files of any format.
#pragma once

#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"

namespace rnn::core::test {

inline std::vector<float> tone(int n, int rate, double hz, double loud = 0.5) {
  std::vector<float> out(static_cast<size_t>(n));
  for (int t = 0; t < n; ++t)
    out[static_cast<size_t>(t)] = static_cast<float>(loud * std::sin(2 * std::numbers::pi * hz * t / rate));
  return out;
}

inline std::vector<float> noise(int n, double loud = 0.1, uint32_t stream = 0) {
  Random random(7, Purpose::test, stream);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& x : out) x = static_cast<float>(loud * random.normal());
  return out;
}

// A file of libsndfile's format, for example SF_FORMAT_WAV | SF_FORMAT_PCM_24; `samples` interleaved.
inline void write_sound(const std::string& path, const std::vector<float>& samples, int rate, int channels, int format) {
  SF_INFO info{};
  info.samplerate = rate, info.channels = channels, info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  EXPECT_EQ(sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size())),
            static_cast<sf_count_t>(samples.size()));
  sf_close(file);
}

inline double power(const std::vector<float>& x, size_t from = 0, size_t to = SIZE_MAX) {
  double sum = 0;
  to = std::min(to, x.size());
  for (size_t i = from; i < to; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum / static_cast<double>(to - from);
}

// Feeds `in` in chunks of n to push(chunk, out), then finish(out).
template <class Stream, class T>
std::vector<float> in_chunks(Stream& stream, const std::vector<T>& in, size_t n) {
  std::vector<float> out;
  for (size_t i = 0; i < in.size(); i += n) stream.push(std::span(in).subspan(i, std::min(n, in.size() - i)), out);
  stream.finish(out);
  return out;
}

}  // namespace rnn::core::test
