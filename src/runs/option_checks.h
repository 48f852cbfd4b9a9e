// Why: options that are possible one by one may contradict each other, or the task.
#pragma once

#include <string_view>

#include "options/option_list.h"

namespace rnn::core {

// Options that contradict each other (--peephole without an LSTM, ...). Throws Error{usage, "usage/option"}.
void check_options(const Options& options);
// Options that a task does not know, where they say anything but their default: attention of a language model, windows of pairs.
// `task` as RunRequest::task. Throws Error{usage, "usage/task_option"}.
void check_task_options(const Options& options, std::string_view task);

}  // namespace rnn::core
