// Why: what makes data speech, and the words for it.
#include "tasks/transcribe/task.h"

#include "runs/run.h"
#include "tasks/transcribe/clips.h"

namespace rnn::core {
namespace {

// Reading says what is missing.
void require_speech(const std::vector<std::string>&) {}

Task::Next next_transcribe(const std::string& folder) { return {{"rnn", "transcribe", folder}, " CLIP.wav"}; }

constexpr OptionReaders kSpeechReaders[] = {OptionReaders::of_speech};

}  // namespace

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
                          .check = check_clips,
                          .run = run_transcribe,
                          .next = next_transcribe};

}  // namespace rnn::core
