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
// Of words that are waited for: what was found of those that were said, and what was found though nobody said it.
struct SpottedWords {
  int64_t said = 0, found = 0, false_alarms = 0;
};

struct SpeechReport {
  ResultRow model;           // WER, CER, SER
  RecognitionErrors errors;  // by clip
  int64_t clips = 0;
  double seconds = 0;                     // of sound
  std::optional<double> blanks;           // share of rows in which nothing is said, as far as the best classes go
  std::optional<double> real_time;        // seconds of computation by seconds of sound
  std::optional<SpottedWords> spotted;    // with a list of words
  double false_alarms_per_hour() const {  // of `spotted`
    return seconds > 0 ? 3600 * static_cast<double>(spotted->false_alarms) / seconds : 0;
  }
};

struct SpeechEvaluation {
  std::optional<PrefixBeamOptions> beam;  // none: the best class of every row
  double reject = 0;                      // RecognizerOptions
  std::vector<std::string> words;         // that are waited for; empty: all
};

// Transcripts of a part beside its texts: greedy ones, or by a search.
SpeechReport evaluate_speech(const SpeechModel& speech, const SpeechPart& part, Pool& pool,
                             const SpeechEvaluation& how = {});

}  // namespace rnn::core
