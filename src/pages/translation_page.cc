// Why: the page of a translator: head, the translation, where it looked, the other sections in order, data, script.
#include "pages/translation_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/matrix.h"
#include "inspect/json_numbers.h"
#include "pages/attention_map.h"
#include "pages/explain_page.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"
#include "pages/sentences.h"
#include "pages/translation_parts.h"

namespace rnn::core {
namespace pages {
namespace {

std::string header(const TranslationExplanation& e) {
  const std::string_view words = e.left_out.empty() ? "" : "<li><a href=\"#words\">Which words matter</a></li>";
  return fmt::format(
      "<header>\n<p class=\"eyebrow\">How recurrent networks translate</p>\n<h1>How {} translates “{}”</h1>\n</header>\n"
      "<nav aria-label=\"Sections\"><ol><li><a href=\"#attention\">Where it looked</a></li><li><a href=\"#search\">The "
      "search</a></li><li><a href=\"#states\">Reading and writing</a></li>{}<li><a "
      "href=\"#glossary\">Words</a></li></ol></nav>\n",
      escape(e.name), escape(e.sentence), words);
}

std::string footer(const TranslationExplanation& e, bool whole) {
  return fmt::format(
      "<footer>\n<p>Every number on this page was computed from the network <code>{}</code>. This file also contains all "
      "figures in full precision{}. Made by rnn {}.</p>\n</footer>\n",
      escape(e.name), whole ? "" : " (for a sentence this long: states and candidates only where they are shown)",
      RNN_VERSION);
}

std::string facts(const TranslationExplanation& e) {
  std::string html = "<dl class=\"facts\">";
  if (e.val_perplexity) html += fact("Perplexity", value(*e.val_perplexity, number(*e.val_perplexity), "/val_perplexity"));
  if (e.val_bleu) html += fact("BLEU", value(*e.val_bleu, number(*e.val_bleu), "/val_bleu"));
  html += fact("Parameters", value(static_cast<double>(e.parameters), count(e.parameters), "/parameters"));
  html +=
      fact("Units", value(e.hidden, e.layers > 1 ? fmt::format("{} × {}", e.layers, e.hidden) : count(e.hidden), "/hidden"));
  html += fact("Vocabulary", value(e.vocabulary, count(e.vocabulary), "/vocabulary"));
  html += fact("Cell", escape(e.cell)) + fact("Attention", escape(e.attention)) + fact("Bridge", escape(e.bridge));
  return html + "</dl>\n";
}

std::string translations_table(const TranslationExplanation& e) {
  Table found{"The best translations that the search found", {"translation", "probability", "score"}, {}};
  for (size_t i = 0; i < e.translations.size(); ++i) {
    const FoundTranslation& t = e.translations[i];
    const std::string at = fmt::format("/translations/{}", i);
    found.rows.push_back({escape(t.text) + (t.finished ? "" : " …"), value(t.p, part(t.p), at + "/p"),
                          value(t.score, number(t.score), at + "/score")});
  }
  return table(found);
}

// Scores and weights, as defined in nn/layers/attention.h.
std::string formula(const TranslationExplanation& e) {
  const std::string_view score = e.attention == "additive"     ? "v · tanh(W q + U m + b)"
                                 : e.attention == "general"    ? "q · (W m)"
                                 : e.attention == "scaled-dot" ? "q · m / √(size of m)"
                                                               : "q · m";
  return fmt::format(
      "For engineers: {} attention: score = {}, weights = softmax of the scores over the sentence, c = sum of weight × m, "
      "output of the decoder = tanh(O [c; q]). q: the decoder’s state, m: the encoder’s output for a word.",
      escape(e.attention), score);
}

std::string map_of(const TranslationExplanation& e) {
  const size_t columns = std::min(kDrawnTokens, e.source.size()), rows = std::min(kDrawnTokens, e.target.size());
  Matrix<float> weights(static_cast<int>(rows), static_cast<int>(columns));
  svg::AttentionMap map;
  map.id = "attention-map";
  map.title = "Where the network looked before it wrote each word";
  map.description = "A row for each word written, a column for each word read; the numbers are in the table below.";
  for (size_t j = 0; j < columns; ++j) map.source.push_back(named(e.source[j].text));
  for (size_t t = 0; t < rows; ++t) {
    map.target.push_back(named(e.target[t].text));
    std::copy_n(e.target[t].attention.begin(), columns, weights.row(static_cast<int>(t)));
  }
  map.weights = &weights;
  return "<div class=\"scroll natural\" tabindex=\"0\" role=\"group\" aria-label=\"Attention map\">" +
         svg::attention_map(map) + "</div>\n";
}

Table attention_table(const TranslationExplanation& e, size_t rows) {
  Table looked{
      "Where the network looked", {"word written", "looked at", "spread over (words)", "share of the sentence"}, {}};
  for (size_t t = 0; t < rows; ++t) {
    const TargetToken& token = e.target[t];
    const std::string at = fmt::format("/target/{}", t);
    std::vector<std::string> seen;
    for (const size_t j : largest(token.attention, 3)) {
      const double w = decimal_of(token.attention[j]);
      seen.push_back(escape(named(e.source[j].text)) + " " + value(w, share(w), fmt::format("{}/attention/{}", at, j)));
    }
    looked.rows.push_back({escape(named(token.text)), listing(seen),
                           value(token.spread, number(token.spread), at + "/spread"),
                           value(token.from_context, share(token.from_context), at + "/from_context")});
  }
  return looked;
}

std::string context_chart(const TranslationExplanation& e) {
  svg::BarChart chart;
  chart.id = "context";
  chart.title = "How much of each word comes from what the network looked at";
  chart.description = "One bar per word written; the rest up to 100 % comes from the decoder’s own state.";
  chart.x_label = "share of what it looked at in the sentence";
  chart.series = {"share of the sentence"};
  chart.styles = {2};
  chart.percent = true;
  chart.maximum = 1;
  for (size_t t = 0; t < std::min(kDrawnStates, e.target.size()); ++t)
    chart.groups.push_back(
        {named(e.target[t].text), {e.target[t].from_context}, {fmt::format("/target/{}/from_context", t)}});
  return both(chart);
}

// What the page does not draw.
void leave_out_undrawn(nlohmann::ordered_json& data) {
  const auto clear = [](nlohmann::ordered_json& step) { step["h"] = nlohmann::ordered_json::array(); };
  for (size_t i = kDrawnStates; i < data["source"].size(); ++i) {
    for (nlohmann::ordered_json& step : data["source"][i]["read"]) clear(step);
  }
  for (size_t t = kDrawnStates; t < data["target"].size(); ++t) clear(data["target"][t]["state"]);
  nlohmann::ordered_json& steps = data["search"]["steps"];
  for (size_t t = kDrawnSteps; t < steps.size(); ++t) {
    for (nlohmann::ordered_json& node : steps[t]) node["so_far"] = "";
  }
}

}  // namespace

std::string translation_section(const TranslationExplanation& e) {
  std::string html = "<section id=\"summary\" aria-label=\"The translation\">\n";
  html += paragraph(found_sentence(e), "becomes");
  if (!e.translations.empty()) html += translations_table(e);
  html += paragraph(
      "An <strong>encoder</strong> reads the sentence, a <strong>decoder</strong> writes the translation word by word. "
      "Nobody taught them any grammar: they have only seen many pairs of sentences.");
  html += pieces_note(e.tokenizer);
  return html + facts(e) + "</section>\n";
}

std::string attention_section(const TranslationExplanation& e) {
  constexpr std::string_view kHeading = "Attention: where it looked";
  if (e.attention == "none") {
    return section(
        "attention", kHeading,
        paragraph("This model has no attention: while the decoder writes, it never looks back at the sentence. All it knows "
                  "about the sentence is what the encoder handed over at the end, so there is no map to show. The section "
                  "“Which words of the sentence matter” asks the same question in another way."));
  }
  std::string html = paragraph(
      "Before it writes a word, the decoder looks back at the sentence: it takes a mixture of what the encoder holds for "
      "each word, most of it from the words that matter now. How much it takes from each word is called "
      "<strong>attention</strong>, and it can be drawn.");
  html += paragraph(formula(e), "small");
  if (e.target.empty()) return section("attention", kHeading, html);
  html += paragraph(looked_most_sentence(e) + " " + looked_around_sentence(e));
  const size_t rows = std::min(kDrawnTokens, e.target.size());
  std::string caption =
      "A row for each word that was written, a column for each word that was read. The end of line is read, too; the "
      "network often looks there when it needs none of the words.";
  if (rows < e.target.size() || kDrawnTokens < e.source.size())
    caption += fmt::format(" The first {} words of each side are drawn.", kDrawnTokens);
  html += figure(map_of(e) + folded_table(attention_table(e, rows)), caption);
  html +=
      block("<h3>The sentence and the decoder’s own state</h3>\n" + paragraph(context_sentence(e)) +
                paragraph("For engineers: |O_c c| / (|O_c c| + |O_q q|), with O_c and O_q the two halves of the matrix O.",
                          "small"),
            figure(context_chart(e),
                   "How much of each word comes from what the network looked at in the sentence, by size; the rest comes "
                   "from its own state."));
  return section("attention", kHeading, html);
}

}  // namespace pages

std::string translation_page(const TranslationExplanation& e) {
  using namespace pages;
  PageFrame page;
  page.title = fmt::format("How a network translates “{}”", e.sentence);
  page.css = std::string(translation_css()), page.first = "attention";
  page.header = header(e);
  const Nouns noun = nouns_of(e.tokenizer);
  for (const auto part_of : {translation_section, attention_section, search_section, states_section})
    page.main += told_html(noun, part_of(e));
  page.main += words_section(e);
  page.main += glossary_section(translation_glossary());
  nlohmann::ordered_json figures = to_json_object(e);
  page.data = script_data(figures);
  const bool whole = page_size(page) <= kPageBytes;
  if (!whole) {
    leave_out_undrawn(figures);
    page.data = script_data(figures);
  }
  page.footer = footer(e, whole);
  return page_text(page);
}

}  // namespace rnn::core
