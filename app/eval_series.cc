// Why: see eval_series.h.
#include "eval_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "result_rows.h"
#include "screen.h"
#include "series_options.h"
#include "table_text.h"
#include "tasks/forecast/backtest.h"
#include "tasks/forecast/importance.h"
#include "tasks/forecast/refit.h"
#include "tasks/forecast/stream/forecast_ensemble.h"
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

// What was measured, and of what.
struct SeriesReport {
  Backtest found;
  size_t models = 1;  // their rows come first, and of several "together"
  int horizon = 0, season = 1;
  int64_t old = 0;  // windows that are not new to a model
  std::vector<CovariateImportance> importance;
  double mae = 0;  // beside importance
};

std::string_view use_text(Covariate::Use use) {
  constexpr std::string_view kUses[] = {"static", "past", "known"};
  return kUses[static_cast<size_t>(use)];
}

void print_backtest_json(const SeriesReport& report, const SeriesSet& set) {
  const Backtest& found = report.found;
  ordered_json json = scores_json(found.rows[0]);
  json["windows"] = found.windows, json["series"] = set.series.size(), json["horizon"] = report.horizon,
  json["season"] = report.season;
  json["windows_not_new"] = report.old;
  size_t next = 1;
  for (; next < report.models; ++next) {
    ordered_json other = {{"model", found.rows[next].name}};
    other.update(scores_json(found.rows[next]));
    json["with"].push_back(other);
  }
  if (report.models > 1) json["together"] = scores_json(found.rows[next++]);
  for (; next < found.rows.size(); ++next) json["baselines"][found.rows[next].name] = scores_json(found.rows[next]);
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
  for (const CovariateImportance& c : report.importance)
    json["importance"].push_back({{"covariate", c.name}, {"use", use_text(c.use)}, {"mae_increase", c.increase}});
  const std::string winner = winner_text(found);
  if (!winner.empty()) json["verdict"] = winner;
  print(json_line(json));
}

void print_importance(const SeriesReport& report) {
  if (report.importance.empty()) return;
  Table table({"column", "", "MAE if from another time", "more"});
  for (const CovariateImportance& c : report.importance) {
    table.add({c.name, std::string(use_text(c.use)), figure_text(figure::kMae, report.mae + c.increase),
               report.mae > 0 ? fmt::format("{:+.1f} %", 100 * c.increase / report.mae) : ""});
  }
  print("\n" + table.text());
}

void print_backtest_table(const SeriesReport& report, const SeriesSet& set) {
  const Backtest& found = report.found;
  const int64_t old = report.old;
  std::vector<ResultRow> rows;
  for (const BacktestRow& row : found.rows) rows.push_back(row.row());
  Columns columns = columns_of({}, rows);
  std::erase(columns, &figure::kScaledSquares);
  Table table(joined({""}, titles(columns)));
  for (const ResultRow& row : rows) table.add(joined({row.name}, cells(row, columns, Digits::few)));
  print(table.text());
  const ForecastScores& scores = found.rows[0].scores;
  print(fmt::format(" {} of {} in {} series; MASE in units of the naive forecast {} back on the rows before the test{}\n",
                    counted(found.windows, "window"), counted(report.horizon, set.grid.step_word()),
                    grouped(std::ssize(set.series)), counted(std::max(report.season, 1), set.grid.step_word()),
                    scores.excluded_from_mase > 0 ? fmt::format(", without {} of series that never change there",
                                                                counted(scores.excluded_from_mase, "window"))
                                                  : ""));
  print_importance(report);
  if (old > 0)
    say(fmt::format("note: {} of these windows {} not new to the model: it has learnt from their rows", grouped(old),
                    old == 1 ? "is" : "are"));
  if (!found.left_out.empty()) say("note: not run: " + found.left_out);
  if (const std::string winner = winner_text(found); !winner.empty()) say(key_line("verdict", winner));
}

// Every number as a table.
class WindowsTable {
 public:
  WindowsTable(const SeriesSet& set, const BacktestOptions& how) : set_(set) {
    const std::vector<double> levels = quantile_levels(how.bands);
    const auto at = [&](double level) {
      return static_cast<size_t>(
          std::min_element(levels.begin(), levels.end(),
                           [&](double x, double y) { return std::abs(x - level) < std::abs(y - level); }) -
          levels.begin());
    };
    low_ = at(0.05), high_ = at(0.95);
  }
  void add(const BacktestValue& v) {
    const Series& series = set_.series[static_cast<size_t>(v.window.series)];
    const int64_t cutoff = series.first + v.window.origin - 1;
    text_ += fmt::format("{},{},{},{:.8g},{},{:.8g}", table_cell(series.id), table_cell(set_.grid.text(cutoff)),
                         table_cell(set_.grid.text(cutoff + 1 + v.step)), v.target, table_cell(v.model), v.point);
    text_ += v.quantile.empty() ? ",,\n" : fmt::format(",{:.8g},{:.8g}\n", v.quantile[low_], v.quantile[high_]);
  }
  const std::string& text() const { return text_; }

 private:
  const SeriesSet& set_;
  size_t low_ = 0, high_ = 0;
  std::string text_ = "unique_id,cutoff,ds,y,model,forecast,lo-90,hi-90\n";
};

// The windows of each member, scaled by its own front.
std::vector<MeasuredWindows> measured_windows(ForecastEnsemble& models, const SeriesSet& set, const SeriesEvalArguments& a) {
  std::vector<MeasuredWindows> found;
  for (size_t m = 0; m < models.size(); ++m) {
    found.push_back(windows_to_measure(models.member(m).front(), set, models.first().forecaster().horizon(),
                                       {a.windows, a.stride, a.last}));
  }
  return found;
}

