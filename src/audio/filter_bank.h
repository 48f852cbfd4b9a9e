// Why: what a recogniser reads of sound: log energies in bands of the mel scale, or their cepstrum, by Kaldi's definition to the digit.
#pragma once

#include <complex>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "audio/fft.h"
#include "base/fields.h"
#include "base/json_value.h"

namespace rnn::core {

enum class FrontKind { fbank, mfcc };
inline constexpr std::string_view kFrontKindNames[] = {"fbank", "mfcc"};
enum class FrontWindow { povey, hamming, hann };  // povey: Hann to the power of .85
inline constexpr std::string_view kFrontWindowNames[] = {"povey", "hamming", "hann"};
enum class FrontScale { int16, unit };  // what full scale is: 32768, as in Kaldi, or 1
inline constexpr std::string_view kFrontScaleNames[] = {"int16", "unit"};

// Options of Kaldi's compute-fbank-feats and compute-mfcc-feats, without dither.
struct FilterBankOptions {
  FrontKind kind = FrontKind::fbank;
  int rate = 16000;  // samples per second
  double frame_ms = 25, shift_ms = 10;
  int bins = 80;              // bands of the mel scale
  double low = 20, high = 0;  // Hz; high <= 0: so much below half the rate
  double pre_emphasis = 0.97;
  FrontWindow window = FrontWindow::povey;
  bool snip_edges = true;  // only frames that lie in the signal; else one per shift, the signal mirrored at its ends
  FrontScale scale = FrontScale::int16;
  bool energy = false;      // fbank: one more number, first: the log energy of the frame; mfcc: the first number is it
  double energy_floor = 1;  // of that energy; 0: none
  int cepstra = 13;         // mfcc
  double lifter = 22;       // mfcc; 0: none
  int deltas = 0;           // 1: and slopes over time; 2: and slopes of these

  int frame_samples() const, shift_samples() const;
  int static_width() const;  // numbers of a frame without deltas
  int width() const { return static_width() * (1 + deltas); }
  // Frames of a signal of so many samples.
  int64_t frames_of(int64_t samples) const;
  // Throws Error{usage, "usage/front_end"} for values that have no meaning, such as more bands than there are frequencies.
  void check() const;
  bool operator==(const FilterBankOptions&) const = default;
};

template <class Options, class V>
void front_fields(Options& o, V& v) {
  v.field({"kind"}, NamedField{o.kind, kFrontKindNames});
  v.field({"rate"}, o.rate);
  v.field({"frame_ms"}, o.frame_ms);
  v.field({"shift_ms"}, o.shift_ms);
  v.field({"bins"}, o.bins);
  v.field({"low_hz"}, o.low);
  v.field({"high_hz"}, o.high);
  v.field({"pre_emphasis"}, o.pre_emphasis);
  v.field({"window"}, NamedField{o.window, kFrontWindowNames});
  v.field({"snip_edges"}, o.snip_edges);
  v.field({"scale"}, NamedField{o.scale, kFrontScaleNames});
  v.field({"energy"}, o.energy);
  v.field({"energy_floor"}, o.energy_floor);
  v.field({"cepstra"}, o.cepstra);
  v.field({"lifter"}, o.lifter);
  v.field({"deltas"}, o.deltas);
}

// For model files: the fields above, "version" and "units". The reader throws Error{model, "audio/front_end"} for anything else.
JsonValue front_end_json(const FilterBankOptions& options);
FilterBankOptions front_end_of(const nlohmann::json& from);

// One frame of samples to one row of numbers (kaldi-native-fbank; HTK's mel scale). Not for two threads at once.
class FilterBank {
 public:
  explicit FilterBank(const FilterBankOptions& options);  // throws as check()
  const FilterBankOptions& options() const { return options_; }
  // samples [frame_samples()], full scale 1; row [static_width()].
  void compute(std::span<const float> samples, std::span<float> row) noexcept;

 private:
  struct Band {
    int first = 0;               // bin of the spectrum
    std::vector<float> weights;  // of the bins from there on
  };
  void make_bands();
  void make_cosines();

  FilterBankOptions options_;
  RealFft fft_;
  std::vector<float> window_;   // [frame_samples()]
  std::vector<Band> bands_;     // [bins]
  std::vector<float> cosines_;  // [cepstra, bins], liftered
  // Scratch.
  std::vector<float> frame_;                   // [size of the transform]
  std::vector<std::complex<float>> spectrum_;  // [half of that + 1]
  std::vector<float> power_, mel_;
};

}  // namespace rnn::core
