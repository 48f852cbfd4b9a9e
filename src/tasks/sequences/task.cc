// Why: what makes data sequences with targets, and the words for them.
#include "tasks/sequences/task.h"

#include <fmt/format.h>

#include "base/error.h"
#include "data/sequences.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

constexpr std::string_view kLines = "lines of {\"input\": [...], \"target\": ...}";

// The format is recognised by content, whatever the name of the file; the target says which of the tasks it is.
TaskGuess guess(const std::vector<std::string>& data) {
  constexpr const char* kFound[] = {"sequences with one label each", "a label for every step",
                                    "sequences with numbers as targets"};
  for (const std::string& path : data) {
    const FirstSequence first = first_sequence(path);
    if (first.target) {
      const char* found = kFound[static_cast<size_t>(*first.target)];
      return {TaskGuess::certain, fmt::format("{} has {}", path, found), target_task(*first.target)};
    }
    // An input without a target that can be read: the error of reading it says what is wrong.
    if (first.found) return {TaskGuess::content, path + " has inputs", target_task(TargetForm::label)};
  }
  return {};
}

template <TargetForm form>
void require_data(const std::vector<std::string>& data) {
  constexpr const char* kWanted[] = {"with one label each", "with a label for every step", "with numbers as targets"};
  const std::optional<TargetForm> found = data.empty() ? std::nullopt : first_sequence(data[0]).target;
  if (!found || *found == form) return;  // none: reading the file says why
  throw Error(Exit::usage, "task/data", fmt::format("{} holds no sequences {}", data[0], kWanted[static_cast<size_t>(form)]),
              *found == TargetForm::values
                  ? std::string("labels are words: write \"1\" in quotes; numbers are targets of --task regress")
                  : fmt::format("--task {} reads {}", target_task(form), kLines));
}

Task::Next next(const std::string& folder) { return {{"rnn", "predict", folder}, " DATA.jsonl"}; }

template <TargetForm form>
constexpr Task task_of(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .reads = kLines,
          .options = {},
          .card = {},
          .guess = guess,
          .require_data = require_data<form>,
          .check = check_sequences,
          .run = run_sequences,
          .next = next};
}

}  // namespace

const Task kSequenceTasks[3] = {task_of<TargetForm::label>("classify", "one label for a sequence"),
                                task_of<TargetForm::labels>("tag", "a label for every step of a sequence"),
                                task_of<TargetForm::values>("regress", "numbers for a sequence")};

}  // namespace rnn::core
