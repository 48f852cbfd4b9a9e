// Why: the sixth screen: what gates do to one number, word after word.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cells/names.h"
#include "pages/cell_texts.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/scenes.h"
#include "pages/screens.h"

namespace rnn::core::pages {
namespace {

bool has_notebook(const ModelExplanation& model) {
  const NamedCell* named = find_cell(model.cell);
  return named && cell_info(named->kind).states > 1;
}

// What the third door does: cells with a cell state show it, the GRU listens to its past.
std::string third_name(const ModelExplanation& model) { return has_notebook(model) ? "show" : "listen"; }

// What the doors of a cell do, in a line.
std::string door_words(const ModelExplanation& model) {
  const std::string third = model.doors.third.empty() ? ""
                            : has_notebook(model)
                                ? "; <strong>show</strong>: how much of it the rest of the network sees"
                                : "; <strong>listen</strong>: how much of the old numbers the new one is made from";
  return paragraph(
      "<strong>Keep</strong>: how much of the old number stays; <strong>write</strong>: how much of the new one comes in" +
          third + ".",
      "small");
}

std::string signed_number(double v) { return (v < 0 ? "−" : "") + number(std::fabs(v)); }

std::string door_table(const ModelExplanation& model, const Player& who, size_t index) {
  Table table{fmt::format("Number {} of {}: after = keep × before + write × new", model.doors.unit, escape(who.the)),
              {std::string(nouns_of(model.tokenizer).one), "before", "keep", "write", "new", "after"},
              {}};
  if (!model.doors.third.empty()) table.columns.push_back(third_name(model));
  for (size_t i = 0; i < model.doors.steps.size(); ++i) {
    const DoorStep& s = model.doors.steps[i];
    const std::string at = fmt::format("/models/{}/doors/steps/{}/", index, i);
    const auto cell = [&](double v, const char* key) { return value(v, signed_number(v), at + key); };
    std::vector<std::string> row = {escape(shown_word(s.word)), cell(s.before, "before"),   cell(s.keep, "keep"),
                                    cell(s.write, "write"),     cell(s.content, "content"), cell(s.after, "after")};
    if (!model.doors.third.empty()) row.push_back(cell(s.third, "third"));
    table.rows.push_back(std::move(row));
  }
  return table_details(fmt::format("{}: this number, step by step", escape(who.label)), table);
}

std::string sums(const ModelExplanation& model, size_t index, size_t row) {
  const DoorStep& s = model.doors.steps[row];
  const std::string at = fmt::format("/models/{}/doors/steps/{}/", index, row);
  const auto cell = [&](double v, const char* key) { return value(v, signed_number(v), at + key); };
  return fmt::format("{}: keep {} × old number {} + write {} × new {} = {}", in_quotes(escape(shown_word(s.word))),
                     cell(s.keep, "keep"), cell(s.before, "before"), cell(s.write, "write"), cell(s.content, "content"),
                     cell(s.after, "after"));
}

// The step at which most is written.
size_t most_written(const Doors& doors) {
  size_t most = 0;
  for (size_t i = 1; i < doors.steps.size(); ++i) {
    const auto size = [&](size_t k) { return std::fabs(doors.steps[k].write * doors.steps[k].content); };
    if (size(i) > size(most)) most = i;
  }
  return most;
}

// The word of a step in quotes; of several alike which one it is.
std::string step_words(const Doors& doors, size_t at) {
  size_t before = 0, all = 0;
  for (size_t i = 0; i < doors.steps.size(); ++i) {
    const bool same = doors.steps[i].word == doors.steps[at].word;
    all += same, before += same && i < at;
  }
  const std::string which = all == 1            ? ""
                            : before + 1 == all ? "the last "
                            : before == 0       ? "the first "
                                                : fmt::format("number {} of ", before + 1);
  return which + in_quotes(escape(shown_word(doors.steps[at].word)));
}

std::string panel(const ModelExplanation& model, const Player& who, size_t index) {
  svg::DoorChart chart = door_scene(model, who, index);
  const std::string id = chart.id;
  chart.id = id + "-w", chart.width = 760;
  const std::string wide = svg::door_chart(chart);
  chart.id = id + "-n", chart.width = 330;
  const size_t first = most_written(model.doors);
  std::string lines;
  for (size_t i = 0; i < model.doors.steps.size(); ++i)
    lines += fmt::format("<p class=\"sum\"{}>{}</p>\n", i == first ? "" : " hidden", sums(model, index, i));
  return fmt::format(
             "<div class=\"doors\" data-first=\"{}\">{}<div class=\"sums\">{}</div>\n<p class=\"play\" hidden><button "
             "type=\"button\" "
             "class=\"advance\">Next {}</button></p>\n</div>\n",
             first, wide_or_narrow(wide, svg::door_chart(chart)), lines, nouns_of(model.tokenizer).one) +
         door_words(model) + paragraph(doors_sentence(model, who, index), "takeaway");
}

}  // namespace

svg::DoorChart door_scene(const ModelExplanation& model, const Player& who, size_t index) {
  svg::DoorChart chart;
  chart.id = fmt::format("doors{}", index);
  chart.title = fmt::format("One number of {}, and its doors", who.the);
  chart.description =
      "A row per step: how far each door is open, and the number after it. The figures are in the table below.";
  chart.doors = {"keep", "write"};
  chart.keys = {"keep", "write"};
  if (!model.doors.third.empty()) chart.doors.push_back(third_name(model)), chart.keys.push_back("third");
  chart.keys.push_back("after");
  chart.at = fmt::format("/models/{}/doors/steps", index);
  chart.style = who.style;
  for (const DoorStep& s : model.doors.steps) {
    svg::DoorRow row{shown_word(s.word), {s.keep, s.write}, s.after};
    if (!model.doors.third.empty()) row.open.push_back(s.third);
    chart.rows.push_back(std::move(row));
  }
  return chart;
}

std::string doors_sentence(const ModelExplanation& model, const Player& who, size_t index) {
  const Doors& doors = model.doors;
  if (doors.steps.empty()) return "";
  size_t shut = 0;
  for (size_t i = 1; i < doors.steps.size(); ++i)
    if (doors.steps[i].keep < doors.steps[shut].keep) shut = i;
  const size_t most = most_written(doors);
  const auto door = [&](size_t i, double v, const char* key) {
    return value(v, share(v), fmt::format("/models/{}/doors/steps/{}/{}", index, i, key));
  };
  std::string text = fmt::format(
      "The plain RNN rewrites every number at every {0}. {1} has doors: at {2} it wrote most, with the write door {3} open; "
      "at "
      "{4} it kept least, {5} of the old number.",
      nouns_of(model.tokenizer).one, sentence_start(escape(who.the)), step_words(doors, most),
      door(most, doors.steps[most].write, "write"), step_words(doors, shut), door(shut, doors.steps[shut].keep, "keep"));
  if (doors.write.empty()) text += " Its write door is what the keep door leaves: one opens as the other shuts.";
  return text;
}

std::string doors_screen(const Explanation& all, const Players& who) {
  std::vector<Tab> choices;
  std::vector<size_t> order;
  for (size_t i = 0; i < all.models.size(); ++i)
    if (!all.models[i].doors.steps.empty()) order.push_back(i);
  // The LSTM first: keep, write and show are doors of its own.
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return has_notebook(all.models[a]) && !has_notebook(all.models[b]); });
  for (const size_t i : order) choices.push_back({who[i], panel(all.models[i], who[i], i)});
  Screen parts{"doors", "Doors: what LSTM and GRU change", "", "", "", ""};
  parts.more_about = "the formulas";
  for (const size_t i : order) parts.more += door_table(all.models[i], who[i], i);
  parts.more += cells_part(all, who);
  if (choices.empty()) {
    if (all.models.empty()) return "";
    parts.heading = "Doors: what this network does not have";
    parts.picture = paragraph(escape(told_of(nouns_of(all), cell_in_a_sentence(all.models[0].cell))));
    return screen(parts);
  }
  if (choices.size() == 1 && order.size() == all.models.size()) parts.heading = "Doors: how it keeps and forgets";
  parts.picture = "<figure class=\"doored\">\n" + tabs("door", choices) +
                  "<figcaption>One of the numbers that it carries, the one whose doors move most here. Empty: shut; full: "
                  "open.</figcaption></figure>\n";
  return screen(parts);
}

}  // namespace rnn::core::pages
