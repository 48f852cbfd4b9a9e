// Why: what an epoch hears of a clip is drawn by (seed, epoch, clip), and every change does what its numbers say.
#include "audio/augment.h"

#include <set>

#include "audio/signals.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Use = ClipRandom::Use;
using test::power;
using test::tone;

TEST(ClipRandomNumbers, DependOnWhatTheyAreForAlone) {
  const auto first = [](uint64_t seed, uint32_t epoch, uint64_t clip, Use use) {
    return ClipRandom(seed, epoch, clip, use).uniform();
  };
  const double one = first(1, 2, 3, Use::masks);
  EXPECT_EQ(one, first(1, 2, 3, Use::masks));
  EXPECT_EQ((std::set<double>{one, first(2, 2, 3, Use::masks), first(1, 3, 3, Use::masks), first(1, 2, 4, Use::masks),
                              first(1, 2, 3, Use::speed), first(1, 2, 3, Use::noise)})
                .size(),
            6u);
  double sum = 0, squares = 0;
  std::vector<int> counts(7);
  for (uint64_t clip = 0; clip < 7000; ++clip) {
    ClipRandom random(1, 0, clip, Use::masks);
    const double x = random.uniform();
    sum += x, squares += x * x, ++counts[random.below(7)];
  }
  EXPECT_NEAR(sum / 7000, 0.5, 0.015);  // 4 deviations of a mean of even numbers
  EXPECT_NEAR(squares / 7000, 1 / 3.0, 0.015);
  for (const int n : counts) EXPECT_NEAR(n, 1000, 120);  // 4 deviations
}

TEST(SpecAugmentMasks, AreBandsAndTimesOfLimitedWidth) {
  for (const double wide : {1.0, 0.5}) {
    const SpecAugmentOptions options = SpecAugmentOptions().scaled(wide);
    for (const int length : {1, 5, 50, 400, 3000}) {
      for (uint64_t clip = 0; clip < 40; ++clip) {
        std::vector<float> frames(static_cast<size_t>(length) * 80, 1.0f), again = frames;
        spec_augment(frames, 80, options, {1, 0, clip, Use::masks});
        spec_augment(again, 80, options, {1, 0, clip, Use::masks});
        EXPECT_EQ(frames, again);
        int bands = 0, times = 0;
        std::vector<bool> masked(static_cast<size_t>(length));
        for (int t = 0; t < length; ++t) {
          const auto row = frames.begin() + t * 80;
          masked[static_cast<size_t>(t)] = std::all_of(row, row + 80, [](float x) { return x == 0; });
          times += masked[static_cast<size_t>(t)];
        }
        for (int b = 0; b < 80; ++b) {
          bool all = true;
          for (int t = 0; t < length; ++t) all &= frames[static_cast<size_t>(t * 80 + b)] == 0;
          bands += all;
        }
        if (times < length) {
          EXPECT_LE(bands, 2 * static_cast<int>(27.2 * wide));
        }
        const int masks = std::max(1, length / 100),
                  widest = std::min(static_cast<int>(40 * wide), static_cast<int>(0.15 * wide * length));
        EXPECT_LE(times, masks * widest) << length;
        for (int t = 0; t < length; ++t) {  // what is not masked is left alone
          for (int b = 0; b < 80; ++b) {
            const float x = frames[static_cast<size_t>(t * 80 + b)];
            ASSERT_TRUE(x == 0 || x == 1);
          }
        }
      }
    }
  }
}

TEST(SpecAugmentMasks, ClipsAndEpochsDiffer) {
  std::set<std::vector<float>> seen;
  for (uint32_t epoch = 0; epoch < 5; ++epoch) {
    for (uint64_t clip = 0; clip < 5; ++clip) {
      std::vector<float> frames(100 * 80, 1.0f);
      spec_augment(frames, 80, {}, {1, epoch, clip, Use::masks});
      seen.insert(frames);
    }
  }
  EXPECT_GE(seen.size(), 24u);
  std::vector<float> frames(100 * 80, 1.0f);
  SpecAugmentOptions none;
  none.frequency_masks = 0, none.time_masks = 0;
  spec_augment(frames, 80, none, {1, 0, 0, Use::masks});
  EXPECT_EQ(frames, std::vector<float>(100 * 80, 1.0f));
}

// Crossings of zero, upwards, in a second: the pitch.
int crossings(const std::vector<float>& x, int rate) {
  int n = 0;
  for (size_t i = 1; i < x.size(); ++i) n += x[i - 1] < 0 && x[i] >= 0;
  return static_cast<int>(std::lround(static_cast<double>(n) * rate / static_cast<double>(x.size())));
}

