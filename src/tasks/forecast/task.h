// Why: time series as an entry of the list of tasks.
#pragma once

#include "runs/task.h"

namespace rnn::core {

extern const Task kForecast;
std::unique_ptr<Run> run_forecast_task(const RunRequest& request);
// The run as asked for, and count - 1 others whose settings that were not given are drawn by its seed.
std::vector<RunRequest> forecast_trials(const RunRequest& request, int count);
DataReport check_series(const std::vector<std::string>& data, const Options& options);

}  // namespace rnn::core
