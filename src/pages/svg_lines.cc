// Why: lines over steps or distances, each labelled at its own end, so that no legend has to be matched by colour.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/svg.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kName = 0.34;  // at most this part of the width for the name at a line's end

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return !(low <= high); }
};

bool drawable(double value, bool log) { return std::isfinite(value) && (!log || value > 0); }

Range range_of_x(const LineChart& chart) {
  Range range;
  for (const Series& series : chart.series) {
    for (size_t i = 0; i < series.x.size() && i < series.y.size(); ++i) {
      const double x = series.x[i];
      if (drawable(x, chart.log_x) && drawable(series.y[i], chart.log_y)) range.take(x);
    }
  }
  for (const Band& band : chart.bands) {
    for (const double x : band.x)
      if (drawable(x, chart.log_x)) range.take(x);
  }
  if (range.empty()) range = {chart.log_x ? 1.0 : 0.0, chart.log_x ? 10.0 : 1.0};
  return range;
}

Range range_of_y(const LineChart& chart) {
  if (chart.y_min != 0 || chart.y_max != 0) return {chart.y_min, chart.y_max};
  Range range;
  for (const Series& series : chart.series) {
    for (const double y : series.y) {
      if (drawable(y, chart.log_y)) range.take(y);
    }
  }
  for (const Band& band : chart.bands) {
    for (const std::vector<double>* ends : {&band.low, &band.high})
      for (const double y : *ends)
        if (drawable(y, chart.log_y)) range.take(y);
  }
  for (const Level& level : chart.levels) {
    if (drawable(level.y, chart.log_y)) range.take(level.y);
  }
  if (chart.log_y) {
    if (range.empty()) return {0.1, 1};
    range.low = std::pow(10.0, std::floor(std::log10(range.low) + 1e-9));
    range.high = std::pow(10.0, std::ceil(std::log10(range.high) - 1e-9));
    return range.low < range.high ? range : Range{range.low, range.low * 10};
  }
  if (range.empty()) return {0, 1};
  if (range.low > 0) range.low = 0;
  if (range.low == range.high) range.high = range.low + 1;
  range.high += (range.high - range.low) * 0.04;
  return range;
}

std::string marker(int style, double x, double y) {
  const double r = 4;
  switch (style % 4) {
    case 0:
      return fmt::format("M{} {}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", at(x - r), at(y));
    case 1:
      return fmt::format("M{} {}h7v7h-7z", at(x - 3.5), at(y - 3.5));
    case 2:
      return fmt::format("M{} {}l4.6 8h-9.2z", at(x), at(y - 5));
    default:
      return fmt::format("M{} {}l4.8 4.8l-4.8 4.8l-4.8 -4.8z", at(x), at(y - 4.8));
  }
}

// The data are attached in full precision: tests compare them, the script displays them.
std::string series_data(const Series& series) {
  return fmt::format(" data-name=\"{}\" data-x=\"{}\" data-values=\"{}\"{}", pages::escape(series.name),
                     pages::exact(series.x), pages::exact(series.y),
                     series.at.empty()
                         ? std::string()
                         : fmt::format(" data-at=\"{}\" data-first=\"{}\"", pages::escape(series.at), series.first));
}

// The upper line to the right, the lower one back; a new area after each interruption.
std::string draw_band(const LineChart& chart, const Band& band, const Scale& x, const Scale& y) {
  std::string path;
  const size_t count = std::min({band.x.size(), band.low.size(), band.high.size()});
  const auto whole = [&](size_t i) {
    return drawable(band.x[i], chart.log_x) && drawable(band.low[i], chart.log_y) && drawable(band.high[i], chart.log_y);
  };
  for (size_t begin = 0; begin < count; ++begin) {
    if (!whole(begin)) continue;
    size_t end = begin;
    for (; end < count && whole(end); ++end)
      path += (end == begin ? "M" : "L") + at(x(band.x[end])) + " " + at(y(band.high[end]));
    for (size_t i = end; i-- > begin;) path += "L" + at(x(band.x[i])) + " " + at(y(band.low[i]));
    path += "z";
    begin = end;
  }
  const auto pointer = [](std::string_view key, const std::string& to) {
    return to.empty() ? std::string() : fmt::format(" data-at-{}=\"{}\"", key, pages::escape(to));
  };
  return fmt::format(
      "<g class=\"band\" data-name=\"{}\" data-x=\"{}\" data-low=\"{}\" data-high=\"{}\"{}{}><path class=\"wash f{}\" "
      "d=\"{}\"/></g>\n",
      pages::escape(band.name), pages::exact(band.x), pages::exact(band.low), pages::exact(band.high),
      pointer("low", band.at_low), pointer("high", band.at_high), band.style % kStyles, path);
}

