// Why: the section "Remembering": how the last prediction depends on each word, and how long two sentences stay apart.
#include <fmt/format.h>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core::pages {
namespace {

const Influence* influence_at(const ModelExplanation& model, int position, size_t& index) {
  for (size_t k = 0; k < model.influence.size(); ++k) {
    if (model.influence[k].position == position) return index = k, &model.influence[k];
  }
  return nullptr;
}

std::string influence_figure(const Explanation& all, const Players& who) {
  svg::BarChart chart;
  chart.id = "influence";
  chart.title = "How much the last prediction changes when one word is replaced";
  chart.description = "One group of bars per word, one bar per network; the numbers are in the table below.";
  chart.x_label = "share of the prediction that moves to other words";
  chart.percent = true;
  for (const Player& player : who) {
    chart.series.push_back(player.label);
    chart.styles.push_back(player.style);
  }
  Table table{"How much the last prediction depends on each word: mean over its replacements", {"word"}, {}};
  for (const Player& player : who) {
    table.columns.push_back(escape(player.label));
    table.columns.push_back("replacements");
  }
  for (const Influence& first : all.models[0].influence) {
    svg::BarGroup group{shown_word(first.word), {}, {}};
    std::vector<std::string> row = {escape(shown_word(first.word))};
    for (size_t i = 0; i < all.models.size(); ++i) {
      size_t k = 0;
      const Influence* influence = influence_at(all.models[i], first.position, k);
      if (influence == nullptr) {
        group.values.push_back(0);
        group.at.emplace_back();
        row.insert(row.end(), {"–", "–"});
        continue;
      }
      const std::string at = fmt::format("/models/{}/influence/{}", i, k);
      group.values.push_back(influence->mean);
      group.at.push_back(at + "/mean");
      std::vector<std::string> others;
      for (size_t s = 0; s < influence->substitutes.size(); ++s) {
        const WordChance& other = influence->substitutes[s];
        others.push_back(fmt::format("{} {}", escape(other.text),
                                     value(other.p, share(other.p), fmt::format("{}/substitutes/{}/p", at, s))));
      }
      row.push_back(value(influence->mean, share(influence->mean), at + "/mean"));
      row.push_back(others.empty() ? "–" : listing(others));
    }
    chart.groups.push_back(std::move(group));
    table.rows.push_back(std::move(row));
  }
  return figure(both(chart) + folded_table(table),
                "Each word is replaced by other words, one at a time (by words of the same kind if the vocabulary has any); "
                "then the sentence is read again. The bar is the mean share of the probability that moves to other next "
                "words (total variation): at 0 % the word no longer makes a difference.");
}

std::string distance_figure(const Explanation& all, const Players& who, size_t pair) {
  const StateDistance& first = all.models[0].distances[pair];
  svg::LineChart chart;
  chart.id = fmt::format("distance{}", pair);
  chart.title = fmt::format("Distance between the states after “{}” and after “{}”, word by word", first.word, first.other);
  chart.description = "One line per network; it starts at the changed word and ends at the last word.";
  chart.y_label = "distance between the two states, relative to their size";
  chart.markers = true;
  Table table{"Distance between the two states after each word", {"word"}, {}};
  const std::vector<ReadStep>& steps = all.models[0].steps;
  const size_t from = static_cast<size_t>(first.position);
  for (size_t t = from; t < steps.size(); ++t) {
    chart.x_names.push_back(shown_word(steps[t].text));
    table.rows.push_back({escape(shown_word(steps[t].text))});
  }
  for (size_t i = 0; i < all.models.size(); ++i) {
    if (pair >= all.models[i].distances.size()) continue;
    const StateDistance& distance = all.models[i].distances[pair];
    svg::Series series{who[i].label,          {}, {}, who[i].style, fmt::format("/models/{}/distances/{}/h", i, pair),
                       static_cast<int>(from)};
    table.columns.push_back(escape(who[i].label));
    for (size_t t = from; t < distance.h.size() && t - from < table.rows.size(); ++t) {
      series.x.push_back(static_cast<double>(t - from));
      series.y.push_back(distance.h[t]);
      table.rows[t - from].push_back(value(distance.h[t], number(distance.h[t]), fmt::format("{}/{}", series.at, t)));
    }
    chart.series.push_back(std::move(series));
  }
  return figure(
      both(chart, 300) + folded_table(table),
      fmt::format(
          "The same sentence is read twice, once with {} and once with {}. The line shows how far apart the two hidden "
          "states are after each word. 0 means that the two hidden states are the same: nothing in them shows any longer "
          "which word it was.",
          in_quotes(escape(first.word)), in_quotes(escape(first.other))));
}

}  // namespace

std::string remembering_section(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  std::string html = paragraph(
      "Does a network still know an early word when it reaches the end of the sentence? There is a simple way to find out: "
      "change the word, let the network read the sentence again and see whether it now expects something else.");
  if (!all.models[0].influence.empty()) {
    std::string said = "<h3>How much each word still counts at the end</h3>\n";
    for (size_t i = 0; i < all.models.size(); ++i) said += paragraph(influence_sentence(all.models[i], who[i], i));
    html += block(said, influence_figure(all, who));
  }
  for (size_t pair = 0; pair < all.models[0].distances.size(); ++pair) {
    const StateDistance& distance = all.models[0].distances[pair];
    html += block(fmt::format("<h3>{} or {}: how long the difference lasts</h3>\n", in_quotes(escape(distance.word)),
                              in_quotes(escape(distance.other))) +
                      paragraph(distance_sentence(all, who, pair)),
                  distance_figure(all, who, pair));
  }
  return section("remembering", "Remembering", html);
}

}  // namespace rnn::core::pages
