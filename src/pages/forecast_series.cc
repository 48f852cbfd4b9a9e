// Why: the section "What comes next": of each series that is drawn, the forecast with its bands and the forecasts of the past.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pages/figures.h"
#include "pages/forecast_parts.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core::pages {
namespace {

constexpr int kForecastStyle = 0, kSimpleStyle = 1, kPastStyle = 5;
constexpr double kFromZero = 0.4;  // values whose least is below this share of the largest are drawn from 0 on

std::vector<double> positions(size_t first, size_t count) {
  std::vector<double> x;
  for (size_t i = 0; i < count; ++i) x.push_back(static_cast<double>(first + i));
  return x;
}

svg::Series drawn_line(std::string name, size_t first, const std::vector<double>& y, int style, std::string at) {
  svg::Series line;
  line.name = std::move(name), line.x = positions(first, y.size()), line.y = y, line.style = style, line.at = std::move(at);
  line.solid = style == kPastStyle, line.unlabelled = true;
  return line;
}

svg::Band drawn_band(double level, size_t first, const std::vector<double>& low, const std::vector<double>& high,
                     const std::string& at) {
  return {share(level) + " band", positions(first, low.size()), low, high, kForecastStyle, at + "/low", at + "/high"};
}

// The vertical axis: all that is drawn and a little room; from 0 where values reach down towards it.
void set_axis(svg::LineChart& chart) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto take = [&](const std::vector<double>& values) {
    for (const double v : values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  };
  for (const svg::Series& s : chart.series) take(s.y);
  for (const svg::Band& b : chart.bands) take(b.low), take(b.high);
  if (!(low <= high)) return;
  const double room = high > low ? 0.05 * (high - low) : std::max(1e-9, 0.1 * std::abs(high));
  const bool from_zero = low >= 0 && low < kFromZero * high;
  chart.y_min = from_zero ? 0 : low - room, chart.y_max = high + room;
  if (chart.y_min == 0 && chart.y_max == 0) chart.y_max = 1;
}

void set_dates(svg::LineChart& chart, const std::vector<std::string>& stamps, size_t count) {
  chart.x_names.assign(stamps.begin(), stamps.begin() + static_cast<int64_t>(std::min(count, stamps.size())));
  const size_t step = std::max<size_t>(1, (count + 6) / 7);
  for (size_t i = 0; i < count; i += step) chart.x_ticks.push_back(static_cast<double>(i));
}

svg::LineChart next_lines(const ForecastReport& r, size_t index) {
  const DrawnSeries& d = r.drawn[index];
  const size_t n = d.history.size();
  const std::string at = fmt::format("/drawn/{}", index);
  svg::LineChart chart;
  chart.id = fmt::format("next-{}", index);
  chart.title = fmt::format("{}: the past and what comes next", d.id.empty() ? "The series" : d.id);
  chart.description =
      fmt::format("The last {} values up to {}, then {} forecast values up to {}; the numbers are in the table below.", n,
                  n == 0 ? "" : d.stamps[n - 1], d.point.size(), d.stamps.empty() ? "" : d.stamps.back());
  chart.series.push_back(drawn_line("what happened", 0, d.history, kPastStyle, at + "/history"));
  if (!d.simple.empty()) chart.series.push_back(drawn_line(simple_name(r), n, d.simple, kSimpleStyle, at + "/simple"));
  chart.series.push_back(drawn_line("forecast", n, d.point, kForecastStyle, at + "/point"));
  for (size_t b = d.bands.size(); b-- > 0;)
    chart.bands.push_back(
        drawn_band(d.bands[b].level, n, d.bands[b].low, d.bands[b].high, fmt::format("{}/bands/{}", at, b)));
  chart.markers = r.horizon == 1;
  set_dates(chart, d.stamps, n + d.point.size());
  set_axis(chart);
  return chart;
}

std::string next_chart(const ForecastReport& r, size_t index) { return both(next_lines(r, index), 340); }

std::string past_chart(const ForecastReport& r, size_t index) {
  const DrawnSeries& d = r.drawn[index];
  const std::string at = fmt::format("/drawn/{}", index);
  svg::LineChart chart;
  chart.id = fmt::format("past-{}", index);
  chart.title = fmt::format("{}: past forecasts over what came", d.id.empty() ? "The series" : d.id);
  chart.description =
      fmt::format("{} forecasts of {} steps each, made from the values before them.", d.past.size(), r.horizon);
  chart.series.push_back(drawn_line("what came", 0, d.history, kPastStyle, at + "/history"));
  for (size_t p = 0; p < d.past.size(); ++p) {
    const PastForecast& past = d.past[p];
    const std::string from = fmt::format("{}/past/{}", at, p);
    const auto first = static_cast<size_t>(past.first);
    chart.series.push_back(drawn_line("forecast", first, past.point, kForecastStyle, from + "/point"));
    if (!past.low.empty()) chart.bands.push_back(drawn_band(r.level, first, past.low, past.high, from));
  }
  chart.markers = r.horizon == 1;
  set_dates(chart, d.stamps, d.history.size());
  set_axis(chart);
  return both(chart, 300);
}

std::string line_key(int style, std::string_view name) {
  return fmt::format(
      "<span><svg class=\"dash\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"ln c{}{}\" d=\"M1 "
      "4H27\"/></svg>{}</span>",
      style, style == kPastStyle ? " solid" : "", name);
}

std::string area_key(std::string_view css_class, std::string_view name) {
  return fmt::format(
      "<span><svg class=\"dash\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"wash f{0}\" d=\"M0 "
      "0h28v8H0z\"/>{1}</svg>{2}"
      "</span>",
      kForecastStyle,
      css_class == "inner" ? fmt::format("<path class=\"wash f{}\" d=\"M0 0h28v8H0z\"/>", kForecastStyle) : "", name);
}

std::string next_table(const ForecastReport& r, size_t index) {
  const DrawnSeries& d = r.drawn[index];
  Table table{"The forecast of " + series_name(d.id), {"date", "forecast"}, {}};
  for (const ReportBand& b : d.bands) table.columns.push_back(share(b.level) + " band");
  if (!d.simple.empty()) table.columns.push_back(simple_name(r));
  for (size_t h = 0; h < d.point.size(); ++h) {
    const auto at = [&](std::string_view what) { return fmt::format("/drawn/{}/{}/{}", index, what, h); };
    std::vector<std::string> row = {escape(d.stamps[d.history.size() + h]),
                                    value(d.point[h], number(d.point[h]), at("point"))};
    for (size_t b = 0; b < d.bands.size(); ++b) {
      if (d.bands[b].low.empty()) {
        row.push_back("–");
        continue;
      }
      const double low = d.bands[b].low[h], high = d.bands[b].high[h];
      row.push_back(value(low, number(low), at(fmt::format("bands/{}/low", b))) + " to " +
                    value(high, number(high), at(fmt::format("bands/{}/high", b))));
    }
    if (!d.simple.empty()) row.push_back(value(d.simple[h], number(d.simple[h]), at("simple")));
    table.rows.push_back(std::move(row));
  }
  return folded_table(table);
}

std::string drawn_panel(const ForecastReport& r, size_t index, bool several) {
  const DrawnSeries& d = r.drawn[index];
  std::string html = fmt::format("<div class=\"panel p{}{}\">\n", index, several ? "" : " only");
  if (several) html += "<h3>" + series_name(d.id) + "</h3>\n";
  if (!d.point.empty()) {
    std::string keys = line_key(kPastStyle, "what happened") + line_key(kForecastStyle, "forecast");
    if (!d.simple.empty()) keys += line_key(kSimpleStyle, simple_name(r));
    for (const ReportBand& b : d.bands) keys += area_key(&b == &d.bands[0] ? "inner" : "outer", share(b.level) + " band");
    html += figure("<p class=\"keys\">" + keys + "</p>\n" + next_chart(r, index) + next_table(r, index),
                   fmt::format("The forecast from {} to {}. Of the values to come, {} should lie in the light area, half of "
                               "them in the dark one.",
                               escape(d.stamps[d.history.size()]), escape(d.stamps.back()), share(r.level)));
  }
  if (d.past.empty()) return html + "</div>\n";
  html += figure(
      "<p class=\"keys\">" + line_key(kPastStyle, "what came") + line_key(kForecastStyle, "forecast") +
          area_key("outer", share(r.level) + " band") + "</p>\n" + past_chart(r, index),
      fmt::format("The same model on the past: {} forecast{}, each from the values before it alone, over what then "
                  "came. The first one was made after {}.",
                  in_words(static_cast<int>(d.past.size())), d.past.size() == 1 ? "" : "s", escape(d.past.front().cutoff)));
  return html + "</div>\n";
}

}  // namespace

