// Why: sound comes in files of many formats, rates and channels; whoever computes frames sees one channel of samples of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

struct AudioInfo {
  int rate = 0;        // samples per second
  int channels = 0;    // in the file
  int64_t frames = 0;  // samples of a channel; -1: the format does not tell before the end
  std::string format;  // "WAV (Microsoft), Signed 16 bit PCM"
  // A WAV header that promises more samples than there are: the recording was cut off. Headers of pipes, which promise 0 or as much as
  // the format allows, do not count.
  bool cut_short = false;

  double seconds() const { return rate > 0 && frames > 0 ? static_cast<double>(frames) / rate : 0; }
};

// Reads one channel, the mean of all, on the scale where full scale is 1. Formats: those of libsndfile (WAV, FLAC, OGG, MP3, AIFF, ...),
// known by content and not by name. Movable; blocks of any size give the same bits.
class AudioReader {
 public:
  // A file is read block by block; a pipe is read to its end first. Throws Error{data}:
  //   audio/missing, audio/unreadable  no such file; a folder; no permission
  //   audio/empty                      no bytes, or a header without samples
  //   audio/not_audio                  text, an archive, anything that is no sound
  //   audio/header                     begins as sound does, but the header is damaged or cut off
  //   audio/unsupported                sound in an encoding that is not read here
  static AudioReader open(const std::string& path);
  // A whole file that is in memory; `name` stands for it in messages.
  static AudioReader of_bytes(std::string bytes, std::string name);

  AudioReader(AudioReader&&) noexcept;
  AudioReader& operator=(AudioReader&&) noexcept;
  ~AudioReader();

  const AudioInfo& info() const;
  const std::string& name() const;
  // The next samples; fewer than asked for only at the end. Throws Error{data}: "audio/not_finite" for samples that are NaN, infinite or
  // beyond a million times full scale, with the place of the first and their number in the file; "audio/damaged".
  size_t read(std::span<float> samples);
  std::vector<float> rest();

 private:
  struct Open;
  explicit AudioReader(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

// How a WAV file holds its samples: signed 16 bit, which clips what is beyond full scale, or the numbers themselves.
enum class WaveForm { s16, f32 };
// A WAV file, `channels` interleaved. write_wave throws as write_file_atomic.
std::string wave_bytes(std::span<const float> samples, int rate, int channels = 1, WaveForm form = WaveForm::s16);
void write_wave(const std::string& path, std::span<const float> samples, int rate, int channels = 1,
                WaveForm form = WaveForm::s16);

}  // namespace rnn::core
