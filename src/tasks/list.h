// Why: the list of all tasks, and which of them data is for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runs/task.h"

namespace rnn::core {

std::span<const Task* const> tasks();
const Task* find_task(std::string_view name);  // null: there is none

struct ChosenTask {
  const Task* task = nullptr;
  std::string reason;
};
// The task that `wanted` names, or for "" the one that is surest that the data is its own; where none is, an option that only time series
// read tells. Throws Error{usage}: "task/unknown" for
// an unknown name; "task/data" if the data cannot be for the named task; "task/ambiguous" if two are equally sure;
// "task/not_available" if the data is for something that this version does not do.
ChosenTask choose_task(std::string_view wanted, const std::vector<std::string>& data, const Options& options = {});

}  // namespace rnn::core
