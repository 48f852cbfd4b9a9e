// Why: the page of `rnn explain`: head, sections in order, data, script.
#include "pages/explain_page.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core {
namespace pages {
namespace {

std::string title_of(const Explanation& all) { return fmt::format("How a network reads “{}”", all.prompt); }

// Which radio button shows which panel: as many rules as there are models.
std::string tab_rules(size_t models) {
  std::string css;
  for (size_t i = 0; i < models; ++i) css += fmt::format("#w{0}:checked~.p{0}{{display:block}}", i);
  return css;
}

std::string header(const Explanation& all, const Players& who) {
  const std::string readers =
      who.size() == 1 ? escape(who[0].the) + " reads" : in_words(static_cast<int>(who.size())) + " networks read";
  return fmt::format(
      "<header>\n<p class=\"eyebrow\">How recurrent networks remember</p>\n<h1>How {} “{}”</h1>\n</header>\n"
      "<nav aria-label=\"Sections\"><ol><li><a href=\"#reading\">Reading step by step</a></li><li><a "
      "href=\"#remembering\">Remembering</a></li><li><a href=\"#long\">Long sequences</a></li><li><a href=\"#cells\">RNN, "
      "LSTM, GRU</a></li><li><a href=\"#glossary\">Words</a></li></ol></nav>\n",
      readers, escape(all.prompt));
}

std::string footer(const Explanation& all, bool whole) {
  std::vector<std::string> names;
  const bool has_lab = !all.recall.cells.empty() || !all.clipping.with.empty();
  const std::string_view lab =
      has_lab ? " and, under “Long sequences”, from small networks that this program trained for the tests there" : "";
  for (const ModelExplanation& model : all.models) names.push_back(fmt::format("<code>{}</code>", escape(model.name)));
  return fmt::format(
      "<footer>\n<p>Every number on this page was computed from {} {}{}. This file also contains all figures in full "
      "precision{}. Made by rnn {}.</p>\n</footer>\n",
      all.models.size() == 1 ? "the network" : "the networks", listing(names), lab,
      whole ? "" : " (for a text this long: gates and cell states of the last step only)", RNN_VERSION);
}

// What the page does not draw.
void leave_out_inner_values(nlohmann::ordered_json& data) {
  for (nlohmann::ordered_json& model : data["models"]) {
    nlohmann::ordered_json& steps = model["steps"];
    for (size_t t = 0; t + 1 < steps.size(); ++t) {
      for (nlohmann::ordered_json& layer : steps[t]["layers"]) {
        layer["gates"] = nlohmann::ordered_json::object();
        layer["c"] = nlohmann::ordered_json::array();
      }
    }
  }
}

}  // namespace
}  // namespace pages

std::string explain_page(const Explanation& all) {
  using namespace pages;
  const Players who = cast(all.models);
  PageFrame page;
  page.title = title_of(all), page.css = tab_rules(all.models.size()), page.first = "reading";
  page.header = header(all, who);
  for (const auto part : {summary_section, reading_section, remembering_section, long_section, cells_section})
    page.main += part(all, who);
  page.main += glossary_section(glossary());
  nlohmann::ordered_json figures = to_json_object(all);
  page.data = script_data(figures);
  const bool whole = page_size(page) <= kPageBytes;
  if (!whole) {
    leave_out_inner_values(figures);
    page.data = script_data(figures);
  }
  page.footer = footer(all, whole);
  return page_text(page);
}

}  // namespace rnn::core
