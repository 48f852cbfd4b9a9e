// Why: what a second of sound costs before a network sees it, on one thread: x real time is how many seconds of sound a second handles.
#include <benchmark/benchmark.h>

#include "audio/front_end.h"
#include "audio/resampler.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

std::vector<float> second_of_noise(int rate) {
  Random random(1, Purpose::test);
  std::vector<float> out(static_cast<size_t>(rate));
  for (float& x : out) x = static_cast<float>(0.1 * random.normal());
  return out;
}

void count_real_time(benchmark::State& state) {
  state.counters["x real time"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

// Filter banks or cepstra with slopes, in chunks of 20 ms.
void front_end(benchmark::State& state, FrontKind kind, int rate, int bins, int deltas) {
  FilterBankOptions options;
  options.kind = kind, options.rate = rate, options.bins = bins, options.deltas = deltas;
  FrontEnd front(options);
  const std::vector<float> sound = second_of_noise(rate);
  const auto chunk = static_cast<size_t>(rate / 50);
  std::vector<float> out;
  for (auto _ : state) {
    out.clear();
    for (size_t at = 0; at < sound.size(); at += chunk) front.push(std::span(sound).subspan(at, chunk), out);
    benchmark::DoNotOptimize(out.data());
  }
  count_real_time(state);
}
BENCHMARK_CAPTURE(front_end, fbank_16k_80, FrontKind::fbank, 16000, 80, 0);
BENCHMARK_CAPTURE(front_end, fbank_8k_40, FrontKind::fbank, 8000, 40, 0);
BENCHMARK_CAPTURE(front_end, mfcc_16k_deltas, FrontKind::mfcc, 16000, 23, 2);

void resampler(benchmark::State& state, int from, int to, ResampleQuality quality) {
  Resampler resampler(from, to, quality);
  const std::vector<float> sound = second_of_noise(from);
  std::vector<float> out;
  for (auto _ : state) {
    out.clear();
    resampler.push(sound, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_real_time(state);
}
BENCHMARK_CAPTURE(resampler, medium_44100_16000, 44100, 16000, ResampleQuality::medium);
BENCHMARK_CAPTURE(resampler, medium_48000_16000, 48000, 16000, ResampleQuality::medium);
BENCHMARK_CAPTURE(resampler, fast_14400_16000, 14400, 16000, ResampleQuality::fast);

}  // namespace
}  // namespace rnn::core
