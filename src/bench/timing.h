// Why: everything is timed in the same way: warm up, repeat until the time is over, take the median.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "bench/bench.h"

namespace rnn::core::bench {

inline double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The value below which a share `share` of the values is; reorders them.
inline double quantile(std::vector<double>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Calls sample(), which returns seconds, until the medians of two groups in a row agree within 3 %, for at most `limit` seconds.
// bench/peers_timing.py warms up the peers in the same way.
template <class Sample>
void warm_up(double limit, int group, Sample&& sample) {
  constexpr double kAgree = 0.03;
  std::vector<double> samples(static_cast<size_t>(group));
  const double end = now() + limit;
  for (double before = 0;;) {
    for (double& s : samples) s = sample();
    const double median = quantile(samples, 0.5);
    if (std::abs(median - before) <= kAgree * median || now() >= end) return;
    before = median;
  }
}

// Median seconds of one call of work(): after the warm-up at least 5 and at most 400 samples of at least a millisecond each until
// `seconds` are over.
template <class Work>
double median_time(double seconds, Work&& work) {
  work(), work();
  const double start = now();
  work();
  const int calls = std::max(1, static_cast<int>(1e-3 / std::max(now() - start, 1e-8)));
  const auto sample = [&] {
    const double begin = now();
    for (int i = 0; i < calls; ++i) work();
    return (now() - begin) / calls;
  };
  warm_up(seconds, 5, sample);
  std::vector<double> samples;
  const double end = now() + seconds;
  while (samples.size() < 5 || (samples.size() < 400 && now() < end)) samples.push_back(sample());
  return quantile(samples, 0.5);
}

// The same for calls that take seconds. At least three samples.
template <class Work>
double median_of_long(double seconds, Work&& work) {
  const auto sample = [&] {
    const double begin = now();
    work();
    return now() - begin;
  };
  warm_up(seconds, 1, sample);
  std::vector<double> samples;
  const double end = now() + seconds;
  while (samples.size() < 3 || now() < end) samples.push_back(sample());
  return quantile(samples, 0.5);
}

// Like median_time; if `wanted`, also profiles all calls: work(profile), with null for no profile.
template <class Work>
void time_profiled(bool wanted, double seconds, Figures* figures, Work&& work) {
  Profile* profile = wanted ? &figures->profile : nullptr;
  if (wanted) work(static_cast<Profile*>(nullptr));  // memory grows here, so that no phase is charged for it
  const ProfileRun profiled(profile);
  figures->seconds = median_time(seconds, [&] {
    work(profile);
    if (profile) profile->count();
  });
}

// Steps of microseconds: first each is timed alone for the quantiles, then blocks of 50 for the median, so that reading the
// clock costs nothing.
template <class Work>
Figures time_steps(double seconds, Work&& work) {
  constexpr int kBlock = 50;
  std::vector<double> single;
  single.reserve(1 << 18);
  for (int i = 0; i < 2 * kBlock; ++i) work();
  const double end = now() + seconds / 2;
  double before = now();
  while (single.size() < 100 || (single.size() < single.capacity() && before < end)) {
    work();
    const double after = now();
    single.push_back(after - before);
    before = after;
  }
  Figures f;
  f.p50 = quantile(single, 0.5), f.p99 = quantile(single, 0.99);
  f.seconds = median_time(seconds / 2,
                          [&] {
                            for (int i = 0; i < kBlock; ++i) work();
                          }) /
              kBlock;
  return f;
}

}  // namespace rnn::core::bench
