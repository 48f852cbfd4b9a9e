// Why: the page of a tagger: the sentence with its tags, how sure each is, which words they lean on, how the memory moved.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pages/figures.h"
#include "pages/label_chart.h"
#include "pages/label_page.h"
#include "pages/label_page_parts.h"
#include "pages/label_sentences.h"
#include "pages/tag_chart.h"

namespace rnn::core {
namespace pages {
namespace {

constexpr size_t kMostTagBars = 40;
constexpr int kTagWide = 560, kTagNarrow = 270;  // drawn larger than other pictures: this one is text

svg::TagChart tags_of(const Tagging& t) {
  svg::TagChart chart;
  chart.tagging = &t, chart.id = "tags", chart.title = "The sentence and its tags";
  std::string found;
  for (const TaggedSpan& span : t.found) found += fmt::format("{}{}: {}", found.empty() ? "" : "; ", span.text, span.type);
  chart.description = t.spans ? (found.empty() ? "Nothing was found." : found + ".") : "A tag below each word.";
  return chart;
}

Table tagged_table(const Tagging& t) {
  Table numbers{"Every word, its tag and what else it may be", {"word", "tag", "sure", "else"}, {}};
  const bool early = std::any_of(t.words.begin(), t.words.end(), [](const TaggedWord& w) { return w.early != w.tag; });
  if (early) numbers.columns.emplace_back("when just read");
  if (t.of > 0) numbers.columns.emplace_back("right");
  for (size_t i = 0; i < t.words.size(); ++i) {
    const TaggedWord& w = t.words[i];
    std::vector<std::string> others;
    for (size_t k = 0; k < w.others.size() && w.p < kDoubtful; ++k)
      others.push_back(escape(w.others[k].label) + " " +
                       value(w.others[k].p, share(w.others[k].p), fmt::format("/words/{}/others/{}/p", i, k)));
    std::vector<std::string> row = {escape(w.word), escape(w.tag), value(w.p, share(w.p), fmt::format("/words/{}/p", i)),
                                    others.empty() ? "–" : listing(others)};
    if (early) row.push_back(escape(w.early));
    if (t.of > 0) row.push_back(w.said ? escape(*w.said) : "–");
    numbers.rows.push_back(std::move(row));
  }
  return numbers;
}

std::string summary_of_tags(const Tagging& t) {
  std::string html = "<section id=\"summary\" aria-label=\"The tags\">\n";
  if (!t.place.empty()) html += paragraph(escape(t.place), "read");
  std::string caption =
      t.spans ? "What was found, in colour; the name of its kind stands below it." : "A tag below each word.";
  if (std::any_of(t.words.begin(), t.words.end(), [](const TaggedWord& w) { return w.p < kDoubtful; }))
    caption += " A percentage stands where the network is less than 90 % sure.";
  if (t.wrong > 0) caption += " In brackets: the right tag, where another was given.";
  html += figure(label_drawing(tags_of(t), svg::tag_chart, kTagWide, kTagNarrow), caption);
  html += paragraph(whole_sentence(t), "becomes") + paragraph(doubt_sentence(t), "becomes");
  html += paragraph(right_sentence(t)) + paragraph(unknown_sentence(t)) + paragraph(early_sentence(t));
  return html + table(tagged_table(t)) + label_facts(t.facts) + "</section>\n";
}

std::string leans_section(const Tagging& t) {
  if (t.left_out.empty()) return "";
  svg::PartsChart chart;
  chart.id = "leans", chart.title = "What the tags of the other words lose without each word";
  chart.description = "Bars to the right: without it the tags of the other words would be less probable.";
  chart.left = "they gain", chart.right = "they lose";
  Table numbers{"The sentence without it", {"word", "other tags that change", "lost by the others", "hit most"}, {}};
  for (size_t i = 0; i < t.left_out.size(); ++i) {
    const WordLeftOut& w = t.left_out[i];
    const std::string at = fmt::format("/left_out/{}", i);
    if (i < kMostTagBars) chart.parts.push_back({w.word, w.lost, at + "/lost"});
    numbers.rows.push_back(
        {escape(w.word), value(w.changed, count(w.changed), at + "/changed"), value(w.lost, number(w.lost), at + "/lost"),
         w.most < 0 ? "–" : escape(t.words[static_cast<size_t>(w.most)].word) + " " + value(w.p, share(w.p), at + "/p")});
  }
  std::string caption =
      "Each word left out once and the rest tagged again: by how many percentage points the tags of the other words, taken "
      "together, become "
      "less (to the right) or more probable (to the left). This is measured, not estimated.";
  if (t.left_out.size() > kMostTagBars) caption += fmt::format(" The first {} words are drawn.", kMostTagBars);
  return section("influence", "Which words the tags lean on",
                 paragraph(leans_sentence(t), "becomes") +
                     figure(label_drawing(chart, svg::parts_chart) + folded_table(numbers), caption));
}

std::string memory_of_tags(const Tagging& t) {
  if (t.move.empty() || t.move[0].size() < 2) return "";
  std::vector<double> x;
  std::vector<std::string> names;
  for (size_t i = 0; i < t.words.size(); ++i) x.push_back(static_cast<double>(i)), names.push_back(t.words[i].word);
  const std::string html = paragraph(
      fmt::format("All that the network knows of the sentence when it comes to a word is a list of {} numbers{}. {}",
                  count(t.facts.hidden), t.facts.both_ways ? " for each direction of reading" : "", moves_sentence(t)));
  return section("memory", "How its memory moves", html + moves_figure(t.move, x, names, steps_of(t.facts)));
}

std::string how_section(const Tagging& t) {
  std::string html = paragraph(t.chain ? "The tags of a sentence are not chosen word by word: the network scores every tag "
                                         "of every word and every pair of neighbouring "
                                         "tags, and the best sequence as a whole is found exactly. An order that makes no "
                                         "sense, such as the middle of a name without "
                                         "its beginning, is impossible."
                                       : "Each word gets the tag that is likeliest for it; the network does not see the "
                                         "tags that it gives to the neighbours.");
  html += paragraph(t.chain ? "For engineers: a linear-chain conditional random field (Lafferty et al. 2001); tags by "
                              "Viterbi, percentages are "
                              "marginals."
                            : "For engineers: a softmax at every step.",
                    "small");
  return section("how", "How tags are chosen", html);
}

const std::vector<std::pair<std::string_view, std::string_view>>& tagging_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Tag",
       "What the network says of a word. O is a word that belongs to nothing; B- begins something, I- goes on with it."},
      {"Span", "Words that belong together and mean one thing: New and York are one city."},
      {"Sure",
       "The probability of the tag, all ways to tag the rest of the sentence taken together. It can be high and the tag "
       "wrong."},
      {"Leaving out",
       "The same sentence without one word is tagged again. What the other tags lose is what the word was worth to them."},
      {"Memory", "The numbers that the network carries from word to word."},
  };
  return terms;
}

}  // namespace
}  // namespace pages

std::string tagging_page(const Tagging& t) {
  using namespace pages;
  PageFrame page;
  page.title = fmt::format("{}: {}", t.facts.name, t.text), page.css = label_css(), page.first = "summary";
  const std::string leans = leans_section(t), memory = memory_of_tags(t);
  std::vector<std::pair<std::string_view, std::string_view>> links = {{"summary", "The tags"}};
  if (!leans.empty()) links.emplace_back("influence", "What they lean on");
  links.emplace_back("how", "How tags are chosen");
  if (!memory.empty()) links.emplace_back("memory", "Memory");
  links.emplace_back("glossary", "Words");
  page.header = label_header("How a recurrent network reads a sentence", tagging_headline(t), links);
  page.main = summary_of_tags(t) + leans + how_section(t) + memory + glossary_section(tagging_glossary());
  page.data = script_data(to_json_object(t));
  page.footer = label_footer(t.facts);
  return page_text(page);
}

std::vector<std::pair<std::string, std::string>> tagging_drawings(const Tagging& t) {
  using namespace pages;
  svg::TagChart chart = tags_of(t);
  chart.standalone = true, chart.width = kTagWide;
  return {{"tags.svg", svg::tag_chart(chart)}};
}

}  // namespace rnn::core
