// Why: subtitles and dictionaries of sound know the words and want their times.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tasks/transcribe/stream/recognizer.h"
#include "text/tokenizer.h"

namespace rnn::core {

struct AlignedClip {
  Transcript transcript;                   // the text by the model's rules, and its words with their times
  std::vector<TranscriptWord> characters;  // the same of each character; spaces are left out
};

// Samples of one channel. The times are those of the most probable way to say the text (Viterbi), to a step of the network. Throws
// Error{model, "model/no_times"} for a model that is not timed, Error{data}: "data/text" for characters that the model does not have (`place` names the text), "data/too_short_clip" where the clip is
// too short for it.
AlignedClip align_clip(const SpeechModel& speech, const Tokenizer& tokenizer, std::span<const float> samples, int rate,
                       const std::string& text, const std::string& place, Pool& pool);

}  // namespace rnn::core
