// Why: the fourth screen: whether a network still knows an early word when it matters, and forgets it when it does not.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "inspect/early_pairs.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

std::vector<const PairTest*> tests_of(const Explanation& all) {
  std::vector<const PairTest*> tests;
  for (const ModelExplanation& model : all.models) tests.push_back(&model.pairs);
  return tests;
}

// The beginning with the words that differ from those of the other one marked.
std::string marked(const std::string& text, const std::string& other) {
  const auto words = [](const std::string& line) {
    std::vector<std::string> list(1);
    for (const char c : line) {
      if (c == ' ') {
        list.emplace_back();
      } else {
        list.back() += c;
      }
    }
    return list;
  };
  const std::vector<std::string> a = words(text), b = words(other);
  std::string html;
  for (size_t i = 0; i < a.size(); ++i) {
    if (i > 0) html += ' ';
    html += i < b.size() && a[i] == b[i] ? escape(a[i]) : "<mark>" + escape(a[i]) + "</mark>";
  }
  return html;
}

// The two words after one beginning, the right one first, as bars of its share and the rest.
std::string two_bars(const PairAnswer& p, bool first, int style, const std::string& at) {
  const std::string& right = first ? p.first_word : p.second_word;
  const std::string& other = first ? p.second_word : p.first_word;
  const double q = first ? p.first_share : p.second_share;
  const auto bar = [&](const std::string& word, double part, const std::string& shown, bool is_right) {
    return fmt::format(
        "<li{}><svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path "
        "class=\"f{}\" "
        "d=\"M0 0h{:.1f}v1H0z\"/></svg><span>{}{}</span>{}</li>\n",
        is_right ? " class=\"right\"" : "", style, 100 * part, escape(word), is_right ? " ✓" : "", shown);
  };
  return "<ol class=\"next two\">" + bar(right, q, value(q, share(q), at), true) +
         bar(other, 1 - q, fmt::format("<span class=\"v\">{}</span>", share(1 - q)), false) + "</ol>\n";
}

std::string dots(const std::vector<PairAnswer>& pairs, int style) {
  constexpr int kColumns = 10;
  std::string path, empty;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto x = 12 * static_cast<int>(i % kColumns) + 1, y = 12 * static_cast<int>(i / kColumns) + 1;
    (pairs[i].both_right() ? path : empty) += fmt::format("M{} {}h9v9h-9z", x, y);
  }
  const int rows = (static_cast<int>(pairs.size()) + kColumns - 1) / kColumns;
  return fmt::format(
      "<svg class=\"dots\" viewBox=\"0 0 {} {}\" aria-hidden=\"true\"><path class=\"f{}\" d=\"{}\"/><path class=\"track\" "
      "d=\"{}\"/></svg>",
      12 * kColumns, 12 * rows, style, path, empty);
}

std::string pair_card(const Explanation& all, const Players& who, size_t i, size_t pair) {
  const PairTest& test = all.models[i].pairs;
  const PairAnswer& p = test.needed[pair];
  const int style = who[i].style % svg::kStyles;
  const std::string at = fmt::format("/models/{}/pairs/needed/{}", i, pair);
  return fmt::format(
      "<li class=\"card k{}\"><h3 class=\"name\">{}</h3>\n<p class=\"score\">both right in <strong>{}</strong> of {} "
      "pairs</p>\n{}\n<p class=\"small\">first line</p>\n{}<p class=\"small\">second line</p>\n{}</li>\n",
      style, name_key(who[i]), both_right(test.needed), test.needed.size(), dots(test.needed, style),
      two_bars(p, true, style, at + "/first_share"), two_bars(p, false, style, at + "/second_share"));
}

std::string pairs_picture(const Explanation& all, const Players& who, size_t pair) {
  const PairAnswer& p = all.models[0].pairs.needed[pair];
  std::string html = fmt::format(
      "<figure class=\"pairs\">\n<p class=\"pairline\">{} <b>{}</b></p>\n<p class=\"pairline\">{} <b>{}</b></p>\n<ul "
      "class=\"cards\">\n",
      marked(p.first, p.second), escape(p.first_word), marked(p.second, p.first), escape(p.second_word));
  for (size_t i = 0; i < all.models.size(); ++i) {
    if (pair < all.models[i].pairs.needed.size()) html += pair_card(all, who, i, pair);
  }
  return html + fmt::format(
                    "</ul>\n<figcaption>Lines that no network has read: one early word differs, and the last one has to. Of "
                    "{} such "
                    "pairs this one is of middle difficulty. ✓: the right ending; a coloured square: both "
                    "right.</figcaption></figure>\n",
                    all.models[0].pairs.needed.size());
}

const Influence* influence_at(const ModelExplanation& model, int position, size_t& index) {
  for (size_t k = 0; k < model.influence.size(); ++k) {
    if (model.influence[k].position == position) return index = k, &model.influence[k];
  }
  return nullptr;
}

