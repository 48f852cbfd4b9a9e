// Why: the states of encoder and decoder at every word, and how likely the translation is without one of the words.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inspect/json_numbers.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/page_parts.h"
#include "pages/translation_parts.h"

namespace rnn::core::pages {
namespace {

constexpr int kSourceStyle = 1, kTargetStyle = 0;  // colours of bars

std::string tile(const std::string& token) {
  return fmt::format("<p class=\"tile{}\">{}</p>\n", token == "↵" ? " sign" : "", escape(named(token)));
}

std::string changed_by(const StateStep& step, const std::string& at) {
  return "changed by " + value(step.update_norm, number(step.update_norm), at + "/update_norm");
}

std::string strip_of(const StateStep& step, const std::string& what, const std::string& token, const std::string& at) {
  return state_strip(step.h, fmt::format("{} {}: {} units", what, named(token), step.h.size()), at + "/h");
}

std::string source_card(const SourceToken& token, size_t i) {
  std::string html = "<li class=\"step\">" + tile(token.text);
  for (size_t d = 0; d < token.read.size(); ++d) {
    const std::string at = fmt::format("/source/{}/read/{}", i, d);
    const std::string_view way = d > 0 ? "from the end" : "forward";
    html += strip_of(token.read[d], fmt::format("encoder, reading {}, after", way), token.text, at);
    html += paragraph((token.read.size() > 1 ? std::string(way) + ": " : "") + changed_by(token.read[d], at), "small");
  }
  return html + "</li>\n";
}

std::string target_card(const TargetToken& token, size_t t) {
  const std::string at = fmt::format("/target/{}", t);
  std::string html = "<li class=\"step\">" + tile(token.text);
  html += strip_of(token.state, "decoder, before it wrote", token.text, at + "/state");
  html += paragraph(changed_by(token.state, at + "/state"), "small");
  html += paragraph("probability " + value(token.p, share(token.p), at + "/p"), "small");
  return html + "<p class=\"small then\">likeliest words:</p>" + next_words(token.next, at + "/next", kTargetStyle) +
         "</li>\n";
}

std::string shown_part(size_t shown, size_t all) {
  return shown < all ? fmt::format(" The first {} of {} are shown.", shown, all) : "";
}

Table source_table(const TranslationExplanation& e, size_t shown) {
  Table table{"Every step of the encoder", {"word"}, {}};
  const bool both_ways = e.source[0].read.size() > 1;
  for (const char* way : {"forward", "from the end"}) {
    const std::string where = both_ways ? std::string(", ") + way : "";
    table.columns.push_back("size of the state" + where), table.columns.push_back("changed by" + where);
    if (!both_ways) break;
  }
  for (size_t i = 0; i < shown; ++i) {
    std::vector<std::string> row = {escape(named(e.source[i].text))};
    for (size_t d = 0; d < e.source[i].read.size(); ++d) {
      const StateStep& step = e.source[i].read[d];
      const std::string at = fmt::format("/source/{}/read/{}", i, d);
      row.push_back(value(step.state_norm, number(step.state_norm), at + "/state_norm"));
      row.push_back(value(step.update_norm, number(step.update_norm), at + "/update_norm"));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table target_table(const TranslationExplanation& e, size_t shown) {
  Table table{
      "Every step of the decoder", {"word", "probability", "size of the state", "changed by", "likeliest words"}, {}};
  for (size_t t = 0; t < shown; ++t) {
    const TargetToken& token = e.target[t];
    const std::string at = fmt::format("/target/{}", t);
    std::vector<std::string> next;
    for (size_t k = 0; k < token.next.size() && k < 5; ++k) {
      next.push_back(escape(named(token.next[k].text)) + " " +
                     value(token.next[k].p, share(token.next[k].p), fmt::format("{}/next/{}/p", at, k)));
    }
    table.rows.push_back({escape(named(token.text)), value(token.p, share(token.p), at + "/p"),
                          value(token.state.state_norm, number(token.state.state_norm), at + "/state/state_norm"),
                          value(token.state.update_norm, number(token.state.update_norm), at + "/state/update_norm"),
                          listing(next)});
  }
  return table;
}

bool beyond_one(const TranslationExplanation& e) {
  const auto large = [](const StateStep& step) {
    return std::any_of(step.h.begin(), step.h.end(), [](float h) { return std::fabs(h) > 1; });
  };
  for (const SourceToken& token : e.source) {
    if (std::any_of(token.read.begin(), token.read.end(), large)) return true;
  }
  return std::any_of(e.target.begin(), e.target.end(), [&](const TargetToken& token) { return large(token.state); });
}

std::string encoder_part(const TranslationExplanation& e) {
  const size_t shown = std::min(kDrawnStates, e.source.size());
  std::string html = "<h3>The encoder reads</h3>\n";
  html += paragraph(e.both_ways ? "The encoder reads the sentence twice: from the beginning to the end and from the end to "
                                  "the beginning. So its states at a word reflect both sides of the sentence."
                                : "The encoder reads the sentence from the beginning to the end. Its state after a word "
                                  "reflects the words up to this one, and none that follow.");
  if (e.reversed_source)
    html += paragraph(
        "This model was trained on reversed sentences: it reads the last word first, so “forward” starts there; the end of "
        "line still comes last.");
  html += paragraph(reading_sentence(e));
  html += "<figure><ol class=\"steps\">\n";
  for (size_t i = 0; i < shown; ++i) html += source_card(e.source[i], i);
  return html + fmt::format(
                    "</ol>\n{}<figcaption>A card for every word that was read, with the state of the encoder’s {} after "
                    "it.{}</figcaption></figure>\n",
                    folded_table(source_table(e, shown)), e.encoder_layers > 1 ? "top layer" : "layer",
                    shown_part(shown, e.source.size()));
}

std::string decoder_part(const TranslationExplanation& e) {
  const size_t shown = std::min(kDrawnStates, e.target.size());
  if (shown == 0) return "";
  const std::string_view start =
      e.bridge == "zero"   ? "It begins with an empty state: everything it knows about the sentence it has to look up."
      : e.bridge == "copy" ? "It begins with a copy of the encoder’s last states."
                           : "It begins with a state that is computed from the encoder’s last states.";
  std::string html = "<h3>The decoder writes</h3>\n";
  html += paragraph(
      fmt::format("The decoder writes word by word. Before each word it reads the word that it has just written{}. {}",
                  e.input_feeding ? ", and its own output from that step (input feeding)" : "", start));
  html += paragraph(writing_sentence(e));
  html += "<figure><ol class=\"steps\">\n";
  for (size_t t = 0; t < shown; ++t) html += target_card(e.target[t], t);
  return html + fmt::format(
                    "</ol>\n{}<figcaption>A card for every word that was written, with the state of the decoder’s {} that "
                    "chose it, and the likeliest words at this point.{}</figcaption></figure>\n",
                    folded_table(target_table(e, shown)), e.layers > 1 ? "top layer" : "layer",
                    shown_part(shown, e.target.size()));
}

// In bits all steps are equal: each halves the probability.
std::string left_out_chart(const TranslationExplanation& e, size_t shown) {
  svg::BarChart chart;
  chart.id = "left-out";
  chart.title = "What the translation loses when one word of the sentence is left out";
  chart.description = "One bar per word of the sentence; the numbers are in the table below.";
  chart.x_label = "bits lost: each bit halves the probability";
  chart.series = {"bits lost"};
  chart.styles = {kSourceStyle};
  for (size_t i = 0; i < shown; ++i)
    chart.groups.push_back({e.left_out[i].word, {e.left_out[i].bits}, {fmt::format("/left_out/{}/bits", i)}});
  return both(chart);
}

Table left_out_table(const TranslationExplanation& e) {
  Table table{"The sentence without one of its words",
              {"word left out", "probability left", "bits lost", "words that suffer most (bits)"},
              {}};
  for (size_t i = 0; i < e.left_out.size(); ++i) {
    const LeftOutWord& word = e.left_out[i];
    const std::string at = fmt::format("/left_out/{}", i);
    std::vector<std::string> hurt;
    for (const size_t t : largest(word.by_token, 3)) {
      if (word.by_token[t] > 0) {
        hurt.push_back(
            escape(named(e.target[t].text)) + " " +
            value(decimal_of(word.by_token[t]), number(decimal_of(word.by_token[t])), fmt::format("{}/by_token/{}", at, t)));
      }
    }
    table.rows.push_back({escape(word.word), value(word.kept, part(word.kept), at + "/kept"),
                          value(word.bits, number(word.bits), at + "/bits"), hurt.empty() ? "–" : listing(hurt)});
  }
  return table;
}

}  // namespace

std::string states_section(const TranslationExplanation& e) {
  if (e.source.empty()) return "";
  std::string html = paragraph(
      "Two recurrent networks share the work. Drawn here is what each of them shows at any moment, its <strong>hidden "
      "state</strong>: a list of numbers, each a small cell (a <strong>unit</strong>). The same "
      "position in every strip of one network is the same unit.");
  return section("states", "Reading and writing: the states",
                 html + scale_of_colours(beyond_one(e)) + encoder_part(e) + decoder_part(e));
}

std::string words_section(const TranslationExplanation& e) {
  if (e.left_out.empty()) return "";
  const size_t shown = std::min(kDrawnStates, e.left_out.size());
  std::string said = paragraph(
      "There is a simple way to find out how much a word matters: leave it out, let the network read the rest, and see how "
      "likely it now considers the translation that it made from the whole sentence.");
  said += paragraph(left_out_sentence(e));
  said += paragraph(
      "For engineers: log2 p(translation | sentence) − log2 p(translation | sentence without the word); the translation "
      "stays the same, there is no new search.",
      "small");
  return section(
      "words", "Which words of the sentence matter",
      block(said, figure(left_out_chart(e, shown) + folded_table(left_out_table(e)),
                         "What the translation loses without each word. If three bits are lost, an eighth of its "
                         "probability is left; if ten, about a thousandth. Below zero: without the word it is likelier." +
                             shown_part(shown, e.left_out.size()))));
}

}  // namespace rnn::core::pages
