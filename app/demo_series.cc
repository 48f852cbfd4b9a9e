// Why: a series is made, forecast with a band, and the forecast is judged on days that were kept apart.
#include "demo_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "base/rng.h"
#include "inspect/forecast_report.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "pages/forecast_page.h"
#include "runs.h"
#include "screen.h"
#include "tasks/forecast/backtest.h"
#include "tasks/forecast/windows.h"
#include "tasks/training.h"

namespace rnn::core::app {
namespace {

constexpr int kDays = 800, kAhead = 28, kKept = 56;  // kept: apart from training, to judge by
constexpr double kPi = 3.14159265358979323846;

// Loaves that a bakery sells in a day: a week, a year, growth, closed on holidays now and then, and chance.
std::string bakery(uint64_t seed) {
  constexpr double kWeek[] = {1.0, 0.95, 0.98, 1.05, 1.3, 1.6, 0.7};  // from Monday
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  Random random(seed, Purpose::sample, 7);
  std::string table = "day,loaves\n";
  int year = 2023, month = 0, day = 1;
  double drift = 0;
  for (int t = 0; t < kDays; ++t) {
    drift = 0.95 * drift + 0.02 * (random.uniform() + random.uniform() - 1);
    const double level = (180 + 0.05 * t) * (1 + 0.12 * std::cos(2 * kPi * (t - 350) / 365.25)) * (1 + drift);
    const double noise = 1 + 0.06 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
    table += fmt::format("{}-{:02}-{:02},{:.0f}\n", year, month + 1, day, level * kWeek[(t + 6) % 7] * noise);
    const bool leap = month == 1 && year % 4 == 0;
    if (++day > kLengths[month] + leap) day = 1, month = (month + 1) % 12, year += month == 0;
  }
  return table;
}

RunRequest bakery_request(const DemoPartRequest& demo, const std::string& table) {
  RunRequest request = part_request(demo);
  request.task = "forecast";
  request.data = {table};
  request.series.horizon = kAhead, request.series.test_steps = kKept;
  request.given = {"horizon", "test-steps"};
  return request;
}

// The days that were kept apart, forecast from before them.
std::string errors_table(ReadyForecaster& ready, const SeriesSet& set, WorthRow& worth) {
  const MeasuredWindows measured = windows_to_measure(ready.front(), set, kAhead, {.windows = 2, .last = kKept});
  const Backtest found = backtest(ready.forecaster(), ready.front(), *measured.bank, set, measured.windows, {});
  Table table({fmt::format("the last {} days, which it has not seen", kKept), "loaves off, a day", "in the 90 % band"});
  worth = {"loaves of the next four weeks", "loaves off, a day", "", "", 0, 0};
  for (const BacktestRow& row : found.rows) {
    const ResultRow figures = row.row();
    const double off = figures[figure::kMae].value_or(0);
    if (worth.network.empty()) {
      worth.network = "network with a band", worth.network_value = off;
    } else if (worth.simple.empty() || off < worth.simple_value) {
      worth.simple = row.name, worth.simple_value = off;
    }
    table.add(
        {row.name, decimal_text(figures[figure::kMae], 1), figure_text(figure::kCoverage, figures[figure::kCoverage])});
  }
  return table.text();
}

// A line per day: the band as a bar on one scale, the forecast in it.
std::string drawn_band(const SeriesSet& set, const Forecast& next, std::span<const double> levels, int days) {
  constexpr int kColumns = 50;
  const size_t n = levels.size();
  double low = next.quantile[0], high = low;
  for (int h = 0; h < days; ++h) {
    low = std::min(low, next.quantile[static_cast<size_t>(h) * n]);
    high = std::max(high, next.quantile[static_cast<size_t>(h) * n + n - 1]);
  }
  const auto column = [&](double v) {
    return static_cast<int>(std::lround((v - low) / std::max(high - low, 1e-9) * kColumns));
  };
  std::string text;
  for (int h = 0; h < days; ++h) {
    const auto at = static_cast<size_t>(h);
    const double from = next.quantile[at * n], to = next.quantile[at * n + n - 1];
    std::string line;
    for (int c = 0; c <= kColumns; ++c)
      line += c == column(next.point[at]) ? "●" : c >= column(from) && c <= column(to) ? "─" : " ";
    line.erase(line.find_last_not_of(' ') + 1);
    text += fmt::format("  {} {:>4.0f}  {}\n", set.grid.text(set.series[0].end() + h), next.point[at], line);
  }
  return text;
}

// The last days and the forecast, for a small drawing.
core::Part drawn_part(const SeriesSet& set, const Forecast& next, size_t levels) {
  core::Part part;
  part.kind = "series", part.input = "loaves sold on each day so far";
  part.output = fmt::format("tomorrow {:.0f}, and {} days more", next.point[0], next.point.size() - 1);
  const auto& values = set.series[0].y;
  for (size_t i = values.size() > 2 * kAhead ? values.size() - 2 * kAhead : 0; i < values.size(); ++i)
    part.past.push_back(static_cast<double>(values[i]));
  for (size_t h = 0; h < next.point.size(); ++h) {
    part.next.push_back(next.point[h]);
    part.low.push_back(next.quantile[h * levels]);
    part.high.push_back(next.quantile[h * levels + levels - 1]);
  }
  return part;
}

}  // namespace

std::optional<DemoFound> demo_series(const DemoPartRequest& demo) {
  const std::filesystem::path folder = part_folder(demo.folder);
  const std::string table = (folder / "bakery.csv").string();
  write_file_atomic(table, bakery(demo.seed));
  say("\n" + strong("forecast", Stream::error));
  const std::optional<RunResult> result = train_part(demo, bakery_request(demo, table));
  if (!result) return std::nullopt;

  DemoFound found;
  ReadyForecaster ready(load_model(demo.folder), demo.threads);
  const SeriesSet set = ready.read({table}, ready.options());
  say("");
  print(strong("forecast", Stream::output) + "\n" + errors_table(ready, set, found.worth));
  const std::vector<double> levels = {0.05, 0.95};
  const SeriesBank bank(ready.front(), set);
  const std::vector<Forecast> next = ready.forecaster().forecast(bank, ready.next_windows(set, bank), levels);
  print("\n the next two weeks: ● the forecast, ─ where nine of ten days should lie\n" +
        drawn_band(set, next[0], levels, 14));
  const std::string page = (folder / "report.html").string();
  require_output(page, Output::page, std::nullopt);
  write_file_atomic(page, forecast_page(forecast_report(ready, set, {})));
  print(key_line("report", page) + "\n");
  add_costs(found.worth, *result);
  found.part = drawn_part(set, next[0], levels.size());
  found.part.link = (folder.filename() / "report.html").string();
  flush_output();
  return found;
}

}  // namespace rnn::core::app
