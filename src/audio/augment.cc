// Why: changes of clips and frames; none has a state.
#include "audio/augment.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "audio/fft.h"
#include "base/error.h"
#include "base/numbers.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

double power_of(std::span<const float> samples) {
  double sum = 0;
  for (const float x : samples) sum += static_cast<double>(x) * x;
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

void scale_by(std::span<float> samples, double factor) {
  const auto f = static_cast<float>(factor);
  for (float& x : samples) x *= f;
}

}  // namespace

// One word of each call of Philox: the counter holds clip, use and draw, so no order of use matters.
uint32_t ClipRandom::word() {
  const uint64_t counter = clip_ ^ (static_cast<uint64_t>(use_) << 60) ^ (static_cast<uint64_t>(drawn_++) << 40);
  return random_words(seed_, Purpose::augment, counter, epoch_)[0];
}
double ClipRandom::uniform() { return word() * (1.0 / 4294967296.0); }
uint32_t ClipRandom::below(uint32_t n) { return static_cast<uint32_t>(uint64_t{word()} * n >> 32); }

void spec_augment(std::span<float> frames, int width, const SpecAugmentOptions& options, ClipRandom random) {
  const auto columns = static_cast<size_t>(width), rows = frames.size() / columns;
  if (rows == 0) return;
  const auto widest = static_cast<uint32_t>(std::clamp(options.frequency_share, 0.0, 1.0) * width);
  for (int m = 0; m < options.frequency_masks; ++m) {
    const uint32_t wide = random.below(widest + 1), first = random.below(static_cast<uint32_t>(width) - wide + 1);
    for (size_t t = 0; t < rows; ++t)
      std::fill_n(frames.begin() + static_cast<ptrdiff_t>(t * columns + first), wide, options.value);
  }
  const auto length = static_cast<double>(rows);
  const auto longest = static_cast<uint32_t>(
      std::clamp<double>(options.time_share * length, 0, std::min<double>(options.time_width, length)));
  const int masks = options.time_masks > 0 ? std::max(1, static_cast<int>(options.time_masks * length / 1000)) : 0;
  for (int m = 0; m < masks; ++m) {
    const uint32_t wide = random.below(longest + 1), first = random.below(static_cast<uint32_t>(rows) - wide + 1);
    std::fill_n(frames.begin() + static_cast<ptrdiff_t>(first * columns), wide * columns, options.value);
  }
}

std::vector<float> change_speed(std::span<const float> samples, int rate, double factor, ResampleQuality quality) {
  if (!(factor >= 0.5 && factor <= 2))
    throw Error(Exit::usage, "usage/speed", "a clip cannot be played " + number_text(factor) + " times as fast",
                "choose speeds between 0.5 and 2, usually 0.9, 1 and 1.1");
  return resample(samples, static_cast<int>(std::lround(rate * factor)), rate, quality);
}

double draw_speed(std::span<const double> factors, ClipRandom random) {
  return factors.empty() ? 1 : factors[random.below(static_cast<uint32_t>(factors.size()))];
}

void change_volume(std::span<float> samples, double decibels) { scale_by(samples, std::pow(10.0, decibels / 20)); }
double draw_volume(double most, ClipRandom random) { return random.between(-most, most); }

void mix_noise(std::span<float> samples, std::span<const float> noise, double decibels, ClipRandom random) {
  if (samples.empty() || noise.empty()) return;
  size_t at = random.below(static_cast<uint32_t>(std::min<size_t>(noise.size(), UINT32_MAX)));
  // The power of the noise that is heard, not of all of it.
  double sum = 0;
  for (size_t i = 0, n = at; i < samples.size(); ++i, n = n + 1 == noise.size() ? 0 : n + 1)
    sum += static_cast<double>(noise[n]) * noise[n];
  const double own = power_of(samples), other = sum / static_cast<double>(samples.size());
  if (!(own > 0 && other > 0)) return;
  const auto gain = static_cast<float>(std::sqrt(own / other * std::pow(10.0, -decibels / 10)));
  for (float& x : samples) {
    x += gain * noise[at];
    at = at + 1 == noise.size() ? 0 : at + 1;
  }
}

std::vector<float> convolve(std::span<const float> samples, std::span<const float> response) {
  if (samples.empty() || response.empty()) return {};
  int size = 1024;
  while (static_cast<size_t>(size) < 4 * response.size()) size *= 2;
  const auto block = static_cast<size_t>(size) - response.size() + 1, half = static_cast<size_t>(size / 2 + 1);
  RealFft forward(size), inverse(size, RealFft::Way::inverse);
  std::vector<float> padded(static_cast<size_t>(size)), out(samples.size() + response.size() - 1);
  std::vector<std::complex<float>> filter(half), spectrum(half);
  std::copy(response.begin(), response.end(), padded.begin());
  forward.forward(padded, filter);
  for (std::complex<float>& z : filter) z /= static_cast<float>(size);
  for (size_t first = 0; first < samples.size(); first += block) {
    const std::span<const float> piece = samples.subspan(first, std::min(block, samples.size() - first));
    std::fill(padded.begin(), padded.end(), 0.0f);
    std::copy(piece.begin(), piece.end(), padded.begin());
    forward.forward(padded, spectrum);
    for (size_t i = 0; i < half; ++i) {
      const float re = spectrum[i].real(), im = spectrum[i].imag(), fr = filter[i].real(), fi = filter[i].imag();
      spectrum[i] = {re * fr - im * fi, re * fi + im * fr};
    }
    inverse.inverse(spectrum, padded);
    const size_t made = std::min(piece.size() + response.size() - 1, out.size() - first);
    for (size_t i = 0; i < made; ++i) out[first + i] += padded[i];
  }
  return out;
}

void reverberate(std::vector<float>& samples, std::span<const float> response) {
  const double before = power_of(samples);
  const auto strongest =
      std::max_element(response.begin(), response.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
  if (!(before > 0) || strongest == response.end() || *strongest == 0) return;
  const std::vector<float> wet = convolve(samples, response);
  std::copy_n(wet.begin() + (strongest - response.begin()), samples.size(), samples.begin());
  const double after = power_of(samples);
  if (after > 0) scale_by(samples, std::sqrt(before / after));
}

}  // namespace rnn::core
