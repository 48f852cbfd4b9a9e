// Why: speech is found where it is, in quiet and in noise, as the samples come in, and silence is never speech.
#include "audio/voice_activity.h"

#include "audio/signals.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

constexpr int kRate = 16000;

std::vector<VoiceFrame> judged(const std::vector<float>& in, size_t chunk = 0) {
  VoiceActivity voice{VoiceActivityOptions{}};
  std::vector<VoiceFrame> out;
  if (chunk == 0) chunk = std::max<size_t>(in.size(), 1);
  for (size_t i = 0; i < in.size(); i += chunk) voice.push(std::span(in).subspan(i, std::min(chunk, in.size() - i)), out);
  return out;
}

// Noise of `floor` with a tone that swells and fades between `from` and `to`.
std::vector<float> spoken(double floor, double loud, double from, double to, double seconds) {
  std::vector<float> out = test::noise(static_cast<int>(seconds * kRate), floor);
  for (auto t = static_cast<size_t>(from * kRate); t < static_cast<size_t>(to * kRate); ++t)
    out[t] += static_cast<float>(loud * std::sin(0.1 * static_cast<double>(t)));
  return out;
}

TEST(VoiceActivityFrames, BeginsAndEndsWithTheSound) {
  for (const double floor : {0.0, 0.0005, 0.01}) {  // digital silence, a quiet room, -40 dB
    const std::vector<VoiceFrame> frames = judged(spoken(floor, 0.2, 1.0, 2.0, 4.0));
    ASSERT_EQ(frames.size(), 400u);
    int onsets = 0, ends = 0;
    for (size_t i = 0; i < frames.size(); ++i) {
      onsets += frames[i].onset, ends += frames[i].end;
      if (frames[i].onset) {  // after 30 ms
        EXPECT_NEAR(static_cast<double>(i), 102, 2) << floor;
      }
      if (frames[i].end) {  // after 200 ms
        EXPECT_NEAR(static_cast<double>(i), 220, 2) << floor;
      }
    }
    EXPECT_EQ(onsets, 1) << floor;
    EXPECT_EQ(ends, 1) << floor;
  }
}

TEST(VoiceActivityFrames, SilenceAndEvenNoiseAreNoSpeech) {
  for (const double floor : {0.0, 0.001, 0.01, 0.02}) {
    int speech = 0;
    for (const VoiceFrame& f : judged(test::noise(5 * kRate, floor))) speech += f.speech;
    EXPECT_EQ(speech, 0) << floor;
  }
  for (const VoiceFrame& f : judged(std::vector<float>(kRate))) EXPECT_FALSE(f.speech);
}

TEST(VoiceActivityFrames, SpeechAtTheVeryBeginningIsHeard) {
  const std::vector<VoiceFrame> frames = judged(spoken(0.001, 0.3, 0, 0.5, 2));
  EXPECT_TRUE(frames[3].speech);
  EXPECT_FALSE(frames[100].speech);
}

TEST(VoiceActivityFrames, ClicksAreNoSpeechAndShortPausesAreBridged) {
  std::vector<float> click = test::noise(2 * kRate, 0.001);
  for (int t = 16000; t < 16100; ++t) click[static_cast<size_t>(t)] = 0.8f;
  for (const VoiceFrame& f : judged(click)) EXPECT_FALSE(f.speech);
  std::vector<float> pause = spoken(0.001, 0.2, 1.0, 1.5, 3.0);
  const std::vector<float> second = spoken(0.001, 0.2, 1.62, 2.0, 3.0);
  for (int t = static_cast<int>(1.55 * kRate); t < 3 * kRate; ++t)
    pause[static_cast<size_t>(t)] = second[static_cast<size_t>(t)];
  int onsets = 0;
  for (const VoiceFrame& f : judged(pause)) onsets += f.onset;
  EXPECT_EQ(onsets, 1);
}

TEST(VoiceActivityFrames, TheFloorFollowsTheRoom) {
  // A fan is switched on: at first that is a sound, but two seconds later it is the room, and speech above it is found again.
  std::vector<float> sound = test::noise(8 * kRate, 0.001);
  const std::vector<float> fan = test::noise(6 * kRate, 0.012, 1);
  for (size_t t = 0; t < fan.size(); ++t) sound[2 * kRate + t] += fan[t];
  for (size_t t = 6 * kRate; t < static_cast<size_t>(6.5 * kRate); ++t)
    sound[t] += static_cast<float>(0.2 * std::sin(0.1 * static_cast<double>(t)));
  const std::vector<VoiceFrame> frames = judged(sound);
  EXPECT_FALSE(frames[500].speech);
  EXPECT_TRUE(frames[630].speech);
  EXPECT_FALSE(frames[700].speech);
}

TEST(VoiceActivityStream, ChunksAndCopiesMakeNoDifference) {
  const std::vector<float> in = spoken(0.001, 0.2, 0.5, 1.0, 2.0);
  const std::vector<VoiceFrame> whole = judged(in);
  const auto same = [](const VoiceFrame& a, const VoiceFrame& b) {
    return a.speech == b.speech && a.onset == b.onset && a.end == b.end && a.level_db == b.level_db &&
           a.floor_db == b.floor_db;
  };
  for (const size_t n : {1, 77, 160}) {
    const std::vector<VoiceFrame> pieces = judged(in, n);
    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), pieces.begin(), pieces.end(), same)) << n;
  }
  VoiceActivity voice{VoiceActivityOptions{}};
  std::vector<VoiceFrame> out, ignored;
  voice.push(std::span(in).first(9999), out);
  VoiceActivity copy = voice, loaded{VoiceActivityOptions{}};
  std::vector<VoiceFrame> of_loaded = out;
  loaded.push(in, ignored);
  loaded.load(voice.save());
  loaded.push(std::span(in).subspan(9999), of_loaded);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), of_loaded.begin(), of_loaded.end(), same));
  voice.push(in, ignored);
  copy.push(std::span(in).subspan(9999), out);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), out.begin(), out.end(), same));
  EXPECT_NEAR(static_cast<double>(copy.onset_frame()), 50, 1);
  EXPECT_NEAR(copy.silence_seconds(), 1.0, 0.02);
  voice.reset();
  out.clear(), voice.push(in, out);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), out.begin(), out.end(), same));
}

TEST(VoiceActivityStream, OtherBytesAreRefused) {
  VoiceActivity voice{VoiceActivityOptions{}};
  std::vector<VoiceFrame> out;
  voice.push(spoken(0.001, 0.2, 0.5, 1.0, 1.0), out);
  const std::string good = voice.save();
  for (size_t n = 0; n < good.size(); ++n) EXPECT_EQ(failure_of([&] { voice.load(good.substr(0, n)); }).code, "audio/state");
  for (const size_t at : {4, 11, 15, 27, 35, 43}) {  // the sign of each count
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x80);
    EXPECT_EQ(failure_of([&] { voice.load(bad); }).code, "audio/state") << at;
  }
  EXPECT_EQ(voice.save(), good);
}

TEST(VoiceActivityOptionsOf, NoMeaningAreRefused) {
  VoiceActivityOptions options;
  options.frame_ms = 0;
  EXPECT_EQ(failure_of([&] { VoiceActivity{options}; }).code, "usage/voice_activity");
}

}  // namespace
}  // namespace rnn::core
