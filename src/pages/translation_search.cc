// Why: the section on the search: a tree of the candidates that were kept, finished or dropped.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"
#include "pages/sentences.h"
#include "pages/svg_parts.h"
#include "pages/translation_parts.h"

namespace rnn::core::pages {
namespace {

constexpr double kBoxWide = 132, kBoxHigh = 38, kAcross = 164, kDown = 46;  // a box; the distance from one to the next
constexpr double kTop = 34, kLeft = 74;                                     // of the first box

double left_of(size_t step) { return kLeft + kAcross * static_cast<double>(step); }
double middle_of(size_t rank) { return kTop + kDown * static_cast<double>(rank) + kBoxHigh / 2; }

std::string pointer(size_t step, size_t rank) { return fmt::format("/search/steps/{}/{}", step, rank); }

std::string box_class(const BeamNode& node) {
  const std::string_view fate = node.fate == BeamFate::finished ? " ended" : node.fate == BeamFate::dropped ? " gone" : "";
  return fmt::format("box{}{}", fate, node.won ? " won" : "");
}

// Wide numbers would run into the probability next to them.
std::string score_text(double score) { return std::fabs(score) < 0.005 ? "0.00" : number(score); }

std::string_view what_became(const BeamNode& node) {
  if (node.won) return node.fate == BeamFate::finished ? "finished, and won" : "kept, on the winning path";
  return fate_name(node.fate);
}

// A figure in a drawing.
std::string figure_text(double x, double y, double exact_value, const std::string& words, svg::Anchor anchor,
                        const std::string& at) {
  std::string label = svg::text(x, y, words, anchor, "soft");
  return label.insert(label.find('>'), fmt::format(" data-value=\"{}\" data-at=\"{}\"", exact(exact_value), at));
}

// From the right side of a candidate to the left side of its continuation.
std::string link(double x, double y, double to_x, double to_y, bool won) {
  const double bend = (to_x - x) / 2;
  return fmt::format("<path class=\"link{}\" d=\"M{} {}C{} {} {} {} {} {}\"/>\n", won ? " won" : "", svg::at(x), svg::at(y),
                     svg::at(x + bend), svg::at(y), svg::at(to_x - bend), svg::at(to_y), svg::at(to_x), svg::at(to_y));
}

std::string box(const BeamNode& node, size_t step, size_t rank) {
  const double x = left_of(step), y = middle_of(rank) - kBoxHigh / 2;
  const bool strong = node.fate != BeamFate::dropped;
  std::string out = fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\n",
                                box_class(node), svg::at(x), svg::at(y), svg::at(kBoxWide), svg::at(kBoxHigh));
  out += svg::text(x + 8, y + 15, svg::fitted(named(node.text), kBoxWide - 16, strong), svg::Anchor::start,
                   strong ? "strong" : "soft");
  out += figure_text(x + 8, y + 31, node.p, share(node.p), svg::Anchor::start, pointer(step, rank) + "/p");
  return out + figure_text(x + kBoxWide - 8, y + 31, node.score, score_text(node.score), svg::Anchor::end,
                           pointer(step, rank) + "/score");
}

std::string tree(const TranslationExplanation& e, size_t steps) {
  size_t rows = 1;
  for (size_t t = 0; t < steps; ++t) rows = std::max(rows, e.search.steps[t].size());
  svg::Frame frame;
  frame.id = "search-tree";
  frame.title = "The search, step by step";
  frame.description =
      "A column for each step, the likeliest candidate at the top; lines join each candidate to its continuations. The "
      "table below has the same figures.";
  frame.width = static_cast<int>(left_of(steps) - (kAcross - kBoxWide) + 8);
  std::string links, boxes;
  const double start = middle_of((steps > 0 ? e.search.steps[0].size() : 1) / 2);
  for (size_t t = 0; t < steps; ++t) {
    boxes += svg::text(left_of(t) + kBoxWide / 2, 18, fmt::format("{} {}", nouns_of(e.tokenizer).one, t + 1),
                       svg::Anchor::middle, "soft");
    for (size_t k = 0; k < e.search.steps[t].size(); ++k) {
      const BeamNode& node = e.search.steps[t][k];
      const double from_x = t == 0 ? kLeft - 22 : left_of(t - 1) + kBoxWide;
      const double from_y = t == 0 ? start : middle_of(static_cast<size_t>(node.parent));
      std::string& where = node.won ? boxes : links;  // the winning path is drawn over the others
      where += link(from_x, from_y, left_of(t), middle_of(k), node.won);
      boxes += box(node, t, k);
    }
  }
  const int height = static_cast<int>(kTop + kDown * static_cast<double>(rows));
  return svg::open(frame, height, "tree") + links + boxes +
         svg::text(kLeft - 28, start + 4.5, "start", svg::Anchor::end, "strong") + "</svg>\n";
}

Table steps_table(const TranslationExplanation& e, size_t steps) {
  Table table{"The search, step by step", {"word", "candidate", "last word", "log-probability", "score", "outcome"}, {}};
  for (size_t t = 0; t < steps; ++t) {
    for (size_t k = 0; k < e.search.steps[t].size(); ++k) {
      const BeamNode& node = e.search.steps[t][k];
      const std::string at = pointer(t, k);
      table.rows.push_back({count(static_cast<long long>(t) + 1),
                            escape(node.text == "↵" ? node.so_far + " (end)" : node.so_far),
                            quoted_token(node.text) + " " + value(node.p, share(node.p), at + "/p"),
                            value(node.log_prob, number(node.log_prob), at + "/log_prob"),
                            value(node.score, number(node.score), at + "/score"), std::string(what_became(node))});
    }
  }
  return table;
}

std::string score_note(const BeamTree& search) {
  const std::string alpha = plain(search.alpha);
  const std::string rule = search.alpha == 0                      ? "the log-probability itself"
                           : search.length_rule == LengthRule::wu ? "the log-probability over ((5 + n) / 6) to the power of "
                                                                  : "the log-probability over n to the power of ";
  const std::string power = search.alpha == 0 ? "" : value(search.alpha, alpha, "/search/alpha") + ", n the number of words";
  return "For engineers: beam search of width " + value(search.beam, count(search.beam), "/search/beam") +
         "; score: " + rule + power +
         (search.alpha != 0 && search.length_rule == LengthRule::wu ? " (Wu et al. 2016)" : "") +
         ". Candidates of equal length are compared by log-probability, finished translations by score.";
}

}  // namespace

