// Why: what is folded up below the screens on doors and worth: equations, the gates of one real step, the networks in numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

constexpr size_t kBins = 20;

// The ends of a gate's histogram: those of its range, or the largest size of its values.
struct Ends {
  double low, high;
  std::string low_text, high_text;
};
Ends ends_of(GateRange range, const std::vector<float>& values) {
  if (range == GateRange::valve) return {0, 1, "0", "1"};
  if (range == GateRange::bounded) return {-1, 1, "−1", "1"};
  double most = 0;
  for (const float v : values) most = std::isfinite(v) ? std::max(most, std::abs(static_cast<double>(v))) : most;
  if (!(most > 0)) most = 1;
  return {-most, most, "−" + number(most), number(most)};
}

std::vector<double> spread_of(const std::vector<float>& values, const Ends& ends) {
  std::vector<double> shares(kBins, 0.0);
  for (const float v : values) {
    if (!std::isfinite(v)) continue;
    const double place = (static_cast<double>(v) - ends.low) / (ends.high - ends.low) * static_cast<double>(kBins);
    shares[static_cast<size_t>(std::clamp(place, 0.0, kBins - 1.0))] += 1.0 / static_cast<double>(values.size());
  }
  return shares;
}

double mean_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::string meter(const GateText& text, const std::vector<float>& values, const Player& who, const std::string& at) {
  const double mean = mean_of(values);
  const bool valve = text.range == GateRange::valve;
  const Ends ends = ends_of(text.range, values);
  svg::Histogram chart;
  chart.shares = spread_of(values, ends);
  chart.style = who.style;
  chart.title = fmt::format("{}: how the values of {} units are spread between {} and {}", text.name, values.size(),
                            ends.low_text, ends.high_text);
  std::string html =
      fmt::format("<div class=\"meter\"><p class=\"meter-name\"><strong>{}</strong> <span class=\"small\">{}</span></p>\n",
                  escape(text.name), escape(text.meaning));
  if (valve) {
    html += fmt::format(
        "<p class=\"reading\"><svg class=\"gauge\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><path class=\"track\" "
        "d=\"M0 0h100v1H0z\"/><path class=\"f{}\" d=\"M0 0h{:.1f}v1H0z\"/></svg><data value=\"{}\" data-mean-of=\"{}\">{} "
        "open</data></p>\n",
        who.style % svg::kStyles, 100 * std::clamp(mean, 0.0, 1.0), exact(mean), at, share(mean));
  }
  html += svg::histogram(chart);
  html += fmt::format("<p class=\"ends small\" aria-hidden=\"true\"><span>{}</span><span>{}</span></p></div>\n",
                      valve ? "0 closed" : ends.low_text, valve ? "1 open" : ends.high_text);
  return html;
}

// The meters of the last word, top layer; "" for a cell without gates.
std::string gates_card(const ModelExplanation& model, const Player& who, size_t index) {
  if (model.steps.empty() || model.steps.back().layers.empty()) return "";
  const size_t t = model.steps.size() - 1, l = model.steps[t].layers.size() - 1;
  std::string html;
  for (const auto& [name, values] : model.steps[t].layers[l].gates) {
    const GateText* text = gate_text(model.cell, name);
    if (text != nullptr)
      html += meter(*text, values, who, fmt::format("/models/{}/steps/{}/layers/{}/gates/{}", index, t, l, name));
  }
  if (html.empty()) return "";
  return fmt::format("<article class=\"card k{}\">\n<h4>{}</h4>\n<div class=\"meters\">{}</div></article>\n",
                     who.style % svg::kStyles, name_key(who), html);
}

std::string gates_part(const Explanation& all, const Players& who) {
  std::string cards;
  std::vector<std::string> without;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::string card = gates_card(all.models[i], who[i], i);
    if (card.empty()) without.push_back(escape(who[i].the));
    cards += card;
  }
  if (cards.empty()) return "";
  std::string html = fmt::format("<h3>All gates at the last {}, {}</h3>\n", nouns_of(all).one,
                                 in_quotes(escape(shown_word(all.models[0].steps.back().text))));
  html += paragraph(
      "A gate is a set of valves, one for every unit. The bar shows how far they are open on average; the columns below it "
      "show how many of them have which value, from closed on the left to open on the right.");
  if (!without.empty()) {
    html += paragraph(fmt::format("{} {} no gates: there is nothing that could be open or closed.",
                                  sentence_start(listing(without)), without.size() == 1 ? "has" : "have"));
  }
  return html + "<div class=\"cards gates\">\n" + cards + "</div>\n";
}

// "(or relu)" -> "relu", "(peephole: i and f ...)" -> "peephole: ...".
std::string option_of(std::string text) {
  if (text.ends_with(")")) text = text.substr(1, text.size() - 2);
  return text.starts_with("or ") ? text.substr(3) : text;
}