std::string influence_figure(const Explanation& all, const Players& who) {
  const Nouns noun = nouns_of(all);
  svg::BarChart chart;
  chart.id = "influence";
  chart.title = fmt::format("How much the last prediction changes when one {} is replaced", noun.one);
  chart.description = "One group of bars per place, one bar per network; the numbers are in the table below.";
  chart.x_label = fmt::format("share of the prediction that moves to other {}", noun.many);
  chart.percent = true;
  for (const Player& player : who) {
    chart.series.push_back(player.label);
    chart.styles.push_back(player.style);
  }
  Table table{fmt::format("How much the last prediction depends on each {}: mean over its replacements", noun.one),
              {std::string(noun.one)},
              {}};
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
  return figure(
      both(chart) + folded_table(table),
      fmt::format("Each {0} is replaced by others, one at a time; then the text is read again. The bar is the mean "
                  "share of the chance that moves to other next {1}. A change means that something of the {0} was "
                  "still there; whether it should count is for the text to say.",
                  noun.one, noun.many));
}

std::string distance_figure(const Explanation& all, const Players& who, size_t pair) {
  const StateDistance& first = all.models[0].distances[pair];
  const Nouns noun = nouns_of(all);
  svg::LineChart chart;
  chart.id = fmt::format("distance{}", pair);
  chart.title = fmt::format("Distance between the numbers kept after “{}” and after “{}”", first.word, first.other);
  chart.description = "One line per network; it starts at the place that was changed and ends at the last one.";
  chart.y_label = "distance, relative to their size";
  chart.markers = true;
  Table table{fmt::format("Distance between the two states after each {}", noun.one), {std::string(noun.one)}, {}};
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
  return figure(both(chart, 300) + folded_table(table),
                fmt::format("The same text is read twice, once with {} and once with {}. The line shows how far apart the "
                            "numbers are that the network keeps. At 0 nothing in them shows any longer which it was.",
                            in_quotes(escape(first.word)), in_quotes(escape(first.other))));
}

std::string influence_part(const Explanation& all, const Players& who) {
  if (all.models[0].influence.empty()) return "";
  std::string said = fmt::format("<h3>How much each {} still counts at the end</h3>\n", nouns_of(all).one);
  for (size_t i = 0; i < all.models.size(); ++i) said += paragraph(influence_sentence(all.models[i], who[i], i));
  return block(said, influence_figure(all, who));
}

std::string distance_part(const Explanation& all, const Players& who) {
  std::string html;
  for (size_t pair = 0; pair < all.models[0].distances.size(); ++pair) {
    const StateDistance& distance = all.models[0].distances[pair];
    html += block(fmt::format("<h3>{} or {}: how long the difference lasts</h3>\n", in_quotes(escape(distance.word)),
                              in_quotes(escape(distance.other))) +
                      paragraph(distance_sentence(all, who, pair)),
                  distance_figure(all, who, pair));
  }
  return html;
}

