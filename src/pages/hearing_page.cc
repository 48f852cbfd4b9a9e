// Why: the page of a recogniser: what was heard, the sound, the characters step by step, words with their times, data, script.
#include "pages/hearing_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pages/figures.h"
#include "pages/hearing_chart.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core {
namespace pages {
namespace {

constexpr int kWide = 760, kNarrow = 358;
constexpr size_t kShownSteps = 60;  // in the line that spells the steps

std::string heard_text(const Hearing& h) { return h.text.empty() ? "nothing" : "“" + escape(h.text) + "”"; }

std::string seconds_figure(double s, const std::string& at) { return value(s, fmt::format("{:.2f}\u00A0s", s), at); }

std::string word_at(size_t i, std::string_view member) { return fmt::format("/words/{}/{}", i, member); }

// Were they the right words?
std::string right_sentence(const Hearing& h) {
  if (!h.said)
    return "Nobody told this page what was really said, so it cannot say how much of it is right: <code>--say</code> does.";
  const std::string said = "“" + escape(*h.said) + "”";
  if (h.of == 0) return "Nothing was said in this clip.";
  if (h.wrong == 0)
    return fmt::format("{} was said: {} right.", said, h.of == 1 ? "the word is" : "all " + in_words(h.of) + " words are");
  return fmt::format("{} was said: {} of {} {} {} wrong, missed or added.", said, value(h.wrong, count(h.wrong), "/wrong"),
                     value(h.of, count(h.of), "/of"), h.of == 1 ? "word" : "words", h.wrong == 1 ? "is" : "are");
}

std::string sure_sentence(const Hearing& h) {
  if (h.words.empty()) return "";
  const auto by = [](const HeardWord& a, const HeardWord& b) { return a.confidence < b.confidence; };
  const auto least = static_cast<size_t>(std::min_element(h.words.begin(), h.words.end(), by) - h.words.begin());
  const auto most = static_cast<size_t>(std::max_element(h.words.begin(), h.words.end(), by) - h.words.begin());
  const auto named = [&](size_t i) {
    return fmt::format("“{}” ({})", escape(h.words[i].text),
                       value(h.words[i].confidence, share(h.words[i].confidence), word_at(i, "confidence")));
  };
  if (least == most) return fmt::format("How sure it is: {}.", named(least));
  return fmt::format("It is surest of {} and least sure of {}.", named(most), named(least));
}

std::string blank_sentence(const Hearing& h) {
  return fmt::format("In {} of its {} steps it writes nothing.", value(h.blank_share, share(h.blank_share), "/blank_share"),
                     count(std::ssize(h.best)));
}

// "three" has two e's: why nothing has to stand between them.
std::string double_letter_sentence(const Hearing& h) {
  for (const HeardWord& w : h.words) {
    for (size_t i = 1; i < w.text.size(); ++i) {
      if (w.text[i] == w.text[i - 1] && (w.text[i] & 0x80) == 0)
        return fmt::format(
            "“{}” has two {}’s in a row: the nothing between them keeps them apart. Without it, steps that repeat a letter "
            "would melt into one.",
            escape(w.text), w.text[i]);
    }
  }
  return "A word like “three” needs it: the nothing between its two e’s keeps them apart, because steps that repeat a "
         "letter melt into one.";
}

std::string direction_sentence(const Hearing& h) {
  if (!h.streaming) return "This network reads the clip forwards and backwards, so it has to hear the end before it writes.";
  return fmt::format("This network reads forwards only: it writes while people speak, {} behind the sound.",
                     value(h.latency, fmt::format("{:.3g}", h.latency), "/latency") + "\u00A0seconds");
}

std::string drawn(const Hearing& h, bool states, const std::string& id) {
  svg::HearingChart chart;
  chart.hearing = &h, chart.states = states;
  chart.title = states ? "What the network writes at every step" : "The sound and the words heard in it";
  chart.description = states ? "A row for each character: the stronger the colour, the more probable at that moment. The "
                               "row “nothing” is the blank. Below, how much the memory moves."
                             : "Time runs from left to right, low sounds at the bottom, high ones at the top; the stronger "
                               "the colour, the louder.";
  chart.id = id + "-wide", chart.width = kWide;
  const std::string wide = svg::hearing_chart(chart);
  chart.id = id + "-narrow", chart.width = kNarrow;
  return wide_or_narrow(wide, svg::hearing_chart(chart));
}

Table words_table(const Hearing& h) {
  Table found{"The words that were heard", {"word", "from", "to", "sure"}, {}};
  for (size_t i = 0; i < h.words.size(); ++i) {
    const HeardWord& w = h.words[i];
    found.rows.push_back({escape(w.text), seconds_figure(w.start, word_at(i, "start")),
                          seconds_figure(w.end, word_at(i, "end")),
                          value(w.confidence, share(w.confidence), word_at(i, "confidence"))});
  }
  return found;
}

std::string facts_of(const Hearing& h) {
  std::string html = "<dl class=\"facts\">";
  html += fact("Clip", escape(h.clip)) + fact("Length", seconds_figure(h.seconds, "/seconds"));
  html += fact("Samples per second", value(h.rate, count(h.rate), "/rate"));
  html +=
      fact("Cell", escape(h.cell)) +
      fact("Units", value(h.hidden, h.layers > 1 ? fmt::format("{} × {}", h.layers, h.hidden) : count(h.hidden), "/hidden"));
  html += fact("Parameters", value(static_cast<double>(h.parameters), count(h.parameters), "/parameters"));
  return html + "</dl>\n";
}

std::string summary_of(const Hearing& h) {
  std::string html = "<section id=\"summary\" aria-label=\"What was heard\">\n";
  html += paragraph(right_sentence(h), "becomes");
  html += figure(drawn(h, false, "sound"),
                 "Above: the words, where they were heard. Below: the sound. Time runs from left to right, low sounds are "
                 "at the bottom, high "
                 "ones at the top; the stronger the colour, the louder.");
  html += paragraph(sure_sentence(h));
  if (!h.words.empty()) html += table(words_table(h));
  return html + facts_of(h) + "</section>\n";
}

std::string sound_section(const Hearing& h) {
  std::string html = paragraph(
      "A microphone delivers thousands of numbers a second. The picture above is what remains of them: every 10 "
      "milliseconds, how loud the sound is in "
      "each of some bands, from low to high, as the ear hears them. It is called a <strong>spectrogram</strong>. A vowel "
      "shows as dark stripes, an "
      "s as a patch at the top, a pause as a gap.");
  html += paragraph(
      fmt::format("Three things to look for: where words begin, how long a vowel lasts, and how much silence there is. {}",
                  direction_sentence(h)));
  return section("spectrogram", "A picture of sound", html);
}

std::string steps_text(const Hearing& h) {
  std::string line;
  for (size_t t = 0; t < std::min(h.best.size(), kShownSteps); ++t) line += (t ? " " : "") + escape(h.best[t]);
  if (h.best.size() > kShownSteps) line += " …";
  return line;
}

std::string steps_section(const Hearing& h) {
  std::string html =
      paragraph(fmt::format("Every {} the network says how probable each character is, and how probable it is that there is "
                            "<strong>nothing new</strong> to write. {}",
                            value(h.step, fmt::format("{:.3g}", h.step), "/step") + "\u00A0seconds", blank_sentence(h)));
  html += figure(drawn(h, true, "steps"),
                 "A row for each character of the text, in the order in which they are first written: the stronger the "
                 "colour, the more probable at that moment. The row "
                 "“nothing” is the blank. The line at the bottom shows how much the network’s memory moves.");
  html += paragraph(
      "Nobody told the network when a letter is said: it learnt from clips and their texts alone. It may write a letter at "
      "any step of its sound, for as long as it likes, "
      "because in the end two rules make the text: <strong>a letter that is repeated from step to step counts once, and "
      "every “nothing” is left out</strong>.");
  html += paragraph("The likeliest of every step, “–” for nothing: <code>" + steps_text(h) + "</code>", "small");
  html += paragraph(double_letter_sentence(h));
  html += paragraph(
      h.transducer
          ? "For engineers: this is a transducer (Graves 2012), which also reads the characters that it has written; the "
            "text is its "
            "own, the rows are those of a CTC layer that was trained beside it."
          : "For engineers: connectionist temporal classification (Graves et al. 2006). The text above is the best class of "
            "every step; <code>rnn transcribe --beam 16 --lm</code> adds up all ways to say a text and weighs them with a "
            "language model.",
      "small");
  return section("steps", "From steps to letters", html);
}

const std::vector<std::pair<std::string_view, std::string_view>>& hearing_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Spectrogram", "A picture of sound: time from left to right, low to high from bottom to top, loudness as darkness."},
      {"Step", "The network reads a few columns of that picture at a time, remembers, and writes a character or nothing."},
      {"Blank", "The sign for “nothing new here”. It fills silence and long sounds, and keeps double letters apart."},
      {"Confidence",
       "How probable the characters of a word were where they were heard; 100 % would be certainty. It is the network’s own "
       "opinion, and it can be sure and wrong."},
      {"Word error rate", "Wrong, missed and added words by the words that were said. 0 % is perfect."},
  };
  return terms;
}

}  // namespace
}  // namespace pages

