// Why: which curves share axes and what those span; the same panels become SVG or text.
#include "pages/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include "base/numbers.h"
#include "events/events.h"
#include "events/terminal.h"
#include "pages/html.h"
#include "pages/svg_parts.h"
#include "pages/text_chart.h"

namespace rnn::core::pages {
namespace {

constexpr int kPanelWidth = 760, kPanelHeight = 300, kPanelGap = 18;
constexpr int kScaleWidth = 9;            // columns for the numbers at the left of a chart of text, with the axis
constexpr int kRows = 8, kFewerRows = 5;  // of a chart of text: of one run, of several

// "a" for runs/a; the path where two runs have one name; "a (2)" where a run is given twice.
std::vector<std::string> run_names(const std::vector<RunCurves>& runs) {
  std::map<std::string, int> times;
  std::vector<std::string> names;
  for (const RunCurves& run : runs) {
    std::string name = std::filesystem::path(run.path).filename().string();
    if (name.empty() || name == "." || name == "..") name = run.path;
    ++times[name];
    names.push_back(std::move(name));
  }
  for (size_t i = 0; i < runs.size(); ++i)
    if (times[names[i]] > 1) names[i] = runs[i].path;
  std::map<std::string, int> before;
  for (std::string& name : names) {
    const int number = ++before[name];
    if (number > 1) name += fmt::format(" ({})", number);
  }
  return names;
}

void set_ranges(CurvePanel& panel, bool log) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double low = kNone, high = -kNone, first = kNone, last = -kNone;
  for (const svg::Series& series : panel.series) {
    for (size_t i = 0; i < series.y.size(); ++i) {
      const double y = series.y[i];
      if (!std::isfinite(y) || (log && !(y > 0))) continue;
      low = std::min(low, y), high = std::max(high, y);
      first = std::min(first, series.x[i]), last = std::max(last, series.x[i]);
    }
  }
  if (!(low <= high)) return;
  panel.first = first, panel.last = last > first ? last : first + 1;
  panel.low = !log && low > 0 && low < high / 3 ? 0 : low, panel.high = high;
  if (panel.low < panel.high) return;
  if (!log && high > 0) panel.low = 0;  // a constant
  if (!(panel.low < panel.high)) panel.high = log ? 10 * panel.low : panel.low + 1;
}

// "4.593", "0.003", "43k": at most seven columns.
std::string scale_text(double value) {
  return std::fabs(value) >= 1e4 ? compact_count(value) : fmt::format("{:.3g}", value);
}

bool shown(double value, bool log) { return std::isfinite(value) && (!log || value > 0); }

// "4.593 at first, 2.105 at the end; lowest 2.101, highest 4.593".
std::string course_text(const svg::Series& series, bool log) {
  double first = 0, last = 0, low = 0, high = 0;
  size_t count = 0;
  for (const double y : series.y) {
    if (!shown(y, log)) continue;
    if (count++ == 0) first = low = high = y;
    last = y, low = std::min(low, y), high = std::max(high, y);
  }
  if (count == 0) return "no finite value";
  return fmt::format("{:.4g} at first, {:.4g} at the end; lowest {:.4g}, highest {:.4g}", first, last, low, high);
}

std::string cut(const std::string& text, int width) {
  std::string shorter;
  int columns = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++columns > width) break;
    shorter += c;
  }
  return shorter;
}

std::string series_text(const CurvePanel& panel, const svg::Series& series, int width, int rows, bool log) {
  TextChart chart;
  chart.x = series.x, chart.y = series.y, chart.log = log;
  chart.x_low = panel.first, chart.x_high = panel.last;
  chart.y_low = log ? std::log10(panel.low) : panel.low, chart.y_high = log ? std::log10(panel.high) : panel.high;
  chart.columns = width - kScaleWidth, chart.rows = rows;
  const std::vector<std::string> lines = chart_lines(chart);
  std::string text = cut(printable(series.name) + ": " + course_text(series, log), width) + "\n";
  for (size_t row = 0; row < lines.size(); ++row) {
    const std::string scale = row == 0 ? scale_text(panel.high) : row + 1 == lines.size() ? scale_text(panel.low) : "";
    std::string line = fmt::format("{:>{}} │{}", scale, kScaleWidth - 2, lines[row]);
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  const std::string from = fmt::format("{:.0f}", panel.first), to = fmt::format("update {:.0f}", panel.last);
  const int room = chart.columns - static_cast<int>(from.size());
  return text + std::string(kScaleWidth, ' ') +
         (room > static_cast<int>(to.size()) ? fmt::format("{}{:>{}}", from, to, room) : cut(to, chart.columns)) + "\n";
}

}  // namespace