std::string next_section(const ForecastReport& r) {
  std::string html;
  if (r.not_ahead.empty()) {
    html += paragraph(
        fmt::format("The forecast reaches from {} to {}. The line is the value in the middle: the one that comes is "
                    "as likely above it as below. The areas are <strong>bands</strong>: how far off it may be.",
                    escape(r.next_first), escape(r.next_last)));
  } else {
    html += paragraph("There is no forecast of what comes next: " + escape(r.not_ahead) + ".");
  }
  html += paragraph(undrawn_sentence(r));
  const bool several = r.drawn.size() > 1;
  html += several ? "<div class=\"tabs\" role=\"group\" aria-label=\"Series shown\">\n" : "<div class=\"tabs\">\n";
  for (size_t i = 0; i < r.drawn.size() && several; ++i)
    html += fmt::format("<input type=\"radio\" name=\"series\" id=\"w{0}\"{1}><label for=\"w{0}\">{2}</label>\n", i,
                        i == 0 ? " checked" : "", series_name(r.drawn[i].id));
  for (size_t i = 0; i < r.drawn.size(); ++i) html += drawn_panel(r, i, several);
  return section("next", "What comes next", html + "</div>\n");
}

std::string forecast_drawing(const ForecastReport& r) {
  if (r.drawn.empty()) return "";
  svg::LineChart chart = next_lines(r, 0);
  chart.standalone = true, chart.height = 340, chart.width = 760;
  for (svg::Series& line : chart.series) line.unlabelled = false;
  return svg::line_chart(chart);
}

}  // namespace rnn::core::pages
