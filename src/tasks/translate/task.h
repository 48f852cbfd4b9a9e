// Why: the task of translators, as an entry of the list of tasks.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kTranslate;
std::unique_ptr<Run> run_translate(const RunRequest& request);

}  // namespace rnn::core
