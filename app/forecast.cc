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
#include "tasks/forecast/stream/ready_forecaster.h"

namespace rnn::core::app {
namespace {

struct ForecastArguments {
  std::string model, output, levels = "90", quantiles, method;
  std::vector<std::string> data, future;
  NamedValues series;
  int64_t threads = 0, horizon = 0;
  bool force = false;
};

void declare_forecast(Command& command, ForecastArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model of series");
  command.words("DATA...", &a.data, "the past of the series: tables as for rnn train; -: standard input");
  command.text("-o,--output", &a.output, "FILE", "write the table there; default: standard output");
  command.text("--levels", &a.levels, "50,90", "bands that hold this share of what comes, in percent (90)");
  command.text("--quantiles", &a.quantiles, "0.1,0.5", "quantiles in place of bands");
  command.texts("--future", &a.future, "FILE",
                "what is known ahead of the dates to come; or rows with empty values in DATA");
  command.whole("--horizon", &a.horizon, {1, 100000}, "N", "steps; at most as many as the model was trained for");
  command.text("--method", &a.method, "NAME",
               "a forecast without a network instead: naive, seasonal-naive, theta, holt-winters, ...");
  command.flag("--force", &a.force, "overwrite the output file");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
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

std::string table_of(const SeriesSet& set, std::span<const Forecast> forecasts, const std::vector<Column>& columns,
                     std::span<const double> levels, int horizon) {
  const bool ids = std::any_of(set.series.begin(), set.series.end(), [](const Series& s) { return !s.id.empty(); });
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

}  // namespace

int run_forecast(const Arguments& arguments) {
  ForecastArguments a;
  Command command("forecast", "MODEL DATA... [options]", "the next values of time series, with bands");
  declare_forecast(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (a.data.empty()) command.need("", "DATA");
  const std::vector<Column> columns = columns_of_bands(a);
  if (!a.output.empty()) require_output(a.output, Output::other, a.force);
  ReadyForecaster ready(load_model(a.model), static_cast<int>(a.threads));
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
  std::vector<Forecast> forecasts;
  if (a.method.empty()) {
    tell_of_new_series(ready.front(), set);
    const SeriesBank bank(ready.front(), set);
    forecasts = ready.forecaster().forecast(bank, ready.next_windows(set, bank), levels);
  } else {
    forecasts = forecast_by_method(a, ready.front(), set, horizon);
  }
  const std::string table = table_of(set, forecasts, a.method.empty() ? columns : std::vector<Column>{}, levels, horizon);
  write_table(a.output, table);
  return 0;
}

}  // namespace rnn::core::app
