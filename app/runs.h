// Why: train and demo start runs and show what came of them in the same way.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tasks/language_model.h"

namespace rnn::app {

enum class Talk { lines, json, quiet };  // progress on standard error, events on standard output, results only

// Runs `what` with the sinks and hooks of this program: plan and progress are shown as `talk` says, signals are watched.
RunResult watched(Talk talk, const std::function<RunResult(EventStream&, const RunHooks&)>& what);

// loss, perplexity and bits per byte of the model (validation, test) and its baselines.
std::string result_table(const RunResult& result);
// One row per run, named by its cell, then the trigram row of the last one.
std::string comparison_table(const std::vector<std::pair<std::string, RunResult>>& runs);

// After a signal: says how to go on; returns 130 or 143.
int say_stopped(const std::string& folder);

}  // namespace rnn::app
