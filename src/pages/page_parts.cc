// Why: what the sections of the page share, and its two small sections: the summary and the glossary.
#include "pages/page_parts.h"

#include <fmt/format.h>

#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"

namespace rnn::pages {
namespace {

constexpr int kWide = 760, kNarrow = 330;

std::string fact(std::string_view term, std::string_view description) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", term, description);
}

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
  if (model.val_perplexity >= 0) {
    html += fact("Perplexity",
                 value(model.val_perplexity, number(model.val_perplexity), fmt::format("/models/{}/val_perplexity", index)));
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

std::string next_words(const std::vector<WordChance>& next, std::string_view at, int style) {
  std::string html = fmt::format("<ol class=\"next k{}\">", style % svg::kStyles);
  for (size_t i = 0; i < next.size() && i < 5; ++i) {
    const bool small = next[i].p > 0 && next[i].p < 0.01;  // the words for it would push the word itself out of its card
    html += fmt::format(
        "<li><svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"f{}\" "
        "d=\"M0 0h{}v1H0z\"/></svg><span>{}</span>{}</li>\n",
        style % svg::kStyles, fmt::format("{:.1f}", 100 * next[i].p),
        escape(next[i].text == "↵" ? "end of line" : next[i].text),
        value(next[i].p, small ? "<1\u00A0%" : share(next[i].p), fmt::format("{}/{}/p", at, i)));
  }
  return html + "</ol>\n";
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

std::string glossary_section() {
  std::string html = "<dl class=\"glossary\">\n";
  for (const auto& [term, meaning] : glossary()) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(term), escape(meaning));
  }
  return section("glossary", "Words used on this page", html + "</dl>\n");
}

}  // namespace rnn::pages