std::string pair_table(const Explanation& all, const Players& who) {
  Table table{"All pairs: the share of the right ending, after the first and after the second beginning",
              {"first", "second", "endings"},
              {}};
  for (const Player& player : who) table.columns.push_back(escape(player.label));
  for (const bool needed : {true, false}) {
    const auto list = [&](const ModelExplanation& m) -> const std::vector<PairAnswer>& {
      return needed ? m.pairs.needed : m.pairs.unneeded;
    };
    for (size_t k = 0; k < list(all.models[0]).size(); ++k) {
      const PairAnswer& p = list(all.models[0])[k];
      std::vector<std::string> row = {marked(p.first, p.second), marked(p.second, p.first),
                                      needed ? escape(p.first_word) + " or " + escape(p.second_word)
                                             : escape(p.first_word) + ", not " + escape(p.wrong)};
      for (size_t i = 0; i < all.models.size(); ++i) {
        if (k >= list(all.models[i]).size()) continue;
        const PairAnswer& a = list(all.models[i])[k];
        const std::string at = fmt::format("/models/{}/pairs/{}/{}", i, needed ? "needed" : "unneeded", k);
        row.push_back(value(a.first_share, share(a.first_share), at + "/first_share") + ", " +
                      value(a.second_share, share(a.second_share), at + "/second_share"));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table_details("All pairs and their shares", table);
}

// The beginning of `line` with the first word in which it differs from `other`.
std::string up_to_difference(const std::string& line, const std::string& other) {
  const auto at = static_cast<size_t>(std::ranges::mismatch(line, other).in1 - line.begin());
  return line.substr(0, line.find(' ', at));
}

}  // namespace

int both_right(const std::vector<PairAnswer>& pairs) {
  return static_cast<int>(std::count_if(pairs.begin(), pairs.end(), [](const PairAnswer& p) { return p.both_right(); }));
}

std::optional<svg::BarChart> memory_chart(const Explanation& all, const Players& who) {
  const int pair = all.models.empty() ? -1 : median_pair(tests_of(all));
  if (pair < 0) return std::nullopt;
  const auto k = static_cast<size_t>(pair);
  const PairAnswer& p = all.models[0].pairs.needed[k];
  svg::BarChart chart;
  chart.id = "memory";
  chart.title = fmt::format("“{} … {}”, “{} … {}”: how sure of the right ending?", up_to_difference(p.first, p.second),
                            p.first_word, up_to_difference(p.second, p.first), p.second_word);
  chart.description = "Two bars for each network: the share of the right ending of the first and of the second line.";
  chart.series = {fmt::format("“{}” after the first line", p.first_word),
                  fmt::format("“{}” after the second", p.second_word)};
  chart.x_label = "share of the right ending (half is guessing); beside the names: pairs with both right";
  chart.percent = true, chart.maximum = 1;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::vector<PairAnswer>& pairs = all.models[i].pairs.needed;
    if (k >= pairs.size()) continue;
    const std::string at = fmt::format("/models/{}/pairs/needed/{}", i, k);
    chart.groups.push_back({fmt::format("{}: {} of {}", who[i].label, both_right(pairs), pairs.size()),
                            {pairs[k].first_share, pairs[k].second_share},
                            {at + "/first_share", at + "/second_share"}});
  }
  return chart;
}

int only_moved(const std::vector<PairAnswer>& pairs) {
  return static_cast<int>(std::count_if(pairs.begin(), pairs.end(), [](const PairAnswer& p) {
    return !p.both_right() && p.first_share + p.second_share > 1.02;  // the right word gained by a per cent at least
  }));
}

std::string pairs_sentence(const Explanation& all, const Players& who) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::vector<PairAnswer>& pairs = all.models[i].pairs.needed;
    if (!pairs.empty())
      figures.push_back(figure_of(who[i], both_right(pairs), fmt::format("{} of {}", both_right(pairs), pairs.size())));
  }
  if (figures.empty()) return "";
  const bool none = std::all_of(figures.begin(), figures.end(), [](const Figure& f) { return f.value == 0; });
  const std::string head =
      "A network that has forgotten the early word answers both lines alike, so it cannot get both right. ";
  if (none) return head + "Here none does: no network remembers the early word.";
  const auto pairs = static_cast<double>(all.models[0].pairs.needed.size());
  const auto best =
      std::max_element(figures.begin(), figures.end(), [](const Figure& a, const Figure& b) { return a.value < b.value; });
  if (10 * best->value < pairs) {
    std::vector<std::string> told;
    for (const Figure& f : figures) told.push_back(fmt::format("{} in {}", escape(f.who.the), f.shown));
    return head + "Here hardly any does: " + listing(told) + ".";
  }
  const bool mostly_forgotten =
      std::all_of(figures.begin(), figures.end(), [&](const Figure& f) { return 2 * f.value < pairs; });
  return head + (mostly_forgotten ? "Mostly they forget. " : "") +
         compare(figures, Better::higher, {"remembers most often", "remember most often", "remembers it in"}) +
         plain_wins(figures, Better::higher, "remembers more often");
}

std::string forgetting_sentence(const Explanation& all, const Players& who) {
  std::vector<std::string> moved, rightly;
  size_t of = 0, others = 0;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const PairTest& test = all.models[i].pairs;
    if (!test.needed.empty()) {
      moved.push_back(fmt::format("in {} for {}", only_moved(test.needed), escape(who[i].the)));
      of = test.needed.size();
    }
    if (!test.unneeded.empty()) {
      rightly.push_back(fmt::format("{} for {}", both_right(test.unneeded), escape(who[i].the)));
      others = test.unneeded.size();
    }
  }
  std::string text;
  if (!moved.empty())
    text += fmt::format(
        "In some of the other pairs the answer moved the right way, but not far enough: {} of {}. There "
        "something of the word was still there; we do not call that remembering.",
        listing(moved), of);
  if (!rightly.empty())
    text += fmt::format(
        " In {} more pairs the early word changes and the right ending does not: to forget it is right. There "
        "both endings are right in {}.",
        others, listing(rightly));
  return text;
}

std::string memory_screen(const Explanation& all, const Players& who) {
  if (all.models.empty()) return "";
  Screen parts{"memory", "", "", "", "", ""};
  const int pair = median_pair(tests_of(all));
  if (pair >= 0) {
    parts.heading = "Memory: does it still know the early word?";
    parts.picture = pairs_picture(all, who, static_cast<size_t>(pair));
    parts.takeaway = pairs_sentence(all, who);
    parts.more_about = "all pairs";
    parts.more = paragraph(forgetting_sentence(all, who)) + pair_table(all, who) + influence_part(all, who);
  } else if (!all.models[0].influence.empty()) {
    const Nouns noun = nouns_of(all);
    parts.heading = "Memory: what of the text still counts?";
    parts.picture = influence_figure(all, who);
    parts.takeaway = early_word_sentence(all, who);
    parts.more_about = "each network";
    for (size_t i = 0; i < all.models.size(); ++i) parts.more += paragraph(influence_sentence(all.models[i], who[i], i));
    if (all.models[0].pairs.unknown > 0)
      parts.more += paragraph(fmt::format("The test with pairs of lines is missing here: the network does not know all of "
                                          "their {}.",
                                          noun.many),
                              "small");
  }
  parts.more += distance_part(all, who);
  return screen(parts);
}

}  // namespace rnn::core::pages
