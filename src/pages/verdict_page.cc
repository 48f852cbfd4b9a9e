// Why: the page of one label for a text or a series: the answer, how it came about, what it leans on, how the memory moved.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pages/figures.h"
#include "pages/label_chart.h"
#include "pages/label_page.h"
#include "pages/label_page_parts.h"
#include "pages/label_sentences.h"
#include "pages/series_panels.h"

namespace rnn::core {
namespace pages {
namespace {

constexpr size_t kMostParts = 24;  // that are drawn: more of them only with the strongest
constexpr size_t kLongText = 300;  // bytes that are quoted

bool drawn_as_bars(const Verdict& v) { return !v.series && v.looks.size() <= svg::kMostBarRows; }

svg::StepsChart steps_of_verdict(const Verdict& v) {
  svg::StepsChart chart;
  chart.verdict = &v, chart.id = "steps";
  chart.title = fmt::format("What it thinks after each {}", steps_of(v.facts).one);
  chart.description = fmt::format(
      "A bar for each {}: the shares are the probabilities of the labels, that of {} on the left, with its number.",
      steps_of(v.facts).one, v.answer[0].label);
  return chart;
}

svg::SeriesPanels panels_of_verdict(const Verdict& v) {
  svg::SeriesPanels chart;
  chart.verdict = &v, chart.id = "series", chart.title = "What was measured, and what the network thought meanwhile";
  chart.description = "The curves of the inputs, below them the probability of each label after the samples so far.";
  return chart;
}

std::string lines_of_verdict(const Verdict& v) {
  svg::LineChart chart;
  chart.id = "course", chart.title = fmt::format("What it thinks after each {}", steps_of(v.facts).one);
  chart.description = "A line for each label: its probability after the text so far.";
  for (size_t i = 0; i < v.course.size(); ++i) {
    svg::Series line;
    line.name = v.course[i].label, line.y = v.course[i].p, line.style = static_cast<int>(i),
    line.at = fmt::format("/course/{}/p", i);
    for (size_t look = 0; look < v.looks.size(); ++look) line.x.push_back(static_cast<double>(look));
    chart.series.push_back(std::move(line));
  }
  chart.x_names = v.steps, chart.percent = true, chart.y_min = 0, chart.y_max = 1;
  for (size_t look = 0; look < v.looks.size(); look += (v.looks.size() + 7) / 8)
    chart.x_ticks.push_back(static_cast<double>(look));
  return both(chart, 320);
}

// All numbers of the first picture.
Table course_table(const Verdict& v) {
  const Nouns nouns = steps_of(v.facts);
  Table numbers{fmt::format("The probabilities after each {}", nouns.one), {std::string(nouns.one)}, {}};
  for (const ShownLabel& label : v.course) numbers.columns.push_back(escape(label.label));
  for (size_t look = 0; look < v.looks.size(); ++look) {
    std::vector<std::string> row = {v.series ? count(v.looks[look]) : escape(v.steps[look])};
    for (size_t i = 0; i < v.course.size(); ++i)
      row.push_back(value(v.course[i].p[look], share(v.course[i].p[look]), fmt::format("/course/{}/p/{}", i, look)));
    numbers.rows.push_back(std::move(row));
  }
  return numbers;
}

std::string first_picture(const Verdict& v) {
  const Nouns nouns = steps_of(v.facts);
  std::string drawing, caption;
  if (v.series) {
    drawing = label_drawing(panels_of_verdict(v), svg::series_panels);
    caption = "Above: what was measured. Below: the probability of each label when the samples up to there had been read.";
    if (v.sensors.size() > svg::kMostPanels)
      caption += fmt::format(" The first {} of {} inputs are drawn.", svg::kMostPanels, v.sensors.size());
    if (v.stride > 1) caption += fmt::format(" A point is the mean of {} samples.", v.stride);
    if (v.turns > 0) caption += " The dotted line: from here on the answer leads.";
  } else if (drawn_as_bars(v)) {
    drawing = label_drawing(steps_of_verdict(v), svg::steps_chart);
    caption = fmt::format(
        "A bar for each {}, from the first to the last: how probable each label is when the text has been read as far as "
        "that. The number is the probability of {}.",
        nouns.one, escape(v.answer[0].label));
  } else {
    drawing = lines_of_verdict(v);
    caption = "How probable each label is when the text has been read as far as that.";
  }
  return figure(drawing + folded_table(course_table(v)), caption);
}

std::string what_was_read(const Verdict& v) {
  std::string text;
  if (v.series) {
    text = fmt::format("{} samples{}", value(v.length, count(v.length), "/length"),
                       v.place.empty() ? "" : " from " + escape(v.place));
  } else {
    std::string shown = v.text.substr(0, kLongText);
    while (shown.size() < v.text.size() && !shown.empty() && (v.text[shown.size()] & 0xC0) == 0x80) shown.pop_back();
    text = fmt::format("<q>{}{}</q>{}", escape(shown), shown.size() < v.text.size() ? " …" : "",
                       v.place.empty() ? "" : " (" + escape(v.place) + ")");
  }
  return paragraph(text, "read");
}

std::string answers_table(const Verdict& v) {
  Table numbers{"The likeliest labels", {"label", "probability"}, {}};
  for (size_t i = 0; i < v.answer.size(); ++i)
    numbers.rows.push_back({escape(v.answer[i].label) + (v.said == v.answer[i].label ? " (right)" : ""),
                            value(v.answer[i].p, share(v.answer[i].p), fmt::format("/answer/{}/p", i))});
  return table(numbers);
}

std::string verdict_summary(const Verdict& v) {
  std::string html = "<section id=\"summary\" aria-label=\"The answer\">\n";
  html += what_was_read(v);
  html += first_picture(v);
  html += paragraph(decided_sentence(v), "becomes");
  html += paragraph(right_sentence(v)) + paragraph(unknown_sentence(v));
  html += paragraph(reading_sentence(v), "small");
  if (v.answer.size() > 2) html += answers_table(v);
  return html + label_facts(v.facts) + "</section>\n";
}

// Parts that are drawn: all, or the strongest in their order.
std::vector<size_t> drawn_parts(const std::vector<LeftOutPart>& parts) {
  std::vector<size_t> order(parts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.size() <= kMostParts) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return std::fabs(parts[a].adds) > std::fabs(parts[b].adds); });
  order.resize(kMostParts);
  std::sort(order.begin(), order.end());
  return order;
}

svg::PartsChart parts_of(const Verdict& v, const std::vector<LeftOutPart>& parts, const std::string& pointer) {
  svg::PartsChart chart;
  chart.id = pointer, chart.title = "What each part adds to the probability of " + v.answer[0].label;
  chart.description = "Bars to the right speak for the answer, bars to the left against it, in percentage points.";
  for (const size_t i : drawn_parts(parts)) {
    const LeftOutPart& part = parts[i];
    const std::string name = !part.what.empty() ? part.what
                             : part.steps == 1  ? count(part.first + 1)
                                               : fmt::format("{}–{}", count(part.first + 1), count(part.first + part.steps));
    chart.parts.push_back({name, part.adds, fmt::format("/{}/{}/adds", pointer, i)});
  }
  return chart;
}

std::string parts_figure(const Verdict& v, const std::vector<LeftOutPart>& parts, const std::string& pointer,
                         const std::string& caption, const std::string& head) {
  Table numbers{"The answer without it", {head, "answer without it", "probability of " + escape(v.answer[0].label)}, {}};
  for (size_t i = 0; i < parts.size(); ++i)
    numbers.rows.push_back({parts[i].what.empty() ? fmt::format("{}–{}", parts[i].first + 1, parts[i].first + parts[i].steps)
                                                  : escape(parts[i].what),
                            escape(parts[i].label),
                            value(parts[i].p, share(parts[i].p), fmt::format("/{}/{}/p", pointer, i))});
  std::string all = caption;
  if (parts.size() > kMostParts) all += fmt::format(" The {} strongest of {} are drawn.", kMostParts, parts.size());
  return figure(label_drawing(parts_of(v, parts, pointer), svg::parts_chart) + folded_table(numbers), all);
}

std::string influence_section(const Verdict& v) {
  if (v.left_out.empty()) return "";
  const bool words =
      !v.series && std::any_of(v.left_out.begin(), v.left_out.end(), [](const LeftOutPart& p) { return p.steps > 1; });
  const std::string one = v.series ? "stretch" : words ? "word" : std::string(steps_of(v.facts).one);
  const std::string way = v.series ? "as if nothing had been measured in it" : "and the rest read again";
  std::string html = paragraph(counts_sentence(v), "becomes") + paragraph(changes_sentence(v));
  html += parts_figure(
      v, v.left_out, "left_out",
      fmt::format("Each {} left out once, {}: by how many percentage points the probability of {} falls (to the right) "
                  "or rises (to the left). This is measured, not estimated.",
                  one, way, escape(v.answer[0].label)),
      v.series ? "samples" : one);
  if (!v.sensors_out.empty()) {
    html += "<h3>Which input</h3>\n" + paragraph(sensors_sentence(v));
    html += parts_figure(v, v.sensors_out, "sensors_out",
                         "The same without each input, as if it had not been measured at all.", "input");
  }
  html += paragraph(fmt::format("Parts work together: “not” alone says little, and “not good” says much. So these numbers "
                                "need not add up, and a {} that "
                                "adds nothing here may matter elsewhere.",
                                one),
                    "small");
  return section("influence", "What the answer leans on", html);
}

std::string memory_section(const Verdict& v) {
  if (v.move.empty() || v.move[0].size() < 2) return "";
  std::vector<double> x;
  for (size_t i = 0; i < v.move[0].size(); ++i)
    x.push_back(v.series ? std::min(v.length, static_cast<int>(i + 1) * v.stride) : static_cast<double>(i));
  std::string html = paragraph(fmt::format(
      "All that the network knows of the {} so far is a list of {} numbers{}, its memory. It is renewed after each {}. {}",
      v.series ? "series" : "text", count(v.facts.hidden), v.facts.both_ways ? " for each direction of reading" : "",
      steps_of(v.facts).one, moves_sentence(v)));
  return section("memory", "How its memory moves", html + moves_figure(v.move, x, v.steps, steps_of(v.facts)));
}

const std::vector<std::pair<std::string_view, std::string_view>>& verdict_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Label",
       "One of the answers that the network was trained to give. It has no other: a text about something else gets one of "
       "them, too."},
      {"Probability",
       "How the network shares out 100 % among its labels. It is its own opinion, and it can be sure and wrong; rnn eval "
       "counts how often."},
      {"Decided", "From here to the end the final answer is the likeliest one."},
      {"Leaving out",
       "The same input without one part is read again. What the answer loses is what the part was worth here."},
      {"Memory", "The numbers that the network carries from step to step. They are all that it keeps of what it has read."},
  };
  return terms;
}

}  // namespace
}  // namespace pages

