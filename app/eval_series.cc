// Why: see eval_series.h.
#include "eval_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "result_rows.h"
#include "screen.h"
#include "series_options.h"
#include "table_text.h"
#include "tasks/forecast/backtest.h"
#include "tasks/forecast/stream/ready_forecaster.h"
#include "tasks/forecast/windows.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

ordered_json scores_json(const BacktestRow& row) {
  ordered_json json = figures_json(row.row());
  ordered_json coverage = ordered_json::object();
  for (const BandScore& band : row.scores.bands) coverage[fmt::format("{:g}", 100 * band.level)] = band.coverage;
  if (!coverage.empty()) json["coverage"] = coverage;
  json["targets"] = row.scores.targets;
  if (row.scores.excluded_from_mase > 0) json["excluded_from_mase"] = row.scores.excluded_from_mase;
  ordered_json steps = ordered_json::array();
  for (const ForecastScores& step : row.steps) steps.push_back(step.mae ? ordered_json(*step.mae) : ordered_json());
  json["mae_by_step"] = steps;
  if (!row.scores.bands.empty()) {
    ordered_json covered = ordered_json::array();
    for (const ForecastScores& step : row.steps) {
      const auto at = std::find_if(step.bands.begin(), step.bands.end(),
                                   [](const BandScore& b) { return b.level > 0.89 && b.level < 0.91; });
      covered.push_back(at == step.bands.end() ? ordered_json() : ordered_json(at->coverage));
    }
    json["coverage_90_by_step"] = covered;
  }
  return json;
}

void print_backtest_json(const Backtest& found, const SeriesSet& set, const ForecastFront& front, int horizon, int64_t old) {
  ordered_json json = scores_json(found.rows[0]);
  json["windows"] = found.windows, json["series"] = set.series.size(), json["horizon"] = horizon,
  json["season"] = front.season;
  json["windows_not_new"] = old;
  for (size_t i = 1; i < found.rows.size(); ++i) json["baselines"][found.rows[i].name] = scores_json(found.rows[i]);
  for (size_t s = 0; s < set.series.size() && set.series.size() > 1; ++s) {
    if (found.rows[0].series[s].targets == 0) continue;
    ordered_json& by = json["by_series"][set.series[s].id];
    for (const BacktestRow& row : found.rows) {
      const ForecastScores& scores = row.series[s];
      by[row.name] = {{"mase", scores.mase ? ordered_json(*scores.mase) : ordered_json()},
                      {"rmsse", scores.rmsse ? ordered_json(*scores.rmsse) : ordered_json()},
                      {"mae", scores.mae ? ordered_json(*scores.mae) : ordered_json()}};
    }
  }
  const std::string winner = winner_text(found);
  if (!winner.empty()) json["verdict"] = winner;
  print(json_line(json));
}

void print_backtest_table(const Backtest& found, const SeriesSet& set, const ForecastFront& front, int horizon,
                          int64_t old) {
  std::vector<ResultRow> rows;
  for (const BacktestRow& row : found.rows) rows.push_back(row.row());
  Columns columns = columns_of({}, rows);
  std::erase(columns, &figure::kScaledSquares);
  Table table(joined({""}, titles(columns)));
  for (const ResultRow& row : rows) table.add(joined({row.name}, cells(row, columns, Digits::few)));
  print(table.text());
  const ForecastScores& scores = found.rows[0].scores;
  print(fmt::format(" {} of {} in {} series; MASE in units of the naive forecast {} back on the rows before the test{}\n",
                    counted(found.windows, "window"), counted(horizon, set.grid.step_word()),
                    grouped(std::ssize(set.series)), counted(std::max(front.season, 1), set.grid.step_word()),
                    scores.excluded_from_mase > 0 ? fmt::format(", without {} of series that never change there",
                                                                counted(scores.excluded_from_mase, "window"))
                                                  : ""));
  if (old > 0)
    say(fmt::format("note: {} of these windows {} not new to the model: it has learnt from their rows", grouped(old),
                    old == 1 ? "is" : "are"));
  if (!found.left_out.empty()) say("note: not run: " + found.left_out);
  if (const std::string winner = winner_text(found); !winner.empty()) say(key_line("verdict", winner));
}

}  // namespace

void eval_series(ModelFile file, const std::vector<std::string>& paths, const SeriesEvalArguments& a) {
  if (!a.output.empty()) require_output(a.output, Output::other, false);
  ReadyForecaster ready(std::move(file), static_cast<int>(a.threads));
  const SeriesSet set = ready.read(paths, series_options(ready.options(), a.series));
  const int horizon = ready.forecaster().horizon();
  const MeasuredWindows measured = windows_to_measure(ready.front(), set, horizon, {a.windows, a.stride, a.last});
  const SeriesBank& bank = *measured.bank;
  const std::vector<Window>& windows = measured.windows;
  const int64_t old = windows_learnt_from(ready.front(), set, windows);
  BacktestOptions how;
  how.rows = a.rows, how.methods = a.methods.empty() ? std::vector<std::string>{} : split_commas(a.methods);
  std::string table = "unique_id,cutoff,ds,y,model,forecast,lo-90,hi-90\n";
  const std::vector<double> levels = quantile_levels(how.bands);
  const auto at = [&](double level) {
    return static_cast<size_t>(
        std::min_element(levels.begin(), levels.end(),
                         [&](double x, double y) { return std::abs(x - level) < std::abs(y - level); }) -
        levels.begin());
  };
  const size_t low = at(0.05), high = at(0.95);
  const auto each = [&](const BacktestValue& v) {
    const Series& series = set.series[static_cast<size_t>(v.window.series)];
    const int64_t cutoff = series.first + v.window.origin - 1;
    table += fmt::format("{},{},{},{:.8g},{},{:.8g}", table_cell(series.id), table_cell(set.grid.text(cutoff)),
                         table_cell(set.grid.text(cutoff + 1 + v.step)), v.target, table_cell(v.model), v.point);
    table += v.quantile.empty() ? ",,\n" : fmt::format(",{:.8g},{:.8g}\n", v.quantile[low], v.quantile[high]);
  };
  const Backtest found = a.output.empty() ? backtest(ready.forecaster(), ready.front(), bank, set, windows, how)
                                          : backtest(ready.forecaster(), ready.front(), bank, set, windows, how, each);
  a.json ? print_backtest_json(found, set, ready.front(), horizon, old)
         : print_backtest_table(found, set, ready.front(), horizon, old);
  if (!a.output.empty()) write_table(a.output, table);
}

}  // namespace rnn::core::app
