// Why: see align.h.
#include "tasks/transcribe/align.h"

#include <fmt/format.h>

#include "alignment/ctc_lattice.h"
#include "base/error.h"
#include "base/numbers.h"
#include "decode/word_times.h"
#include "tasks/transcribe/evaluate_speech.h"
#include "text/speech_text.h"

namespace rnn::core {

AlignedClip align_clip(const SpeechModel& speech, const Tokenizer& tokenizer, std::span<const float> samples, int rate,
                       const std::string& text, const std::string& place, Pool& pool) {
  const SpeechFront& front = speech.front;
  speech.require_timed();
  AlignedClip aligned;
  aligned.transcript.text = speech_text(front.rules, text);
  if (const std::vector<std::string> unknown = tokenizer.unknown_pieces(aligned.transcript.text); !unknown.empty())
    throw Error(Exit::data, "data/text", fmt::format("{}: the model has no '{}'", place, unknown[0]),
                "write the words as in the transcripts that it was trained on");
  HeardClip clip;
  clip.labels = labels_of(tokenizer, aligned.transcript.text);
  std::vector<float> frames = frames_of(front, samples, rate);
  normalise_frames(front, frames);
  clip.frames.emplace_back(std::move(frames));
  const int64_t steps = front.steps_of(clip.frames[0]), needed = ctc_rows_needed(clip.labels);
  if (steps < std::max<int64_t>(needed, 1))
    throw Error(Exit::data, "data/too_short_clip",
                fmt::format("{}: the clip has {}, of which its text needs {}", place, counted(steps, "step"), needed),
                "is it the text of this clip?");
  const Matrix<float> said = std::move(log_probabilities(*speech.model, front, {&clip, 1}, 1, pool)[0]);
  const std::optional<TextTimes> times =
      text_times(LogProbs<float>{{said.data(), said.rows(), said.cols(), said.cols()}}, clip.labels, speech.spelling);
  if (!times)
    throw Error(Exit::data, "data/too_short_clip", place + ": the clip cannot say this text",
                "is it the text of this clip?");
  aligned.transcript.log_probability = times->log_prob;
  const auto at = [&](const std::string& what, int64_t first, int64_t last, double confidence) {
    return TranscriptWord{what, front.seconds_of(first), front.seconds_of(last + 1), confidence};
  };
  for (const TimedWord& word : times->words)
    aligned.transcript.words.push_back(at(word.text, word.first, word.last, word.confidence));
  for (const TimedUnit& unit : times->units) {
    if (!speech.spelling.of(unit.unit).empty())
      aligned.characters.push_back(at(speech.spelling.of(unit.unit), unit.first, unit.last, unit.confidence));
  }
  return aligned;
}

}  // namespace rnn::core
