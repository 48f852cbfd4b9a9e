// Why: see sample_quantiles.h.
#include "heads/sample_quantiles.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace rnn::core {
namespace {

static_assert(kSampleQuantiles <= kMostNumbers);

int sampled_numbers(size_t) { return kSampleQuantiles; }

// At a place of sorted numbers, from 0 on.
template <class At>
double at_place(double place, int count, const At& at) {
  const double inside = std::clamp(place, 0.0, count - 1.0);
  const int below = std::min(static_cast<int>(inside), count - 1), above = std::min(below + 1, count - 1);
  return at(below) + (inside - below) * (at(above) - at(below));
}

double sampled_quantile(const Said& said, double level) {
  return at_place(level * kSampleQuantiles - 0.5, kSampleQuantiles, [&](int i) { return said.o[i]; });
}

double sampled_mean(const Said& said) {
  double sum = 0;
  for (int i = 0; i < kSampleQuantiles; ++i) sum += said.o[i];
  return sum / kSampleQuantiles;
}

}  // namespace

const Family kSampled = {"sampled-paths", "", 0, sampled_numbers, nullptr, sampled_quantile, sampled_mean};

void sample_quantiles(std::span<double> samples, float* out) {
  assert(!samples.empty());
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<int>(samples.size());
  for (int i = 0; i < kSampleQuantiles; ++i) {
    const double level = (i + 0.5) / kSampleQuantiles;
    out[i] = static_cast<float>(at_place(level * n - 0.5, n, [&](int k) { return samples[static_cast<size_t>(k)]; }));
  }
}

}  // namespace rnn::core
