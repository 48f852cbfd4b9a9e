// Why: the task of translators, as an entry of the list of tasks.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kTranslate;
std::unique_ptr<Run> run_translate(const RunRequest& request);
DataReport check_pairs(const std::vector<std::string>& data, const Options& options);

}  // namespace rnn::core
