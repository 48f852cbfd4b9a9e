// Why: a run of any task, new or resumed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/events.h"
#include "runs/request.h"
#include "runs/task.h"

namespace rnn::core {

// Trains into request.folder: config.toml, model.safetensors (best), last.ckpt.safetensors, metrics.jsonl, metrics.csv,
// events.out.tfevents.*, train.log, README.md, data.json. `events` gets the same stream; sinks for the files are added here.
// request.task: a name of the list of tasks; Error{usage, "task/unknown"}.
RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks);
// A task that need not be on the list.
RunResult train_run(const Task& task, const RunRequest& request, EventStream& events, const RunHooks& hooks);

// Where the data of a run is now; empty: where it was.
struct MovedData {
  std::vector<std::string> data, valid, test;
};

// Resumes a stopped run exactly where it was: the same numbers as without the stop. `changes` may extend it (epochs,
// max_seconds, max_updates, patience, threads); Error{usage, "usage/resume"} for options that determine the model or the
// batches. model.safetensors is then the best model of an uninterrupted run, even if the last validation at the stop had
// found a better one. A relative path is taken from the folder in which the run began, then from where that folder is now, seen from the
// run, then from the current one. Data that has changed is refused, wherever it is: Error{data, "data/changed"}.
RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks, const MovedData& moved = {});

}  // namespace rnn::core
