// Why: whatever is wrong with a file of sound, its user learns what, where and what to do; nothing crashes, nothing is silent.
#include <cstring>
#include <limits>

#include "audio/signals.h"
#include "audio/wave.h"
#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

class BrokenSound : public test::FolderTest {
 protected:
  // What opening a file of these bytes and reading it says; the same must be said of the bytes in memory.
  Failure failure(const std::string& name, const std::string& bytes) {
    write(name, bytes);
    Failure of_file = failure_of([&] { AudioReader::open(path(name)).rest(); });
    const Failure of_bytes = failure_of([&] { AudioReader::of_bytes(bytes, path(name)).rest(); });
    EXPECT_EQ(of_file.code, of_bytes.code) << name;
    EXPECT_EQ(of_file.message, of_bytes.message) << name;
    if (of_file.code != "none") {
      EXPECT_EQ(of_file.exit, Exit::data) << name;
      EXPECT_NE(of_file.message.find(name), std::string::npos) << of_file.message;
      EXPECT_FALSE(of_file.help.empty()) << name;
    }
    return of_file;
  }
  std::string wave() const { return wave_bytes(test::tone(2000, 16000, 440), 16000); }
  std::string sound(const char* name, int format) const {
    test::write_sound(path(name), test::tone(20000, 16000, 440), 16000, 1, format);
    return read_file(path(name));
  }
};

TEST_F(BrokenSound, HeadersThatAreCutOff) {
  const std::string whole = wave();
  EXPECT_EQ(failure("nothing.wav", "").code, "audio/empty");
  for (const size_t n : {4, 8, 11, 12, 16, 20, 30, 36, 40}) {
    const Failure f = failure("cut" + std::to_string(n) + ".wav", whole.substr(0, n));
    EXPECT_TRUE(f.code == "audio/header" || f.code == "audio/empty") << n << " " << f.code;
  }
  EXPECT_EQ(failure("cut.flac", sound("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16).substr(0, 20)).code, "audio/header");
  EXPECT_EQ(failure("cut.ogg", sound("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS).substr(0, 40)).code, "audio/header");
  EXPECT_EQ(failure("cut.aiff", sound("a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16).substr(0, 14)).code, "audio/header");
}

TEST_F(BrokenSound, NoSamplesAndOne) {
  const Failure f = failure("zero.wav", wave_bytes({}, 16000));
  EXPECT_EQ(f.code, "audio/empty");
  EXPECT_NE(f.message.find("no samples"), std::string::npos);
  const float one[] = {0.5f};
  write("one.wav", wave_bytes(one, 16000));
  EXPECT_EQ(AudioReader::open(path("one.wav")).rest(), std::vector<float>{0.5f});
}

TEST_F(BrokenSound, WhatIsNoSound) {
  const Failure text = failure("text.wav", "Once upon a time there was a file with the wrong name.\n");
  EXPECT_EQ(text.code, "audio/not_audio");
  EXPECT_NE(text.message.find("is text"), std::string::npos);
  EXPECT_NE(failure("zip.wav", std::string("PK\x03\x04 and more of it", 20)).message.find("zip"), std::string::npos);
  EXPECT_EQ(failure("bytes.wav", std::string("\x01\x02\x03\x04\x05\x00\x07\x01\x02", 9)).code, "audio/not_audio");
  EXPECT_EQ(failure("zeros.mp3", std::string(1000, '\0')).code, "audio/not_audio");
}

TEST_F(BrokenSound, AnUnknownEncoding) {
  std::string bytes = wave();
  bytes[20] = 0x61, bytes[21] = 0x01;  // the tag of Windows Media Audio
  const Failure f = failure("codec.wav", bytes);
  EXPECT_EQ(f.code, "audio/unsupported") << f.message;
  EXPECT_NE(f.help.find("ffmpeg"), std::string::npos);
}

TEST_F(BrokenSound, HeadersThatAreNonsense) {
  for (const size_t at : {22, 24, 34}) {  // channels, rate, bits: all ones, then all zeros
    for (const char byte : {'\xFF', '\0'}) {
      std::string bytes = wave();
      for (size_t i = 0; i < (at == 24 ? 4u : 2u); ++i) bytes[at + i] = byte;
      const Failure f = failure("odd.wav", bytes);
      EXPECT_TRUE(f.code.starts_with("audio/")) << at << " " << f.code << " " << f.message;
    }
  }
}

TEST_F(BrokenSound, SamplesThatAreNoNumbersAreCountedAndPlaced) {
  std::vector<float> stereo = test::noise(20000);
  stereo[12001] = std::numeric_limits<float>::quiet_NaN();  // frame 6000, channel 2
  stereo[19000] = std::numeric_limits<float>::infinity();
  test::write_sound(path("nan.wav"), stereo, 8000, 2, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  const Failure f = failure_of([&] { AudioReader::open(path("nan.wav")).rest(); });
  EXPECT_EQ(f.code, "audio/not_finite");
  EXPECT_NE(f.message.find("sample 6,000 (0:01) of channel 2 is not a number; 2 samples like this"), std::string::npos)
      << f.message;
  std::vector<float> huge = {0, 1e30f, 0};
  test::write_sound(path("huge.wav"), huge, 8000, 1, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  EXPECT_NE(failure_of([&] { AudioReader::open(path("huge.wav")).rest(); }).message.find("out of range"), std::string::npos);
}

TEST_F(BrokenSound, NoFileAFolderNoPermission) {
  EXPECT_EQ(failure_of([&] { AudioReader::open(path("gone.wav")); }).code, "audio/missing");
  EXPECT_EQ(failure_of([&] { AudioReader::open(folder_.string()); }).code, "audio/unreadable");
}

// Bytes of every format, damaged one at a time all over: an error of ours or samples that are finite.
TEST_F(BrokenSound, DamageAnywhereIsAnErrorOrSound) {
  const std::pair<const char*, int> formats[] = {{"d.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
                                                 {"d.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
                                                 {"d.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
                                                 {"d.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16}};
  Random random(3, Purpose::test);
  for (const auto& [name, format] : formats) {
    const std::string whole = sound(name, format);
    for (int trial = 0; trial < 60; ++trial) {
      std::string bytes = whole;
      const auto reach = static_cast<uint32_t>(trial % 2 == 0 ? 128 : bytes.size());
      bytes[random.below(reach)] ^= static_cast<char>(1 + random.below(255));
      if (trial % 5 == 0) bytes.resize(random.below(static_cast<uint32_t>(bytes.size())));
      try {
        for (const float x : AudioReader::of_bytes(bytes, name).rest()) ASSERT_TRUE(std::isfinite(x)) << name;
      } catch (const Error& error) {
        EXPECT_TRUE(error.code().starts_with("audio/")) << error.code();
      }
    }
  }
}

}  // namespace
}  // namespace rnn::core
