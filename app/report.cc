// Why: rnn report: one page for everybody: what comes next in series, and how good such forecasts were in the past.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "inspect/forecast_report.h"
#include "outputs.h"
#include "pages/forecast_page.h"
#include "screen.h"
#include "series_options.h"

namespace rnn::core::app {
namespace {

struct ReportArguments {
  std::string model, output = "report.html", methods, show, svg;
  std::vector<std::string> data, future;
  NamedValues series;
  double level = 90;
  int64_t windows = 8, threads = 0;
  bool json = false, force = false;
};

void declare_report(Command& command, ReportArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model of series");
  command.words("DATA...", &a.data, "tables as for rnn train, up to the present; -: standard input");
  command.text("-o,--output", &a.output, "FILE", "the page (report.html)");
  command.whole("--windows", &a.windows, {0, 1e9}, "N", "past forecasts of each series, a horizon apart; 0: all (8)");
  command.real("--level", &a.level, {0, 100, true, true}, "P", "the band that is drawn and judged, in percent (90)");
  command.texts("--future", &a.future, "FILE",
                "what is known ahead of the dates to come; or rows with empty values in DATA");
  command.text("--show", &a.show, "NAMES", "series to draw, at most 12; default: the largest ones");
  command.text("--svg", &a.svg, "DIR", "also the drawing of the first series, as DIR/forecast.svg");
  command.flag("--json", &a.json, "the figures as one JSON object on standard output, no page");
  command.flag("--force", &a.force, "overwrite a file that is not such a page");
  command.more();
  command.text("--methods", &a.methods, "NAMES", "forecasts to compare with: naive, theta, ... (those that fit)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  declare_series_options(command, a.series);
  command.example("rnn report runs/sales-001 sales.csv");
  command.example("rnn report runs/sales-001 sales.csv --windows 20 --show store_01,store_02 -o stores.html");
}

}  // namespace

int run_report(const Arguments& arguments) {
  ReportArguments a;
  Command command("report", "MODEL DATA... [options]", "one page: what comes next, and how good such forecasts were");
  declare_report(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (a.data.empty()) command.need("", "DATA");
  if (!a.json) require_output(a.output, Output::page, a.force);
  ReadyForecaster ready(load_model(a.model), static_cast<int>(a.threads));
  std::vector<std::string> paths = a.data;
  paths.insert(paths.end(), a.future.begin(), a.future.end());
  const SeriesSet set = ready.read(paths, series_options(ready.options(), a.series));
  ReportOptions options;
  options.level = a.level / 100, options.windows = a.windows;
  if (!a.methods.empty()) options.methods = split_commas(a.methods);
  if (!a.show.empty()) options.show = split_commas(a.show);
  const ForecastReport report = forecast_report(ready, set, options);
  if (!report.not_ahead.empty()) say("note: the page has no forecast of what comes next: " + report.not_ahead);
  if (!a.svg.empty()) write_drawings(a.svg, a.force, forecast_drawings(report));
  if (a.json) {
    print(json_line(to_json_object(report)));
    return 0;
  }
  const std::string page = forecast_page(report);
  write_file_atomic(a.output, page);
  say(fmt::format("wrote {} ({}): open it in a browser", a.output, bytes_text(static_cast<int64_t>(page.size()))));
  print(a.output + "\n");
  return 0;
}

}  // namespace rnn::core::app
