// Why: a recogniser that has heard words in noise and in rooms knows them there, too; both come from files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "options/options.h"

namespace rnn::core {

struct SoundEffects {
  std::vector<std::vector<float>> noises, rooms;  // samples at the front's rate; impulse responses
  double snr_low = 0, snr_high = 0;               // decibels of speech over noise
  std::string hash;                               // of all samples
  std::string words;  // for people: "2 noises, 1.5 minutes, at 5 to 20 dB; 3 rooms, 1 of another rate"
  bool present() const { return !noises.empty() || !rooms.empty(); }
};

// The files of --noise and --reverb, resampled where their rate is another. Throws what AudioReader does, Error{data, "data/no_audio"} for a
// folder without sounds, "data/noise" for one that is silent or shorter than a tenth of a second (of a room: silent), Error{usage,
// "usage/option"} for an impossible --noise-snr.
SoundEffects read_effects(const SpeechOptions& options, int rate);

// The samples of a clip as this epoch hears them: in half of its epochs in one of the rooms, in half of them with a noise.
void apply_effects(const SoundEffects& effects, uint64_t seed, uint32_t epoch, uint32_t clip, std::vector<float>& samples);

}  // namespace rnn::core