struct End {
  double x = 0, y = 0, label_y = 0;  // where the line ends; where its name is placed
  const Series* series = nullptr;
};

std::string draw_series(const LineChart& chart, const Series& series, const Scale& x, const Scale& y,
                        std::vector<End>& ends) {
  std::string path, points, pixels;
  bool pen_down = false;
  End end{0, 0, 0, nullptr};
  for (size_t i = 0; i < series.x.size() && i < series.y.size(); ++i) {
    const bool visible = drawable(series.x[i], chart.log_x) && drawable(series.y[i], chart.log_y);
    if (i > 0) pixels += ' ';
    if (!visible) {
      pixels += '-';
      pen_down = false;
      continue;
    }
    const double px = x(series.x[i]), py = y(series.y[i]);
    path += (pen_down ? "L" : "M") + at(px) + " " + at(py);
    pixels += at(px) + "," + at(py);
    pen_down = true;
    if (chart.markers) points += marker(series.style, px, py);
    end = {px, py, py, &series};
  }
  if (end.series != nullptr && !series.unlabelled) ends.push_back(end);
  const int style = series.style % kStyles;
  std::string out = fmt::format("<g class=\"series\"{} data-pixels=\"{}\">", series_data(series), pixels);
  out += fmt::format("<path class=\"ln c{}{}\" d=\"{}\"/>", style, series.solid ? " solid" : "", path);
  if (!points.empty()) out += fmt::format("<path class=\"f{}\" d=\"{}\"/>", style, points);
  return out + "</g>\n";
}

// Moves the names at the line ends apart until none covers another, within [top, bottom].
void spread(std::vector<End>& ends, double top, double bottom) {
  const double gap = 16;
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.y < b.y; });
  double floor = top;
  for (End& end : ends) {
    end.label_y = std::max(end.y, floor);
    floor = end.label_y + gap;
  }
  double ceiling = bottom;
  for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
    end->label_y = std::min(end->label_y, ceiling);
    ceiling = end->label_y - gap;
  }
}

std::string draw_ends(const LineChart& chart, std::vector<End>& ends, double right, double top, double bottom) {
  spread(ends, top + 4, bottom);
  std::string out;
  for (const End& end : ends) {
    out +=
        fmt::format("<path class=\"lead\" d=\"M{} {}L{} {}\"/>\n", at(end.x + 4), at(end.y), at(right + 8), at(end.label_y));
    out += text(right + 11, end.label_y + 4.5, fitted(end.series->name, kName * chart.width, true), Anchor::start,
                fmt::format("strong t{}", end.series->style % kStyles));
  }
  return out;
}

