// Why: how good a recogniser is: its own transcripts beside those of people, counted as the field counts them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/figure.h"
#include "io/model_file.h"
#include "metrics/word_errors.h"
#include "tasks/transcribe/speech_data.h"

namespace rnn::core {

// What a network says of some clips, whose rows it has read: log-probabilities [rows, K] of each.
std::vector<Matrix<float>> log_probabilities(const Model<float>& model, const SpeechFront& front,
                                             std::span<const HeardClip> clips, int batch, Pool& pool);
// The most probable class of every row, repeats merged, blanks left out: ids of the tokenizer.
std::vector<int32_t> best_path(const Matrix<float>& log_probs);

struct SpeechReport {
  ResultRow model;           // WER, CER, SER
  RecognitionErrors errors;  // by clip
  int64_t clips = 0;
  double seconds = 0;               // of sound
  std::optional<double> blanks;     // share of rows whose most probable class is the blank
  std::optional<double> real_time;  // seconds of computation by seconds of sound
  std::vector<std::string> transcripts;
};

// Greedy transcripts of a part beside its texts.
SpeechReport evaluate_speech(const Model<float>& model, const SpeechFront& front, const Tokenizer& tokenizer,
                             const SpeechPart& part, Pool& pool);

}  // namespace rnn::core
