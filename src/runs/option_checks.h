// Why: options that are valid one by one may contradict each other, or the task.
#pragma once

#include "options/option_list.h"
#include "runs/task.h"

namespace rnn::core {

// Refuses options that contradict each other (--peephole without an LSTM, ...). Throws Error{usage, "usage/option"}.
void check_options(const Options& options);
// Refuses options that a task does not have, unless they have their default: attention for a language model, windows for
// pairs. Throws Error{usage, "usage/task_option"}.
void check_task_options(const Options& options, const Task& task);

}  // namespace rnn::core
