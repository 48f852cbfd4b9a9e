// Why: the sinks of the screen, and tables of results.
#include "runs.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "screen.h"
#include "signals.h"
#include "train/sinks.h"
#include "train/terminal.h"

namespace rnn::app {
namespace {

std::vector<std::string> figures(const ResultRow& row, const std::string& name) {
  return {name, figure(row.loss), figure(row.perplexity, 2), figure(row.bits_per_byte)};
}

// A run is worth more than its reader: when standard output is closed, training goes on and its files still get everything.
void add_json(EventStream& events) {
  events.add(std::make_unique<JsonSink>([closed = false](std::string_view line) mutable {
    if (closed) return;
    try {
      print(line);
      flush_output();
    } catch (const OutputClosed&) {
      closed = true;
      say("standard output was closed; training goes on");
    }
  }));
}

}  // namespace

RunResult watched(Talk talk, const std::function<RunResult(EventStream&, const RunHooks&)>& what) {
  EventStream events;
  RunHooks hooks;
  hooks.signal = watch_signals();
  if (talk == Talk::json) add_json(events);
  if (talk == Talk::lines) {
    events.add(std::make_unique<TerminalSink>(terminal_options(stderr, std::getenv("NO_COLOR"), std::getenv("TERM"))));
    hooks.plan = [](const Plan& plan) {
      for (const auto& line : plan.lines) say(key_line(line.first, line.second));
    };
  }
  return what(events, hooks);
}

std::string result_table(const RunResult& result) {
  Table table({"", "loss", "perplexity", "bits/byte"});
  table.add(figures(result.valid, result.valid.name));
  if (result.test.loss >= 0) table.add(figures(result.test, "on the test text"));
  for (const ResultRow& row : result.baselines) table.add(figures(row, row.name));
  return table.text();
}

std::string comparison_table(const std::vector<std::pair<std::string, RunResult>>& runs) {
  Table table({"cell", "parameters", "val loss", "perplexity", "bits/byte", "time"});
  const auto add = [&](const std::string& name, const std::string& parameters, const ResultRow& row,
                       const std::string& time) {
    table.add({name, parameters, figure(row.loss), figure(row.perplexity, 2), figure(row.bits_per_byte), time});
  };
  for (const auto& [name, run] : runs) add(name, grouped(run.parameters), run.valid, clock_time(run.seconds));
  if (!runs.empty()) {
    for (const ResultRow& row : runs.back().second.baselines) add(row.name, "", row, "");
  }
  return table.text();
}

int say_stopped(const std::string& folder) {
  const int number = signal_seen();
  say(key_line("stopped", "everything is saved"));
  say(key_line("resume", shell_line({"rnn", "train", "--resume", folder})));
  return 128 + number;
}

}  // namespace rnn::app