std::string verdict_page(const Verdict& v) {
  using namespace pages;
  PageFrame page;
  page.title = fmt::format("{} says {}", v.facts.name, v.answer[0].label), page.css = label_css(), page.first = "summary";
  const std::string influence = influence_section(v), memory = memory_section(v);
  std::vector<std::pair<std::string_view, std::string_view>> links = {{"summary", "The answer"}};
  if (!influence.empty()) links.emplace_back("influence", "What it leans on");
  if (!memory.empty()) links.emplace_back("memory", "Memory");
  links.emplace_back("glossary", "Words");
  page.header = label_header("How a recurrent network decides", verdict_headline(v), links);
  page.main = verdict_summary(v) + influence + memory + glossary_section(verdict_glossary());
  page.data = script_data(to_json_object(v));
  page.footer = label_footer(v.facts);
  return page_text(page);
}

std::vector<std::pair<std::string, std::string>> verdict_drawings(const Verdict& v) {
  using namespace pages;
  std::vector<std::pair<std::string, std::string>> files;
  const auto standalone = [](auto chart) {
    chart.standalone = true, chart.width = kLabelWide;
    return chart;
  };
  if (v.series) {
    files.emplace_back("series.svg", svg::series_panels(standalone(panels_of_verdict(v))));
  } else if (drawn_as_bars(v)) {
    files.emplace_back("decided.svg", svg::steps_chart(standalone(steps_of_verdict(v))));
  }
  if (!v.left_out.empty())
    files.emplace_back("influence.svg", svg::parts_chart(standalone(parts_of(v, v.left_out, "left_out"))));
  return files;
}

}  // namespace rnn::core
