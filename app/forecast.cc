// Why: rnn forecast: the next values of every series, with bands, as a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "outputs.h"
#include "screen.h"
#include "series/methods.h"
#include "series_options.h"
#include "table_text.h"
#include "tasks/forecast/stream/forecast_ensemble.h"
#include "tasks/forecast/stream/sample_paths.h"
#include "with_models.h"

namespace rnn::core::app {
namespace {

struct ForecastArguments {
  std::string model, output, levels = "90", quantiles, method;
  std::vector<std::string> data, future;
  NamedValues series;
  WithArguments with;
  int64_t threads = 0, horizon = 0, samples = 0, seed = 1;
  bool force = false;
};

void declare_forecast(Command& command, ForecastArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model of series");
  command.words("DATA...", &a.data, "the past of the series: tables as for rnn train; -: standard input");
  command.text("-o,--output", &a.output, "FILE", "write the table there; default: standard output");
  command.text("--levels", &a.levels, "50,90", "bands that hold this share of what comes, in percent (90)");
  command.text("--quantiles", &a.quantiles, "0.1,0.5", "quantiles in place of bands");
  command.whole("--samples", &a.samples, {1, 100000}, "N",
                "in place of bands N possible futures, whose steps go together as past errors did, or as they were sampled");
  command.texts("--future", &a.future, "FILE",
                "what is known ahead of the dates to come; or rows with empty values in DATA");
  command.whole("--horizon", &a.horizon, {1, 100000}, "N", "steps; at most as many as the model was trained for");
  command.text("--method", &a.method, "NAME",
               "a forecast without a network instead: naive, seasonal-naive, theta, holt-winters, ...");
  a.with.declare(command, "also this model of the same table: the mean of the forecasts; may be repeated");
  command.flag("--force", &a.force, "overwrite the output file");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.more();
  command.whole("--seed", &a.seed, {0, 1e15}, "N", "of --samples; the same seed gives the same futures (1)");
  a.with.declare_weights(command);
  declare_series_options(command, a.series);
  command.example("rnn forecast runs/sales-001 sales.csv > next.csv");
  command.example("rnn forecast runs/sales-001 sales.csv --levels 50,90 --future holidays.csv");
}

// The columns after the forecast, and the quantile of each.
struct Column {
  std::string name;
  double level;
};

double level_of(std::string_view flag, const std::string& text, double most) {
  return parse_real(flag, text, {0, most, true, true});
}

std::vector<Column> columns_of_bands(const ForecastArguments& a) {
  std::vector<Column> columns;
  const auto add = [&](std::string_view flag, const std::string& given, std::string name, double level) {
    for (const Column& c : columns)
      if (c.level == level)
        throw Error(Exit::usage, "usage/option", fmt::format("--{} names {} twice", flag, given), "name each once");
    columns.push_back({std::move(name), level});
  };
  if (!a.quantiles.empty()) {
    for (const std::string& text : split_commas(a.quantiles))
      add("quantiles", text, "q" + text, level_of("quantiles", text, 1));
    return columns;
  }
  for (const std::string& text : split_commas(a.levels)) {
    const double band = level_of("levels", text, 100) / 100;
    add("levels", text, "lo-" + text, (1 - band) / 2);
    add("levels", text, "hi-" + text, (1 + band) / 2);
  }
  return columns;
}

bool has_ids(const SeriesSet& set) {
  return std::any_of(set.series.begin(), set.series.end(), [](const Series& s) { return !s.id.empty(); });
}

std::string table_of(const SeriesSet& set, std::span<const Forecast> forecasts, const std::vector<Column>& columns,
                     std::span<const double> levels, int horizon) {
  const bool ids = has_ids(set);
  std::string text = ids ? "unique_id,ds,y" : "ds,y";
  for (const Column& c : columns) text += "," + c.name;
  text += "\n";
  for (size_t s = 0; s < forecasts.size(); ++s) {
    const Series& series = set.series[s];
    for (int h = 0; h < horizon; ++h) {
      const auto step = static_cast<size_t>(h);
      if (ids) text += table_cell(series.id) + ",";
      text += table_cell(set.grid.text(series.end() + h)) + "," + fmt::format("{:.6g}", forecasts[s].point[step]);
      for (const Column& c : columns) {
        const auto at = static_cast<size_t>(std::find(levels.begin(), levels.end(), c.level) - levels.begin());
        double value = forecasts[s].quantile[step * levels.size() + at];
        // The mean of rare counts may lie above their quantiles; a band holds its forecast.
        if (c.name.starts_with("lo-")) value = std::min(value, forecasts[s].point[step]);
        if (c.name.starts_with("hi-")) value = std::max(value, forecasts[s].point[step]);
        text += fmt::format(",{:.6g}", value);
      }
      text += "\n";
    }
  }
  return text;
}

// [series][paths][steps]
std::vector<std::vector<std::vector<double>>> paths_of(ForecastEnsemble& ensemble, const SeriesSet& set,
                                                       const ForecastArguments& a) {
  const ReadyForecaster& first = ensemble.first();
  const auto how_of = [&](const Series& series) {
    return PathOptions{static_cast<int>(a.samples), static_cast<uint64_t>(a.seed), series.id, first.front().counts};
  };
  std::vector<std::vector<std::vector<double>>> found;
  if (ensemble.size() == 1 && first.model().config().forecast.autoregressive()) {
    const SeriesBank bank(first.front(), set);
    const std::vector<Window> windows = first.next_windows(set, bank);
    for (size_t s = 0; s < windows.size(); ++s)
      found.push_back(ensemble.first().forecaster().futures(bank, windows[s], how_of(set.series[s])));
    return found;
  }
  const std::vector<const ErrorRanks*> ranks = ensemble.error_ranks();
  const std::vector<Forecast> forecasts = ensemble.forecast_next(set, path_levels());
  for (size_t s = 0; s < forecasts.size(); ++s) found.push_back(sample_paths(forecasts[s], ranks, how_of(set.series[s])));
  return found;
}

// Path after path.
std::string table_of_paths(ForecastEnsemble& ensemble, const SeriesSet& set, const ForecastArguments& a, int horizon) {
  const bool ids = has_ids(set);
  std::string text = ids ? "unique_id,ds,sample,y\n" : "ds,sample,y\n";
  const auto paths = paths_of(ensemble, set, a);
  for (size_t s = 0; s < paths.size(); ++s) {
    const Series& series = set.series[s];
    const std::string id = ids ? table_cell(series.id) + "," : "";
    std::vector<std::string> stamps;
    for (int h = 0; h < horizon; ++h) stamps.push_back(table_cell(set.grid.text(series.end() + h)));
    int number = 0;
    for (const std::vector<double>& path : paths[s]) {
      ++number;
      for (size_t h = 0; h < stamps.size(); ++h) text += fmt::format("{}{},{},{:.6g}\n", id, stamps[h], number, path[h]);
    }
  }
  return text;
}

std::vector<Forecast> forecast_by_method(const ForecastArguments& a, const ForecastFront& front, const SeriesSet& set,
                                         int horizon) {
  const ForecastMethod* method = find_forecast_method(a.method);
  if (!method) {
    std::string names;
    for (const ForecastMethod& m : forecast_methods()) names += (names.empty() ? "" : ", ") + std::string(m.name);
    throw Error(Exit::usage, "usage/method", fmt::format("there is no forecast method '{}'", a.method), "one of " + names);
  }
  std::vector<Forecast> found;
  require_past(set);
  for (const Series& series : set.series) found.push_back({method->forecast(series.y, horizon, front.season), {}});
  return found;
}

// Series that the model was not trained on.
void tell_of_new_series(const ForecastFront& front, const SeriesSet& set) {
  std::string names;
  int64_t number = 0;
  constexpr int64_t kNamed = 5;
  for (const Series& s : set.series) {
    if (s.id.empty() || front.find(s.id) >= 0) continue;
    if (++number <= kNamed) names += (names.empty() ? "" : ", ") + s.id;
  }
  if (number == 0) return;
  if (number > kNamed) names += fmt::format(" and {} more", grouped(number - kNamed));
  say(fmt::format("note: the model was not trained on {}: {} by what it learnt of the others", names,
                  number == 1 ? "it is forecast" : "they are forecast"));
}

// What does not go together.
void check_arguments(const Command& command, const ForecastArguments& a) {
  constexpr const char* kHelp = "leave one out";
  if (a.samples > 0) {
    command.refuse({"--levels", "--quantiles"}, "is not for --samples, which has no bands", kHelp);
    command.refuse({"--method"}, "has one future only: --samples needs the model", kHelp);
  } else {
    command.refuse({"--seed"}, "is for --samples", kHelp);
  }
  if (!a.method.empty()) command.refuse({"--with"}, "is not for --method, which needs no model", kHelp);
}

}  // namespace

int run_forecast(const Arguments& arguments) {
  ForecastArguments a;
  Command command("forecast", "MODEL DATA... [options]", "the next values of time series, with bands");
  declare_forecast(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (a.data.empty()) command.need("", "DATA");
  check_arguments(command, a);
  const std::vector<Column> columns = columns_of_bands(a);
  if (!a.output.empty()) require_output(a.output, Output::other, a.force);
  ForecastEnsemble ensemble = ensemble_of(load_model(a.model), a.with, static_cast<int>(a.threads));
  ReadyForecaster& ready = ensemble.first();
  std::vector<std::string> paths = a.data;
  paths.insert(paths.end(), a.future.begin(), a.future.end());
  const SeriesSet set = ready.read(paths, series_options(ready.options(), a.series));
  const int longest = ready.forecaster().horizon();
  if (a.horizon > longest)
    throw Error(Exit::usage, "usage/horizon",
                fmt::format("--horizon is {}, but the model forecasts {}", a.horizon, counted(longest, "step")),
                fmt::format("train one that does: rnn train DATA --horizon {}", a.horizon));
  const int horizon = a.horizon > 0 ? static_cast<int>(a.horizon) : longest;
  std::vector<double> levels;
  for (const Column& c : columns) levels.push_back(c.level);
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  if (a.method.empty()) tell_of_new_series(ready.front(), set);
  if (a.samples > 0) {
    write_table(a.output, table_of_paths(ensemble, set, a, horizon));
  } else if (a.method.empty()) {
    write_table(a.output, table_of(set, ensemble.forecast_next(set, levels), columns, levels, horizon));
  } else {
    write_table(a.output, table_of(set, forecast_by_method(a, ready.front(), set, horizon), {}, levels, horizon));
  }
  return 0;
}

}  // namespace rnn::core::app
