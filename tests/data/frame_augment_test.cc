// Why: a sequence that is changed too much is another one; one that is changed differently on a resumed run is another run.
#include "data/frame_augment.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/batch.h"

namespace rnn::core {
namespace {

constexpr int kWidth = 2;

SequenceExample ramp(int steps) {
  SequenceExample e;
  for (int t = 0; t < steps; ++t)
    e.frames.push_back(static_cast<float>(t)), e.frames.push_back(static_cast<float>(1 - 2 * t));
  e.labels = {1};
  return e;
}

TEST(FrameAugment, IsTheSameForSeedEpochAndExampleAndDiffersBetweenThem) {
  const SequenceExample e = ramp(20);
  const FrameAugment how{0.1, 0.1, 0.2};
  const std::vector<float> once = augmented(e, kWidth, how, 1, 3, 7).frames;
  EXPECT_EQ(once, augmented(e, kWidth, how, 1, 3, 7).frames);
  EXPECT_NE(once, augmented(e, kWidth, how, 2, 3, 7).frames);
  EXPECT_NE(once, augmented(e, kWidth, how, 1, 4, 7).frames);
  EXPECT_NE(once, augmented(e, kWidth, how, 1, 3, 8).frames);
  EXPECT_EQ(augmented(e, kWidth, how, 1, 3, 7).labels, e.labels);
  EXPECT_EQ(augmented(e, kWidth, {}, 1, 3, 7).frames, e.frames);
}

TEST(FrameAugment, AmplitudeIsOneFactorForEachColumn) {
  const SequenceExample e = ramp(30);
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < 500; ++i) {
    const SequenceExample out = augmented(e, kWidth, {0, 0.2, 0}, 1, 0, i);
    for (size_t c = 0; c < kWidth; ++c) {
      const float factor = out.frames[2 * kWidth + c] / e.frames[2 * kWidth + c];
      for (size_t t = 3; t < 30; ++t)
        EXPECT_NEAR(out.frames[t * kWidth + c], factor * e.frames[t * kWidth + c],
                    1e-4f * std::abs(e.frames[t * kWidth + c]));
      sum += static_cast<double>(factor), squares += (static_cast<double>(factor) - 1) * (static_cast<double>(factor) - 1);
    }
  }
  EXPECT_NEAR(sum / 1000, 1, 0.03);  // four standard errors
  EXPECT_NEAR(std::sqrt(squares / 1000), 0.2, 0.02);
}

TEST(FrameAugment, JitterIsIndependentNoise) {
  SequenceExample e;
  e.frames.assign(20000, 5);
  double sum = 0, squares = 0, neighbours = 0, before = 0;
  for (const float x : augmented(e, kWidth, {0.3, 0, 0}, 1, 0, 0).frames) {
    const double noise = static_cast<double>(x) - 5;
    sum += noise, squares += noise * noise, neighbours += noise * before, before = noise;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 20000), 0.3, 0.01);
  EXPECT_NEAR(neighbours / squares, 0, 0.03);
}

// A straight line stays one from end to end; only its number of steps differs.
TEST(FrameAugment, TimeWarpChangesTheSpeedAlone) {
  int shortest = 1000, longest = 0;
  for (uint32_t i = 0; i < 300; ++i) {
    const SequenceExample out = augmented(ramp(41), kWidth, {0, 0, 0.25}, 1, 0, i);
    const auto steps = static_cast<int>(out.frames.size()) / kWidth;
    shortest = std::min(shortest, steps), longest = std::max(longest, steps);
    for (int t = 0; t < steps; ++t) {
      const double wanted = 40.0 * t / (steps - 1);
      EXPECT_NEAR(out.frames[static_cast<size_t>(t) * kWidth], wanted, 1e-4);
      EXPECT_NEAR(out.frames[static_cast<size_t>(t) * kWidth + 1], 1 - 2 * wanted, 1e-4);
    }
  }
  EXPECT_GE(shortest, 33);  // 41 / 1.25
  EXPECT_LE(shortest, 35);
  EXPECT_LE(longest, 55);  // 41 / 0.75
  EXPECT_GE(longest, 52);
  for (uint32_t i = 0; i < 50; ++i) {  // a single step has no speed: it may stay for longer
    const std::vector<float> out = augmented(ramp(1), kWidth, {0, 0, 0.9}, 1, 0, i).frames;
    ASSERT_GE(out.size(), 2u);
    for (size_t at = 0; at < out.size(); ++at) EXPECT_EQ(out[at], at % kWidth == 0 ? 0.0f : 1.0f);
  }
}

// Batches of training differ from epoch to epoch, the same epoch is the same again, and evaluations read the data as it is.
TEST(FrameAugment, OnlyTrainingReadsOtherFrames) {
  std::vector<SequenceExample> examples;
  for (int i = 0; i < 6; ++i) examples.push_back(ramp(5 + i));
  SequenceShape shape;
  shape.width = kWidth, shape.labels = {"a", "b"};
  const auto frames = [&](bool training, int64_t epoch) {
    const auto batcher = sequence_batcher(shape, examples, {6, training, 1, {0.1, 0, 0}});
    batcher->seek(epoch, 0);
    Batch batch;
    EXPECT_TRUE(batcher->next(batch));
    std::vector<float> all(batch.in.frames.begin(), batch.in.frames.end());
    std::sort(all.begin(), all.end());
    return all;
  };
  std::vector<float> plain;
  for (const SequenceExample& e : examples) plain.insert(plain.end(), e.frames.begin(), e.frames.end());
  std::sort(plain.begin(), plain.end());
  EXPECT_EQ(frames(false, 0), plain);
  EXPECT_NE(frames(true, 0), plain);
  EXPECT_NE(frames(true, 0), frames(true, 1));
  EXPECT_EQ(frames(true, 1), frames(true, 1));
}

}  // namespace
}  // namespace rnn::core
