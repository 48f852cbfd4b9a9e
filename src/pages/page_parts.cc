// Why: what the sections of the page share, and its two small sections: the summary and the glossary.
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

std::string model_card(const ModelExplanation& model, const Player& who, size_t index) {
  std::string html =
      fmt::format("<li class=\"card k{}\"><h2 class=\"name\">{}</h2>\n", who.style % svg::kStyles, name_key(who));
  if (!model.steps.empty()) {
    const size_t last = model.steps.size() - 1;
    html +=
        fmt::format("<p class=\"small\">What comes after {}?</p>\n", in_quotes(escape(shown_word(model.steps[last].text))));
    html += next_words(model.steps[last].next, fmt::format("/models/{}/steps/{}/next", index, last), who.style);
  }
  html += "<dl class=\"facts\">";
  if (model.val_perplexity) {
    html += fact("Perplexity", value(*model.val_perplexity, number(*model.val_perplexity),
                                     fmt::format("/models/{}/val_perplexity", index)));
  }
  html += fact("Parameters", value(static_cast<double>(model.parameters), count(model.parameters),
                                   fmt::format("/models/{}/parameters", index)));
  html += fact("Units", value(model.hidden,
                              model.layers > 1 ? fmt::format("{} × {}", model.layers, model.hidden) : count(model.hidden),
                              fmt::format("/models/{}/hidden", index)));
  return html + "</dl></li>\n";
}

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

std::string pieces_note(std::string_view tokenizer, std::string_view who_reads) {
  if (is_word_kind(tokenizer) || tokenizer.empty()) return "";
  const bool bytes = tokenizer == "byte", characters = tokenizer == "char";
  return paragraph(fmt::format("{} {}, not words: wherever this page says “word”, read “{}”.", who_reads,
                               bytes        ? "single bytes (one or more per character)"
                               : characters ? "single characters"
                                            : "pieces of words (▁ marks a space before the piece)",
                               bytes        ? "byte"
                               : characters ? "character"
                                            : "piece"));
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

std::string summary_section(const Explanation& all, const Players& who) {
  const std::pair<std::string_view, std::string> notes[] = {{"The next word", next_word_sentence(all, who)},
                                                            {"Memory", early_word_sentence(all, who)},
                                                            {"Learning", signal_sentence(all, who)},
                                                            {"Quality", quality_sentence(all, who)}};
  std::string html = fmt::format("<section id=\"summary\" aria-label=\"Summary\"{}>\n<div class=\"notes\">\n",
                                 all.models.size() == 1 ? " class=\"alone\"" : "");
  for (const auto& [head, text] : notes) {
    if (!text.empty()) html += fmt::format("<div><h2 class=\"note\">{}</h2>{}</div>\n", head, paragraph(text));
  }
  html += "</div>\n<ul class=\"cards\">\n";
  for (size_t i = 0; i < all.models.size(); ++i) html += model_card(all.models[i], who[i], i);
  return html + "</ul>\n</section>\n";
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
  return text + fmt::format("<script>\n{}</script>\n</body>\n</html>\n", script());
}

std::string script_data(const nlohmann::ordered_json& data) {
  return json_in_script(data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

size_t page_size(const PageFrame& page) {
  constexpr size_t kRest = 3000;  // the head, and a footer that is not written yet
  return style_sheet().size() + page.css.size() + page.header.size() + page.main.size() + page.footer.size() +
         page.data.size() + script().size() + kRest;
}

}  // namespace rnn::core::pages
