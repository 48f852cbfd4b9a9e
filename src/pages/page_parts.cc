// Why: what the sections of the pages share, and their glossary.
#include "pages/page_parts.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "text/tokenizer.h"

namespace rnn::core::pages {
namespace {

constexpr int kWide = 760, kNarrow = 330;

int columns_for(size_t units) { return units > 1024 ? 64 : units >= 128 ? 32 : units >= 32 ? 16 : 8; }

}  // namespace

std::string shown_word(std::string_view word) { return word == "↵" ? "start of line" : std::string(word); }

std::string name_key(const Player& who) {
  return fmt::format("<span class=\"key k{}\" aria-hidden=\"true\"></span>{}", who.style % svg::kStyles, escape(who.label));
}

std::string fact(std::string_view term, std::string_view description) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", term, description);
}

std::string next_words(const std::vector<WordChance>& next, std::string_view at, int style) {
  std::string html = fmt::format("<ol class=\"next k{}\">", style % svg::kStyles);
  for (size_t i = 0; i < next.size() && i < 5; ++i) {
    const bool small = next[i].p > 0 && next[i].p < 0.01;  // "under 1 %" would push the word itself out of its card
    html += fmt::format(
        "<li><svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"f{}\" "
        "d=\"M0 0h{}v1H0z\"/></svg><span>{}</span>{}</li>\n",
        style % svg::kStyles, fmt::format("{:.1f}", 100 * next[i].p),
        escape(next[i].text == "↵" ? "end of line" : next[i].text),
        value(next[i].p, small ? "<1\u00A0%" : share(next[i].p), fmt::format("{}/{}/p", at, i)));
  }
  return html + "</ol>\n";
}

std::string state_strip(std::span<const float> values, std::string_view title, std::string_view at) {
  svg::Cells strip;
  strip.title = std::string(title);
  strip.values = values;
  strip.columns = columns_for(values.size());
  return fmt::format("<div class=\"strip\" data-at=\"{}\">{}</div>", at, svg::cells(strip));
}

std::string scale_of_colours(bool beyond) {
  std::vector<float> values;
  for (int level = -7; level <= 7; ++level) values.push_back(static_cast<float>(level) / 7);
  svg::Cells strip;
  strip.title = "colour scale: blue for −1, grey for 0, orange for 1";
  strip.values = values;
  strip.columns = 15;
  return fmt::format("<p class=\"scale\"><span>{}</span>{}<span>{}</span><span>blue: below zero, orange: above</span></p>",
                     beyond ? "−1 or less" : "−1", svg::cells(strip), beyond ? "1 or more" : "1");
}

std::string pieces_note(std::string_view tokenizer) {
  if (is_word_kind(tokenizer) || tokenizer.empty()) return "";
  return paragraph(fmt::format("This network reads and writes {}.",
                               tokenizer == "byte"   ? "single bytes, one or more per character"
                               : tokenizer == "char" ? "single characters; ␣ is a space"
                                                     : "pieces of text; ▁ marks a space before the piece"));
}

std::string both(svg::LineChart chart, int height, int wide_width) {
  const std::string id = chart.id;
  chart.id = id + "-w";
  chart.width = wide_width;
  chart.height = height;
  const std::string wide = svg::line_chart(chart);
  chart.id = id + "-n";
  chart.width = kNarrow;
  chart.height = height < 320 ? height : 320;
  return wide_or_narrow(wide, svg::line_chart(chart));
}

std::string both(svg::BarChart chart) {
  const std::string id = chart.id;
  chart.id = id + "-w";
  chart.width = kWide;
  const std::string wide = svg::bar_chart(chart);
  chart.id = id + "-n";
  chart.width = kNarrow;
  return wide_or_narrow(wide, svg::bar_chart(chart));
}

std::string glossary_section(const std::vector<std::pair<std::string_view, std::string_view>>& terms) {
  std::string html = "<dl class=\"glossary\">\n";
  for (const auto& [term, meaning] : terms) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(term), escape(meaning));
  }
  return section("glossary", "Words used on this page", html + "</dl>\n");
}

std::string page_text(const PageFrame& page) {
  std::string text = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
      "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}{}</style>\n</head>\n",
      escape(page.title), style_sheet(), page.css);
  text += fmt::format("<body>\n<a class=\"skip\" href=\"#{}\">Skip to the first section</a>\n", page.first);
  text += page.header + "<main>\n" + page.main + "</main>\n" + page.footer;
  text += "<p id=\"said\" class=\"hidden\" aria-live=\"polite\"></p>\n<div id=\"tip\" hidden></div>\n";
  text += "<script type=\"application/json\" id=\"data\">" + page.data + "</script>\n";
  return text + fmt::format("<script>\n{}{}</script>\n</body>\n</html>\n", script(), page.script);
}

std::string script_data(const nlohmann::ordered_json& data) {
  return json_in_script(data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

size_t page_size(const PageFrame& page) {
  constexpr size_t kRest = 3000;  // the head, and a footer that is not written yet
  return style_sheet().size() + page.css.size() + page.header.size() + page.main.size() + page.footer.size() +
         page.data.size() + script().size() + page.script.size() + kRest;
}

}  // namespace rnn::core::pages
