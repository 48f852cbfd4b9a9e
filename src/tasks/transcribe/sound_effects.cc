// Why: see sound_effects.h.
#include "tasks/transcribe/sound_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "audio/augment.h"
#include "audio/wave.h"
#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

constexpr double kShare = 0.5;          // of the epochs of a clip in which it has an effect
constexpr double kShortestNoise = 0.1;  // seconds
constexpr int64_t kMinuteSeconds = 60;

std::vector<std::string> parts_of_list(const std::string& list) {
  std::vector<std::string> parts = split_commas(list);
  std::erase(parts, "");
  return parts;
}

// Sound files of a list of files and folders.
std::vector<std::string> sound_files(const std::string& list) {
  std::vector<std::string> files;
  for (const std::string& path : parts_of_list(list)) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    const FilesBelow below = files_below(path, [](std::string_view name) { return is_audio_name(name); });
    if (below.paths.empty())
      throw Error(Exit::data, "data/no_audio", path + " has no sound files", "WAV, FLAC, OGG, MP3 or AIFF");
    files.insert(files.end(), below.paths.begin(), below.paths.end());
  }
  return files;
}

struct ReadSounds {
  std::vector<std::vector<float>> sounds;
  int64_t resampled = 0;
  double seconds = 0;
};

ReadSounds read_sounds(const std::string& list, int rate, double shortest, const char* what) {
  ReadSounds found;
  for (const std::string& path : sound_files(list)) {
    AudioReader reader = AudioReader::open(path);
    const int own = reader.info().rate;
    std::vector<float> samples = reader.rest();
    if (static_cast<double>(samples.size()) < shortest * own)
      throw Error(Exit::data, "data/noise", fmt::format("{} is too short to be {}", path, what),
                  fmt::format("a tenth of a second at least, but it has {}", counted(samples.size(), "sample")));
    if (std::all_of(samples.begin(), samples.end(), [](float x) { return x == 0; }))
      throw Error(Exit::data, "data/noise", fmt::format("{} is silent, so it is not {}", path, what), "leave it out");
    if (own != rate) samples = resample(samples, own, rate), ++found.resampled;
    found.seconds += static_cast<double>(samples.size()) / rate;
    found.sounds.push_back(std::move(samples));
  }
  return found;
}

std::string resampled_words(const ReadSounds& found) {
  return found.resampled > 0 ? fmt::format(", {} of another rate", grouped(found.resampled)) : "";
}

uint64_t hash_of(const std::vector<std::vector<float>>& sounds, uint64_t hash) {
  for (const std::vector<float>& sound : sounds)
    hash = fnv1a64({reinterpret_cast<const char*>(sound.data()), sound.size() * sizeof(float)}, hash);
  return hash;
}

}  // namespace

SoundEffects read_effects(const SpeechOptions& options, int rate) {
  SoundEffects effects;
  const std::vector<std::string> limits = parts_of_list(options.noise_snr);
  if (limits.size() != 2)
    throw Error(Exit::usage, "usage/option", "--noise-snr " + options.noise_snr + " is not two numbers",
                "the lowest and the highest, in decibels: --noise-snr 5,20");
  effects.snr_low = parse_real("noise-snr", limits[0], {-60, 100});
  effects.snr_high = parse_real("noise-snr", limits[1], {effects.snr_low, 100});
  const ReadSounds noises = read_sounds(options.noise, rate, kShortestNoise, "noise"),
                   rooms = read_sounds(options.reverb, rate, 0, "the response of a room");
  if (!noises.sounds.empty())
    effects.words = fmt::format("{}, {:.1f} minutes{}, at {:g} to {:g} dB", counted(noises.sounds.size(), "noise"),
                                noises.seconds / kMinuteSeconds, resampled_words(noises), effects.snr_low, effects.snr_high);
  if (!rooms.sounds.empty())
    effects.words += fmt::format("{}{}{}", effects.words.empty() ? "" : "; ", counted(rooms.sounds.size(), "room"),
                                 resampled_words(rooms));
  effects.noises = noises.sounds, effects.rooms = rooms.sounds;
  effects.hash = content_hash(hash_of(effects.rooms, hash_of(effects.noises, fnv1a64(""))));
  return effects;
}

void apply_effects(const SoundEffects& effects, uint64_t seed, uint32_t epoch, uint32_t clip, std::vector<float>& samples) {
  ClipRandom room(seed, epoch, clip, ClipRandom::Use::reverberation), noise(seed, epoch, clip, ClipRandom::Use::noise);
  if (!effects.rooms.empty() && room.uniform() < kShare)
    reverberate(samples, effects.rooms[room.below(static_cast<uint32_t>(effects.rooms.size()))]);
  if (effects.noises.empty() || noise.uniform() >= kShare) return;
  const std::vector<float>& chosen = effects.noises[noise.below(static_cast<uint32_t>(effects.noises.size()))];
  const double decibels = noise.between(effects.snr_low, effects.snr_high);
  mix_noise(samples, chosen, decibels, noise);
}

}  // namespace rnn::core
