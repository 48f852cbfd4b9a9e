// Why: rnn train: from a text file, or a stopped run, to a run folder.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/data_file.h"
#include "data/pairs.h"
#include "metrics/figures.h"
#include "profile_view.h"
#include "run_name.h"
#include "runs.h"
#include "runs/option_checks.h"
#include "screen.h"
#include "settings.h"
#include "signals.h"
#include "tasks/list.h"
#include "tasks/training.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

struct TrainArguments {
  std::vector<std::string> data, train, valid, test, moved;
  std::string output, config, resume, init_from, task;
  int64_t tune = 0, folds = 0;
  bool force = false, json = false, quiet = false, profile = false;
  NamedValues flags;
  std::vector<std::string> cells;

  Talk talk() const { return json ? Talk::json : quiet ? Talk::quiet : Talk::lines; }
};

// What the options of a section are about.
std::string section_title(std::string_view section) {
  if (section == "model") return "the model";
  if (section == "train") return "training";
  if (section == "labels") return "labels of texts, words and sensors";
  return section == "series" ? "time series" : "speech";
}

void declare(Command& command, TrainArguments& a) {
  constexpr std::string_view kShown[] = {"cell", "layers", "hidden", "tokens", "epochs", "max-time"};
  const auto take = [&a](const OptionInfo& option, const std::string& text) {
    if (option.name == "cell") {
      a.cells = text.empty() ? std::vector<std::string>{text} : split_commas(text);  // an empty name is refused below
    } else {
      a.flags.emplace_back(option.name, text);
    }
  };
  const auto shown = [&](const OptionInfo& o) {
    return std::find(std::begin(kShown), std::end(kShown), o.name) != std::end(kShown);
  };
  const auto names = [](const OptionInfo& o) -> std::string {
    return o.name == "seed" ? "-s,--seed" : o.name == "threads" ? "-t,--threads" : "";
  };
  command.words("DATA", &a.data,
                "text files or folders; two parallel files, or pairs; sequences as JSON lines; -: standard input");
  command.text("-o,--output", &a.output, "DIR", "run folder; default runs/NAME-001, counting up");
  command.text("-c,--config", &a.config, "FILE", "options from a TOML file, or a recipe (rnn config recipes)");
  command.text("--resume", &a.resume, "DIR", "resume a stopped run exactly where it was");
  for (const OptionInfo& o : option_list()) {
    if (shown(o)) command.option(o, take, names(o));
  }
  command.flag("--json", &a.json, "events as JSON lines on standard output");
  command.more("data and run");
  command.text("--task", &a.task, "NAME", "what to learn; default: guessed from the data");
  command.texts("--train", &a.train, "FILE", "training text, as DATA; may be given several times");
  command.files("--valid", &a.valid, "FILE", "validation data, instead of a part of DATA; for pairs perhaps two files");
  command.files("--data", &a.moved, "FILE", "with --resume: where the data of the run is now, all of it; may be repeated",
                Command::Repeat::adds);
  command.files("--test", &a.test, "FILE", "test text for the best model at the end; for pairs perhaps two files");
  command.text("--init-from", &a.init_from, "MODEL", "start from the weights of a run or model file");
  command.whole("--tune", &a.tune, {2, 1000}, "N",
                "of series: N runs with settings drawn by the seed, the best by validation");
  command.whole("--folds", &a.folds, {2, 1000}, "K",
                "of labels: K runs, each tested on another K-th of the data; mean and deviation");
  command.flag("--force", &a.force, "overwrite the run in the output folder");
  command.flag("--profile", &a.profile, "show at the end how the time was spent");
  command.flag("-q,--quiet", &a.quiet, "print the result only");
  for (const std::string_view section : kSections) {
    if (section != "data") command.more(section_title(section));
    for (const OptionInfo& o : option_list()) {
      if (o.section == section && !shown(o)) command.option(o, take, names(o));
    }
  }
  command.example("rnn train story.txt");
  command.example("rnn train story.txt --cell rnn,gru,lstm --hidden 200 --max-time 10m -o runs/three");
}

void say_next(const RunResult& result) {
  const std::string& folder = result.folder;
  const Task::Next next = find_task(result.task)->next(folder);
  say(key_line("next", shell_line(next.words) + next.rest));
  say(key_line("", shell_line({"rnn", "info", folder})));
}

// Who resumes a run that had come to its end is told what would take it further.
std::string reason_text(const RunResult& result, bool resumed) {
  switch (result.reason) {
    case StopReason::epochs:
      return resumed ? "all epochs are done; a larger --epochs continues" : "all epochs are done";
    case StopReason::updates:
      return resumed ? "--max-updates is reached; a larger one continues" : "--max-updates is reached";
    case StopReason::time:
      return "--max-time is over; rnn train --resume continues";
    case StopReason::patience:
      return resumed ? "no improvement in the last validations; a larger --patience, or 0 for none, continues"
                     : "no improvement in the last validations (--patience)";
    case StopReason::signal:
      return "a signal";
  }
  return {};
}

using RunIt = std::function<RunResult(EventStream&, const RunHooks&)>;

