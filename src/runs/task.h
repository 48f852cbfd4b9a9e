// Why: what a task is: from data to a run, to the words of its card, to the command that uses its model.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options/option_list.h"
#include "runs/data_report.h"
#include "runs/model_card.h"
#include "runs/request.h"

namespace rnn::core {

class Run;

// How sure a task is that data is for it. At the top two equal ones are an error that names both.
struct TaskGuess {
  enum Confidence { no, possible, content, certain } confidence = no;  // certain: the format is the task's own
  std::string reason;                                                  // "x.jsonl has a label for every step"
  std::string_view task = {};  // whose the data is, where several tasks have one guess(); empty: of the only one
};

// One entry of the list of tasks (tasks/list.h). All functions are thread-safe.
struct Task {
  std::string_view
      name;  // "tag": in options, files and messages; a line of kModelForms (networks/model_config.h) names its model
  std::string_view summary;                // one phrase for a list of tasks
  std::string_view reads;                  // the data, for a message: "lines of {"input": [...], "target": ...}"
  std::span<const OptionReaders> options;  // besides of_all, the groups of options that it reads
  CardWords card;
  // Looks at the data without reading all of it. May throw Error{usage, "task/ambiguous"}.
  TaskGuess (*guess)(const std::vector<std::string>& data);
  // With --task NAME, whatever guess() says: throws Error{usage, "task/data"} if the data cannot be for it.
  void (*require_data)(const std::vector<std::string>& data);
  // What is in the data and what is wrong with it (rnn data check); options: of a run that reads it.
  DataReport (*check)(const std::vector<std::string>& data, const Options& options);
  std::unique_ptr<Run> (*run)(const RunRequest& request);
  // The words of a command that uses the model of a run: {"rnn", "translate", folder}; and what follows them unquoted.
  struct Next {
    std::vector<std::string> words;
    std::string rest;
  };
  Next (*next)(const std::string& folder);
  // --tune: runs with settings of their own, of which the best by validation is wanted. Null: the task has no such search.
  std::vector<RunRequest> (*trials)(const RunRequest& request, int count) = nullptr;
};

}  // namespace rnn::core
