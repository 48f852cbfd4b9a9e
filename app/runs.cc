// Why: the sinks for the screen, and tables of results.
#include "runs.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

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
