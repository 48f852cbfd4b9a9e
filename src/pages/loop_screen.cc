// Why: the third screen: the same network at every word, and what it carries from one to the next.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/scenes.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

constexpr size_t kTiles = 12;  // drawn; a longer text is in the table

std::string some_numbers(const ModelExplanation& model, size_t t, const std::string& at) {
  const std::vector<float>& h = model.steps[t].layers.back().h;
  std::vector<float> values;
  std::string units;
  for (const int u : model.shown_units) {
    if (static_cast<size_t>(u) >= h.size()) continue;
    values.push_back(h[static_cast<size_t>(u)]);
    units += (units.empty() ? "" : " ") + std::to_string(u);
  }
  svg::Cells strip;
  strip.title = fmt::format("{} of the numbers that are kept after {}", values.size(), shown_word(model.steps[t].text));
  strip.values = values;
  strip.columns = std::max(1, static_cast<int>(values.size()));
  return fmt::format("<div class=\"strip\" data-at=\"{}\" data-units=\"{}\">{}</div>", at, units, svg::cells(strip));
}

std::string tile(const ModelExplanation& model, size_t index, size_t t) {
  const ReadStep& step = model.steps[t];
  const std::string at = fmt::format("/models/{}/steps/{}", index, t);
  std::string html = fmt::format("<li class=\"tile{}\"><p class=\"read\">{}</p>\n", step.text == "↵" ? " sign" : "",
                                 escape(shown_word(step.text)));
  if (!step.layers.empty()) html += some_numbers(model, t, fmt::format("{}/layers/{}/h", at, step.layers.size() - 1));
  if (!step.next.empty()) {
    const std::string& next = step.next[0].text;
    const bool came = t + 1 < model.steps.size() && model.steps[t + 1].text == next;
    html += fmt::format("<p class=\"expects\"><span aria-hidden=\"true\">→</span> {}{}</p>\n",
                        escape(next == "↵" ? "end of line" : next), came ? " ✓" : "");
  }
  return html + "</li>\n";
}

std::string units_moved(const LayerStep& layer, const std::string& at) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < layer.moved.size() && i < 3; ++i) {
    const auto& [unit, change] = layer.moved[i];
    parts.push_back(fmt::format("unit {} by {}", unit,
                                value(change, fmt::format("{}{}", change < 0 ? "−" : "+", number(std::fabs(change))),
                                      fmt::format("{}/moved/{}/1", at, i))));
  }
  return listing(parts);
}

std::string every_step(const ModelExplanation& model, const Player& who, size_t index) {
  Table table{"Every step of " + escape(who.the),
              {std::string(nouns_of(model.tokenizer).one), "expected", "size of the state", "changed by",
               "numbers that changed most", "likeliest next"},
              {}};
  for (size_t t = 0; t < model.steps.size(); ++t) {
    const ReadStep& step = model.steps[t];
    if (step.layers.empty()) continue;
    const std::string at = fmt::format("/models/{}/steps/{}", index, t);
    const std::string top = fmt::format("{}/layers/{}", at, step.layers.size() - 1);
    const LayerStep& layer = step.layers.back();
    std::vector<std::string> next;
    for (size_t i = 0; i < step.next.size() && i < 5; ++i) {
      next.push_back(fmt::format("{} {}", escape(step.next[i].text == "↵" ? "end of line" : step.next[i].text),
                                 value(step.next[i].p, share(step.next[i].p), fmt::format("{}/next/{}/p", at, i))));
    }
    table.rows.push_back(
        {escape(shown_word(step.text)),
         step.surprise >= 0 ? value(step.surprise, share(std::exp2(-step.surprise)), at + "/surprise") : "–",
         value(layer.state_norm, number(layer.state_norm), top + "/state_norm"),
         value(layer.update_norm, number(layer.update_norm), top + "/update_norm"), units_moved(layer, top), listing(next)});
  }
  return table_details(fmt::format("{}: every step in numbers", escape(who.label)), table);
}

