// Why: another rate changes no tone, no length beyond the ratio, and no bit with the chunks in which sound comes.
#include "audio/resampler.h"

#include <samplerate.h>

#include "audio/signals.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using test::in_chunks;
using test::tone;

const std::pair<int, int> kRates[] = {{8000, 16000},   {16000, 8000}, {44100, 16000}, {48000, 16000}, {11025, 8000},
                                      {192000, 16000}, {4000, 16000}, {22050, 16000}, {16000, 16000}, {14400, 16000}};

TEST(ResamplerBits, ChunksOfAnySizeHaveTheSame) {
  for (const auto& [from, to] : kRates) {
    const std::vector<float> in = test::noise(from / 4 + 13);
    const std::vector<float> whole = resample(in, from, to);
    EXPECT_EQ(static_cast<int64_t>(whole.size()), (static_cast<int64_t>(in.size()) * to + from - 1) / from);
    Resampler resampler(from, to);
    for (const size_t n : {1, 7, 160, 1000}) EXPECT_EQ(in_chunks(resampler, in, n), whole) << from << " " << to << " " << n;
  }
}

// What libsamplerate makes of the whole signal at once: its own sums differ by rounding, as it walks on from where it was.
TEST(ResamplerValues, AreThoseOfTheLibrary) {
  for (const auto& [from, to] : kRates) {
    for (const ResampleQuality quality : {ResampleQuality::fast, ResampleQuality::medium}) {
      if (from == to) continue;
      const std::vector<float> in = test::noise(from / 2);
      const std::vector<float> mine = resample(in, from, to, quality);
      std::vector<float> theirs(mine.size() + 10);
      SRC_DATA data{};
      data.data_in = in.data(), data.input_frames = static_cast<long>(in.size());
      data.data_out = theirs.data(), data.output_frames = static_cast<long>(theirs.size());
      data.src_ratio = static_cast<double>(to) / from;
      ASSERT_EQ(src_simple(&data, quality == ResampleQuality::fast ? SRC_SINC_FASTEST : SRC_SINC_MEDIUM_QUALITY, 1), 0);
      ASSERT_NEAR(static_cast<double>(data.output_frames_gen), static_cast<double>(mine.size()), 2);
      for (size_t i = 0; i + 2 < mine.size(); ++i) ASSERT_NEAR(mine[i], theirs[i], 2e-6) << from << " " << to << " " << i;
    }
  }
}

TEST(ResamplerValues, ATonePassesAndWhatIsAboveHalfTheRateDoesNot) {
  const std::vector<float> low = resample(tone(48000, 48000, 1000), 48000, 16000);
  const std::vector<float> expected = tone(16000, 16000, 1000);
  for (size_t i = 200; i + 200 < low.size(); ++i) ASSERT_NEAR(low[i], expected[i], 1e-4) << i;
  const std::vector<float> high = resample(tone(48000, 48000, 12000), 48000, 16000);
  EXPECT_LT(test::power(high, 200, 15800), 1e-9);
}

TEST(ResamplerState, IsSavedCopiedAndReset) {
  const std::vector<float> in = test::noise(20000);
  const std::vector<float> whole = resample(in, 44100, 16000);
  Resampler first(44100, 16000);
  std::vector<float> out;
  first.push(std::span(in).first(7777), out);
  Resampler copy = first, loaded(44100, 16000);
  loaded.load(first.save());
  std::vector<float> of_copy = out, of_loaded = out;
  for (auto [resampler, to] : {std::pair(&first, &out), std::pair(&copy, &of_copy), std::pair(&loaded, &of_loaded)}) {
    resampler->push(std::span(in).subspan(7777), *to);
    resampler->finish(*to);
    EXPECT_EQ(*to, whole);
  }
  first.push(in, out);
  first.reset();
  EXPECT_EQ(in_chunks(first, in, in.size()), whole);
}

TEST(ResamplerState, OtherBytesAreRefused) {
  Resampler resampler(44100, 16000), other(48000, 16000);
  const std::string good = resampler.save();
  EXPECT_EQ(failure_of([&] { other.load(good); }).code, "audio/state");
  for (size_t n = 0; n < good.size(); n += 97)
    EXPECT_EQ(failure_of([&] { resampler.load(good.substr(0, n)); }).code, "audio/state");
  EXPECT_EQ(failure_of([&] { resampler.load(good + "x"); }).code, "audio/state");
  resampler.load(good);
}

TEST(ResamplerRates, ThatHaveNoMeaningAreRefused) {
  for (const auto& [from, to] : {std::pair(0, 16000), std::pair(-1, 16000), std::pair(16000, 0), std::pair(10, 16000)})
    EXPECT_EQ(failure_of([f = from, t = to] { Resampler{f, t}; }).code, "audio/rate");
}

TEST(ResamplerRates, EmptyAndShortSignals) {
  EXPECT_TRUE(resample({}, 44100, 16000).empty());
  EXPECT_EQ(resample(std::vector<float>{0.5f}, 44100, 16000).size(), 1u);
  EXPECT_EQ(resample(std::vector<float>{0.5f}, 8000, 16000).size(), 2u);
}

}  // namespace
}  // namespace rnn::core
