// Why: sound of every usual format arrives as what was written, and one channel is the mean of all.
#include "audio/wave.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "audio/signals.h"
#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

using test::tone;
using test::write_sound;

class WaveFile : public test::FolderTest {};

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(static_cast<double>(a[i]) - b[i]));
  return most;
}

TEST_F(WaveFile, EveryFormatHasItsPrecision) {
  struct Case {
    const char* name;
    int format;
    double error;  // half a step of the encoding; of lossy ones what is far from a wrong scale
  };
  const Case cases[] = {{"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1 / 127.0},
                        {"s16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1 / 32000.0},
                        {"s24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1 / 8e6},
                        {"s32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1e-7},
                        {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0},
                        {"double.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 0},
                        {"mulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 0.03},
                        {"extensible.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 1 / 8e6},
                        {"s16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1 / 32000.0},
                        {"s24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1 / 8e6},
                        {"s16.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 1 / 32000.0},
                        {"sphere.sph", SF_FORMAT_NIST | SF_FORMAT_PCM_16, 1 / 32000.0},
                        {"vorbis.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.1}};
  const std::vector<float> sound = tone(16000, 16000, 440);
  for (const Case& c : cases) {
    write_sound(path(c.name), sound, 16000, 1, c.format);
    AudioReader reader = AudioReader::open(path(c.name));
    EXPECT_EQ(reader.info().rate, 16000) << c.name;
    EXPECT_EQ(reader.info().frames, 16000) << c.name;
    EXPECT_FALSE(reader.info().cut_short) << c.name;
    const std::vector<float> samples = reader.rest();
    EXPECT_LE(largest_difference(samples, sound), c.error) << c.name;
    AudioReader again = AudioReader::of_bytes(read_file(path(c.name)), c.name);  // a pipe that was read to its end
    EXPECT_EQ(again.rest(), samples) << c.name;
  }
}

TEST_F(WaveFile, Mp3IsRead) {
  const std::vector<float> sound = tone(32000, 16000, 440);
  write_sound(path("a.mp3"), sound, 16000, 1, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
  AudioReader reader = AudioReader::open(path("a.mp3"));
  const std::vector<float> samples = reader.rest();
  EXPECT_EQ(reader.info().rate, 16000);
  EXPECT_NEAR(static_cast<double>(samples.size()), 32000, 3000);  // the format pads to whole blocks
  EXPECT_NEAR(test::power(samples, 8000, 24000), 0.125, 0.01);    // of the tone in the middle
}

TEST_F(WaveFile, ChannelsAreMeans) {
  for (const int channels : {2, 6}) {
    std::vector<float> sound;
    for (int t = 0; t < 1000; ++t) {
      for (int c = 0; c < channels; ++c) sound.push_back(static_cast<float>((c + 1) * (t % 10)) / 64);
    }
    write_sound(path("many.wav"), sound, 48000, channels, SF_FORMAT_WAVEX | SF_FORMAT_FLOAT);
    AudioReader reader = AudioReader::open(path("many.wav"));
    EXPECT_EQ(reader.info().channels, channels);
    const std::vector<float> samples = reader.rest();
    ASSERT_EQ(samples.size(), 1000u);
    for (int t = 0; t < 1000; ++t)
      EXPECT_FLOAT_EQ(samples[static_cast<size_t>(t)], static_cast<float>((channels + 1) / 2.0 * (t % 10) / 64));
  }
}

TEST_F(WaveFile, BlocksOfAnySizeHaveTheSameBits) {
  const std::vector<float> sound = test::noise(3 * 10001);
  write_sound(path("a.flac"), sound, 44100, 3, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const std::vector<float> whole = AudioReader::open(path("a.flac")).rest();
  ASSERT_EQ(whole.size(), 10001u);
  for (const size_t n : {1, 7, 4096, 5000}) {
    AudioReader reader = AudioReader::open(path("a.flac"));
    std::vector<float> all, block(n);
    while (const size_t got = reader.read(block))
      all.insert(all.end(), block.begin(), block.begin() + static_cast<ptrdiff_t>(got));
    EXPECT_EQ(all, whole) << n;
    EXPECT_EQ(reader.read(block), 0u);
  }
}

TEST_F(WaveFile, RatesFrom4To192Kilohertz) {
  for (const int rate : {4000, 8000, 11025, 44100, 192000}) {
    write_wave(path("a.wav"), tone(rate, rate, 440), rate);
    AudioReader reader = AudioReader::open(path("a.wav"));
    EXPECT_EQ(reader.info().rate, rate);
    EXPECT_DOUBLE_EQ(reader.info().seconds(), 1);
  }
}

TEST_F(WaveFile, WhatIsWrittenIsSixteenBits) {
  const std::vector<float> sound = {0, 0.5f, -0.5f, 1.0f, -1.0f, 2.0f, -2.0f, 1 / 32768.0f};
  write_wave(path("a.wav"), sound, 8000, 2);
  AudioReader reader = AudioReader::open(path("a.wav"));
  EXPECT_EQ(reader.info().format, "WAV (Microsoft), Signed 16 bit PCM");
  EXPECT_EQ(reader.info().channels, 2);
  EXPECT_EQ(reader.rest(), (std::vector<float>{0.25f, (-0.5f + 32767 / 32768.0f) / 2, (-1 + 32767 / 32768.0f) / 2,
                                               (-1 + 1 / 32768.0f) / 2}));
}

TEST_F(WaveFile, HeadersOfPipesPromiseNothing) {
  const std::vector<float> sound = tone(5000, 16000, 300);
  const std::string whole = wave_bytes(sound, 16000);
  const std::vector<float> expected = AudioReader::of_bytes(whole, "whole").rest();
  for (const uint32_t length : {0u, 0x7FFFFFFFu, 0x7FFFFFFFu - 36, 0xFFFFFFFFu}) {
    std::string piped = whole;
    std::memcpy(piped.data() + 40, &length, 4);
    std::memcpy(piped.data() + 4, &length, 4);
    AudioReader reader = AudioReader::of_bytes(piped, "-");
    EXPECT_FALSE(reader.info().cut_short) << length;
    EXPECT_EQ(reader.rest(), expected) << length;
    write("piped.wav", piped);
    EXPECT_EQ(AudioReader::open(path("piped.wav")).rest(), expected) << length;
  }
}

TEST_F(WaveFile, AFifoIsReadToItsEnd) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  const std::string bytes = wave_bytes(tone(50000, 16000, 300), 16000);
  std::thread writer([&] { std::ofstream(path("pipe"), std::ios::binary) << bytes; });
  AudioReader reader = AudioReader::open(path("pipe"));
  writer.join();
  EXPECT_EQ(reader.rest(), AudioReader::of_bytes(bytes, "same").rest());
}

TEST_F(WaveFile, ARecordingThatWasCutOffIsSaid) {
  const std::string whole = wave_bytes(tone(5000, 16000, 300), 16000);
  AudioReader reader = AudioReader::of_bytes(whole.substr(0, 44 + 2001), "cut");
  EXPECT_TRUE(reader.info().cut_short);
  EXPECT_EQ(reader.rest().size(), 1000u);
  EXPECT_FALSE(AudioReader::of_bytes(whole, "whole").info().cut_short);
}

}  // namespace
}  // namespace rnn::core
