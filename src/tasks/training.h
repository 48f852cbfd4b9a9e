// Why: a run of any task, begun or resumed: the one place that knows which class runs which task.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/events.h"
#include "runs/request.h"

namespace rnn::core {

// Trains into request.folder: config.toml, model.safetensors (best), last.ckpt.safetensors, metrics.jsonl, metrics.csv,
// events.out.tfevents.*, train.log, README.md, data.json. `events` gets the same stream; sinks for the files are added here.
RunResult train_run(const RunRequest& request, EventStream& events, const RunHooks& hooks);

// Goes on with a stopped run exactly where it was: the same numbers as a run that was never stopped. `changes` may prolong it
// (epochs, max_seconds, max_updates, patience, threads); Error{usage, "usage/resume"} for what the model or the batches are made of.
// model.safetensors is then the best model of a run that was never stopped, also where a last look at the stop had found a better.
RunResult resume_run(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                     EventStream& events, const RunHooks& hooks);

}  // namespace rnn::core
