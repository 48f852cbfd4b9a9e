// Why: the fifth screen: how often a network is right over a distance, and why: what arrives of a correction on its way back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cells/names.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/scenes.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

constexpr size_t kPeople = 12;

std::string recall_tables(const Recall& recall, const Players& who) {
  Table table{"Right answers after a delay", {"symbols between"}, {}};
  Table training{"How each cell was trained", {"cell", "units", "updates", "seconds"}, {}};
  for (size_t l = 0; l < recall.lags.size(); ++l)
    table.rows.push_back({value(recall.lags[l], count(recall.lags[l]), fmt::format("/recall/lags/{}", l))});
  for (size_t c = 0; c < recall.cells.size(); ++c) {
    const RecallCurve& curve = recall.cells[c];
    const std::string at = fmt::format("/recall/cells/{}", c);
    table.columns.push_back(name_key(who[c]));
    for (size_t l = 0; l < table.rows.size(); ++l) {
      table.rows[l].push_back(l < curve.accuracy.size()
                                  ? value(curve.accuracy[l], share(curve.accuracy[l]), fmt::format("{}/accuracy/{}", at, l))
                                  : "–");
    }
    training.rows.push_back({escape(who[c].label), value(curve.hidden, count(curve.hidden), at + "/hidden"),
                             value(static_cast<double>(curve.updates), count(curve.updates), at + "/updates"),
                             value(curve.seconds, number(curve.seconds), at + "/seconds")});
  }
  return rnn::core::pages::table(table) + rnn::core::pages::table(training);
}

std::string recall_caption(const Recall& recall) {
  double seconds = 0;
  std::string_view plain;
  for (const RecallCurve& curve : recall.cells) {
    seconds = std::max(seconds, curve.seconds);
    const NamedCell* named = find_cell(curve.cell);
    if (named && !has_memory_gate(named->kind)) plain = named->variant.the;
  }
  std::string text = fmt::format(
      "New networks, trained for at most {} to name the first of a row of random symbols after reading the rest. Dotted: "
      "guessing, {}.",
      seconds < 1.5 ? "two seconds" : count(static_cast<long long>(std::ceil(seconds))) + " seconds",
      value(recall.chance, share(recall.chance), "/recall/chance"));
  if (!plain.empty())
    text +=
        fmt::format(" {} gets the kindest start known for it (“orthogonal”).", sentence_start(escape(std::string(plain))));
  return text;
}

std::string whisper_figure(const Explanation& all, const Players& who) {
  svg::Whisper scene = whisper_scene(all, who);
  const Nouns noun = nouns_of(all);
  if (scene.rows.empty()) return "";
  scene.width = 760;
  const std::string wide = svg::whisper(scene);
  scene.id = "whisper-n", scene.width = 330;
  return figure(fmt::format("<p class=\"play\" hidden><button type=\"button\" class=\"pass\">Pass it on</button></p>\n{}",
                            wide_or_narrow(wide, svg::whisper(scene))),
                fmt::format("A network that learns is told its mistake, and the message travels back from {} to {} like a "
                            "whisper. Full colour: half or more "
                            "arrives; paler: a tenth; palest: a hundredth.",
                            noun.one, noun.one),
                "whispered");
}

std::string capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

double left_at(const ModelExplanation& model, size_t k) {
  const std::vector<double>& state = model.gradient.state;
  return k < state.size() && state[1] > 0 && state[k] > 0 ? state[k] / state[1] : std::nan("");
}

}  // namespace

svg::LineChart recall_chart(const Recall& recall, const Players& who) {
  svg::LineChart chart;
  chart.id = "recall";
  chart.title = "How often the first symbol is named correctly after a delay";
  chart.description = "One line per cell; the dotted line is guessing.";
  chart.x_label = "symbols between the first one and the question";
  chart.y_label = "right answers";
  chart.log_x = chart.markers = chart.percent = true;
  chart.y_min = 0, chart.y_max = 1.02;
  chart.levels = {{recall.chance, ""}};
  for (const int lag : recall.lags) chart.x_ticks.push_back(lag);
  for (size_t c = 0; c < recall.cells.size(); ++c) {
    chart.series.push_back({who[c].label,
                            {recall.lags.begin(), recall.lags.end()},
                            recall.cells[c].accuracy,
                            who[c].style,
                            fmt::format("/recall/cells/{}/accuracy", c)});
  }
  return chart;
}

svg::Whisper whisper_scene(const Explanation& all, const Players& who) {
  svg::Whisper scene;
  scene.id = "whisper";
  const Nouns noun = nouns_of(all);
  scene.title = "A message whispered back along a row of people: what is left of a correction";
  scene.description = fmt::format(
      "A row for each network; person number k has what is left k {} back. Full colour: at least half; paler: a tenth; "
      "palest: a "
      "hundredth; outline: less.",
      noun.many);
  scene.unit = noun.many;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::vector<double>& state = all.models[i].gradient.state;
    if (state.size() < 3 || !(state[1] > 0)) continue;
    svg::Whisper::Row row{who[i].label, who[i].style, {}, fmt::format("/models/{}/gradient/state", i)};
    for (size_t k = 1; k <= kPeople && k < state.size(); ++k) row.left.push_back(state[k] / state[1]);
    scene.rows.push_back(std::move(row));
  }
  return scene;
}

std::string length_sentence(const Explanation& all, const Players&) {
  if (all.recall.lags.empty() || all.recall.cells.empty()) return "";
  const Players cells = cast(all.recall, all.models);
  return recall_sentence(all.recall, cells);
}

std::string whisper_sentence(const Explanation& all, const Players& who) {
  std::vector<Figure> figures;
  const Nouns noun = nouns_of(all);
  size_t k = kPeople;  // the furthest that every network has a figure for
  for (const ModelExplanation& model : all.models)
    while (k > 1 && !std::isfinite(left_at(model, k))) --k;
  if (k < 2) return "";
  for (size_t i = 0; i < all.models.size(); ++i) {
    const double left = left_at(all.models[i], k);
    figures.push_back(figure_of(who[i], left, part(left)));
  }
  return fmt::format("What hardly arrives is hardly learned. {} {} back, who still hears it? ",
                     capital(in_words(static_cast<int>(k))), noun.many) +
         compare(figures, Better::higher, {"hears the most", "hear the most", "hears"}) +
         plain_wins(figures, Better::higher, "hears more");
}

std::string length_screen(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  Screen parts{"length", "Length: why is a long text hard?", "", "", "", ""};
  const bool lab = !all.recall.lags.empty() && !all.recall.cells.empty();
  const std::string whispers = whisper_figure(all, who);
  const Players cells = cast(all.recall, all.models);
  if (lab) parts.picture += figure(both(recall_chart(all.recall, cells), 300), recall_caption(all.recall));
  parts.picture += whispers;
  const std::string heard = whispers.empty() ? "" : whisper_sentence(all, who);
  parts.takeaway = length_sentence(all, who);
  if (!heard.empty()) parts.takeaway += (parts.takeaway.empty() ? "" : " ") + heard;
  parts.more_about = "the gradient";
  if (lab) {
    parts.more += paragraph(recall_reach_sentence(all.recall, cells)) + recall_tables(all.recall, cells);
  }
  parts.more += paragraph(signal_sentence(all, who)) + gradient_part(all, who) + clipping_part(all.clipping);
  return screen(parts);
}

}  // namespace rnn::core::pages
