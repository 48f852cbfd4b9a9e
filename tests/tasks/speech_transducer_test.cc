// Why: a transducer reads what it has said, so a wrong portion, batch or neighbour would change all that follows: it may not.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/model_file.h"
#include "tasks/small_recogniser.h"
#include "tasks/transcribe/align.h"
#include "tasks/transcribe/evaluate_speech.h"

namespace rnn::core {
namespace {

TransducerOptions predictor_of(bool recurrent, double ctc_weight = 0.2) {
  return {.recurrent = recurrent, .embedding = 6, .hidden = 7, .joiner = 9, .ctc_weight = ctc_weight};
}

RecognizerOptions with_beam(int width, int nbest) {
  RecognizerOptions options;
  options.beam = PrefixBeamOptions{.width = width};
  options.nbest = nbest;
  return options;
}

TEST(SpeechTransducer, PortionsOfAnySizeAreTheWhole) {
  const std::vector<float> samples = noise(kSpeechRate * 2, 1);
  int spoke = 0;
  for (const uint64_t seed : {1, 2, 3, 4}) {
    const SmallRecogniser small(seed > 2, seed, predictor_of(seed % 2 == 0));
    for (const bool beam : {false, true}) {
      RecognizerOptions how = beam ? with_beam(4, 3) : RecognizerOptions();
      how.endpoint.utterance = 0.5;  // several utterances
      const std::vector<Transcript> whole = heard(small, samples, samples.size(), kSpeechRate, how);
      spoke += !whole.empty();
      if (seed > 2) {
        EXPECT_GT(whole.size(), 1U);
      }
      for (const size_t portion : {size_t{1}, size_t{160}, size_t{1237}}) {
        const std::vector<Transcript> parts = heard(small, samples, portion, kSpeechRate, how);
        expect_same_transcripts(parts, whole);
        for (size_t i = 0; i < whole.size(); ++i) {
          ASSERT_EQ(parts[i].nbest.size(), whole[i].nbest.size());
          EXPECT_GE(whole[i].nbest.size(), beam ? 2U : 0U);
          for (size_t n = 0; n < whole[i].nbest.size(); ++n) {
            EXPECT_EQ(parts[i].nbest[n].text, whole[i].nbest[n].text);
            EXPECT_EQ(parts[i].nbest[n].log_probability, whole[i].nbest[n].log_probability);
          }
        }
      }
    }
  }
  EXPECT_GE(spoke, 6) << "networks that say nothing show nothing";
}

TEST(SpeechTransducer, AStreamForgetsWhatItHasSaidAtItsEnd) {
  int spoke = 0;
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const SmallRecogniser small(true, seed, predictor_of(seed % 2 == 0));
    const std::vector<float> first = noise(9000, 2), second = noise(12000, 3);
    Recognizer recognizer(small.speech, {});
    for (const std::vector<float>& samples : {first, second}) {
      recognizer.push(samples, kSpeechRate);
      recognizer.finish();
      std::vector<Transcript> found;
      while (std::optional<Transcript> t = recognizer.take()) found.push_back(std::move(*t));
      spoke += !found.empty();
      expect_same_transcripts(found, heard(small, samples, samples.size(), kSpeechRate));
    }
  }
  EXPECT_GE(spoke, 6) << "networks that say nothing show nothing";
}

// Evaluation is a batch; transcripts are one clip after the other.
TEST(SpeechTransducer, EvaluationHearsEachClipAlone) {
  for (const bool streaming : {true, false}) {
    const SmallRecogniser small(streaming, 6, predictor_of(streaming));
    SpeechPart part;
    std::vector<std::string> alone;
    for (int i = 0; i < 5; ++i) {
      const int samples = 3000 + 1700 * ((i * 3) % 5);
      part.heard.push_back(clip_of(small.front, samples, {1, 2}, static_cast<uint64_t>(i)));
      Clip clip;
      clip.id = std::to_string(i), clip.text = "abc";
      part.clips.push_back(clip);
      const std::vector<Transcript> one =
          heard(small, noise(samples, static_cast<uint64_t>(i)), 4000, kSpeechRate, RecognizerOptions{{0, 0, 0}, {}, 0});
      alone.push_back(one.empty() ? "" : one[0].text);
    }
    Pool pool(2);
    const SpeechReport report = evaluate_speech(small.speech, part, pool);
    for (size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(report.errors.utterances()[i].hypothesis, alone[i]);
    EXPECT_GT(alone[4].size(), 1U);
  }
}

TEST(SpeechTransducer, WithoutItsCtcLossItKnowsNoTimes) {
  const SmallRecogniser small(false, 2, predictor_of(false, 0));
  EXPECT_FALSE(small.speech.timed());
  const std::vector<Transcript> found = heard(small, noise(kSpeechRate, 1), 999, kSpeechRate);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].words.empty());
  Pool pool(1);
  try {
    align_clip(small.speech, *small.tokenizer, noise(kSpeechRate, 9), kSpeechRate, "abc ab", "here", pool);
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "model/no_times");
  }
  const SmallRecogniser timed(false, 2, predictor_of(false));
  EXPECT_EQ(align_clip(timed.speech, *timed.tokenizer, noise(kSpeechRate, 9), kSpeechRate, "abc ab", "here", pool)
                .transcript.words.size(),
            2U);
}

TEST(SpeechTransducer, ItsSizesComeBackFromTheFileAndImpossibleOnesAreRefused) {
  ModelConfig config = SmallRecogniser(true, 1, predictor_of(true, 0.375)).model->config();
  config.transducer.context = 5;
  const ModelConfig back = config_from_json(config_to_json(config));
  EXPECT_EQ(back.head(), "transducer");
  EXPECT_TRUE(back.hears());
  EXPECT_EQ(config_to_json(back), config_to_json(config));
  EXPECT_EQ(back.transducer.ctc_weight, 0.375);
  EXPECT_EQ(checked_config(back).transducer.cell, CellKind::gru);
  const auto refused = [&](auto change) {
    ModelConfig bad = config;
    change(bad);
    try {
      check_config(bad);
    } catch (const Error& e) {
      return std::string(e.code());
    }
    return std::string();
  };
  EXPECT_EQ(refused([](ModelConfig&) {}), "");
  EXPECT_EQ(refused([](ModelConfig& c) { c.transducer.embedding = 0; }), "model/transducer");
  EXPECT_EQ(refused([](ModelConfig& c) { c.transducer.context = 65; }), "model/transducer");
  EXPECT_EQ(refused([](ModelConfig& c) { c.transducer.joiner = 1 << 20; }), "model/transducer");
  EXPECT_EQ(refused([](ModelConfig& c) { c.transducer.hidden = -1; }), "model/transducer");
  EXPECT_EQ(refused([](ModelConfig& c) { c.transducer.ctc_weight = -0.1; }), "model/transducer");
  EXPECT_EQ(refused([](ModelConfig& c) { c.task = "tag"; }), "model/task");
}

}  // namespace
}  // namespace rnn::core
