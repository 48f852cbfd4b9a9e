// Why: a stream that is saved in the middle of a word and goes on elsewhere must hear what it would have heard.
#include <gtest/gtest.h>

#include "base/error.h"
#include "tasks/small_recogniser.h"

namespace rnn::core {
namespace {

std::vector<Transcript> taken(Recognizer& recognizer) {
  std::vector<Transcript> found;
  while (std::optional<Transcript> t = recognizer.take()) found.push_back(std::move(*t));
  return found;
}

// Feeds the samples in portions; after every one the stream is saved and another recogniser goes on.
std::vector<Transcript> handed_on(const SmallRecogniser& small, std::span<const float> samples, size_t portion, int rate,
                                  const RecognizerOptions& options) {
  std::vector<Transcript> found;
  auto recognizer = std::make_unique<Recognizer>(small.speech, options);
  const auto keep = [&] {
    for (Transcript& t : taken(*recognizer)) found.push_back(std::move(t));
  };
  for (size_t at = 0; at < samples.size(); at += portion) {
    recognizer->push(samples.subspan(at, std::min(portion, samples.size() - at)), rate);
    keep();
    auto next = std::make_unique<Recognizer>(small.speech, options);
    next->load(recognizer->save());
    EXPECT_EQ(next->save(), recognizer->save());
    EXPECT_EQ(next->partial().text, recognizer->partial().text);
    recognizer = std::move(next);
  }
  recognizer->finish();
  keep();
  return found;
}

TEST(SpeechState, AStreamThatIsSavedGoesOnWithTheSameBits) {
  const std::vector<float> samples = noise(kSpeechRate * 3, 1);
  RecognizerOptions endings;
  endings.endpoint = {.silence = 0.5, .after_speech = 0.2, .utterance = 1.1};
  int spoke = 0, several = 0;
  for (const uint64_t seed : {2, 3, 4, 5, 6, 7}) {
    const TransducerOptions head = {.embedding = 5, .joiner = seed % 3 == 0 ? 8 : 0, .ctc_weight = seed % 2 ? 0.2 : 0};
    const SmallRecogniser small(seed != 5, seed, head, seed == 4 ? 3 : 0);
    for (const bool beam : {false, true}) {
      RecognizerOptions options = endings;
      if (beam) options.beam.emplace(), options.beam->width = 4;
      for (const int rate : {kSpeechRate, 11025}) {
        const std::vector<Transcript> whole = heard(small, samples, samples.size(), rate, options);
        spoke += !whole.empty(), several += whole.size() > 1;
        for (const size_t portion : {size_t{333}, size_t{4000}})
          expect_same_transcripts(handed_on(small, samples, portion, rate, options), whole);
      }
    }
  }
  EXPECT_GE(spoke, 12) << "networks that say nothing show nothing";
  EXPECT_GE(several, 4) << "an utterance should end on the way";
}

TEST(SpeechState, WhatHasEndedIsTakenFirst) {
  const SmallRecogniser small(true, 2);
  RecognizerOptions short_ones;
  short_ones.endpoint = {.silence = 0, .after_speech = 0, .utterance = 0.3};
  Recognizer recognizer(small.speech, short_ones);
  recognizer.push(noise(kSpeechRate * 2, 1), kSpeechRate);
  try {
    recognizer.save();
    ADD_FAILURE() << "saved with utterances that wait";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "stream/unread");
  }
  EXPECT_FALSE(taken(recognizer).empty());
  EXPECT_FALSE(recognizer.save().empty());
}

TEST(SpeechState, AResetStreamIsNew) {
  const SmallRecogniser small(true, 2);
  Recognizer recognizer(small.speech, {}), fresh(small.speech, {});
  const std::string begin = fresh.save();
  recognizer.push(noise(9000, 2), 11025);
  EXPECT_NE(recognizer.save(), begin);
  recognizer.reset();
  EXPECT_EQ(recognizer.save(), begin);
}

TEST(SpeechState, DamagedBytesAreRefused) {
  const SmallRecogniser small(true, 2);
  Recognizer recognizer(small.speech, {}), other(small.speech, {});
  recognizer.push(noise(9000, 2), 11025);
  const std::string saved = recognizer.save(), begin = other.save();
  const auto refused = [&](const std::string& bytes) {
    try {
      other.load(bytes);
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::model);
      EXPECT_EQ(other.save(), begin) << "after a failure the stream is new";
      return true;
    }
    return false;
  };
  for (size_t n = 0; n < saved.size(); n += 1 + n / 16) EXPECT_TRUE(refused(saved.substr(0, n))) << n;
  EXPECT_TRUE(refused(saved + "x"));
  // Whatever single byte of the head is wrong, it is refused or means another stream; it is never read beyond its end.
  for (size_t at = 0; at < std::min<size_t>(saved.size(), 200); ++at) {
    std::string mangled = saved;
    mangled[at] = static_cast<char>(mangled[at] ^ 0x81);
    refused(mangled);
    other.reset();
  }
  SpeechModel known = small.speech, stranger = small.speech;
  known.fingerprint = {1, 2, 3}, stranger.fingerprint = {1, 2, 4};
  Recognizer mine(known, {}), theirs(stranger, {});
  mine.push(noise(900, 2), kSpeechRate);
  try {
    theirs.load(mine.save());
    ADD_FAILURE() << "the state of another model was taken";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "state/model");
  }
}

}  // namespace
}  // namespace rnn::core