void add_as_trained(ForecastEnsemble& models, std::vector<MeasuredWindows>& measured, BacktestSums& sums) {
  std::vector<BacktestMember> members;
  for (size_t m = 0; m < models.size(); ++m)
    members.push_back({models.member(m).forecaster(), models.member(m).front(), *measured[m].bank});
  sums.add(members, measured[0].windows);
}

// A model that was fitted again.
struct RefitMember {
  ForecastFront front;
  std::unique_ptr<SeriesBank> bank;
  std::unique_ptr<Forecaster> forecaster;
};

void add_refitted(ForecastEnsemble& models, const std::vector<MeasuredWindows>& measured, const SeriesSet& set,
                  BacktestSums& sums) {
  for (const WindowsOfOneTime& of : windows_by_time(set, measured[0].windows)) {
    std::vector<RefitMember> again(models.size());
    std::vector<BacktestMember> members;
    std::vector<int64_t> seen;
    for (const Series& s : set.series) seen.push_back(std::clamp<int64_t>(of.position - s.first, 0, std::ssize(s.y)));
    for (size_t m = 0; m < models.size(); ++m) {
      ReadyForecaster& ready = models.member(m);
      RefitMember& member = again[m];
      member.front = refit_front(ready.front(), ready.options(), ready.model(), ready.pool(), set, of.position);
      member.bank = std::make_unique<SeriesBank>(member.front, set, seen);
      member.forecaster = std::make_unique<Forecaster>(member.front, ready.model(), ready.pool());
      members.push_back({*member.forecaster, member.front, *member.bank});
    }
    sums.add(members, of.windows);
  }
}

void add_importance(ForecastEnsemble& models, const SeriesSet& set, const std::vector<Window>& windows, uint64_t seed,
                    SeriesReport& report) {
  ImportanceOptions how;
  how.seed = seed;
  for (size_t m = 0; m < models.size(); ++m) {
    how.steps = std::max(how.steps, models.member(m).forecaster().options().context);
    for (const RidgeModel& linear : models.member(m).front().linear.models)
      how.steps = std::max(how.steps, linear.shape().context);
  }
  const auto forecast = [&](const SeriesSet& some, std::span<const int64_t> seen, std::span<const Window> of) {
    std::vector<std::vector<double>> points(of.size(), std::vector<double>(static_cast<size_t>(report.horizon)));
    for (size_t m = 0; m < models.size(); ++m) {
      const SeriesBank bank(models.member(m).front(), some, seen);
      const std::vector<Forecast> found = models.member(m).forecaster().forecast(bank, of, {});
      for (size_t i = 0; i < of.size(); ++i)
        for (size_t h = 0; h < points[i].size(); ++h) points[i][h] += models.weights()[m] * found[i].point[h];
    }
    return points;
  };
  report.importance = covariate_importance(forecast, models.first().front(), set, windows, report.horizon, how, &report.mae);
}

void check_series_arguments(const SeriesEvalArguments& a, const SeriesSet& set) {
  if (a.importance && a.refit)
    throw Error(Exit::usage, "usage/option", "--importance is of one model, but --refit makes one for every window",
                "ask for one after the other");
  if (a.importance && set.covariates.empty())
    throw Error(Exit::usage, "usage/option", "--importance needs a model that reads other columns than the values",
                "name some when you train: --known promo, --past temperature, --static region");
}

}  // namespace

void eval_series(ModelFile file, WithArguments& with, const std::vector<std::string>& paths, const SeriesEvalArguments& a) {
  if (!a.output.empty()) require_output(a.output, Output::other, false);
  ForecastEnsemble models = ensemble_of(std::move(file), with, static_cast<int>(a.threads));
  ReadyForecaster& ready = models.first();
  const SeriesSet set = ready.read(paths, series_options(ready.options(), a.series));
  check_series_arguments(a, set);
  std::vector<MeasuredWindows> measured = measured_windows(models, set, a);
  SeriesReport report;
  report.models = models.size(), report.horizon = ready.forecaster().horizon(), report.season = ready.front().season;
  BacktestPlan plan{set, ready.front(), *measured[0].bank, report.horizon, std::ssize(measured[0].windows), {}, {}};
  plan.weights.assign(models.weights().begin(), models.weights().end());
  for (size_t m = 0; m < models.size(); ++m) {
    report.old = std::max(report.old, windows_learnt_from(models.member(m).front(), set, measured[0].windows));
    if (m > 0) plan.others.push_back(models.member(m).file().path);
  }
  BacktestOptions how;
  how.rows = a.rows, how.methods = a.methods.empty() ? std::vector<std::string>{} : split_commas(a.methods);
  WindowsTable table(set, how);
  BacktestSums sums(plan, how,
                    a.output.empty() ? nullptr : BacktestSums::Each([&](const BacktestValue& v) { table.add(v); }));
  a.refit ? add_refitted(models, measured, set, sums) : add_as_trained(models, measured, sums);
  report.found = sums.result();
  if (a.importance) add_importance(models, set, measured[0].windows, static_cast<uint64_t>(a.seed), report);
  a.json ? print_backtest_json(report, set) : print_backtest_table(report, set);
  if (!a.output.empty()) write_table(a.output, table.text());
}

}  // namespace rnn::core::app
