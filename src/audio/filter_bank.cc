// Why: tables of a filter bank, and a frame through them.
#include "audio/filter_bank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr double kFullScale = 32768;
constexpr int kLongestFrame = 1 << 16;

int samples_of(int rate, double ms) { return static_cast<int>(std::floor(rate * ms / 1000 + 1e-6)); }
int transform_size(int frame) {
  int size = 2;
  while (size < frame) size *= 2;
  return size;
}
double mel_of(double hz) { return 1127 * std::log(1 + hz / 700); }
double highest(const FilterBankOptions& o) { return o.high > 0 ? o.high : o.rate / 2.0 + o.high; }

[[noreturn]] void refuse_front(const std::string& what, const std::string& help) {
  throw Error(Exit::usage, "usage/front_end", "the front end " + what, help);
}

std::vector<float> window_table(FrontWindow kind, int n) {
  std::vector<float> table(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) {
    const double wave = std::cos(2 * std::numbers::pi * i / (n - 1)), hann = 0.5 - 0.5 * wave;
    table[static_cast<size_t>(i)] = static_cast<float>(kind == FrontWindow::povey     ? std::pow(hann, 0.85)
                                                       : kind == FrontWindow::hamming ? 0.54 - 0.46 * wave
                                                                                      : hann);
  }
  return table;
}

double log_energy(std::span<const float> frame, double floor) {
  double sum = 0;
  for (const float x : frame) sum += static_cast<double>(x) * x;
  return std::log(std::max({sum, floor, static_cast<double>(std::numeric_limits<float>::epsilon())}));
}

}  // namespace

int FilterBankOptions::frame_samples() const { return samples_of(rate, frame_ms); }
int FilterBankOptions::shift_samples() const { return samples_of(rate, shift_ms); }
int FilterBankOptions::static_width() const { return kind == FrontKind::mfcc ? cepstra : bins + (energy ? 1 : 0); }

int64_t FilterBankOptions::frames_of(int64_t samples) const {
  const int frame = frame_samples(), shift = shift_samples();
  if (snip_edges) return samples < frame ? 0 : 1 + (samples - frame) / shift;
  return (samples + shift / 2) / shift;
}

void FilterBankOptions::check() const {
  if (rate < 1000 || rate > 768000)
    refuse_front("has a rate of " + std::to_string(rate) + " samples per second", "choose 8000 or 16000");
  if (!(frame_ms > 0 && frame_ms <= 1000 && shift_ms > 0 && shift_ms <= 1000) || shift_samples() < 1 ||
      frame_samples() < 2 || frame_samples() > kLongestFrame)
    refuse_front("has frames of " + number_text(frame_ms) + " ms every " + number_text(shift_ms) + " ms",
                 "the usual ones are 25 ms every 10 ms");
  const double top = highest(*this);
  if (!(low >= 0 && low < top && top <= rate / 2.0))
    refuse_front("has bands from " + number_text(low) + " to " + number_text(top) + " Hz",
                 "they lie between 0 and " + number_text(rate / 2.0) + " Hz, half the rate");
  if (bins < 1 || bins > 1024)
    refuse_front("has " + counted(bins, "band"), "choose 80 at 16000 samples per second, 40 at 8000");
  if (!(pre_emphasis >= 0 && pre_emphasis <= 1))
    refuse_front("has a pre-emphasis of " + number_text(pre_emphasis), "it lies between 0 and 1");
  if (!(energy_floor >= 0 && std::isfinite(energy_floor)))
    refuse_front("has a floor of the energy of " + number_text(energy_floor), "it is 0 or more");
  if (kind == FrontKind::mfcc && (cepstra < 1 || cepstra > bins))
    refuse_front("has " + std::to_string(cepstra) + " cepstra of " + counted(bins, "band"),
                 "there are at most as many as bands");
  if (!(lifter >= 0 && std::isfinite(lifter)))
    refuse_front("has a lifter of " + number_text(lifter), "it is 0 or more; usually 22");
  if (deltas < 0 || deltas > 2) refuse_front("has deltas of order " + std::to_string(deltas), "the order is 0, 1 or 2");
}