std::string hearing_page(const Hearing& h) {
  using namespace pages;
  PageFrame page;
  page.title = h.text.empty() ? "What a network heard" : fmt::format("A network heard “{}”", h.text);
  page.first = "summary";
  page.header = fmt::format(
      "<header>\n<p class=\"eyebrow\">How a recurrent network hears</p>\n<h1>{} heard {}</h1>\n</header>\n<nav "
      "aria-label=\"Sections\"><ol><li><a "
      "href=\"#summary\">What was heard</a></li><li><a href=\"#spectrogram\">A picture of sound</a></li><li><a "
      "href=\"#steps\">From steps to letters</a></li><li><a "
      "href=\"#glossary\">Words</a></li></ol></nav>\n",
      escape(h.name), heard_text(h));
  page.main = summary_of(h) + sound_section(h) + steps_section(h) + glossary_section(hearing_glossary());
  page.data = script_data(to_json_object(h));
  page.footer = fmt::format(
      "<footer>\n<p>Every number on this page was computed from the model <code>{}</code> and the clip. This file also "
      "contains all figures. Made by rnn {}.</p>\n</footer>\n",
      escape(h.name), RNN_VERSION);
  return page_text(page);
}

std::vector<std::pair<std::string, std::string>> hearing_drawings(const Hearing& h) {
  svg::HearingChart chart;
  chart.hearing = &h, chart.standalone = true, chart.width = pages::kWide;
  chart.id = "sound", chart.title = h.name + " heard " + (h.text.empty() ? "nothing" : "“" + h.text + "”");
  chart.description =
      "The words above the sound in which they were heard: time from left to right, low sounds at the bottom.";
  const std::string sound = svg::hearing_chart(chart);
  chart.states = true, chart.id = "steps", chart.title = "What is written at every step";
  chart.description = "A row for each character: the stronger the colour, the more probable; “nothing” is the blank.";
  return {{"sound.svg", sound}, {"steps.svg", svg::hearing_chart(chart)}};
}

}  // namespace rnn::core
