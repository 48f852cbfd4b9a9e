// Why: a newcomer names a file, not a task; the guess is explained, and unavailable tasks are refused in one sentence.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

struct TaskGuess {
  std::string task, reason;
};

// `wanted` is --task, or empty: then the data decide. Pairs are two files that differ only in their extension, a .tsv of two
// columns that are not both numbers, and JSON lines of translations; if requested by name, any two files or any single one.
// Throws Error{usage}: task/unknown (the nearest is suggested), task/data (the task cannot read these data),
// task/not_available (the data or --task need a task that this version does not have), task/ambiguous (names both readings).
TaskGuess guess_task(const std::string& wanted, const std::vector<std::string>& data);

}  // namespace rnn::core::app
