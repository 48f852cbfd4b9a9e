// Why: see label_chart.h.
#include "pages/label_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/svg_parts.h"

namespace rnn::core::svg {
namespace {

constexpr double kBarHigh = 16, kStepHigh = 22, kMarkHigh = 20, kSquare = 11, kAside = 8;
constexpr double kLeastRange = 0.1;  // a few tenths of a point look like nothing

std::string with_value(std::string element, double exact, const std::string& at) {
  const std::string data = fmt::format(" data-value=\"{}\" data-at=\"{}\"", pages::exact(exact), pages::escape(at));
  return element.insert(element.find('>'), data);
}

std::string bar_block(const std::string& css_class, double x, double y, double wide, double high) {
  return fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", css_class, at(x), at(y), at(wide),
                     at(high));
}

std::string signed_points(double share) {
  const double points = std::round(100 * share);
  return points == 0 ? "0" : fmt::format("{}{:.0f}", points > 0 ? "+" : "−", std::fabs(points));
}

double widest_name(const std::vector<std::string>& names, double most, bool bold) {
  double width = 0;
  for (const std::string& name : names) width = std::max(width, text_width(fitted(name, most, bold), bold));
  return width;
}

// One look: the word, the labels' shares side by side, the answer's as a number.
std::string look_row(const Verdict& v, size_t look, double left, double wide, double y) {
  const bool now = static_cast<int>(look) == v.decided && v.turns > 0;
  std::string out = text(left - kAside, y + 13, fitted(v.steps[look], left - kAside, now), Anchor::end, now ? "strong" : "");
  out += bar_block("track", left, y, wide, kBarHigh);
  double x = left;
  std::string bars;
  for (const ShownLabel& label : v.course) x += label.p[look] * wide;
  for (size_t i = v.course.size(); i-- > 0;) {  // the answer last: its number follows it
    const double own = v.course[i].p[look] * wide;
    x -= own;
    const double apart = i > 0 && own > 2 ? 1 : 0;
    bars += bar_block(fmt::format("f{}", i % kStyles), x + apart, y, own - apart, kBarHigh);
  }
  const double p = v.course[0].p[look];
  out += bars;
  return out + with_value(text(left + wide + 6, y + 13, pages::share(p), Anchor::start, now ? "strong" : "soft"), p,
                          fmt::format("/course/0/p/{}", look));
}

}  // namespace

std::vector<LegendEntry> legend_of(const Verdict& v) {
  std::vector<LegendEntry> entries;
  for (size_t i = 0; i < v.course.size(); ++i)
    entries.push_back({v.course[i].label + (v.said == v.course[i].label ? " (right)" : ""), static_cast<int>(i)});
  if (static_cast<int>(v.course.size()) < v.facts.labels) entries.push_back({"other labels", -1});
  return entries;
}

std::string legend_lines(const std::vector<LegendEntry>& entries, double left, double width, double& y) {
  std::string out;
  double x = left;
  for (const LegendEntry& entry : entries) {
    const std::string shown = fitted(entry.text, width - left - kSquare - 6);
    const double wide = kSquare + 6 + text_width(shown) + 18;
    if (x > left && x + wide - 18 > width) x = left, y += 20;
    out +=
        fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>",
                    entry.style < 0 ? "track" : fmt::format("f{}", entry.style % kStyles), at(x), at(y), kSquare, kSquare);
    out += text(x + kSquare + 6, y + 10, shown, Anchor::start, "");
    x += wide;
  }
  y += 22;
  return out;
}

std::string steps_chart(const StepsChart& chart) {
  const Verdict& v = *chart.verdict;
  const double left = widest_name(v.steps, 0.3 * chart.width, true) + kAside + 2;
  const double wide = chart.width - left - text_width("under 1 %") - 10;
  double y = title_room(chart) + 4;
  std::string out = legend_lines(legend_of(v), 0, chart.width, y);
  for (size_t look = 0; look < v.looks.size(); ++look) {
    if (static_cast<int>(look) == v.decided && v.turns > 0) {
      out += line(0, y + 1, chart.width, y + 1, "level");
      out += text(chart.width, y + 15, fitted("from here on: " + v.answer[0].label, chart.width - 4.0), Anchor::end, "soft");
      y += kMarkHigh;
    }
    out += look_row(v, look, left, wide, y);
    y += kStepHigh;
  }
  return open(chart, static_cast<int>(std::ceil(y)) - title_room(chart), "bar chart") + out + "</svg>\n";
}

std::string parts_chart(const PartsChart& chart) {
  std::vector<std::string> names;
  double low = 0, high = 0;
  for (const PartBar& part : chart.parts)
    names.push_back(part.name), low = std::min(low, part.adds), high = std::max(high, part.adds);
  const double room = text_width("+100") + 8, left = widest_name(names, 0.32 * chart.width, false) + kAside + 2 + room;
  // The side of the smaller bars is as wide as its bars and its word.
  const double range = std::max(high - low, kLeastRange), space = chart.width - left - room;
  const double least = std::min(std::max(text_width(chart.left) + 10 - room, 0.0), space / 2);
  const double scale = (space - least) / range, middle = left + std::max(-low * scale, least);
  double y = title_room(chart) + 18;
  std::string out =
      text(middle - 8, y - 4, chart.left, Anchor::end, "soft") + text(middle + 8, y - 4, chart.right, Anchor::start, "soft");
  const double top = y;
  y += 4;
  for (const PartBar& part : chart.parts) {
    const bool speaks_for = part.adds >= 0;
    const double wide = std::fabs(part.adds) * scale;
    out += text(left - kAside - room, y + 13, fitted(part.name, 0.32 * chart.width), Anchor::end, "");
    out += bar_block(speaks_for ? "p6" : "n6", speaks_for ? middle : middle - wide, y, wide, kBarHigh);
    out += with_value(text(speaks_for ? middle + wide + 5 : middle - wide - 5, y + 13, signed_points(part.adds),
                           speaks_for ? Anchor::start : Anchor::end, "soft"),
                      part.adds, part.at);
    y += kStepHigh;
  }
  out += line(middle, top, middle, y, "axis");
  return open(chart, static_cast<int>(std::ceil(y + 4)) - title_room(chart), "bar chart") + out + "</svg>\n";
}

}  // namespace rnn::core::svg
