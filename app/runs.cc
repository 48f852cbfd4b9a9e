// Why: the sinks for the screen, and tables of results.
#include "runs.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "events/sinks.h"
#include "events/terminal.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "screen.h"
#include "signals.h"

namespace rnn::core::app {
namespace {

// A run is worth more than its output: if standard output is closed, training continues and its files still get everything.
void add_json(EventStream& events) {
  events.add(std::make_unique<JsonSink>([closed = false](std::string_view line) mutable {
    if (closed) return;
    try {
      print(line);
      flush_output();
    } catch (const OutputClosed&) {
      closed = true;
      say("standard output was closed; training continues");
    }
  }));
}

// A line that says how long the training will still take, repainted on a terminal only.
class TimeLeft final : public EventSink {
 public:
  explicit TimeLeft(TerminalOptions options) : options_(std::move(options)) {}
  ~TimeLeft() override { clear(); }
  TimeLeft(const TimeLeft&) = delete;
  TimeLeft& operator=(const TimeLeft&) = delete;
  void on(const Event& event) override {
    if (event.type == "warning") {
      clear();
      options_.write(fmt::format("note: {}\n", event.fields.text("message")));
    }
    if (event.type == "result") clear();
    if (!options_.tty || event.type != "metric") return;
    const double seconds = event.fields.number("left_s");
    const int left = std::isfinite(seconds) ? static_cast<int>(seconds) : 0;
    if (left == last_) return;
    last_ = left;
    options_.write(fmt::format("\r learning, {} s left   ", left));
  }

