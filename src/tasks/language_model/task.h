// Why: the task of language models, as an entry of the list of tasks.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kLanguageModel;
std::unique_ptr<Run> run_language_model(const RunRequest& request);

}  // namespace rnn::core
