// Why: what makes data time series, and the words for them.
#include "tasks/forecast/task.h"

#include <fmt/format.h>

#include "base/error.h"
#include "runs/run.h"
#include "tasks/forecast/stream/series_files.h"

namespace rnn::core {
namespace {

TaskGuess guess_series(const std::vector<std::string>& data) {
  std::string reason;
  bool certain = true;
  for (const std::string& path : data) {
    if (looks_like_series(path, &reason)) continue;
    if (!has_names_of_series(path, &reason)) return {};
    certain = false;  // reading it says what is wrong with it
  }
  if (data.empty()) return {};
  return {certain ? TaskGuess::certain : TaskGuess::content, reason};
}

// Any table may be one: reading it says what is missing.
void require_series(const std::vector<std::string>&) {}

Task::Next next_forecast(const std::string& folder) { return {{"rnn", "forecast", folder}, " DATA.csv > next.csv"}; }

constexpr OptionReaders kForecastOptions[] = {OptionReaders::of_series};

}  // namespace

const Task kForecast = {
    .name = "forecast",
    .summary = "the next values of time series",
    .reads = "tables of dates and numbers",
    .options = kForecastOptions,
    .card = {.pipeline = "time-series-forecasting",
             .data = "time series",
             .measured = "windows of the series; lower is better, but for the coverage, which should be 90 %.",
             .contents = "grid, scales, linear part and widths of bands",
             .use = "rnn forecast {run} DATA.csv > next.csv\nrnn eval {run} DATA.csv --windows 8\n"
                    "rnn info {run}\n"},
    .guess = guess_series,
    .require_data = require_series,
    .check = check_series,
    .run = run_forecast_task,
    .next = next_forecast,
    .trials = forecast_trials};

}  // namespace rnn::core