// A word that would run into the previous one is left out; the table has it.
std::string draw_names(const LineChart& chart, const Scale& x, double bottom) {
  std::string out;
  double free_from = 0;
  const auto draw = [&](double at_x, double gap) {
    if (!(at_x >= 0 && at_x < static_cast<double>(chart.x_names.size()))) return;
    const std::string name = fitted(chart.x_names[static_cast<size_t>(at_x)], 0.3 * chart.width);
    const double half = text_width(name) / 2, middle = std::max(half, std::min(x(at_x), chart.width - half));
    if (middle - half < free_from) return;
    if (!chart.x_ticks.empty()) out += line(x(at_x), bottom, x(at_x), bottom + 5, "axis");
    out += text(middle, bottom + 20, name, Anchor::middle, "soft");
    free_from = middle + half + gap;
  };
  if (chart.x_ticks.empty()) {
    for (size_t i = 0; i < chart.x_names.size(); ++i) draw(static_cast<double>(i), 6);
  } else {
    for (const double tick : chart.x_ticks) draw(tick, 14);
  }
  return out;
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  double names = 0;
  for (const Series& series : chart.series)
    if (!series.unlabelled) names = std::max(names, text_width(fitted(series.name, kName * chart.width, true), true));
  const Range xs = range_of_x(chart), ys = range_of_y(chart);
  const std::vector<std::string> x_label = text_lines(chart.x_label, chart.width - 4.0),
                                 y_label = text_lines(chart.y_label, chart.width - 4.0);
  const double top = title_room(chart) + 12 + (y_label.empty() ? 0 : 3 + 17 * static_cast<double>(y_label.size())),
               bottom = title_room(chart) + chart.height - 30 - 18 * static_cast<double>(x_label.size());
  const Scale y(ys.low, ys.high, bottom, top, chart.log_y);
  const std::vector<double> y_ticks = y.ticks(chart.height > 260 ? 6 : 4);
  const auto y_text = [&](double tick) {
    return chart.percent ? fmt::format("{:.4g} %", std::fabs(tick) < 1e-9 ? 0.0 : 100 * tick) : y.label(tick);
  };
  double widest = 0;
  for (const double tick : y_ticks) widest = std::max(widest, text_width(y_text(tick)));
  const double left = widest + 18, right = chart.width - names - 20;
  const Scale x(xs.low, xs.high, left, right, chart.log_x);

  std::string out = open(chart, chart.height, "line chart");
  out.insert(out.find(" viewBox"), fmt::format(" data-bottom=\"{}\"", at(bottom)));
  if (!chart.x_names.empty()) {
    std::string words;
    for (const std::string& name : chart.x_names) words += (words.empty() ? "" : "\t") + pages::escape(name);
    out.insert(out.find(" viewBox"), fmt::format(" data-names=\"{}\"", words));
  }
  for (const double tick : y_ticks) {
    out += line(left, y(tick), right, y(tick), "grid");
    out += text(left - 8, y(tick) + 4.5, y_text(tick), Anchor::end, "soft");
  }
  out += line(left, bottom, right, bottom, "axis");
  for (size_t i = 0; i < y_label.size(); ++i) {
    out += text(0, title_room(chart) + 15 + 17 * static_cast<double>(i), y_label[i], Anchor::start, "soft");
  }
  if (!chart.x_names.empty()) {
    out += draw_names(chart, x, bottom);
  } else {
    double free_from = -1e9;
    for (const double tick : chart.x_ticks.empty() ? x.ticks(chart.width > 500 ? 10 : 5) : chart.x_ticks) {
      if (tick < xs.low || tick > xs.high) continue;
      const std::string label = chart.x_ticks.empty() ? x.label(tick) : fmt::format("{:.6g}", tick);
      out += line(x(tick), bottom, x(tick), bottom + 5, "axis");
      if (x(tick) - text_width(label) / 2 < free_from) continue;
      out += text(x(tick), bottom + 20, label, Anchor::middle, "soft");
      free_from = x(tick) + text_width(label) / 2 + 6;
    }
  }
  for (size_t i = 0; i < x_label.size(); ++i) {
    const double half = text_width(x_label[i]) / 2, middle = (left + right) / 2;
    out += text(std::max(half, std::min(middle, chart.width - half)), bottom + 42 + 17 * static_cast<double>(i), x_label[i],
                Anchor::middle, "soft");
  }
  for (const Level& level : chart.levels) {
    if (!y.shows(level.y)) continue;
    out += line(left, y(level.y), right, y(level.y), "level");
    if (!level.text.empty()) out += text(left + 6, y(level.y) - 6, level.text, Anchor::start, "soft");
  }
  for (const Band& band : chart.bands) out += draw_band(chart, band, x, y);
  std::vector<End> ends;
  for (const Series& series : chart.series) out += draw_series(chart, series, x, y, ends);
  out += draw_ends(chart, ends, right, top, bottom);
  return out + "</svg>\n";
}

}  // namespace rnn::core::svg