// One run, then how its time was spent, if requested.
RunResult run_one(const TrainArguments& a, const RunIt& run) {
  Profile profile;
  RunResult result = watched(a.talk(), run, a.profile ? &profile : nullptr);
  if (a.profile && !a.json) print(profile_table(profile) + "\n");
  return result;
}

int finish(const TrainArguments& a, const RunResult& result, bool resumed = false) {
  if (result.reason == StopReason::signal) return say_stopped(result.folder);
  if (a.json) return status_of(0);
  if (!a.quiet) {
    say(key_line("ended", fmt::format("{}; {}, {} tokens/s", reason_text(result, resumed), counted(result.updates, "update"),
                                      compact_count(result.tokens_per_second))));
  }
  print(result_table(result));
  flush_output();
  if (!a.quiet && !result.verdict.empty()) say(key_line("verdict", result.verdict));
  if (!a.quiet) say_next(result);
  return status_of(0);
}

int resume(const TrainArguments& a) {
  const auto allowed = [](const auto& flag) { return find_option(flag.first)->rule == ResumeRule::changeable; };
  const auto wrong = std::find_if_not(a.flags.begin(), a.flags.end(), allowed);
  std::string given = wrong != a.flags.end() ? "--" + wrong->first : "";
  if (!a.cells.empty()) given = "--cell";
  if (!a.config.empty()) given = "--config";
  if (!a.output.empty()) given = "--output";
  if (!a.train.empty()) given = "--train";
  if (!a.init_from.empty()) given = "--init-from";
  if (!a.task.empty()) given = "--task";
  if (a.force) given = "--force";
  if (a.folds > 1) given = "--folds";
  if (!given.empty()) {
    throw Error(Exit::usage, "usage/resume", fmt::format("a resumed run cannot take {}: it continues as it began", given),
                fmt::format("possible: --{}; for anything else: rnn train DATA --init-from RUN",
                            fmt::join(options_with(ResumeRule::changeable), ", --")));
  }
  Options probe;  // a bad value is refused before any data is read
  for (const auto& flag : a.flags) set_option(probe, flag.first, flag.second);
  MovedData moved{a.moved, a.valid, a.test};
  moved.data.insert(moved.data.end(), a.data.begin(), a.data.end());
  const auto run = [&](EventStream& events, const RunHooks& hooks) {
    return resume_run(a.resume, a.flags, events, hooks, moved);
  };
  return finish(a, run_one(a, run), true);
}

using NamedRuns = std::vector<std::pair<std::string, RunResult>>;

// The next of several runs, under a title. False: a signal has stopped it.
bool train_next(const TrainArguments& a, const RunRequest& request, const std::string& title, std::string name,
                NamedRuns& runs) {
  if (a.talk() == Talk::lines) say(fmt::format("{}{}", runs.empty() ? "" : "\n", strong(title, Stream::error)));
  const auto run = [&](EventStream& events, const RunHooks& hooks) { return train_run(request, events, hooks); };
  runs.emplace_back(std::move(name), run_one(a, run));
  return runs.back().second.reason != StopReason::signal && signal_seen() == 0;
}

int train_cells(const TrainArguments& a, RunRequest request, const Settings& settings) {
  NamedRuns runs;
  const std::string folder = request.folder;
  for (const std::string& cell : a.cells) {
    request.model.cell = cell;
    request.given.emplace_back("cell");
    request.folder = fmt::format("{}-{}", folder, cell);
    check_options({request.model, settings.options.train});
    if (!train_next(a, request, cell, cell, runs)) return say_stopped(request.folder);
  }
  if (!a.json) print(comparison_table(runs));
  return status_of(0);
}

// Which of two results is better on the validation data: by the scaled error of forecasts, else by the loss.
bool is_better(const RunResult& a, const RunResult& b) {
  for (const Figure* figure : {&figure::kMase, &figure::kMae, &figure::kLoss}) {
    const auto x = a.valid[*figure], y = b.valid[*figure];
    if (x && y) return figure->better(*x, *y);
  }
  return false;
}

int train_trials(const TrainArguments& a, const RunRequest& request, const Task& task) {
  if (!task.trials)
    throw Error(Exit::usage, "usage/option", fmt::format("--tune is for time series, but the task is {}", task.name),
                "rnn train --cell rnn,gru,lstm compares cells for every task");
  std::vector<RunRequest> trials = task.trials(request, static_cast<int>(a.tune));
  NamedRuns runs;
  size_t best = 0;
  for (size_t i = 0; i < trials.size(); ++i) {
    trials[i].folder = fmt::format("{}-t{:02}", request.folder, i + 1);
    if (!train_next(a, trials[i], trials[i].folder, fmt::format("t{:02}", i + 1), runs))
      return say_stopped(trials[i].folder);
    if (is_better(runs[i].second, runs[best].second)) best = i;
  }
  if (a.json) return status_of(0);
  print(comparison_table(runs));
  flush_output();
  if (!a.quiet) {
    say(key_line("best", trials[best].folder));
    say_next(runs[best].second);
    say(key_line("", shell_line({"rnn", "compare"}) + " " + request.folder + "-t*"));
  }
  return status_of(0);
}

