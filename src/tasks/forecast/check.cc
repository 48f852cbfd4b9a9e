// Why: what is in a table of series, what each column is taken for, and what is wrong with it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "series/observed.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/stream/series_files.h"
#include "tasks/forecast/task.h"

namespace rnn::core {
namespace {

constexpr int64_t kNamed = 5;  // series that a finding names one by one

bool is_constant(const Series& s) {
  const double value = last_observed(s.y);
  return std::all_of(s.y.begin(), s.y.end(), [&](double v) { return !observed(v) || v == value; });
}

std::string name_of(const Series& s) { return s.id.empty() ? "the series" : "'" + s.id + "'"; }

void add_series_findings(const SeriesSet& set, const SeriesOptions& o, std::vector<Finding>& findings) {
  int64_t shown = 0;
  for (const Series& s : set.series) {
    const uint32_t line = s.place.empty() ? 0 : s.place.front().line;
    const std::string& file = set.files[s.place.empty() ? 0 : s.place.front().file];
    const auto add = [&](const char* code, Severity severity, const std::string& message, const std::string& help) {
      if (++shown <= kNamed) findings.push_back({code, severity, file, line, message, help});
    };
    if (is_constant(s))
      add("data/constant", Severity::note, name_of(s) + " never changes",
          "its scaled errors are not defined and are left out");
    if (std::ssize(s.y) < 3 * int64_t{o.horizon} + 2)
      add("data/short", Severity::note,
          fmt::format("{} has {}, too few to be split", name_of(s), counted(s.y.size(), "value")),
          "it is learnt from, not measured");
  }
  if (shown > kNamed)
    findings.push_back(
        {"data/series", Severity::note, set.files[0], 0, fmt::format("{} more such series", grouped(shown - kNamed)), ""});
}

}  // namespace

DataReport check_series(const std::vector<std::string>& data, const Options& options) {
  SeriesFiles files;
  SeriesOptions o = options.series;
  try {
    files = read_series_files(data, o);
    decide_series_options(files.set, &o);
  } catch (const Error& e) {
    return report_of_failure(e);
  }
  const SeriesSet& set = files.set;
  const SeriesCounts& c = set.counts;
  DataReport report;
  report.lines = {
      {"data", fmt::format("{} · {} series, {}", data.size() == 1 ? data[0] : counted(data.size(), "file"),
                           grouped(std::ssize(set.series)), counted(c.values, "value"))},
      {"columns", set.roles},
      {"steps", fmt::format("{} from {} to {}{}", set.grid.name(), set.first_text(), set.last_text(),
                            set.grid.zone().empty() ? "" : ", " + set.grid.zone().name())},
      {"missing", fmt::format("{}, {} · {} of a date that was there before", counted(c.gaps, "step") + " without a row",
                              counted(c.missing, "empty value"), counted(c.duplicates, "row"))},
      {"forecast", fmt::format("{} ahead, season {}", counted(o.horizon, set.grid.step_word()), o.season)}};
  for (const std::string& note : set.notes) report.lines.emplace_back("note", note);
  nlohmann::json facts = {{"series", set.series.size()},
                          {"values", c.values},
                          {"rows", c.rows},
                          {"gaps", c.gaps},
                          {"missing", c.missing},
                          {"duplicates", c.duplicates},
                          {"constant", c.constant},
                          {"zero", c.zero},
                          {"empty", c.empty},
                          {"grid", set.grid.name()},
                          {"zone", set.grid.zone().name()},
                          {"season", o.season},
                          {"horizon", o.horizon},
                          {"first", set.first_text()},
                          {"last", set.last_text()},
                          {"roles", set.roles},
                          {"hash", files.hash}};
  report.facts = facts;
  report.attempt([&] { split_series(files.set, o); });
  add_series_findings(set, o, report.findings);
  return report;
}

}  // namespace rnn::core
