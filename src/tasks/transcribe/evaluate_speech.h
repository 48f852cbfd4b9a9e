// Why: how good a recogniser is: its own transcripts beside those of people, counted as the field counts them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/figure.h"
#include "io/model_file.h"
#include "metrics/word_errors.h"
#include "tasks/transcribe/speech_data.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {

// What a network says of some clips, whose rows it has read: log-probabilities [rows, K] of each.
std::vector<Matrix<float>> log_probabilities(const Model<float>& model, const SpeechFront& front,
                                             std::span<const HeardClip> clips, int batch, Pool& pool);
struct SpeechReport {
  ResultRow model;           // WER, CER, SER
  RecognitionErrors errors;  // by clip
  int64_t clips = 0;
  double seconds = 0;               // of sound
  std::optional<double> blanks;     // share of rows whose most probable class is the blank
  std::optional<double> real_time;  // seconds of computation by seconds of sound
};

// Transcripts of a part beside its texts: greedy ones, or by a search.
SpeechReport evaluate_speech(const SpeechModel& speech, const SpeechPart& part, Pool& pool,
                             const PrefixBeamOptions* beam = nullptr);

}  // namespace rnn::core
