// Why: speech recognition, as an entry of the list of tasks: clips with transcripts.
#pragma once

#include "options/kinds.h"
#include "runs/task.h"

namespace rnn::core {

extern const Task kTranscribe;
std::unique_ptr<Run> run_transcribe(const RunRequest& request);
// Of --text-rules.
SpeechText speech_rules(const SpeechOptions& options);
// Of validation: speakers are few, so a share that was not asked for is larger than that of texts.
double speech_valid_share(const Options& options);

}  // namespace rnn::core
