// Why: the task of language models, as an entry of the list of tasks.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kLanguageModel;
std::unique_ptr<Run> run_language_model(const RunRequest& request);
DataReport check_language_text(const std::vector<std::string>& data, const Options& options);

}  // namespace rnn::core