std::string cell_card(const ModelExplanation& model, const Player& who) {
  std::string html = fmt::format("<article class=\"card k{}\">\n<h3>{}</h3>\n", who.style % svg::kStyles, name_key(who));
  html += paragraph(escape(told_of(nouns_of(model.tokenizer), cell_in_a_sentence(model.cell))));
  html += "<div class=\"equations\">\n";
  for (const std::string& line : model.equations) {
    const size_t remark =
        line.find('(') == 0 ? 0 : line.find("  (");  // "h' = ...     (or relu)": an option, shown in small type
    const std::string formula = line.substr(0, remark);
    if (!formula.empty()) html += "<code>" + escape(formula.substr(0, formula.find_last_not_of(' ') + 1)) + "</code>\n";
    if (remark != std::string::npos) {
      html += "<p class=\"small\">as an option: " + escape(option_of(line.substr(line.find('(', remark)))) + "</p>\n";
    }
  }
  html += "</div>\n<details><summary>What the letters mean</summary><dl class=\"letters\">\n";
  for (const auto& [letter, meaning] : symbols_of(model.cell, model.equations)) {
    html += fmt::format("<div><dt><code>{}</code></dt><dd>{}</dd></div>\n", escape(letter),
                        escape(told_of(nouns_of(model.tokenizer), meaning)));
  }
  return html + "</dl></details>\n</article>\n";
}

std::string gate_use(const Explanation& all, const Players& who) {
  Table table{"Gates over the whole text", {"network", "layer", "gate", "mean", "nearly closed", "nearly open"}, {}};
  for (size_t i = 0; i < all.models.size(); ++i) {
    for (size_t k = 0; k < all.models[i].gates.size(); ++k) {
      const GateUse& use = all.models[i].gates[k];
      const GateText* text = gate_text(all.models[i].cell, use.gate);
      const std::string at = fmt::format("/models/{}/gates/{}", i, k);
      table.rows.push_back({escape(who[i].label), count(use.layer + 1), escape(text == nullptr ? "new state" : text->name),
                            value(use.mean, number(use.mean), at + "/mean"),
                            value(use.closed, share(use.closed), at + "/closed"),
                            value(use.open, share(use.open), at + "/open")});
    }
  }
  return table.rows.empty()
             ? ""
             : table_details("How often gates are nearly closed or open, over a longer text (for engineers)", table);
}

}  // namespace

std::string side_by_side(const Explanation& all, const Players& who) {
  Table table{"The networks of this page in numbers", {"measure"}, {}};
  for (const Player& player : who) table.columns.push_back(name_key(player));
  const auto row = [&](std::string_view head, auto cell) {
    std::vector<std::string> cells = {std::string(head)};
    bool any = false;
    for (size_t i = 0; i < all.models.size(); ++i) {
      cells.push_back(cell(all.models[i], fmt::format("/models/{}/", i)));
      if (cells.back().empty()) {
        cells.back() = "–";
      } else {
        any = true;
      }
    }
    if (any) table.rows.push_back(std::move(cells));
  };
  row("units", [](const auto& m, const std::string& at) {
    return value(m.hidden, m.layers == 1 ? count(m.hidden) : fmt::format("{} × {}", m.layers, m.hidden), at + "hidden");
  });
  row("learned numbers (parameters)", [](const auto& m, const std::string& at) {
    return value(static_cast<double>(m.parameters), count(m.parameters), at + "parameters");
  });
  row(fmt::format("time per {}", nouns_of(all).one), [](const auto& m, const std::string& at) {
    return m.step_microseconds > 0 ? value(m.step_microseconds, microseconds(m.step_microseconds), at + "step_microseconds")
                                   : std::string();
  });
  row("loss on text not seen in training", [](const auto& m, const std::string& at) {
    return m.val_loss ? value(*m.val_loss, number(*m.val_loss), at + "val_loss") : std::string();
  });
  row("perplexity on that text", [](const auto& m, const std::string& at) {
    return m.val_perplexity ? value(*m.val_perplexity, number(*m.val_perplexity), at + "val_perplexity") : std::string();
  });
  row("bits per byte on that text", [](const auto& m, const std::string& at) {
    return m.val_bits_per_byte ? value(*m.val_bits_per_byte, number(*m.val_bits_per_byte), at + "val_bits_per_byte")
                               : std::string();
  });
  row("half of a correction is lost after", [](const auto& m, const std::string& at) {
    if (m.gradient.half_life < 0) return value(HUGE_VAL, "more steps than measured", at + "gradient/half_life");
    return m.gradient.half_life > 0 ? value(m.gradient.half_life, steps(m.gradient.half_life), at + "gradient/half_life")
                                    : std::string();
  });
  return rnn::core::pages::table(table, "numbers");
}

std::string cells_part(const Explanation& all, const Players& who) {
  std::string html = paragraph(
      "The formulas are those that the program computes with; each is one line of a recipe that every "
      "number of the state follows.");
  html += "<div class=\"cards\">\n";
  for (size_t i = 0; i < all.models.size(); ++i) html += cell_card(all.models[i], who[i]);
  return html + "</div>\n" + gates_part(all, who) + gate_use(all, who);
}

}  // namespace rnn::core::pages