std::string search_section(const TranslationExplanation& e) {
  std::string html = paragraph(
      "For every word of its vocabulary, the decoder computes how likely it is to come next. It would be rash to take the "
      "likeliest each time: a word that looks good now may lead nowhere. So several unfinished translations, the "
      "candidates, are followed side by side. At each step every candidate is continued with every word; the best are kept, "
      "the others are dropped, and a candidate that reaches the end of line is a finished translation. This is called "
      "<strong>beam search</strong>.");
  html += paragraph(score_note(e.search), "small");
  const size_t steps = std::min(kDrawnSteps, e.search.steps.size());
  constexpr std::string_view kHeading = "The search: several candidates side by side";
  if (steps == 0) return section("search", kHeading, html);
  html += paragraph(greedy_sentence(e));
  std::string caption =
      "Each box is a candidate with one more word: on the left the probability of this word after the words before it, on "
      "the right the score of the whole. Thick lines: the winning path. Filled: finished. Dashed: dropped; only the "
      "likeliest of these are shown.";
  if (steps < e.search.steps.size())
    caption += fmt::format(" The first {} of {} steps are drawn.", steps, e.search.steps.size());
  html += figure("<div class=\"scroll natural\" tabindex=\"0\" role=\"group\" aria-label=\"The search as a tree\">" +
                     tree(e, steps) + "</div>\n" + folded_table(steps_table(e, steps)),
                 caption);
  return section("search", kHeading, html);
}

std::string_view translation_css() {
  return ".natural .chart{width:auto;max-width:none}"
         ".box{fill:var(--card);stroke:var(--soft);stroke-width:1}.box.won{stroke:var(--ink);stroke-width:2.5}"
         ".box.ended{fill:var(--grid)}.box.gone{fill:none;stroke-dasharray:3 4}"
         ".link{fill:none;stroke:var(--soft);stroke-width:1}.link.won{stroke:var(--ink);stroke-width:2.5}"
         ".becomes{font-size:1.25rem;line-height:1.4;max-width:none}.becomes strong{font-weight:650}\n";
}

}  // namespace rnn::core::pages
