// Why: what a recogniser may not do is tested with small networks of random weights, whose outputs change with every step.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "networks/init.h"
#include "tasks/transcribe/clip_batcher.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {

inline constexpr int kSpeechRate = 8000;

inline SpeechFront small_front(bool streaming) {
  SpeechFront front;
  front.bank.rate = kSpeechRate, front.bank.bins = 12;
  front.streaming = streaming, front.lookahead = streaming ? 4 : 0, front.tail = streaming ? 3 : 0;
  front.mean.assign(12, 8.0F), front.inverse.assign(12, 0.4F);
  return front;
}

inline std::vector<float> noise(int samples, uint64_t seed) {
  Random random(seed, Purpose::sample);
  std::vector<float> out;
  for (int i = 0; i < samples; ++i)
    out.push_back(static_cast<float>(0.3 * std::sin(0.001 * i * (1 + i % 7000 / 900)) + 0.05 * random.normal()));
  return out;
}

// A network with random weights, whose outputs change with every step.
struct SmallRecogniser {
  explicit SmallRecogniser(bool streaming, uint64_t seed = 3, const TransducerOptions& transducer = {.joiner = 0},
                           int row_convolution = 0)
      : front(small_front(streaming)) {
    front.delay = row_convolution, front.tail += row_convolution;
    tokenizer = build_tokenizer("char", {"abc abc"});
    ModelConfig config;
    config.task = "transcribe";
    config.rnn.cell = CellKind::gru, config.rnn.hidden = 9, config.rnn.input = front.width();
    config.rnn.bidirectional = !streaming;
    config.output = tokenizer->size() + 1;
    config.transducer = transducer, config.row_convolution = row_convolution;
    model = std::make_unique<Model<float>>(config);
    initialise(*model, {.kind = InitKind::uniform, .range = 2.5}, seed);
    model->pack(pool, false);
    speech = {model.get(), front, {}, {}};
    speech.spelling.text.assign(static_cast<size_t>(config.output), "");
    for (int k = 1; k < config.output; ++k) {
      const std::string piece = tokenizer->piece(k - 1);
      if (piece == " ") speech.spelling.space = k;
      if (piece != " ") speech.spelling.text[static_cast<size_t>(k)] = piece.size() == 1 && piece != "\n" ? piece : "x";
    }
  }
  Pool pool{2};
  SpeechFront front;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Model<float>> model;
  SpeechModel speech;
};

inline std::vector<Transcript> heard(const SmallRecogniser& small, std::span<const float> samples, size_t portion, int rate,
                                     const RecognizerOptions& options = {}) {
  Recognizer recognizer(small.speech, options);
  std::vector<Transcript> found;
  for (size_t at = 0; at < samples.size(); at += portion)
    recognizer.push(samples.subspan(at, std::min(portion, samples.size() - at)), rate);
  recognizer.finish();
  while (std::optional<Transcript> t = recognizer.take()) found.push_back(std::move(*t));
  return found;
}

inline void expect_same_transcripts(const std::vector<Transcript>& a, const std::vector<Transcript>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].text, b[i].text);
    EXPECT_EQ(a[i].log_probability, b[i].log_probability) << "to the bit";
    ASSERT_EQ(a[i].words.size(), b[i].words.size());
    for (size_t w = 0; w < a[i].words.size(); ++w) {
      EXPECT_EQ(a[i].words[w].start_s, b[i].words[w].start_s);
      EXPECT_EQ(a[i].words[w].confidence, b[i].words[w].confidence);
    }
  }
}

inline HeardClip clip_of(const SpeechFront& front, int samples, std::vector<int32_t> labels, uint64_t seed) {
  HeardClip clip;
  std::vector<float> frames = front_end_frames(front.bank, noise(samples, seed));
  normalise_frames(front, frames);
  clip.frames.emplace_back(std::move(frames));
  clip.labels = std::move(labels);
  return clip;
}

}  // namespace rnn::core
