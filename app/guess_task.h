// Why: a newcomer names a file, not a task; the guess is explained, and what cannot be done yet is said in one sentence.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

struct TaskGuess {
  std::string task, reason;
};

// `wanted` is --task, or empty: then the data decide. Two files with one stem and unlike extensions, a .tsv of two columns
// that are not both numbers, and JSON lines of translations are pairs; asked for by name, any two files or any one are.
// Throws Error{usage}: task/unknown (the nearest is suggested), task/data (the task cannot read these data),
// task/not_available (the data or --task ask for a task this version does not have), task/ambiguous (both readings named).
TaskGuess guess_task(const std::string& wanted, const std::vector<std::string>& data);

}  // namespace rnn::core::app