 private:
  void clear() {
    if (last_ >= 0) options_.write("\r                        \r");
    last_ = -1;
  }
  TerminalOptions options_;
  int last_ = -1;
};

}  // namespace

RunResult watched(Talk talk, const std::function<RunResult(EventStream&, const RunHooks&)>& what, Profile* profile) {
  EventStream events;
  RunHooks hooks;
  hooks.signal = end_on_signals();
  hooks.plan = [lines = talk == Talk::lines](const Plan& plan) {
    watch_signals();  // from here on there is something to save
    if (!lines) return;
    for (const auto& line : plan.lines) say(key_line(line.first, line.second));
  };
  hooks.profile = profile;
  if (talk == Talk::json) add_json(events);
  if (talk == Talk::people)
    events.add(std::make_unique<TimeLeft>(terminal_options(stderr, std::getenv("NO_COLOR"), std::getenv("TERM"))));
  if (talk == Talk::lines) {
    events.add(std::make_unique<TerminalSink>(terminal_options(stderr, std::getenv("NO_COLOR"), std::getenv("TERM"))));
  }
  return what(events, hooks);
}

std::string result_table(const RunResult& result) {
  const Columns columns = columns_of({&result.valid}, result.baselines);
  Table table(joined({""}, titles(columns)));
  const auto add = [&](const ResultRow& row, const std::string& name) {
    table.add(joined({name}, cells(row, columns, Digits::few)));
  };
  add(result.valid, result.valid.name);
  if (result.test) add(*result.test, "on the test data");
  for (const ResultRow& row : result.baselines) add(row, row.name);
  return table.text();
}

namespace {

// What the runs say of one row on their parts: the mean of a figure and the deviation between parts (n - 1).
struct FoldFigure {
  double mean = 0, deviation = 0;
};
FoldFigure over_folds(const std::vector<ResultRow>& rows, const Figure& figure) {
  FoldFigure out;
  const auto n = static_cast<double>(rows.size());
  for (const ResultRow& row : rows) out.mean += row.at(figure) / n;
  for (const ResultRow& row : rows) out.deviation += (row.at(figure) - out.mean) * (row.at(figure) - out.mean);
  out.deviation = std::sqrt(out.deviation / (n - 1));
  return out;
}

// By row: what each run found on its part. A row that a part lacks is left out.
std::vector<std::vector<ResultRow>> rows_over_folds(const std::vector<std::pair<std::string, RunResult>>& runs) {
  std::vector<std::vector<ResultRow>> rows(1);
  for (const auto& [name, run] : runs) rows[0].push_back(*run.test);
  rows[0][0].name = "this model";
  for (const ResultRow& first : runs[0].second.test_baselines) {
    std::vector<ResultRow> same;
    for (const auto& [name, run] : runs)
      for (const ResultRow& row : run.test_baselines)
        if (row.name == first.name) same.push_back(row);
    if (same.size() == runs.size()) rows.push_back(std::move(same));
  }
  return rows;
}

}  // namespace

std::string folds_table(const std::vector<std::pair<std::string, RunResult>>& runs) {
  const std::vector<std::vector<ResultRow>> rows = rows_over_folds(runs);
  const Columns columns = columns_of({&rows[0][0]}, runs[0].second.test_baselines);
  Table table(joined({fmt::format("{} parts, each the test once", runs.size())}, titles(columns)));
  for (const std::vector<ResultRow>& row : rows) {
    std::vector<std::string> cells;
    for (const Figure* figure : columns) {
      if (!row[0][*figure]) {
        cells.emplace_back();
        continue;
      }
      const FoldFigure found = over_folds(row, *figure);
      cells.push_back(fmt::format("{} ± {}", figure_text(*figure, found.mean), figure_text(*figure, found.deviation)));
    }
    table.add(joined({row[0].name}, cells));
  }
  return table.text();
}

std::string folds_line(const std::vector<std::pair<std::string, RunResult>>& runs) {
  nlohmann::ordered_json line = {{"type", "folds"}, {"folds", runs.size()}};
  const std::vector<std::vector<ResultRow>> rows = rows_over_folds(runs);
  for (size_t r = 0; r < rows.size(); ++r) {
    nlohmann::ordered_json figures;
    for (const Figure* figure : columns_of({&rows[r][0]})) {
      const FoldFigure found = over_folds(rows[r], *figure);
      figures[std::string(figure->key)] = {{"mean", found.mean}, {"deviation", found.deviation}};
    }
    (r == 0 ? line["test"] : line["baselines"][rows[r][0].name]) = std::move(figures);
  }
  return json_line(line);
}

std::string comparison_table(const std::vector<std::pair<std::string, RunResult>>& runs, const MoreColumns& more) {
  if (runs.empty()) return {};
  const Columns columns = columns_of({&runs[0].second.valid}, runs[0].second.baselines);
  std::vector<std::string> heads = titles(columns);
  if (!heads.empty() && heads[0] == "loss") heads[0] = "val loss";
  Table table(joined(joined(joined({"cell", "parameters"}, heads), {"time"}), more.heads));
  const auto add = [&](const std::string& name, const std::string& parameters, const ResultRow& row,
                       const std::string& time) {
    const auto found = more.cells.find(name);
    table.add(joined(joined(joined({name, parameters}, cells(row, columns, Digits::few)), {time}),
                     found == more.cells.end() ? std::vector<std::string>(more.heads.size()) : found->second));
  };
  for (const auto& [name, run] : runs) add(name, grouped(run.parameters), run.valid, clock_time(run.seconds));
  for (const ResultRow& row : runs.back().second.baselines) add(row.name, "", row, "");
  return table.text();
}

std::vector<std::string> only_runs(const std::vector<std::string>& folders) {
  if (folders.size() < 2) return folders;
  std::vector<std::string> runs;
  for (const std::string& folder : folders) {
    std::error_code error;
    const std::filesystem::path path(folder);
    const auto there = [&](const char* name) { return std::filesystem::exists(path / name, error); };
    if (std::filesystem::exists(path, error) && !there("metrics.jsonl") && !there("config.toml")) {
      say(fmt::format("note: {} is no run and is left out", folder));
    } else {
      runs.push_back(folder);
    }
  }
  if (!runs.empty()) return runs;
  throw Error(Exit::data, "run/missing",
              fmt::format("none of {} and {} more is a run folder", folders[0], folders.size() - 1),
              "name folders that rnn train created");
}

int say_stopped(const std::string& folder) {
  say(key_line("stopped", "everything is saved"));
  say(key_line("resume", shell_line({"rnn", "train", "--resume", folder})));
  return status_of(0);
}

}  // namespace rnn::core::app
