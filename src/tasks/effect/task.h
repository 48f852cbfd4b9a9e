// Why: audio effects, as an entry of the list of tasks: what goes in and what comes out, sample by sample.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kEffect;
std::unique_ptr<Run> run_effect(const RunRequest& request);
DataReport check_effect(const std::vector<std::string>& data, const Options& options);
// Of validation: a tenth, from the end of every recording, unless a share was asked for.
double effect_valid_share(const Options& options);

}  // namespace rnn::core
