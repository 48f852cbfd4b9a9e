// Why: a few hours of speech are many more when each epoch hears them a little otherwise; what it hears depends on (seed, epoch, clip).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/resampler.h"

namespace rnn::core {

// Random numbers of one clip in one epoch, for one use: whoever asks for them, in whatever order, gets the same.
class ClipRandom {
 public:
  enum class Use : uint32_t { masks, speed, volume, noise, reverberation };
  ClipRandom(uint64_t seed, uint32_t epoch, uint64_t clip, Use use) : seed_(seed), clip_(clip), epoch_(epoch), use_(use) {}
  double uniform();            // in [0, 1)
  uint32_t below(uint32_t n);  // in [0, n), n >= 1; the bias is below n / 2^32
  double between(double low, double high) { return low + (high - low) * uniform(); }

 private:
  uint32_t word();
  uint64_t seed_, clip_;
  uint32_t epoch_;
  Use use_;
  uint32_t drawn_ = 0;
};

// SpecAugment (Park et al. 2019, without warping) on frames that are normalised, so that 0 is their mean. Masks over time grow with
// the clip: their number is `time_masks` per thousand frames, at least one if it is above 0, each of at most `time_width` frames and
// `time_share` of the clip.
struct SpecAugmentOptions {
  int frequency_masks = 2;
  double frequency_share = 0.34;  // widest mask: 27 of 80 bands
  double time_masks = 10;         // per 1000 frames
  int time_width = 40;            // frames
  double time_share = 0.15;
  float value = 0;
  // The widest masks so many times as wide.
  SpecAugmentOptions scaled(double width) const {
    SpecAugmentOptions o = *this;
    o.frequency_share *= width, o.time_share *= width, o.time_width = static_cast<int>(o.time_width * width);
    return o;
  }
};
// frames [n, width], n = frames.size() / width.
void spec_augment(std::span<float> frames, int width, const SpecAugmentOptions& options, ClipRandom random);

// Speed: the clip as if played `factor` times as fast, pitch and all (Ko et al. 2015); n samples become about n / factor.
// Throws Error{usage, "usage/speed"} unless 0.5 <= factor <= 2.
std::vector<float> change_speed(std::span<const float> samples, int rate, double factor,
                                ResampleQuality quality = ResampleQuality::fast);
// One of `factors` (.9, 1, 1.1), each as likely as the others.
double draw_speed(std::span<const double> factors, ClipRandom random);

// Volume: times 10^(decibels / 20).
void change_volume(std::span<float> samples, double decibels);
// Even in decibels, between -most and most.
double draw_volume(double most, ClipRandom random);

// Adds `noise`, repeated from a place that is drawn, so loud that the ratio of the powers of clip and noise is `decibels`. Nothing
// changes where one of them is silent or empty.
void mix_noise(std::span<float> samples, std::span<const float> noise, double decibels, ClipRandom random);

// A room: the convolution with its impulse response, aligned by the strongest sample of that, so that speech stays where it was, cut to
// the length of the clip and scaled to its power.
void reverberate(std::vector<float>& samples, std::span<const float> response);
// The convolution [n + m - 1] by overlapping transforms; empty if one of them is.
std::vector<float> convolve(std::span<const float> samples, std::span<const float> response);

}  // namespace rnn::core
