// Why: the page of a forecast: head, summary, sections in order, data, script.
#include "pages/forecast_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pages/figures.h"
#include "pages/forecast_parts.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core {
namespace pages {
namespace {

// The headline as plain text.
std::string without_elements(const std::string& html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return text;
}

std::string report_header(const ForecastReport& r) {
  return fmt::format(
      "<header>\n<p class=\"eyebrow\">Forecast report</p>\n<h1>{}</h1>\n</header>\n<nav aria-label=\"Sections\"><ol><li><a "
      "href=\"#next\">What comes next</a></li><li><a href=\"#rows\">Against simple rules</a></li><li><a "
      "href=\"#errors\">Where the errors are</a></li><li><a href=\"#measured\">How it was measured</a></li><li><a "
      "href=\"#glossary\">Words</a></li></ol></nav>\n",
      forecast_headline(r));
}

std::string report_footer(const ForecastReport& r) {
  return fmt::format(
      "<footer>\n<p>Every number on this page was computed from the model <code>{}</code> and the data. This file also "
      "contains all figures in full precision. Made by rnn {}.</p>\n</footer>\n",
      escape(r.name), RNN_VERSION);
}

std::string report_card(const ForecastReport& r) {
  std::string html = "<ul class=\"cards\">\n<li class=\"card\"><h2 class=\"name\">The data</h2>\n<dl class=\"facts\">";
  html += fact("Series", value(static_cast<double>(r.series_count), count(r.series_count), "/series_count"));
  html += fact("Values", value(static_cast<double>(r.values), count(r.values), "/values"));
  if (r.missing > 0) html += fact("Missing", value(static_cast<double>(r.missing), count(r.missing), "/missing"));
  html += fact("Frequency", escape(r.frequency));
  html += fact("From", escape(r.first)) + fact("To", escape(r.last));
  html += fact("Horizon", steps_figure(r, r.horizon, "/horizon"));
  if (r.season > 1) html += fact("Season", steps_figure(r, r.season, "/season"));
  html += fact("Past forecasts", value(static_cast<double>(r.windows), count(r.windows), "/windows"));
  return html + "</dl></li>\n</ul>\n";
}

std::string report_summary(const ForecastReport& r) {
  const std::pair<std::string_view, std::string> notes[] = {
      {"Is it better than a simple rule?", better_sentence(r)},
      {"Can the bands be trusted?", level_sentence(r)},
      {"Where is it weakest?", series_sentence(r) + " " + distance_ahead_sentence(r)},
      {"Does it lean to one side?", bias_sentence(r)},
      {"Was the test fair?", learnt_sentence(r)}};
  std::string html = "<section id=\"summary\" aria-label=\"Summary\" class=\"alone\">\n<div class=\"notes\">\n";
  for (const auto& [head, text] : notes) {
    if (text.size() > 1) html += fmt::format("<div><h2 class=\"note\">{}</h2>{}</div>\n", head, paragraph(text));
  }
  return html + "</div>\n" + report_card(r) + "</section>\n";
}

}  // namespace
}  // namespace pages

std::string forecast_page(const ForecastReport& r) {
  using namespace pages;
  PageFrame page;
  page.title = without_elements(forecast_headline(r)), page.css = forecast_css(r), page.first = "next";
  page.header = report_header(r);
  page.main = report_summary(r);
  for (const auto part : {next_section, rows_section, errors_section, measured_section}) page.main += part(r);
  page.main += glossary_section(forecast_glossary());
  page.data = script_data(to_json_object(r));
  page.footer = report_footer(r);
  return page_text(page);
}

std::vector<std::pair<std::string, std::string>> forecast_drawings(const ForecastReport& r) {
  if (r.drawn.empty()) return {};
  return {{"forecast.svg", pages::forecast_drawing(r)}};
}

}  // namespace rnn::core
