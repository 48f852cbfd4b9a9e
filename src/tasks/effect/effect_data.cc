// Why: see effect_data.h.
#include "tasks/effect/effect_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "audio/wave.h"
#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "heads/esr.h"

namespace rnn::core {
namespace {

constexpr float kFullScale = 0.9999F;  // 16 bit: 32765 of 32768
constexpr double kManyClipped = 1e-4;  // share of samples
constexpr double kFarBehind = 0.002;   // seconds: more than the filter of an effect needs
constexpr int kMostDelay = 4096;       // samples that are looked for
constexpr size_t kStretch = 1 << 16;   // samples of a signal that are compared
constexpr float kSilentPeak = 1e-5F;   // -100 dB

struct Sound {
  std::vector<float> samples;
  AudioInfo info;
};

Sound read_whole(const std::string& path) {
  AudioReader reader = AudioReader::open(path);
  Sound sound;
  sound.samples = reader.rest();
  sound.info = reader.info();
  return sound;
}

[[noreturn]] void not_together(const char* code, const std::string& message, const char* help) {
  throw Error(Exit::data, code, message, help);
}

void require_together(const std::string& dry, const Sound& in, const std::string& wet, const Sound& out) {
  if (in.info.rate != out.info.rate)
    not_together(
        "audio/rate",
        fmt::format("{} has {} samples per second, {} has {}", dry, grouped(in.info.rate), wet, grouped(out.info.rate)),
        "both must have one rate: sox IN.wav -r 48000 OUT.wav changes it");
  if (in.info.channels != out.info.channels)
    not_together("audio/channels",
                 fmt::format("{} has {}, {} has {}", dry, counted(in.info.channels, "channel"), wet,
                             counted(out.info.channels, "channel")),
                 "record both alike; sox IN.wav OUT.wav remix 1 takes the first channel");
  if (in.samples.size() != out.samples.size())
    not_together("audio/length",
                 fmt::format("{} has {}, {} has {}", dry, counted(in.samples.size(), "sample"), wet,
                             counted(out.samples.size(), "sample")),
                 "they must belong together sample by sample: cut both to one length from the same beginning");
  const float peak = std::accumulate(out.samples.begin(), out.samples.end(), 0.0F,
                                     [](float most, float x) { return std::max(most, std::fabs(x)); });
  if (peak < kSilentPeak) not_together("audio/silent", wet + " is silent", "what comes out of the effect must be heard");
}

// The loudest stretch of a signal: where it begins.
size_t loudest(std::span<const float> samples, size_t length) {
  size_t best = 0;
  double most = -1;
  for (size_t at = 0; at + length <= samples.size(); at += length / 2) {
    double energy = 0;
    for (size_t i = at; i < at + length; ++i) energy += static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
    if (energy > most) most = energy, best = at;
  }
  return best;
}

}  // namespace

double SoundPairs::seconds() const {
  size_t samples = 0;
  for (const SoundPair& p : pairs) samples += p.in.size();
  return rate > 0 ? static_cast<double>(samples) / rate : 0;
}

SoundPairs read_sound_pairs(const std::vector<std::string>& paths, int rate) {
  if (paths.empty() || paths.size() % 2 != 0)
    throw Error(Exit::usage, "usage/pairs",
                fmt::format("an effect is learnt from pairs of files, but {} given",
                            paths.size() == 1 ? "one is" : fmt::format("{} are", paths.size())),
                "name what goes in and what comes out: rnn train dry.wav wet.wav");
  SoundPairs all;
  uint64_t hash = fnv1a64("");
  const auto bytes_of = [](const std::vector<float>& v) {
    return std::string_view(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(float));
  };
  for (size_t i = 0; i < paths.size(); i += 2) {
    Sound in = read_whole(paths[i]), out = read_whole(paths[i + 1]);
    require_together(paths[i], in, paths[i + 1], out);
    const int wanted = rate > 0 ? rate : all.rate;
    if (wanted > 0 && in.info.rate != wanted)
      not_together("audio/rate",
                   fmt::format("{} has {} samples per second, not {}", paths[i], grouped(in.info.rate), grouped(wanted)),
                   "an effect is learnt and used at one rate");
    all.rate = in.info.rate;
    hash = fnv1a64(bytes_of(out.samples), fnv1a64(bytes_of(in.samples), hash));
    all.pairs.push_back({paths[i], paths[i + 1], std::move(in.samples), std::move(out.samples), in.info.channels});
  }
  all.hash = content_hash(hash);
  return all;
}

int delay_of(const SoundPair& pair) {
  const auto n = static_cast<int>(std::min(kStretch, pair.in.size())), most = std::min(kMostDelay, n / 4);
  if (most < 1) return 0;
  const size_t at = loudest(pair.in, static_cast<size_t>(n));
  const float *x = pair.in.data() + at, *y = pair.out.data() + at;
  double best = 0;
  int delay = 0;
  for (int lag = -most; lag <= most; ++lag) {
    double sum = 0;
    for (int i = most; i < n - most; ++i) sum += static_cast<double>(x[i] * y[i + lag]);
    if (std::fabs(sum) > best) best = std::fabs(sum), delay = lag;
  }
  return delay;
}

double clipped_share(std::span<const float> samples) {
  const auto clipped = std::count_if(samples.begin(), samples.end(), [](float x) { return std::fabs(x) >= kFullScale; });
  return samples.empty() ? 0 : static_cast<double>(clipped) / static_cast<double>(samples.size());
}

std::vector<int> delays_of(const SoundPairs& pairs) {
  std::vector<int> delays;
  for (const SoundPair& p : pairs.pairs) delays.push_back(delay_of(p));
  return delays;
}

std::vector<Finding> judge_sounds(const SoundPairs& pairs, const std::vector<int>& delays) {
  std::vector<Finding> findings;
  const auto add = [&](const char* code, Severity severity, const std::string& file, std::string message, const char* help) {
    findings.push_back({code, severity, file, 0, std::move(message), help});
  };
  for (size_t i = 0; i < delays.size(); ++i) {
    const SoundPair& p = pairs.pairs[i];
    const int delay = delays[i];
    for (const auto* side : {&p.in, &p.out}) {
      const std::string& path = side == &p.in ? p.dry : p.wet;
      if (const double share = clipped_share(*side); share > kManyClipped)
        add("data/clipped", Severity::warning, path,
            fmt::format("{} is clipped: {} of its samples are at full scale", path, percent_text(share)),
            "record with less gain: the network learns the clipping as a part of the effect");
    }
    if (p.channels > 1)
      add("data/channels", Severity::note, p.wet,
          fmt::format("{} has {}: their mean is read", p.wet, counted(p.channels, "channel")),
          "an effect of two channels is learnt from each of them alone");
    if (delay < 0)
      add("data/ahead", Severity::warning, p.wet,
          fmt::format("{} is {} ahead of {}", p.wet, counted(-delay, "sample"), p.dry),
          "a network cannot know what comes: cut the beginning of the wet recording");
    if (delay > kFarBehind * pairs.rate)
      add("data/behind", Severity::warning, p.wet, fmt::format("{} is {} behind {}", p.wet, counted(delay, "sample"), p.dry),
          "the network would have to remember so many samples: cut the beginning of the wet recording, unless the delay is "
          "the effect");
  }
  return findings;
}

std::vector<SoundPart> whole_sounds(const SoundPairs& pairs) {
  std::vector<SoundPart> parts;
  for (const SoundPair& p : pairs.pairs) parts.push_back({p.in, p.out});
  return parts;
}

SoundSplit split_sounds(const SoundPairs& pairs, double valid_share) {
  SoundSplit split;
  for (const SoundPair& p : pairs.pairs) {
    const auto held = static_cast<size_t>(std::ceil(valid_share * static_cast<double>(p.in.size())));
    const size_t kept = p.in.size() - std::min(held, p.in.size());
    const std::span<const float> in = p.in, out = p.out;
    split.train.push_back({in.first(kept), out.first(kept)});
    split.valid.push_back({in.subspan(kept), out.subspan(kept)});
  }
  return split;
}

double energy_scale(const std::vector<SoundPart>& parts) {
  double energy = 0, samples = 0;
  for (const SoundPart& p : parts) {
    double before = 0;
    for (const float y : p.out) {
      const double e = static_cast<double>(y) - kPreEmphasis * before;
      energy += e * e, before = static_cast<double>(y);
    }
    samples += static_cast<double>(p.out.size());
  }
  return energy > 0 ? std::sqrt(samples / energy) : 1;
}

}  // namespace rnn::core
