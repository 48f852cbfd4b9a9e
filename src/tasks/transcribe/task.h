// Why: speech recognition, as an entry of the list of tasks: clips with transcripts.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kTranscribe;
std::unique_ptr<Run> run_transcribe(const RunRequest& request);
DataReport check_clips(const std::vector<std::string>& data, const Options& options);

}  // namespace rnn::core
