// Why: what makes data speech, and the words for it.
#include "tasks/transcribe/task.h"

#include "runs/run.h"
#include "tasks/transcribe/check.h"
#include "tasks/transcribe/clips.h"

namespace rnn::core {
namespace {

// Reading says what is missing.
void require_speech(const std::vector<std::string>&) {}

Task::Next next_transcribe(const std::string& folder) { return {{"rnn", "transcribe", folder}, " CLIP.wav"}; }

DataReport check_speech_data(const std::vector<std::string>& data, const Options& options) {
  return check_clips(data, {.rules = speech_rules(options.speech)}, speech_valid_share(options));
}

constexpr OptionReaders kSpeechReaders[] = {OptionReaders::of_speech};

}  // namespace

SpeechText speech_rules(const SpeechOptions& options) {
  return options.text_rules == "none" ? SpeechText::none : SpeechText::basic;
}

double speech_valid_share(const Options& options) {
  constexpr double kSpeakers = 0.12;
  return options.train.valid_share == Options().train.valid_share ? kSpeakers : options.train.valid_share;
}

const Task kTranscribe = {.name = "transcribe",
                          .summary = "the words that are said in sound",
                          .reads = "clips of sound with transcripts",
                          .options = kSpeechReaders,
                          .card = {.pipeline = "automatic-speech-recognition",
                                   .data = "speech",
                                   .measured = "clips of speakers that it has not heard; lower is better.",
                                   .contents = "characters, and how sound becomes frames",
                                   .use = "rnn transcribe {run} CLIP.wav\nrnn eval {run} CLIPS\nrnn info {run}\n"},
                          .guess = guess_clips,
                          .require_data = require_speech,
                          .check = check_speech_data,
                          .run = run_transcribe,
                          .next = next_transcribe};

}  // namespace rnn::core
