// Why: the page of `rnn explain`: head, screens in order, data, script.
#include "pages/explain_page.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/scenes.h"
#include "pages/screens.h"

namespace rnn::core {
namespace pages {
namespace {

// A screen, and what the list at the top calls it.
struct NamedScreen {
  std::string_view id, name;
  std::string (*draw)(const Explanation&, const Players&);
};
constexpr NamedScreen kScreens[] = {{"guess", "Guess", guess_screen},    {"uses", "What for", uses_screen},
                                    {"loop", "The loop", loop_screen},   {"memory", "Memory", memory_screen},
                                    {"length", "Length", length_screen}, {"doors", "Doors", doors_screen},
                                    {"worth", "Worth it?", worth_screen}};

std::string header(const Players& who, std::string_view links) {
  const std::string readers =
      who.size() == 1 ? escape(who[0].the) : in_words(static_cast<int>(who.size())) + " small networks";
  return fmt::format(
      "<header class=\"slim\">\n<h1>How a network predicts and remembers</h1>\n<p class=\"eyebrow\">Shown with "
      "{}.</p>\n</header>\n<nav class=\"slim\" aria-label=\"Screens\"><ol>{}</ol></nav>\n",
      readers, links);
}

std::string footer(const Explanation& all, bool whole) {
  std::vector<std::string> names;
  const bool has_lab = !all.recall.cells.empty() || !all.clipping.with.empty();
  for (const ModelExplanation& model : all.models) names.push_back(fmt::format("<code>{}</code>", escape(model.name)));
  return fmt::format(
      "<footer>\n<p>Computed from {} {}{}{}. All figures are in this file{}. Made by rnn "
      "{}.</p>\n</footer>\n",
      all.models.size() == 1 ? "the network" : "the networks", listing(names),
      has_lab ? " and, under “Length”, from small networks that this program trained for that test" : "",
      all.parts.empty() ? "" : ", and from those of the other tasks",
      whole ? "" : " (for a text this long: gates and cell states of the last step only)", RNN_VERSION);
}

std::string words_part(const Explanation& all) {
  const Nouns noun = nouns_of(all);
  std::string html = "<dl class=\"glossary\">\n";
  for (const auto& [term, meaning] : glossary())
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(term), escape(told_of(noun, meaning)));
  return "<section id=\"glossary\" aria-label=\"Terms\"><details class=\"more\"><summary>Terms used on this "
         "page</summary>\n" +
         html + "</dl></details></section>\n";
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
  page.title = fmt::format("How a network predicts and remembers: “{}”", all.prompt);
  page.css = tab_rules("door", all.models.size()) + std::string(screens_css()) + std::string(svg::scenes_css());
  page.script = screens_script();
  std::string links;
  for (const NamedScreen& screen : kScreens) {
    const std::string html = screen.draw(all, who);
    if (html.empty()) continue;
    if (page.first.empty()) page.first = std::string(screen.id);
    links += fmt::format("<li><a href=\"#{}\">{}</a></li>", screen.id, screen.name);
    page.main += html;
  }
  if (page.first.empty()) page.first = "glossary";
  page.header = header(who, links);
  page.main += words_part(all);
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

std::vector<std::pair<std::string, std::string>> explain_drawings(const Explanation& all) {
  using namespace pages;
  constexpr size_t kTiles = 4;
  constexpr int kWidth = 760;
  std::vector<std::pair<std::string, std::string>> files;
  if (all.models.empty()) return files;
  const Players who = cast(all.models);
  const ModelExplanation& model = all.models[best_model(all.models)];
  svg::Loop scene = loop_scene(model);
  scene.standalone = true;
  for (size_t t = 1; t < model.steps.size() && t <= kTiles; ++t) {
    const ReadStep& step = model.steps[t];
    if (step.layers.empty() || step.next.empty()) continue;
    svg::LoopTile tile{step.text, step.next[0].text, {}};
    for (const int unit : model.shown_units) tile.values.push_back(step.layers.back().h[static_cast<size_t>(unit)]);
    scene.tiles.push_back(std::move(tile));
  }
  files.emplace_back("loop.svg", svg::loop(scene));
  if (std::optional<svg::BarChart> chart = memory_chart(all, who)) {
    chart->standalone = true, chart->width = kWidth;
    files.emplace_back("memory.svg", svg::bar_chart(*chart));
  }
  if (!all.recall.cells.empty()) {
    svg::LineChart chart = recall_chart(all.recall, cast(all.recall, all.models));
    chart.standalone = true, chart.width = kWidth, chart.height = 320;
    files.emplace_back("length.svg", svg::line_chart(chart));
  }
  svg::Whisper row = whisper_scene(all, who);
  row.standalone = true, row.width = kWidth;
  if (!row.rows.empty()) files.emplace_back("whisper.svg", svg::whisper(row));
  for (size_t i = 0; i < all.models.size(); ++i) {
    if (all.models[i].doors.steps.empty()) continue;
    svg::DoorChart chart = door_scene(all.models[i], who[i], i);
    chart.standalone = true, chart.width = kWidth, chart.at.clear();
    files.emplace_back("doors-" + all.models[i].cell + ".svg", svg::door_chart(chart));
  }
  return files;
}

}  // namespace rnn::core
