// Why: a row beside every result: what a filter, and a filter behind a curve, make of the same sound.
#pragma once

#include <span>
#include <vector>

#include "base/figure.h"
#include "tasks/effect/effect_data.h"

namespace rnn::core {

// out[t] = sum over powers p and taps k of w[p, k] x[t - k]^p: with the power 1 alone a linear filter, with several a curve followed by
// filters (memory polynomial, Kim and Konstantinou 2001), which has no memory beyond its taps.
class FilterRow {
 public:
  // Least squares over samples spread evenly over the parts (at most kMostRows of them), in double. peak: of the dry signals, which
  // are divided by it before powers are taken.
  FilterRow(std::vector<int> powers, int taps, const std::vector<SoundPart>& parts);
  // out [samples]
  void run(std::span<const float> in, std::span<float> out) const;
  std::vector<float> taps() const;  // of a linear one

 private:
  void features(std::span<const float> in, size_t t, double* row) const;

  std::vector<int> powers_;
  int taps_;
  double peak_ = 1;
  std::vector<double> weights_;  // [powers * taps]
};

FilterRow linear_filter(const std::vector<SoundPart>& train);  // of as many taps as the row below

struct EffectRows {
  FilterRow linear, curve;
};
EffectRows fit_effect_rows(const std::vector<SoundPart>& train);
// The dry signal as it is, and both filters, where there are any.
std::vector<ResultRow> effect_rows(const EffectRows* filters, const std::vector<SoundPart>& parts);

}  // namespace rnn::core