FilterBank::FilterBank(const FilterBankOptions& options)
    : options_((options.check(), options)), fft_(transform_size(options.frame_samples())) {
  const auto size = static_cast<size_t>(fft_.size());
  window_ = window_table(options_.window, options_.frame_samples());
  make_bands();
  if (options_.kind == FrontKind::mfcc) make_cosines();
  frame_.resize(size), spectrum_.resize(size / 2 + 1), power_.resize(size / 2);
  mel_.resize(static_cast<size_t>(options_.bins));
}

// Triangles on the mel scale over the bins of the spectrum; the last bin, at half the rate, belongs to none.
void FilterBank::make_bands() {
  const int half = fft_.size() / 2;
  const double width = static_cast<double>(options_.rate) / fft_.size();
  const double from = mel_of(options_.low), step = (mel_of(highest(options_)) - from) / (options_.bins + 1);
  for (int b = 0; b < options_.bins; ++b) {
    const double left = from + b * step, centre = left + step, right = centre + step;
    Band band;
    for (int i = 0; i < half; ++i) {
      const double mel = mel_of(width * i);
      if (mel <= left || mel >= right) continue;
      if (band.weights.empty()) band.first = i;
      band.weights.push_back(static_cast<float>(mel <= centre ? (mel - left) / step : (right - mel) / step));
    }
    if (band.weights.empty())
      refuse_front("has so many bands that band " + std::to_string(b + 1) + " of " + std::to_string(options_.bins) +
                       " has no frequency of the spectrum",
                   "choose fewer bands, for example 40 at 8000 samples per second, or longer frames");
    bands_.push_back(std::move(band));
  }
}

// The orthonormal cosine transform; its first row is Kaldi's, as orthonormal as the others. The lifter is HTK's.
void FilterBank::make_cosines() {
  const int n = options_.bins;
  for (int k = 0; k < options_.cepstra; ++k) {
    const double lift =
        options_.lifter > 0 ? 1 + 0.5 * options_.lifter * std::sin(std::numbers::pi * k / options_.lifter) : 1.0;
    for (int i = 0; i < n; ++i) {
      const double cosine =
          k == 0 ? std::sqrt(1.0 / n) : std::sqrt(2.0 / n) * std::cos(std::numbers::pi / n * (i + 0.5) * k);
      cosines_.push_back(static_cast<float>(lift * cosine));
    }
  }
}

void FilterBank::compute(std::span<const float> samples, std::span<float> row) noexcept {
  const size_t n = window_.size();
  const auto scale = static_cast<float>(options_.scale == FrontScale::int16 ? kFullScale : 1.0);
  double sum = 0;
  for (size_t i = 0; i < n; ++i) frame_[i] = samples[i] * scale, sum += frame_[i];
  const auto mean = static_cast<float>(sum / static_cast<double>(n));
  for (size_t i = 0; i < n; ++i) frame_[i] -= mean;
  const double energy = options_.energy ? log_energy(std::span(frame_).first(n), options_.energy_floor) : 0;

  const auto emphasis = static_cast<float>(options_.pre_emphasis);
  for (size_t i = n - 1; i > 0; --i) frame_[i] = (frame_[i] - emphasis * frame_[i - 1]) * window_[i];
  frame_[0] = (frame_[0] - emphasis * frame_[0]) * window_[0];
  std::fill(frame_.begin() + static_cast<ptrdiff_t>(n), frame_.end(), 0.0f);
  fft_.forward(frame_, spectrum_);
  for (size_t i = 0; i < power_.size(); ++i) {
    const float re = spectrum_[i].real(), im = spectrum_[i].imag();
    power_[i] = re * re + im * im;
  }

  const bool cepstrum = options_.kind == FrontKind::mfcc;
  float* mel = cepstrum ? mel_.data() : row.data() + (options_.energy ? 1 : 0);
  for (size_t b = 0; b < bands_.size(); ++b) {
    const float* at = power_.data() + bands_[b].first;
    double total = 0;
    for (const float w : bands_[b].weights) total += static_cast<double>(w) * *at++;
    mel[b] = std::log(std::max(static_cast<float>(total), std::numeric_limits<float>::epsilon()));
  }
  if (cepstrum) {
    const float* cosine = cosines_.data();
    for (int k = 0; k < options_.cepstra; ++k) {
      double total = 0;
      for (const float x : mel_) total += static_cast<double>(*cosine++) * x;
      row[static_cast<size_t>(k)] = static_cast<float>(total);
    }
  }
  if (options_.energy) row[0] = static_cast<float>(energy);
}

}  // namespace rnn::core
