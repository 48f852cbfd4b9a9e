// Why: bars with their values printed, states as coloured cells, gates as small histograms.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/svg.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kBar = 13, kBarGap = 5, kGroupGap = 14;

int style_of(const BarChart& chart, size_t series) {
  return (series < chart.styles.size() ? chart.styles[series] : static_cast<int>(series)) % kStyles;
}

double largest(const BarChart& chart) {
  if (chart.maximum > 0) return chart.maximum;
  double most = 0;
  for (const BarGroup& group : chart.groups) {
    for (const double value : group.values) {
      if (std::isfinite(value)) most = std::max(most, value);
    }
  }
  return most > 0 ? most : 1;
}

std::string shown(const BarChart& chart, double value) { return chart.percent ? pages::share(value) : pages::number(value); }

std::string draw_bar(const BarChart& chart, const BarGroup& group, size_t s, double x, double y, double scale) {
  const double value = group.values[s];
  const double width = std::isfinite(value) && value > 0 ? std::max(1.0, value * scale) : 0;
  const bool pointed = s < group.at.size() && !group.at[s].empty();
  std::string out = fmt::format("<rect class=\"f{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>",
                                style_of(chart, s), at(x), at(y), at(width), at(kBar));
  std::string label = text(x + width + 6, y + kBar - 2, shown(chart, value), Anchor::start, "");
  label.insert(label.find('>'),
               fmt::format(" data-value=\"{}\"{}", pages::exact(value),
                           pointed ? fmt::format(" data-at=\"{}\"", pages::escape(group.at[s])) : std::string()));
  return out + label;
}

// "■ plain RNN  ■ GRU" on a line of its own, above the bars.
std::string legend(const BarChart& chart, double x, double y) {
  std::string out;
  for (size_t s = 0; s < chart.series.size(); ++s) {
    out += fmt::format("<rect class=\"f{}\" x=\"{}\" y=\"{}\" width=\"11\" height=\"11\" rx=\"2\"/>", style_of(chart, s),
                       at(x), at(y));
    out += text(x + 17, y + 10, chart.series[s], Anchor::start, "");
    x += text_width(chart.series[s]) + 36;
  }
  return out;
}

// A legend that is too wide for its place starts further left, so that it still fits on one line.
double legend_left(const BarChart& chart, double left) {
  double width = -20;
  for (const std::string& name : chart.series) width += text_width(name) + 36;
  return std::clamp(chart.width - width, 0.0, left);
}

size_t slot(int level) { return static_cast<size_t>(7 + std::max(level, -7)); }

int level_of(float value, float limit) {
  if (!std::isfinite(value)) return 0;
  return static_cast<int>(std::lround(std::clamp(value / limit, -1.0f, 1.0f) * 7));
}

}  // namespace

std::string bar_chart(const BarChart& chart) {
  double names = 0, values = 0;
  std::vector<std::string> labels;
  for (const BarGroup& group : chart.groups) {
    labels.push_back(fitted(group.label, 0.4 * chart.width, true));
    names = std::max(names, text_width(labels.back(), true));
    for (const double value : group.values) values = std::max(values, text_width(shown(chart, value)));
  }
  const size_t series = std::max<size_t>(1, chart.series.size());
  const bool several = chart.series.size() > 1;
  const double group_height = static_cast<double>(series) * (kBar + kBarGap) - kBarGap + kGroupGap;
  const std::vector<std::string> label = text_lines(chart.x_label, chart.width - 4.0);
  const double above = several ? 30 : 6, below = label.empty() ? 4 : 14 + 17 * static_cast<double>(label.size());
  const double height = above + group_height * static_cast<double>(chart.groups.size()) + below;
  const double left = names + 14, scale = (chart.width - left - values - 10) / largest(chart);
  const double top = title_room(chart) + above;

  std::string out = open(chart, static_cast<int>(std::ceil(height)), "bar chart");
  if (several) out += legend(chart, legend_left(chart, left), title_room(chart) + 4);
  for (size_t g = 0; g < chart.groups.size(); ++g) {
    const BarGroup& group = chart.groups[g];
    const double y = top + group_height * static_cast<double>(g), middle = y + (group_height - kGroupGap) / 2;
    out += text(left - 10, middle + 4.5, labels[g], Anchor::end, "strong");
    for (size_t s = 0; s < group.values.size(); ++s) {
      out += draw_bar(chart, group, s, left, y + static_cast<double>(s) * (kBar + kBarGap), scale);
    }
  }
  const double bottom = top + group_height * static_cast<double>(chart.groups.size()) - kGroupGap / 2;
  out += line(left, top - 5, left, bottom, "axis");
  const bool fits = label.size() == 1 && left + text_width(chart.x_label) <= chart.width;  // under the bars
  for (size_t i = 0; i < label.size(); ++i) {
    out += text(fits ? left : 0, bottom + 22 + 17 * static_cast<double>(i), label[i], Anchor::start, "soft");
  }
  return out + "</svg>\n";
}

