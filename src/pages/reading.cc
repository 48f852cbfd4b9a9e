// Why: the section "Reading step by step": what each network holds and expects after every word.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core::pages {
namespace {

std::string strips(const ReadStep& step, const std::string& at) {
  std::string html;
  for (size_t l = 0; l < step.layers.size(); ++l) {
    const std::string layer = step.layers.size() > 1 ? fmt::format("layer {}, ", l + 1) : "";
    const std::string title = fmt::format("{}hidden state after {}: {} units, changed by {}", layer, shown_word(step.text),
                                          step.layers[l].h.size(), number(step.layers[l].update_norm));
    if (step.layers.size() > 1) html += fmt::format("<p class=\"small\">layer {}</p>", l + 1);
    html += state_strip(step.layers[l].h, title, fmt::format("{}/layers/{}/h", at, l));
  }
  return html;
}

std::string step_card(const ModelExplanation& model, const Player& who, size_t index, size_t t) {
  const ReadStep& step = model.steps[t];
  const std::string at = fmt::format("/models/{}/steps/{}", index, t);
  std::string html = fmt::format("<li class=\"step\"><p class=\"tile{}\">{}</p>\n", step.text == "↵" ? " sign" : "",
                                 escape(shown_word(step.text)));
  html += strips(step, at);
  if (step.surprise >= 0) {
    html += paragraph("expected " + value(step.surprise, share(std::exp2(-step.surprise)), at + "/surprise"), "small");
  } else {
    html += paragraph("before any word", "small");
  }
  return html + "<p class=\"small then\">next word:</p>" + next_words(step.next, at + "/next", who.style) + "</li>\n";
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

std::string numbers(const ModelExplanation& model, const Player& who, size_t index) {
  Table table{"Every step of " + escape(who.the),
              {"word", "expected", "size of the state", "changed by", "units that changed most", "likeliest next words"},
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
  return folded_table(table);
}

// Only a ReLU leaves the range from -1 to 1.
bool beyond_one(const Explanation& all) {
  for (const ModelExplanation& model : all.models) {
    for (const ReadStep& step : model.steps) {
      for (const LayerStep& layer : step.layers) {
        if (std::any_of(layer.h.begin(), layer.h.end(), [](float h) { return std::fabs(h) > 1; })) return true;
      }
    }
  }
  return false;
}

}  // namespace

std::string reading_section(const Explanation& all, const Players& who) {
  std::string html = paragraph(
      "A recurrent network reads one word at a time and cannot look back. After every word it has a <strong>hidden "
      "state</strong>: a list of numbers, drawn here as one small cell per number (a <strong>unit</strong>). From these "
      "numbers "
      "it works out which words are likely to come next. A plain RNN and a GRU carry nothing else from word to word; an "
      "LSTM "
      "also carries its cell state, which is not drawn here. The same position in every strip is the same unit, so you can "
      "see "
      "what stays and what is overwritten.");
  const std::string& pieces = all.models.empty() ? "word" : all.models[0].tokenizer;
  html += pieces_note(pieces, all.models.size() == 1 ? "This network reads" : "These networks read");
  html += scale_of_colours(beyond_one(all));
  const bool several = all.models.size() > 1;
  html += several ? "<div class=\"tabs\" role=\"group\" aria-label=\"Network shown\">\n" : "<div class=\"tabs\">\n";
  if (several) {
    html += "<span class=\"pick\" aria-hidden=\"true\">Show</span>";
    for (size_t i = 0; i < all.models.size(); ++i) {
      html += fmt::format("<input type=\"radio\" name=\"network\" id=\"w{0}\"{1}><label for=\"w{0}\">{2}</label>\n", i,
                          i == 0 ? " checked" : "", name_key(who[i]));
    }
  }
  for (size_t i = 0; i < all.models.size(); ++i) {
    const ModelExplanation& model = all.models[i];
    html += fmt::format("<div class=\"panel p{}{}\">\n<h3>{}</h3>\n", i, several ? "" : " only", name_key(who[i]));
    html += paragraph(surprise_sentence(model, who[i], i) + " " + movement_sentence(model, i));
    html += "<figure><ol class=\"steps\">\n";
    for (size_t t = 0; t < model.steps.size(); ++t) html += step_card(model, who[i], i, t);
    html += fmt::format(
        "</ol>\n{}<figcaption>{} reads the sentence: one card per word, with the hidden state and the likeliest next "
        "words after it. “Expected” is the chance that the network had given this word before reading "
        "it.</figcaption></figure>\n</div>\n",
        numbers(model, who[i], i), escape(sentence_start(who[i].the)));
  }
  return section("reading", "Reading step by step", html + "</div>\n");
}

}  // namespace rnn::core::pages
