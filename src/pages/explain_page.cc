// Why: the page of `rnn explain`: head, sections in their order, data, script.
#include "pages/explain_page.h"

#include <fmt/format.h>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn {
namespace {

using namespace pages;

std::string title_of(const Explanation& all) { return fmt::format("How a network reads “{}”", all.prompt); }

// Which radio button shows which panel: as many rules as there are models.
std::string tab_rules(size_t models) {
  std::string css;
  for (size_t i = 0; i < models; ++i) css += fmt::format("#w{0}:checked~.p{0}{{display:block}}", i);
  return css;
}

std::string head(const Explanation& all) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
      "content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
      "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}{}</style>\n</head>\n",
      escape(title_of(all)), style_sheet(), tab_rules(all.models.size()));
}

std::string header(const Explanation& all, const Players& who) {
  const std::string readers =
      who.size() == 1 ? escape(who[0].the) + " reads" : in_words(static_cast<int>(who.size())) + " networks read";
  return fmt::format(
      "<header>\n<p class=\"eyebrow\">How recurrent networks remember</p>\n<h1>How {} “{}”</h1>\n</header>\n"
      "<nav aria-label=\"Sections\"><ol><li><a href=\"#reading\">Reading step by step</a></li><li><a "
      "href=\"#remembering\">Remembering</a></li><li><a href=\"#long\">Long sequences</a></li><li><a href=\"#cells\">RNN, "
      "LSTM, "
      "GRU</a></li><li><a href=\"#glossary\">Words</a></li></ol></nav>\n",
      readers, escape(all.prompt));
}

std::string footer(const Explanation& all, bool whole) {
  std::vector<std::string> names;
  const bool has_lab = !all.recall.cells.empty() || !all.clipping.with.empty();
  const std::string_view lab = has_lab ? " and, under “Long sequences”, from small networks trained for this page" : "";
  for (const ModelExplanation& model : all.models) names.push_back(fmt::format("<code>{}</code>", escape(model.name)));
  return fmt::format(
      "<footer>\n<p>Every number on this page was computed, from {} {}{}. The figures stand in this file once more in full "
      "precision{}. Made by rnn {}.</p>\n</footer>\n",
      all.models.size() == 1 ? "the network" : "the networks", listing(names), lab,
      whole ? "" : " (of a text as long as this one, gates and cell states of the last step only)", RNN_VERSION);
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

std::string text_of(const nlohmann::ordered_json& data) {
  return json_in_script(data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

std::string explain_page(const Explanation& all) {
  const Players who = cast(all.models);
  std::string page = head(all);
  page += "<body>\n<a class=\"skip\" href=\"#reading\">To the first section</a>\n" + header(all, who) + "<main>\n";
  for (const auto part : {summary_section, reading_section, remembering_section, long_section, cells_section})
    page += part(all, who);
  page += glossary_section() + "</main>\n";
  nlohmann::ordered_json figures = to_json_object(all);
  std::string data = text_of(figures);
  const bool whole = page.size() + data.size() + script().size() + 2000 <= kPageBytes;
  if (!whole) {
    leave_out_inner_values(figures);
    data = text_of(figures);
  }
  page += footer(all, whole);
  page += "<p id=\"said\" class=\"hidden\" aria-live=\"polite\"></p>\n<div id=\"tip\" hidden></div>\n";
  page += "<script type=\"application/json\" id=\"data\">" + data + "</script>\n";
  page += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", script());
  return page;
}

}  // namespace rnn
