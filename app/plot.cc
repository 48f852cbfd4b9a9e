// Why: rnn plot: how the figures of runs developed, in the terminal or as a drawing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "events/terminal.h"
#include "outputs.h"
#include "pages/curves.h"
#include "runs.h"
#include "runs/run_curves.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

struct PlotArguments {
  std::vector<std::string> folders;
  std::string what, output;
  int64_t width = 0;
  bool log = false, json = false, force = false;
};

// Losses, the figure that decided which model was kept if it is another one, learning rate: those that any run has.
std::vector<std::string> usual_keys(const std::vector<RunCurves>& runs) {
  std::vector<std::string> keys;
  const auto add = [&](const std::string& key) {
    const bool any = std::any_of(runs.begin(), runs.end(), [&](const RunCurves& run) { return run.find(key); });
    if (any && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  };
  add("loss");
  add("val_loss");
  for (const RunCurves& run : runs) add(run.best_by);
  add("lr");
  return keys;
}

std::vector<std::string> all_keys(const std::vector<RunCurves>& runs) {
  std::vector<std::string> keys;
  for (const RunCurves& run : runs) {
    for (const Curve& curve : run.curves)
      if (std::find(keys.begin(), keys.end(), curve.key) == keys.end()) keys.push_back(curve.key);
  }
  return keys;
}

// Throws for a key that no run has.
std::vector<std::string> chosen_keys(const PlotArguments& a, const std::vector<RunCurves>& runs) {
  if (a.what.empty()) return usual_keys(runs);
  const std::vector<std::string> known = all_keys(runs);
  std::vector<std::string> keys;
  for (const std::string& key : split_commas(a.what)) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Error(Exit::usage, "plot/what", fmt::format("--what names '{}', which no run has", key),
                  known.empty() ? "the metrics have no figures yet" : fmt::format("one of {}", fmt::join(known, ",")));
    }
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

nlohmann::ordered_json numbers_of(const std::vector<double>& values) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const double v : values) list.push_back(std::isfinite(v) ? nlohmann::ordered_json(v) : nlohmann::ordered_json());
  return list;
}

nlohmann::ordered_json points_of(const std::vector<RunCurves>& runs, const std::vector<std::string>& keys) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const RunCurves& run : runs) {
    nlohmann::ordered_json curves = nlohmann::ordered_json::object();
    for (const std::string& key : keys) {
      const Curve* curve = run.find(key);
      if (!curve) continue;
      curves[key] = {
          {"step", numbers_of(curve->steps)}, {"epoch", numbers_of(curve->epochs)}, {"value", numbers_of(curve->values)}};
    }
    list.push_back({{"run", run.path}, {"best_by", run.best_by}, {"curves", std::move(curves)}});
  }
  return {{"runs", std::move(list)}};
}

// Of the terminal, or 80 where there is none.
int columns_of_output() { return terminal_options(stdout, std::getenv("NO_COLOR"), std::getenv("TERM")).width(); }

void declare(Command& command, PlotArguments& a) {
  command.words("RUN", &a.folders, "run folders");
  command.text("-o,--output", &a.output, "FILE.svg", "write a drawing instead of showing the curves here");
  command.text(
      "--what", &a.what, "KEYS",
      "figures, separated by commas: loss, val_loss, val_perplexity, lr, grad_norm, tokens_per_s and others that the "
      "runs have (the losses, the figure of --best-by, lr)");
  command.flag("--log", &a.log, "logarithmic vertical axes");
  command.flag("--json", &a.json, "the points as one JSON object on standard output");
  command.whole("--width", &a.width, {0, 1000}, "N",
                "columns of the charts of text, 24 or more; 0: those of the terminal, else 80 (0)");
  command.flag("--force", &a.force, "overwrite a file that is not such a drawing");
  command.example("rnn plot runs/story-001");
  command.example("rnn plot runs/three-* --what val_loss,lr -o curves.svg");
}

}  // namespace

int run_plot(const Arguments& arguments) {
  PlotArguments a;
  Command command("plot", "RUN... [options]",
                  "the curves of runs: losses, learning rate and every other figure of the metrics");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.folders.empty() ? "" : a.folders[0], "a RUN");
  if (a.width > 0 && a.width < pages::kNarrowestChart)
    throw Error(Exit::usage, "usage/option",
                fmt::format("--width is {}, it must be 0 or at least {}", a.width, pages::kNarrowestChart),
                "0 takes the width of the terminal");
  if (!a.output.empty()) require_format(a.output, Output::drawing, "plot");
  if (!a.output.empty()) require_output(a.output, Output::drawing, a.force);
  std::vector<RunCurves> runs;
  for (const std::string& folder : only_runs(a.folders)) runs.push_back(read_run_curves(folder));
  const std::vector<std::string> keys = chosen_keys(a, runs);
  if (a.json) print(json_line(points_of(runs, keys)));
  if (a.json && a.output.empty()) return 0;
  const std::vector<pages::CurvePanel> panels = pages::curve_panels(runs, keys, a.log);
  if (panels.empty()) {
    throw Error(Exit::data, "plot/empty", fmt::format("{} has no figures yet", runs[0].path),
                "rnn train logs some after the first updates");
  }
  if (!a.output.empty()) {
    const std::string title =
        runs.size() == 1 ? "Training of " + runs[0].path : fmt::format("Training of {} runs", runs.size());
    write_file_atomic(a.output, pages::curves_svg(panels, title, a.log));
    if (!a.json) print(a.output + "\n");
    return 0;
  }
  print(pages::curves_text(panels, a.width > 0 ? static_cast<int>(a.width) : columns_of_output(), a.log));
  return 0;
}

}  // namespace rnn::core::app