std::vector<CurvePanel> curve_panels(const std::vector<RunCurves>& runs, const std::vector<std::string>& keys, bool log) {
  const std::vector<std::string> names = run_names(runs);
  const auto is_loss = [](const std::string& key) { return key == "loss" || key == "val_loss"; };
  std::vector<CurvePanel> panels;
  CurvePanel* losses = nullptr;
  panels.reserve(keys.size());
  for (const std::string& key : keys) {
    CurvePanel panel;
    panel.title = curve_title(key);
    const bool joined = runs.size() == 1 && losses && is_loss(key);
    for (size_t i = 0; i < runs.size(); ++i) {
      const Curve* curve = runs[i].find(key);
      if (!curve) continue;
      svg::Series series;
      series.name = runs.size() == 1 ? panel.title : names[i];
      series.x = curve->steps, series.y = curve->values, series.style = joined ? 1 : static_cast<int>(i);
      if (joined) {
        losses->series.push_back(std::move(series));
        losses->title = "loss";
      } else {
        panel.series.push_back(std::move(series));
      }
    }
    if (panel.series.empty()) continue;
    panels.push_back(std::move(panel));
    if (is_loss(key)) losses = &panels.back();
  }
  for (CurvePanel& panel : panels) set_ranges(panel, log);
  return panels;
}

std::string curves_svg(const std::vector<CurvePanel>& panels, std::string_view title, bool log) {
  svg::Frame frame;
  frame.id = "curves", frame.title = title, frame.width = kPanelWidth + 32, frame.standalone = true;
  frame.description = "Charts over the updates of the training, one below the other, with a line for each run or figure.";
  const int height = static_cast<int>(panels.size()) * (kPanelHeight + kPanelGap) + kPanelGap;
  std::string out = svg::open(frame, height, "charts");
  for (size_t i = 0; i < panels.size(); ++i) {
    const CurvePanel& panel = panels[i];
    svg::LineChart chart;
    chart.id = fmt::format("curves-{}", i + 1);
    chart.title = panel.title;
    chart.description = "A line for each run or figure over the updates.";
    chart.width = kPanelWidth, chart.height = kPanelHeight;
    chart.x_label = "update";
    chart.y_label = panel.title + (log ? " (logarithmic)" : "");
    chart.log_y = log;
    chart.series = panel.series;
    if (!log && panel.low != 0) {  // else the axis starts at 0
      const double margin = 0.04 * (panel.high - panel.low);
      chart.y_min = panel.low - margin, chart.y_max = panel.high + margin;
    }
    for (svg::Series& series : chart.series) series.solid = series.y.size() > 60 && chart.series.size() == 1;
    const int top = svg::title_room(frame) + kPanelGap + static_cast<int>(i) * (kPanelHeight + kPanelGap);
    out += fmt::format("<g transform=\"translate(16 {})\">\n{}</g>\n", top, svg::line_chart(chart));
  }
  return out + "</svg>\n";
}

std::string curves_text(const std::vector<CurvePanel>& panels, int width, bool log) {
  width = std::max(width, kNarrowestChart);
  std::string text;
  for (const CurvePanel& panel : panels) {
    const bool own_name = panel.series.size() == 1 && panel.series[0].name == panel.title;
    if (!text.empty()) text += "\n";
    if (!own_name) text += cut(panel.title + (log ? " (logarithmic)" : ""), width) + "\n";
    for (const svg::Series& series : panel.series)
      text += series_text(panel, series, width, panel.series.size() > 1 ? kFewerRows : kRows, log);
  }
  return text;
}

}  // namespace rnn::core::pages
