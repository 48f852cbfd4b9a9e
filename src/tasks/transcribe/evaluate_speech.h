// Why: how good a recogniser is: its own transcripts beside those of people, counted as the field counts them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/figure.h"
#include "io/model_file.h"
#include "metrics/word_errors.h"
#include "tasks/transcribe/speech_data.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core {

// Calls visit(clip, what the head reads [rows, width], its log-probabilities [rows, K]) for each clip in turn; those of a transducer are
// of its CTC layer.
using VisitRows = std::function<void(size_t, View<const float>, LogProbs<float>)>;
void visit_rows(const Model<float>& model, const SpeechFront& front, std::span<const HeardClip> clips, int batch, Pool& pool,
                const VisitRows& visit);
// What a network says of some clips, whose rows it has read: log-probabilities [rows, K] of each.
std::vector<Matrix<float>> log_probabilities(const Model<float>& model, const SpeechFront& front,
                                             std::span<const HeardClip> clips, int batch, Pool& pool);
struct SpeechReport {
  ResultRow model;           // WER, CER, SER
  RecognitionErrors errors;  // by clip
  int64_t clips = 0;
  double seconds = 0;               // of sound
  std::optional<double> blanks;     // share of rows in which nothing is said, as far as the best classes go
  std::optional<double> real_time;  // seconds of computation by seconds of sound
};

// Transcripts of a part beside its texts: greedy ones, or by a search.
SpeechReport evaluate_speech(const SpeechModel& speech, const SpeechPart& part, Pool& pool,
                             const PrefixBeamOptions* beam = nullptr);

}  // namespace rnn::core
