// Why: the tasks of sequences, as entries of the list of tasks: one label, a label for every step, or numbers.
#pragma once

#include "data/sequences.h"
#include "runs/task.h"

namespace rnn::core {

extern const Task kSequenceTasks[4];  // in the order of TargetForm (data/sequences.h)
extern const Task kClassifyAndTag;    // tags, and a label for the sentence: one model
// Lines of JSON; texts, tagged words and sensors.
std::unique_ptr<Run> run_sequences(const RunRequest& request);
std::unique_ptr<Run> run_labels(const RunRequest& request);
DataReport check_sequences(const std::vector<std::string>& data, const Options& options);
DataReport check_labels(const std::vector<std::string>& data, std::string_view task, const Options& options);

}  // namespace rnn::core