// One path per colour: a run of equal cells in a row is one rectangle.
std::string cells(const Cells& strip) {
  const int n = static_cast<int>(strip.values.size()), columns = std::max(1, std::min(strip.columns, std::max(n, 1)));
  const int rows = (n + columns - 1) / columns;
  std::array<std::string, 15> paths;
  for (int row = 0; row < rows; ++row) {
    const int end = std::min(n, (row + 1) * columns);
    for (int first = row * columns; first < end;) {
      const int level = level_of(strip.values[static_cast<size_t>(first)], strip.limit);
      int last = first + 1;
      while (last < end && level_of(strip.values[static_cast<size_t>(last)], strip.limit) == level) ++last;
      if (level != 0) {
        paths[slot(level)] += fmt::format("M{} {}h{}v1h-{}z", first - row * columns, row, last - first, last - first);
      }
      first = last;
    }
  }
  std::string out = fmt::format(
      "<svg{}{} class=\"cells\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" shape-rendering=\"crispEdges\" "
      "preserveAspectRatio=\"none\" data-columns=\"{}\" data-count=\"{}\">",
      strip.standalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "",
      strip.id.empty() ? "" : fmt::format(" id=\"{}\"", strip.id), columns, std::max(rows, 1), pages::escape(strip.title),
      columns, n);
  if (strip.standalone) out += fmt::format("<style>{}</style>", standalone_css());
  if (n >= columns) out += fmt::format("<path class=\"cz\" d=\"M0 0h{}v{}h-{}z\"/>", columns, n / columns, columns);
  if (n % columns > 0)
    out += fmt::format("<path class=\"cz\" d=\"M0 {}h{}v1h-{}z\"/>", n / columns, n % columns, n % columns);
  for (int level = -7; level <= 7; ++level) {
    const std::string& path = paths[slot(level)];
    if (!path.empty()) out += fmt::format("<path class=\"{}{}\" d=\"{}\"/>", level < 0 ? 'n' : 'p', std::abs(level), path);
  }
  return out + "</svg>\n";
}

std::string histogram(const Histogram& chart) {
  const size_t bins = std::max<size_t>(1, chart.shares.size());
  double most = 1e-9;
  for (const double share : chart.shares) most = std::max(most, share);
  std::string path;
  for (size_t i = 0; i < chart.shares.size(); ++i) {
    const double height = 20 * chart.shares[i] / most;
    path += fmt::format("M{} 20h9v-{}h-9z", i * 10, at(height));
  }
  return fmt::format(
      "<svg class=\"spread\" viewBox=\"0 0 {} 21\" role=\"img\" aria-label=\"{}\" preserveAspectRatio=\"none\">"
      "<path class=\"f{}\" d=\"{}\"/><path class=\"axis\" d=\"M0 20.5h{}\"/></svg>\n",
      bins * 10 - 1, pages::escape(chart.title), chart.style % kStyles, path, bins * 10 - 1);
}

}  // namespace rnn::core::svg
