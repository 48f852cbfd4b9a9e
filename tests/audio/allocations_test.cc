// Why: whoever listens in real time asks for no memory once the stream runs.
#include "support/allocations.h"

#include "audio/front_end.h"
#include "audio/resampler.h"
#include "audio/signals.h"
#include "audio/voice_activity.h"

namespace rnn::core {
namespace {

TEST(AudioAllocations, AStreamThatRunsHasNone) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "allocations are not counted here";
#else
  FilterBankOptions options;
  options.kind = FrontKind::mfcc, options.bins = 23, options.deltas = 2;
  Resampler resampler(44100, 16000);
  FrontEnd bands{FilterBankOptions{}}, cepstra(options);
  VoiceActivity voice{VoiceActivityOptions{}};
  const std::vector<float> in = test::noise(882);
  std::vector<float> samples, frames;
  std::vector<VoiceFrame> voices;
  samples.reserve(2000), frames.reserve(100 * 80), voices.reserve(100);
  const auto go = [&] {
    samples.clear(), frames.clear(), voices.clear();
    resampler.push(in, samples);
    bands.push(samples, frames), cepstra.push(samples, frames);
    voice.push(samples, voices);
  };
  go();
  const int64_t before = allocations;
  for (int i = 0; i < 100; ++i) go();
  resampler.finish(samples), bands.finish(frames), cepstra.finish(frames);
  EXPECT_EQ(allocations, before);
#endif
}

}  // namespace
}  // namespace rnn::core
