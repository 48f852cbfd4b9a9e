// Why: train and demo start runs and show their results in the same way.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tasks/language_model/evaluate_text.h"

namespace rnn::core::app {

// Progress on standard error, events on standard output, results only; people: on a terminal the time that is left, no figures.
enum class Talk { lines, json, quiet, people };

// Runs `what` with the sinks and hooks of this program: plan and progress are shown according to `talk`, signals are
// watched; `profile` is filled unless it is null.
RunResult watched(Talk talk, const std::function<RunResult(EventStream&, const RunHooks&)>& what,
                  Profile* profile = nullptr);

// loss, perplexity and bits per byte of the model (validation, test) and its baselines.
std::string result_table(const RunResult& result);
// Additional columns at the end: heads and, by the name of a run, its cells.
struct MoreColumns {
  std::vector<std::string> heads;
  std::map<std::string, std::vector<std::string>> cells;
};
// One row per run, named by its cell, then the baselines of the last one.
std::string comparison_table(const std::vector<std::pair<std::string, RunResult>>& runs, const MoreColumns& more = {});
// Of runs with --fold 1/K to K/K: the mean of every figure over the parts, and its deviation; the same as a line of JSON.
std::string folds_table(const std::vector<std::pair<std::string, RunResult>>& runs);
std::string folds_line(const std::vector<std::pair<std::string, RunResult>>& runs);

// The run folders among `folders`: of several, those that are no runs are left out, with a note (a pattern of the shell names them, too).
// Throws Error{data, "run/missing"} if nothing remains; a single one is for its reader to refuse.
std::vector<std::string> only_runs(const std::vector<std::string>& folders);

// After a signal: prints how to resume; returns 130 or 143.
int say_stopped(const std::string& folder);

}  // namespace rnn::core::app
