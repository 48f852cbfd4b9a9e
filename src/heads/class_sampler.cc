// Why: draws classes from two distributions, and computes how often a class is to be expected.
#include "heads/class_sampler.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rng.h"

namespace rnn::core {

ClassSampler::ClassSampler(std::span<const int64_t> counts, int samples)
    : classes_(static_cast<int>(counts.size())), samples_(samples), keep_(counts.size(), 1), alias_(counts.size()) {
  double sum = 0;
  for (const int64_t count : counts) sum += static_cast<double>(std::max<int64_t>(count, 1));
  std::vector<int32_t> small, large;
  for (size_t k = 0; k < counts.size(); ++k) {
    probability_.push_back(static_cast<double>(std::max<int64_t>(counts[k], 1)) / sum);
    keep_[k] = probability_[k] * classes_;
    alias_[k] = static_cast<int32_t>(k);
    (keep_[k] < 1 ? small : large).push_back(static_cast<int32_t>(k));
  }
  // A column that its class does not fill takes the rest from a class that has more than a column.
  while (!small.empty() && !large.empty()) {
    const int32_t poor = small.back(), rich = large.back();
    small.pop_back();
    alias_[poor] = rich;
    keep_[rich] -= 1 - keep_[poor];
    if (keep_[rich] < 1) large.pop_back(), small.push_back(rich);
  }
  for (const int32_t k : small) keep_[k] = 1;  // rounding left these over
}

double ClassSampler::probability(int32_t label) const {
  if (!probability_.empty()) return probability_[label];
  return std::log1p(1.0 / (label + 1.0)) / std::log(classes_ + 1.0);
}

int32_t ClassSampler::one(double u) const {
  if (probability_.empty()) return std::min(static_cast<int32_t>(std::exp(u * std::log(classes_ + 1.0))) - 1, classes_ - 1);
  const double x = u * classes_;
  const auto column = std::min(static_cast<int32_t>(x), classes_ - 1);
  return x - column < keep_[column] ? column : alias_[column];
}

ClassSamples ClassSampler::draw(uint64_t seed, uint32_t update) const {
  assert(samples_ >= 1 && samples_ <= classes_);
  ClassSamples found;
  found.sampler = this;
  found.classes.reserve(samples_);
  if (samples_ == classes_) {  // nothing is random
    for (int32_t k = 0; k < classes_; ++k) found.classes.push_back(k);
    return found;
  }
  std::vector<bool> seen(classes_);
  Random random(seed, Purpose::class_samples, update);
  while (static_cast<int>(found.classes.size()) < samples_) {
    const int32_t k = one(random.uniform());
    ++found.draws;
    if (!seen[k]) found.classes.push_back(k);
    seen[k] = true;
  }
  std::sort(found.classes.begin(), found.classes.end());
  return found;
}

double ClassSamples::log_expected(int32_t label) const {
  if (sampler->samples() == sampler->classes()) return 0;
  return std::log(-std::expm1(draws * std::log1p(-sampler->probability(label))));
}

}  // namespace rnn::core