std::string meaning_sentence(const ModelExplanation& model, const Player& who, size_t index) {
  if (!model.meaning) return "";
  const UnitMeaning& m = *model.meaning;
  const std::string at = fmt::format("/models/{}/meaning/", index);
  return fmt::format(
      "Number {} of {} tells lines that name {} from lines that do not: it is {} in them. It was found in one half of the "
      "unseen lines; in the other half ({} lines, {} of them naming it) it is right about a pair of lines, one of each "
      "kind, "
      "in {} of all cases.",
      value(m.unit, count(m.unit), at + "unit"), escape(who.the), escape(m.about), m.high ? "higher" : "lower",
      value(m.lines, count(m.lines), at + "lines"), value(m.naming, count(m.naming), at + "naming"),
      value(m.auc, share(m.auc), at + "auc"));
}

}  // namespace

svg::Loop loop_scene(const ModelExplanation& model) {
  const Nouns noun = nouns_of(model.tokenizer);
  svg::Loop scene;
  scene.id = "loop-cell";
  scene.title = "A recurrent network: one cell with an arrow back to itself";
  scene.description = fmt::format(
      "The network takes one {} and the numbers that it made at the one before, and makes new numbers and a guess.",
      noun.one);
  scene.unit = noun.one, scene.carried = fmt::format("{} numbers go round", model.hidden);
  return scene;
}

std::string loop_sentence(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  const size_t best = best_model(all.models);
  const ModelExplanation& model = all.models[best];
  const Nouns noun = nouns_of(model.tokenizer);
  const bool second = std::any_of(model.steps.begin(), model.steps.end(),
                                  [](const ReadStep& s) { return !s.layers.empty() && !s.layers.back().c.empty(); });
  const std::string numbers =
      fmt::format("{}{} numbers", model.layers > 1 ? fmt::format("{} times ", in_words(model.layers)) : "",
                  value(model.hidden, count(model.hidden), fmt::format("/models/{}/hidden", best)));
  return fmt::format(
      "One small network is used again at every {0}: it takes the {0} and {1}{2}, changes these numbers, and guesses from "
      "them alone. What is not in the numbers is forgotten.",
      noun.one, numbers,
      second ? fmt::format(" ({} also keeps a notebook of as many more)", escape(who[best].the)) : std::string());
}

std::string loop_screen(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  const size_t best = best_model(all.models);
  const ModelExplanation& model = all.models[best];
  if (model.steps.empty() || model.steps[0].layers.empty()) return "";
  const Nouns noun = nouns_of(model.tokenizer);
  Screen parts{"loop", "The loop: one small machine, used again and again", "", "", "", ""};
  std::string tiles;
  const size_t drawn = std::min(model.steps.size(), kTiles);
  for (size_t t = 0; t < drawn; ++t) tiles += tile(model, best, t);
  parts.picture = fmt::format(
      "<figure class=\"looped\"><div class=\"folded\">{}</div>\n<div class=\"unrolled\">\n<p class=\"play\" hidden><button "
      "type=\"button\" class=\"go\">Next {}</button> <button type=\"button\" class=\"all\">Show all</button></p>\n<ol "
      "class=\"tiles\">\n{}</ol></div>\n<figcaption>Strips: {} of the {} numbers, blue below zero, orange above. Arrows: "
      "its "
      "guess of the next {} (✓: it came).</figcaption></figure>\n",
      svg::loop(loop_scene(model)), noun.one, tiles, in_words(static_cast<int>(model.shown_units.size())),
      count(model.hidden), noun.one);
  parts.takeaway = loop_sentence(all, who);
  parts.more_about = "every step";
  for (size_t i = 0; i < all.models.size(); ++i) parts.more += paragraph(meaning_sentence(all.models[i], who[i], i));
  parts.more += paragraph(surprise_sentence(model, who[best], best) + " " + movement_sentence(model, best));
  parts.more += paragraph(
      "“Expected” is the chance that the network had given this " + std::string(noun.one) + " before it read it.", "small");
  for (size_t i = 0; i < all.models.size(); ++i) parts.more += every_step(all.models[i], who[i], i);
  return screen(parts);
}

}  // namespace rnn::core::pages
