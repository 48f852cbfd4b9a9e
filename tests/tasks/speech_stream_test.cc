// Why: what a recogniser hears may depend on nothing but the samples: not on portions, batches, threads or the epoch that a run was stopped in.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tasks/small_recogniser.h"
#include "tasks/transcribe/align.h"
#include "tasks/transcribe/clip_batcher.h"
#include "tasks/transcribe/clip_parts.h"
#include "tasks/transcribe/evaluate_speech.h"

namespace rnn::core {
namespace {

TEST(SpeechStream, PortionsOfAnySizeAreTheWhole) {
  const std::vector<float> samples = noise(kSpeechRate * 2, 1);
  int spoke = 0;
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const bool streaming = seed % 2 == 0;
    const SmallRecogniser small(streaming, seed);
    for (const int rate : {kSpeechRate, 11025}) {
      const std::vector<Transcript> whole = heard(small, samples, samples.size(), rate);
      spoke += !whole.empty();
      for (const size_t portion : {size_t{1}, size_t{160}, size_t{1237}})
        expect_same_transcripts(heard(small, samples, portion, rate), whole);
    }
  }
  EXPECT_GE(spoke, 4) << "networks that say nothing show nothing";
}

TEST(SpeechStream, ALookAheadConvolutionHasItsRowsWhateverThePortions) {
  const std::vector<float> samples = noise(kSpeechRate * 2, 1);
  int spoke = 0;
  for (const uint64_t seed : {1, 2, 3, 4}) {
    const TransducerOptions head = {.embedding = 5, .joiner = seed > 2 ? 8 : 0};
    const SmallRecogniser small(true, seed, head, 3), without(true, seed, head);
    EXPECT_NEAR(small.front.latency() - without.front.latency(), 3 * 0.03, 1e-12) << "three steps of 30 ms";
    const std::vector<Transcript> whole = heard(small, samples, samples.size(), kSpeechRate);
    spoke += !whole.empty();
    for (const size_t portion : {size_t{1}, size_t{160}, size_t{1237}})
      expect_same_transcripts(heard(small, samples, portion, kSpeechRate), whole);
    for (const Transcript& said : whole) {
      for (const TranscriptWord& word : said.words) EXPECT_GE(word.start_s, 0);
    }
  }
  EXPECT_GE(spoke, 2) << "networks that say nothing show nothing";
}

TEST(SpeechStream, AStreamIsReadyForAnotherOneAfterItsEnd) {
  const SmallRecogniser small(true);
  const std::vector<float> first = noise(9000, 2), second = noise(12000, 3);
  Recognizer recognizer(small.speech, {});
  recognizer.push(first, kSpeechRate);
  recognizer.finish();
  while (recognizer.take()) {
  }
  recognizer.push(second, kSpeechRate);
  recognizer.finish();
  std::vector<Transcript> found;
  while (std::optional<Transcript> t = recognizer.take()) found.push_back(std::move(*t));
  expect_same_transcripts(found, heard(small, second, second.size(), kSpeechRate));
}

TEST(SpeechStream, AClipShorterThanAFrameIsSilence) {
  for (const bool streaming : {true, false}) {
    const SmallRecogniser small(streaming);
    for (const int samples : {1, 100}) EXPECT_TRUE(heard(small, noise(samples, 4), 7, kSpeechRate).empty());
  }
}

TEST(SpeechStream, ABatchIsEachClipAlone) {
  for (const bool streaming : {true, false}) {
    SmallRecogniser small(streaming);
    std::vector<HeardClip> clips;
    for (int i = 0; i < 5; ++i)
      clips.push_back(clip_of(small.front, 3000 + 1700 * ((i * 3) % 5), {1, 2}, static_cast<uint64_t>(i)));
    const std::vector<Matrix<float>> together = log_probabilities(*small.model, small.front, clips, 5, small.pool);
    Pool alone(1);
    for (size_t i = 0; i < clips.size(); ++i) {
      const Matrix<float> one = std::move(log_probabilities(*small.model, small.front, {&clips[i], 1}, 1, alone)[0]);
      ASSERT_EQ(one.rows(), together[i].rows());
      EXPECT_EQ(one.rows(), small.front.steps_of(std::ssize(clips[i].frames[0]) / 12));
      EXPECT_TRUE(std::equal(one.data(), one.data() + one.size(), together[i].data()));
    }
  }
}

TEST(SpeechStream, AFrontComesBackFromItsFile) {
  const SpeechFront front = small_front(true);
  const nlohmann::json saved = speech_front_json(front).get();
  const SpeechFront back = speech_front_of(saved);
  EXPECT_EQ(back.bank, front.bank);
  EXPECT_EQ(back.mean, front.mean);
  EXPECT_EQ(back.width(), front.width());
  EXPECT_EQ(back.tail, 3);
  EXPECT_EQ(back.delay, 0);
  EXPECT_TRUE(back.streaming);
  for (const char* key : {"stack", "lookahead", "mean", "inverse_deviation", "check", "text_rules", "front_end"}) {
    for (const nlohmann::json& bad :
         {nlohmann::json(), nlohmann::json(-1), nlohmann::json("x"), nlohmann::json::array({1e9})}) {
      nlohmann::json mangled = saved;
      mangled[key] = bad;
      try {
        speech_front_of(mangled);
        ADD_FAILURE() << key << " " << bad;
      } catch (const Error& e) {
        EXPECT_EQ(e.exit(), Exit::model) << key;
      }
    }
  }
}

// Louder by up to 6 decibels: all bands of a clip are shifted by one number, another one in every epoch; a file of frames and the clips that
// choose are as they are.
TEST(SpeechStream, ClipsAreHeardLouderAndSofter) {
  SpeechFront front = small_front(false);
  front.inverse[3] = 0.8F;  // a shift is measured in deviations
  std::vector<HeardClip> clips = {clip_of(front, 2000, {1, 2}, 1), clip_of(front, 2000, {2, 1}, 2)};
  clips[1].ready = true;
  ClipBatchOptions options{.batch = 1, .train = true, .masks_from = -1, .seed = 5, .volume = 6};
  const auto shift = [&](int64_t epoch, size_t clip) {
    const std::unique_ptr<Batcher> batcher = clip_batcher(front, clips, options);
    batcher->start_epoch(epoch);
    Batch batch;
    while (batcher->next(batch) && batch.in.seq.id[0] != clip) {
    }
    const auto width = static_cast<size_t>(front.bank.width());
    const size_t whole = clips[clip].frames[0].size() / (width * 3) * width * 3;  // steps without padding
    std::vector<float> decibels;
    for (size_t i = 0; i < whole; ++i)
      decibels.push_back((batch.in.frames[i] - clips[clip].frames[0][i]) / front.inverse[i % width] * 10 / std::log(10.0F));
    const auto [low, high] = std::minmax_element(decibels.begin(), decibels.end());
    EXPECT_NEAR(*low, *high, 1e-4F);
    EXPECT_LE(std::abs(*low), 6.0F);
    return decibels[0];
  };
  EXPECT_GT(std::abs(shift(0, 0)), 1e-3F);
  EXPECT_GT(std::abs(shift(0, 0) - shift(1, 0)), 1e-3F);
  EXPECT_EQ(shift(0, 1), 0.0F);
  options.train = false;
  EXPECT_EQ(shift(0, 0), 0.0F);
}

TEST(SpeechStream, EpochsAreShuffledMaskedAndRepeatable) {
  const SpeechFront front = small_front(false);
  std::vector<HeardClip> clips;
  for (int i = 0; i < 7; ++i)
    clips.push_back(clip_of(front, 2000 + 600 * ((i * 3) % 7), {1, 1 + i % 3}, static_cast<uint64_t>(i)));
  const std::unique_ptr<Batcher> batcher =
      clip_batcher(front, clips, {.batch = 2, .train = true, .masks_from = 1, .seed = 5});
  EXPECT_EQ(batcher->tokens_per_epoch(), 14);
  const auto epoch = [&](int64_t number) {
    std::vector<Batch> batches(1);
    batcher->start_epoch(number);
    while (batcher->next(batches.back())) batches.emplace_back();
    batches.pop_back();
    return batches;
  };
  const std::vector<Batch> first = epoch(0), second = epoch(1);
  ASSERT_EQ(first.size(), 4U);
  for (size_t b = 1; b < first.size(); ++b)
    EXPECT_GE(first[b].in.seq.steps(), first[b - 1].in.seq.steps()) << "shortest first";
  const auto zeros = [](const std::vector<Batch>& batches) {
    int64_t count = 0;
    for (const Batch& b : batches) count += std::count(b.in.frames.begin(), b.in.frames.end(), 0.0F);
    return count;
  };
  EXPECT_GT(zeros(second), zeros(first) + 100) << "masks";
  batcher->seek(1, 2);
  Batch again;
  ASSERT_TRUE(batcher->next(again));
  EXPECT_EQ(again.in.frames, second[2].in.frames);
  EXPECT_EQ(again.to.ids, second[2].to.ids);
  EXPECT_EQ(again.in.seq.id, second[2].in.seq.id);
}

TEST(SpeechStream, AlignedWordsAscendAndAreThoseOfTheText) {
  const SmallRecogniser small(false);
  Pool pool(1);
  const std::vector<float> samples = noise(kSpeechRate, 9);
  const AlignedClip aligned = align_clip(small.speech, *small.tokenizer, samples, kSpeechRate, "abc ab", "here", pool);
  ASSERT_EQ(aligned.transcript.words.size(), 2U);
  EXPECT_EQ(aligned.transcript.words[0].text, "abc");
  EXPECT_EQ(aligned.characters.size(), 5U);
  double before = 0;
  for (const TranscriptWord& c : aligned.characters) {
    EXPECT_GE(c.start_s, before);
    before = c.end_s;
  }
  EXPECT_LE(before, 1.0 + 2 * small.front.step_seconds());
  EXPECT_THROW(align_clip(small.speech, *small.tokenizer, samples, kSpeechRate, "xyz", "here", pool), Error);
  EXPECT_THROW(align_clip(small.speech, *small.tokenizer, noise(900, 1), kSpeechRate, "abc abc abc", "here", pool), Error);
}

Clip of_speaker(const std::string& id, const std::string& speaker) {
  Clip clip;
  clip.id = id, clip.speaker = speaker, clip.text = "a", clip.seconds = 1;
  return clip;
}

TEST(SpeechStream, PartsShareNoSpeaker) {
  ClipSet set;
  for (int i = 0; i < 40; ++i) set.clips.push_back(of_speaker("c" + std::to_string(i), "s" + std::to_string(i % 10)));
  add_up(set);
  SpeechOptions options;
  options.test_speakers = "s3,s7";
  const ClipParts parts = part_clips(set, options, 0.2, {}, {});
  EXPECT_EQ(parts.test.size(), 8U);
  std::vector<std::string> chosen;
  for (const Clip& clip : parts.valid) chosen.push_back(clip.speaker);
  EXPECT_FALSE(chosen.empty());
  for (const Clip& clip : parts.train) {
    EXPECT_EQ(std::count(chosen.begin(), chosen.end(), clip.speaker), 0);
    EXPECT_NE(clip.speaker, "s3");
  }
  EXPECT_EQ(parts.train.size() + parts.valid.size() + parts.test.size(), 40U);
  options.valid_speakers = "s33";
  try {
    part_clips(set, options, 0.2, {}, {});
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "usage/speaker");
    EXPECT_EQ(e.help(), "did you mean s3?");
  }
}

}  // namespace
}  // namespace rnn::core
