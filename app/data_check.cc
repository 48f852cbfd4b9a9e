// Why: rnn data check: the task that data is for says what is in it and what is wrong with it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data_parts.h"
#include "runs/task.h"
#include "screen.h"
#include "series_options.h"
#include "tasks/list.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

int64_t findings_of(const std::vector<Finding>& findings, Severity severity) {
  return std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity == severity; });
}

void print_as_json(const ChosenTask& chosen, const DataReport& report) {
  ordered_json json = {{"task", chosen.task->name}, {"reason", chosen.reason}};
  for (const auto& [key, value] : report.facts.get().items()) json[key] = value;
  ordered_json findings = ordered_json::array();
  for (const Finding& f : report.findings) {
    findings.push_back({{"code", f.code},
                        {"severity", severity_name(f.severity)},
                        {"file", f.file},
                        {"line", f.line},
                        {"message", f.message},
                        {"help", f.help}});
  }
  if (const auto& e = report.refusal) {
    findings.push_back({{"code", e->code()},
                        {"severity", severity_name(Severity::error)},
                        {"file", ""},
                        {"line", 0},
                        {"message", e->what()},
                        {"help", e->help()}});
  }
  json["findings"] = std::move(findings);
  print(json_line(json));
}

void print_report(const ChosenTask& chosen, const DataReport& report) {
  const std::string task = fmt::format("{} ({})", chosen.task->name, chosen.reason);
  for (size_t i = 0; i < report.lines.size(); ++i) {
    print(key_line(report.lines[i].first, report.lines[i].second) + "\n");
    if (i == 0) print(key_line("task", task) + "\n");
  }
  for (const Finding& f : report.findings) {
    const std::string place = f.place().empty() ? "" : f.place() + ": ";
    print(fmt::format("{}[{}]: {}{}\n", severity_name(f.severity), f.code, place, f.message));
    if (!f.help.empty()) print(fmt::format("  help: {}\n", f.help));
  }
  const int64_t errors = findings_of(report.findings, Severity::error) + (report.refusal ? 1 : 0),
                warnings = findings_of(report.findings, Severity::warning);
  print(fmt::format(" {}{}, {}\n", counted(errors, "error"), report.whole ? "" : " (reading stopped there)",
                    counted(warnings, "warning")));
}

}  // namespace

int run_data_check(const Arguments& arguments) {
  std::vector<std::string> data;
  std::string task;
  bool json = false;
  Options options;
  NamedValues series;
  Command command("data check", "DATA... [options]", "what is in the data, what it is for, and what is wrong with it");
  command.words("DATA", &data, "as for rnn train: text files or folders, pairs, sequences; -: standard input");
  command.text("--task", &task, "NAME", "check it for this task; default: guessed from the data, as rnn train does");
  command.flag("--json", &json, "one JSON object on standard output");
  command.real("--valid-share", &options.train.valid_share, {0, 1, true, true}, "P",
               "share of the text held out for validation (0.05)");
  for (const char* name : {"answers", "inputs"})
    command.option(*find_option(name), [&options](const OptionInfo& option, const std::string& text) {
      set_option(options, option.name, text);
    });
  declare_series_options(command, series);
  command.example("rnn data check train.en train.fr");
  command.example("rnn data check sales.csv --json");
  if (!command.parse(arguments)) return 0;
  if (data.empty()) command.need("", "data to check");
  options.series = series_options({}, series);
  const ChosenTask chosen = choose_task(task, data, options);
  const DataReport report = chosen.task->check(data, options);
  json ? print_as_json(chosen, report) : print_report(chosen, report);
  flush_output();
  if (report.refusal) throw *report.refusal;
  return static_cast<int>(findings_of(report.findings, Severity::error) > 0 ? Exit::check : Exit::ok);
}

}  // namespace rnn::core::app