// The parts of the data in turn, each the test of a run that has learnt from the others.
int train_folds(const TrainArguments& a, RunRequest request) {
  if (request.task != "classify" && request.task != "tag" && request.task != "classify,tag" && request.task != "follow")
    throw Error(Exit::usage, "usage/option", fmt::format("--folds is for labels, but the task is {}", request.task),
                "of series: rnn eval --windows measures on many windows");
  NamedRuns runs;
  const std::string folder = request.folder;
  request.given.emplace_back("fold");
  for (int64_t k = 1; k <= a.folds; ++k) {
    request.labels.fold = fmt::format("{}/{}", k, a.folds);
    request.folder = fmt::format("{}-f{}", folder, k);
    if (!train_next(a, request, request.folder, request.folder, runs)) return say_stopped(request.folder);
  }
  if (a.json) {
    print(folds_line(runs));
  } else {
    print(folds_table(runs));
    flush_output();
    if (!a.quiet) say_next(runs[0].second);
  }
  return status_of(0);
}

// --valid and --test take a second word only if the data are pairs of sentences; otherwise it is DATA.
void give_back(std::vector<std::string>& files, TrainArguments& a) {
  std::vector<std::string> data = a.train;
  data.insert(data.end(), a.data.begin(), a.data.end());
  if (files.size() < 2 || data.size() == 2 || (data.size() == 1 && looks_like_pairs(data[0]))) return;
  a.data.insert(a.data.begin(), files[1]);
  files.resize(1);
}

// Several cells are trained into folders of their own.
std::vector<std::string> endings_of(const std::vector<std::string>& cells) {
  std::vector<std::string> endings;
  for (const std::string& cell : cells) endings.push_back("-" + cell);
  return endings.size() > 1 ? endings : std::vector<std::string>();
}

// Of the folders of this run, those that are taken at once.
std::vector<std::string> first_endings(const TrainArguments& a) {
  if (a.folds > 1) return {"-f1"};
  return a.tune > 1 ? std::vector<std::string>{"-t01"} : endings_of(a.cells);
}

RunRequest request_of(const TrainArguments& a, const Settings& settings, const Arguments& words) {
  RunRequest request;
  request.data = a.train;  // --train SOURCE TARGET: in this order
  request.data.insert(request.data.end(), a.data.begin(), a.data.end());
  if (request.data.empty()) request.data = settings.data.train;
  request.valid = a.valid.empty() ? settings.data.valid : a.valid;
  request.test = a.test.empty() ? settings.data.test : a.test;
  request.force = a.force;
  request.init_from = a.init_from;
  request.model = settings.options.model;
  request.options = settings.options.train;
  request.series = settings.options.series;
  request.speech = settings.options.speech;
  request.labels = settings.options.labels;
  for (const auto& source : settings.sources) request.given.push_back(source.first);
  std::vector<std::string> command = {"rnn", "train"};
  command.insert(command.end(), words.begin(), words.end());
  request.command = shell_line(command);
  return request;
}

}  // namespace

int run_train(const Arguments& arguments) {
  TrainArguments a;
  Command command("train", "DATA... [-o DIR] [options]", "learn from text or sequences");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  if (!a.resume.empty()) return resume(a);
  if (!a.moved.empty())
    throw Error(Exit::usage, "usage/option", "--data is for a run that is resumed", "a new run: rnn train DATA");
  give_back(a.test, a);
  give_back(a.valid, a);

  NamedValues flags = a.flags;
  if (a.cells.size() == 1) flags.emplace_back("cell", a.cells[0]);
  const Settings settings = resolve_settings(a.config, flags);
  Options probe;
  for (const std::string& cell : a.cells) set_option(probe, "cell", cell);
  RunRequest request = request_of(a, settings, arguments);
  command.need(request.data.empty() ? "" : request.data[0], "a text to learn from");
  const ChosenTask chosen = choose_task(a.task, request.data, settings.options);
  request.task = chosen.task->name;
  std::optional<RunName> name;
  if (a.output.empty()) name.emplace(request.data[0], first_endings(a));
  request.folder = name ? name->path() : a.output;
  std::error_code error;
  if (a.talk() == Talk::lines && a.task.empty() && (is_pipe(request.data[0]) || fs::exists(request.data[0], error))) {
    say(key_line("task", fmt::format("{} ({}; use --task to choose)", chosen.task->name, chosen.reason)));
  }
  if (a.folds > 1) {
    command.refuse({"--tune", "--fold"}, "is another way to train than --folds", "leave one out");
    if (a.cells.size() > 1)
      throw Error(Exit::usage, "usage/option", "--folds trains one cell, but --cell names several", "one after another");
    check_options(settings.options);
    return train_folds(a, request);
  }
  if (a.tune > 1) {
    check_options(settings.options);
    return train_trials(a, request, *chosen.task);
  }
  if (a.cells.size() > 1) return train_cells(a, request, settings);
  check_options(settings.options);
  return finish(a,
                run_one(a, [&](EventStream& events, const RunHooks& hooks) { return train_run(request, events, hooks); }));
}

}  // namespace rnn::core::app
