// Why: rnn detect: the steps of a series that lie far from what was expected of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "outputs.h"
#include "screen.h"
#include "series/calendar.h"
#include "series_options.h"
#include "table_text.h"
#include "tasks/forecast/stream/anomalies.h"
#include "tasks/forecast/stream/ready_forecaster.h"

namespace rnn::core::app {
namespace {

struct DetectArguments {
  std::string model, output;
  std::vector<std::string> data;
  NamedValues series;
  double threshold = 1;
  int64_t ahead = 1, smooth = 1, threads = 0;
  bool all = false, every = false, json = false, force = false;
};

void declare_detect(Command& command, DetectArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model of series");
  command.words("DATA...", &a.data, "tables as for rnn train, with the past that the model needs; -: standard input");
  command.text("-o,--output", &a.output, "FILE", "write the table there; default: standard output");
  command.real("--threshold", &a.threshold, {0, 1e9, true, false}, "S",
               "report scores above S; 1 is the largest of the rows that set the width of bands (1)");
  command.flag("--every", &a.every, "every step with its score, not only those above the threshold");
  command.flag("--all", &a.all, "also steps that the model has learnt from");
  command.flag("--json", &a.json, "JSON lines");
  command.flag("--force", &a.force, "overwrite the output file");
  command.more();
  command.whole("--ahead", &a.ahead, {1, 100000}, "N", "judge by the forecast of N steps before (1)");
  command.whole("--smooth", &a.smooth, {1, 100000}, "N",
                "score the mean of N steps: what stays away for long counts more (1)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  declare_series_options(command, a.series);
  command.example("rnn detect runs/taxi-001 taxi.csv");
  command.example("rnn detect runs/taxi-001 taxi.csv --every -o scores.csv");
}

// The first step after what the model has learnt from.
int64_t first_new_step(const SeriesSet& set, const Series& series, int64_t until) {
  int64_t step = 0;
  while (step < std::ssize(series.y) && set.grid.stamp(series.first + step).utc <= until) ++step;
  return step;
}

// What the step is unlike others for, whatever its value; "": nothing.
const char* note_of(const SeriesSet& set, int64_t position) {
  const ClockChange change = clock_change(set.grid, position);
  return change == ClockChange::back      ? "the local clock was set back"
         : change == ClockChange::forward ? "the local clock was put forward"
                                          : "";
}

std::string row_text(const SeriesSet& set, const Series& series, const JudgedStep& s, bool ids, bool json) {
  const std::string at = set.grid.text(series.first + s.step), note = note_of(set, series.first + s.step);
  if (json) {
    nlohmann::ordered_json line;
    if (ids) line["unique_id"] = series.id;
    line["ds"] = at, line["y"] = s.value, line["expected"] = s.expected, line["lo"] = s.low, line["hi"] = s.high;
    line["score"] = s.score;
    if (!note.empty()) line["note"] = note;
    return json_line(line);
  }
  return fmt::format("{}{},{:.6g},{:.6g},{:.6g},{:.6g},{:.3f},{}\n", ids ? table_cell(series.id) + "," : "", table_cell(at),
                     s.value, s.expected, s.low, s.high, s.score, note);
}

}  // namespace

int run_detect(const Arguments& arguments) {
  DetectArguments a;
  Command command("detect", "MODEL DATA... [options]", "the steps of time series that lie far from what was expected");
  declare_detect(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (a.data.empty()) command.need("", "DATA");
  if (!a.output.empty()) require_output(a.output, Output::other, a.force);
  ReadyForecaster ready(load_model(a.model), static_cast<int>(a.threads));
  const int horizon = ready.forecaster().horizon(), ahead = static_cast<int>(a.ahead), smooth = static_cast<int>(a.smooth);
  if (ahead > horizon)
    throw Error(Exit::usage, "usage/horizon",
                fmt::format("--ahead is {}, but the model forecasts {}", ahead, counted(horizon, "step")),
                "a smaller --ahead, or a model with a longer --horizon");
  const SeriesSet set = ready.read(a.data, series_options(ready.options(), a.series));
  const SeriesBank bank(ready.front(), set);
  const bool ids = std::any_of(set.series.begin(), set.series.end(), [](const Series& s) { return !s.id.empty(); });
  std::string text = a.json ? "" : ids ? "unique_id,ds,y,expected,lo,hi,score,note\n" : "ds,y,expected,lo,hi,score,note\n";
  // What is usual at another distance, or smoothed, is measured again on the rows that the model knows, where they are there.
  double usual = ready.front().usual;
  std::vector<int64_t> known, none(set.series.size(), 0);
  for (const Series& s : set.series) known.push_back(first_new_step(set, s, ready.front().until));
  if (ahead > 1 || smooth > 1) {
    std::vector<int64_t> from;
    for (const int64_t end : known) from.push_back(end - end / 10);
    usual = largest_score(ready.forecaster(), ready.front(), bank, from, known, ahead, smooth);
  }
  int64_t judged = 0, odd = 0, runs = 0;
  for (size_t s = 0; s < set.series.size(); ++s) {
    const Series& series = set.series[s];
    const int64_t from = a.all ? 0 : known[s];
    int64_t before = -2;
    for (const JudgedStep& step :
         judge_steps(ready.forecaster(), ready.front(), bank, s, from, std::ssize(series.y), ahead, smooth, usual)) {
      ++judged;
      const bool above = step.score > a.threshold;
      if (above) odd += 1, runs += step.step != before + 1, before = step.step;
      if (above || a.every) text += row_text(set, series, step, ids, a.json);
    }
  }
  write_table(a.output, text);
  if (judged == 0) say("note: the model has learnt from all of these steps, so none was judged; --all judges them, too");
  say(fmt::format("{} of {} above {}, in {}", grouped(odd), counted(judged, "step"), short_number(a.threshold),
                  counted(runs, "run")));
  return 0;
}

}  // namespace rnn::core::app
