// Why: the tasks of sequences, as entries of the list of tasks: one label, a label for every step, or numbers.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kSequenceTasks[3];  // in the order of TargetForm (data/sequences.h)
std::unique_ptr<Run> run_sequences(const RunRequest& request);
DataReport check_sequences(const std::vector<std::string>& data, const Options& options);

}  // namespace rnn::core
