// Why: noise that is too loud, never there or other in a resumed run teaches something else than was asked for.
#include "tasks/transcribe/sound_effects.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "audio/wave.h"
#include "base/error.h"
#include "support/folder.h"
#include "tasks/small_recogniser.h"

namespace rnn::core {
namespace {

double energy(std::span<const float> samples) {
  double sum = 0;
  for (const float x : samples) sum += static_cast<double>(x) * static_cast<double>(x);
  return sum;
}

std::string refusal_of(const SpeechOptions& options) {
  try {
    read_effects(options, kSpeechRate);
  } catch (const Error& e) {
    return std::string(e.code()) + ": " + e.what();
  }
  return "";
}

class SoundEffectsOfFiles : public test::FolderTest {};

TEST_F(SoundEffectsOfFiles, AreReadResampledAndSaidOrRefused) {
  const auto file = [&](const char* name) { return path(name); };
  std::filesystem::create_directory(file("noises"));
  std::filesystem::create_directory(file("nothing"));
  write_wave(file("noises/a.wav"), noise(16000, 1), kSpeechRate);
  write_wave(file("noises/b.wav"), noise(48000, 2), 16000);
  write_wave(file("room.wav"), std::vector<float>{0, 0.9F, 0.4F, 0.2F}, kSpeechRate);
  write_wave(file("silent.wav"), std::vector<float>(8000, 0.0F), kSpeechRate);
  write_wave(file("short.wav"), noise(700, 3), kSpeechRate);
  SpeechOptions options;
  EXPECT_FALSE(read_effects(options, kSpeechRate).present());
  options.noise = file("noises"), options.reverb = file("room.wav"), options.noise_snr = "-3,12.5";
  const SoundEffects effects = read_effects(options, kSpeechRate);
  ASSERT_EQ(effects.noises.size(), 2U);
  EXPECT_EQ(effects.noises[0].size(), 16000U);
  EXPECT_NEAR(static_cast<double>(effects.noises[1].size()), 24000, 2) << "half the rate";
  EXPECT_EQ(effects.words, "2 noises, 0.1 minutes, 1 of another rate, at -3 to 12.5 dB; 1 room");
  EXPECT_EQ(effects.rooms.size(), 1U);
  options.reverb = "";
  EXPECT_NE(read_effects(options, kSpeechRate).hash, effects.hash);
  options.noise = file("silent.wav");
  EXPECT_EQ(refusal_of(options), "data/noise: " + file("silent.wav") + " is silent, so it is not noise");
  options.noise = file("noises/a.wav") + "," + file("short.wav");
  EXPECT_EQ(refusal_of(options), "data/noise: " + file("short.wav") + " is too short to be noise");
  options.noise = file("nothing");
  EXPECT_EQ(refusal_of(options).substr(0, 13), "data/no_audio");
  options.noise = file("none.wav");
  EXPECT_EQ(refusal_of(options).substr(0, 13), "audio/missing");
  options.noise = "";
  for (const char* snr : {"5", "5,3", "a,b", "1,2,3", ""}) {
    options.noise_snr = snr;
    EXPECT_EQ(refusal_of(options).substr(0, 12), "usage/option") << snr;
  }
}

TEST(SoundEffects, NoiseIsAsLoudAsAskedInHalfOfTheEpochs) {
  SoundEffects effects;
  effects.noises = {noise(5000, 7), noise(900, 8)};
  effects.snr_low = 3, effects.snr_high = 9;
  const std::vector<float> clip = noise(6000, 1);
  int changed = 0;
  double lowest = 100, highest = -100;
  for (uint32_t epoch = 0; epoch < 400; ++epoch) {
    std::vector<float> heard_now = clip, again = clip;
    apply_effects(effects, 11, epoch, 5, heard_now);
    apply_effects(effects, 11, epoch, 5, again);
    ASSERT_EQ(heard_now, again);
    if (heard_now == clip) continue;
    ++changed;
    std::vector<float> added;
    for (size_t i = 0; i < clip.size(); ++i) added.push_back(heard_now[i] - clip[i]);
    const double decibels = 10 * std::log10(energy(clip) / energy(added));
    lowest = std::min(lowest, decibels), highest = std::max(highest, decibels);
  }
  EXPECT_NEAR(changed, 200, 50) << "five deviations of 400 fair draws";
  EXPECT_NEAR(lowest, 3, 0.5);
  EXPECT_NEAR(highest, 9, 0.5);
  EXPECT_GT(lowest, 3 - 1e-3) << "sums of float numbers";
  EXPECT_LT(highest, 9 + 1e-3);
}

TEST(SoundEffects, TheBatcherHearsThemInTrainingAndRepeatsThem) {
  const SpeechFront front = small_front(false);
  SoundEffects effects;
  effects.noises = {noise(5000, 7)}, effects.rooms = {{0.1F, 0.8F, 0.3F}};
  effects.snr_low = 0, effects.snr_high = 10;
  std::vector<HeardClip> clips;
  for (uint64_t i = 0; i < 6; ++i) {
    clips.push_back(clip_of(front, 4000, {1, 2}, i));
    clips.back().samples = {noise(4000, i)};
  }
  const auto epoch = [&](bool train, const SoundEffects* with, int64_t number) {
    const std::unique_ptr<Batcher> batcher =
        clip_batcher(front, clips, {.batch = 6, .train = train, .masks_from = -1, .seed = 5, .effects = with});
    batcher->start_epoch(number);
    Batch batch;
    EXPECT_TRUE(batcher->next(batch));
    return batch.in.frames;
  };
  EXPECT_NE(epoch(true, &effects, 0), epoch(true, nullptr, 0));
  EXPECT_EQ(epoch(true, &effects, 1), epoch(true, &effects, 1));
  EXPECT_EQ(epoch(true, &effects, 1).size(), epoch(true, nullptr, 1).size());
  EXPECT_EQ(epoch(false, &effects, 0), epoch(false, nullptr, 0)) << "validation";
}

}  // namespace
}  // namespace rnn::core