TEST(Speed, ChangesLengthAndPitch) {
  const std::vector<float> clip = tone(16000, 16000, 400);
  for (const double factor : {0.9, 1.0, 1.1}) {
    const std::vector<float> changed = change_speed(clip, 16000, factor);
    EXPECT_NEAR(static_cast<double>(changed.size()), 16000 / factor, 1);
    EXPECT_NEAR(crossings(changed, 16000), 400 * factor, 2);
  }
  EXPECT_EQ(change_speed(clip, 16000, 1), clip);
  EXPECT_EQ(failure_of([&] { change_speed(clip, 16000, 3); }).code, "usage/speed");
  const double factors[] = {0.9, 1, 1.1};
  std::set<double> drawn;
  for (uint64_t i = 0; i < 30; ++i) drawn.insert(draw_speed(factors, {1, 0, i, Use::speed}));
  EXPECT_EQ(drawn, (std::set<double>{0.9, 1, 1.1}));
}

TEST(Volume, IsInDecibels) {
  std::vector<float> clip = tone(1000, 16000, 400);
  const double before = power(clip);
  change_volume(clip, -20);
  EXPECT_NEAR(power(clip) / before, 0.01, 1e-6);
  for (uint64_t i = 0; i < 30; ++i) EXPECT_LE(std::fabs(draw_volume(6, {1, 0, i, Use::volume})), 6);
}

TEST(Noise, HasThePowerThatTheRatioSays) {
  const std::vector<float> clip = tone(16000, 16000, 400), noise = test::noise(5000);
  for (const double decibels : {-5.0, 0.0, 20.0}) {
    std::vector<float> mixed = clip, difference;
    mix_noise(mixed, noise, decibels, {1, 0, 7, Use::noise});
    for (size_t i = 0; i < clip.size(); ++i) difference.push_back(mixed[i] - clip[i]);
    EXPECT_NEAR(10 * std::log10(power(clip) / power(difference)), decibels, 1e-3);
    std::vector<float> again = clip, other = clip;
    mix_noise(again, noise, decibels, {1, 0, 7, Use::noise});
    mix_noise(other, noise, decibels, {1, 0, 8, Use::noise});
    EXPECT_EQ(again, mixed);
    EXPECT_NE(other, mixed);
  }
  std::vector<float> same = clip, silent(100);
  mix_noise(same, {}, 0, {1, 0, 0, Use::noise});
  mix_noise(same, std::vector<float>(10), 0, {1, 0, 0, Use::noise});
  EXPECT_EQ(same, clip);
  mix_noise(silent, noise, 0, {1, 0, 0, Use::noise});
  EXPECT_EQ(silent, std::vector<float>(100));
}

TEST(Rooms, ConvolutionIsTheSumThatDefinesIt) {
  for (const auto& [n, m] :
       {std::pair(1, 1), std::pair(10, 3), std::pair(3, 10), std::pair(3000, 700), std::pair(5000, 1)}) {
    const std::vector<float> x = test::noise(n, 0.3, 1), h = test::noise(m, 0.3, 2), y = convolve(x, h);
    ASSERT_EQ(y.size(), static_cast<size_t>(n + m - 1));
    for (int t = 0; t < n + m - 1; ++t) {
      double sum = 0;
      for (int k = std::max(0, t - n + 1); k <= std::min(t, m - 1); ++k)
        sum += static_cast<double>(h[static_cast<size_t>(k)]) * x[static_cast<size_t>(t - k)];
      ASSERT_NEAR(y[static_cast<size_t>(t)], sum, 1e-5) << n << " " << m << " " << t;
    }
  }
  EXPECT_TRUE(convolve({}, std::vector<float>{1}).empty());
}

TEST(Rooms, SpeechStaysWhereItWasAndAsLoud) {
  std::vector<float> clip(4000);
  for (size_t i = 1000; i < 1400; ++i) clip[i] = 0.5f;
  const double before = power(clip);
  std::vector<float> direct = clip, room = clip, response(300);
  response[50] = 0.7f;  // the direct sound alone
  reverberate(direct, response);
  for (size_t i = 0; i < clip.size(); ++i) ASSERT_NEAR(direct[i], clip[i], 1e-5) << i;
  for (size_t i = 51; i < 300; ++i) response[i] = 0.1f * static_cast<float>(std::exp(-static_cast<double>(i) / 80));
  reverberate(room, response);
  EXPECT_EQ(room.size(), clip.size());
  EXPECT_NEAR(power(room) / before, 1, 1e-4);
  EXPECT_GT(power(room, 1400, 1500), 1e-6);  // its tail
  std::vector<float> same = clip;
  reverberate(same, {});
  reverberate(same, std::vector<float>(5));
  EXPECT_EQ(same, clip);
}

}  // namespace
}  // namespace rnn::core
