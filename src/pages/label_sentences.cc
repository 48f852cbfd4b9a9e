// Why: the sentences about one label for a text or a series.
#include "pages/label_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/html.h"

namespace rnn::core::pages {
namespace {

constexpr double kCounts = 0.05, kMovesNothing = 0.005, kSure = 0.9;  // of a probability
constexpr size_t kMostQuoted = 4;

std::string p_figure(double p, const std::string& at) { return value(p, share(p), at); }
std::string answer_figure(const Verdict& v) { return p_figure(v.answer[0].p, "/answer/0/p"); }
std::string strong(const std::string& text) { return "<strong>" + text + "</strong>"; }

// "“awful”, the 5th of 9 words"; "sample 42 of 60".
std::string place_of(const Verdict& v, size_t look) {
  const int step = v.looks[look];
  if (v.series) return fmt::format("sample {} of {}", count(step), count(v.length));
  return fmt::format("{}, the {} of {} {}", strong(cited(v.steps[static_cast<size_t>(step) - 1])), ordinal(step),
                     count(v.length), steps_of(v.facts).many);
}

std::vector<std::string> names_of(const Verdict& v, const std::vector<const LeftOutPart*>& parts) {
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(parts.size(), kMostQuoted); ++i) names.push_back(part_name(v, *parts[i]));
  if (parts.size() > kMostQuoted) names.push_back(fmt::format("{} more", parts.size() - kMostQuoted));
  return names;
}

// Where the answer has nine tenths for good, if that is later than where it leads; else "".
std::string sure_from(const Verdict& v) {
  const std::vector<double>& p = v.course[0].p;
  size_t from = p.size();
  while (from > 0 && p[from - 1] >= kSure) --from;
  if (from == p.size() || static_cast<int>(from) <= v.decided) return "";
  return fmt::format("It is {} sure only from {} on.", share(kSure),
                     v.series ? place_of(v, from) : strong(cited(v.steps[from])));
}

}  // namespace

Nouns steps_of(const LabelFacts& facts) {
  return facts.reads.empty() ? Nouns{"sample", "samples", false} : nouns_of(facts.reads);
}

std::string ordinal(int n) {
  const int tens = n % 100, ones = n % 10;
  const bool teen = tens >= 11 && tens <= 13;
  return count(n) + (teen || ones == 0 || ones > 3 ? "th" : ones == 1 ? "st" : ones == 2 ? "nd" : "rd");
}

std::string cited(std::string_view text) { return "“" + escape(text) + "”"; }

std::string part_name(const Verdict& v, const LeftOutPart& part) {
  if (part.what.empty())
    return part.steps == 1 ? fmt::format("sample {}", count(part.first + 1))
                           : fmt::format("samples {} to {}", count(part.first + 1), count(part.first + part.steps));
  int same = 0, number = 0;
  bool words = false;
  for (size_t i = 0; i < v.left_out.size(); ++i) {
    const LeftOutPart& other = v.left_out[i];
    same += other.what == part.what, words = words || other.steps > 1;
    if (other.first == part.first) number = static_cast<int>(i) + 1;
  }
  if (same < 2) return cited(part.what);
  return fmt::format("{} (the {} {})", cited(part.what), ordinal(number), words ? "word" : steps_of(v.facts).one);
}

std::string verdict_headline(const Verdict& v) {
  return fmt::format("{} says {}, {} sure", escape(v.facts.name), escape(v.answer[0].label), answer_figure(v));
}

std::string right_sentence(const Verdict& v) {
  if (!v.said)
    return "Nobody told this page the right answer, so it cannot say whether this is it: <code>--label</code> does.";
  const std::string said = strong(escape(*v.said));
  if (*v.said == v.answer[0].label) return "It is " + said + ": the answer is right.";
  if (!v.said_p) return fmt::format("It is {}, a label that this model has never been shown: it cannot be right.", said);
  return fmt::format("It is {}: the answer is wrong. The model gives the right label {}.", said,
                     p_figure(*v.said_p, fmt::format("/said_p")));
}

std::string decided_sentence(const Verdict& v) {
  const std::string label = strong(escape(v.answer[0].label));
  const size_t looks = v.looks.size();
  if (looks < 2) return fmt::format("There is only one {} to read.", steps_of(v.facts).one);
  if (v.turns == 0) {
    const std::string surely = sure_from(v);
    return fmt::format("{} leads from the first {} on, and nothing that comes later changes that.{}{}", label,
                       steps_of(v.facts).one, surely.empty() ? "" : " ", surely);
  }
  std::string text = v.decided == static_cast<int>(looks) - 1
                         ? fmt::format("It decides at the very end: only after {} {} leads.", place_of(v, looks - 1), label)
                         : fmt::format("It decides after {}: from there on {} leads to the end.",
                                       place_of(v, static_cast<size_t>(v.decided)), label);
  const std::string surely = sure_from(v);
  if (!surely.empty()) text += " " + surely;
  if (v.turns > 1)
    text += fmt::format(" Until then the lead changed {}.", v.turns == 2 ? "once before" : in_words(v.turns - 1) + " times");
  return text;
}

std::string reading_sentence(const Verdict& v) {
  const std::string_view one = steps_of(v.facts).one, what = v.series ? "series" : "text";
  if (v.facts.both_ways)
    return fmt::format(
        "This network reads forwards and backwards, so it has no opinion of its own in the middle of a {0}: each line is "
        "its answer to "
        "that beginning, read anew as if the {0} ended there.",
        what);
  if (v.facts.pool != "last")
    return fmt::format(
        "This network reads forwards and answers from the {} of its states over all {}: each line is its answer to that "
        "beginning alone.",
        v.facts.pool == "mean"        ? "mean"
        : v.facts.pool == "attention" ? "weighted mean"
                                      : "largest values",
        steps_of(v.facts).many);
  return fmt::format(
      "This network reads forwards only: what is shown after a {} is what it thinks at this moment, before it has seen the "
      "rest.",
      one);
}

std::string unknown_sentence(const Verdict& v) {
  if (v.unknown.empty()) return "";
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(v.unknown.size(), kMostQuoted); ++i) names.push_back(cited(v.unknown[i]));
  if (v.unknown.size() > kMostQuoted) names.push_back(fmt::format("{} more", v.unknown.size() - kMostQuoted));
  return fmt::format("It has never learnt {}: to this network {} as good as a blank.", listing(names),
                     names.size() == 1 ? "that is" : "those are");
}

std::string counts_sentence(const Verdict& v) {
  if (v.left_out.empty()) return "";
  const auto less = [](const LeftOutPart& a, const LeftOutPart& b) { return a.adds < b.adds; };
  const auto most = std::max_element(v.left_out.begin(), v.left_out.end(), less);
  const auto least = std::min_element(v.left_out.begin(), v.left_out.end(), less);
  const auto figure_of = [&](auto part) {
    return p_figure(part->p, fmt::format("/left_out/{}/p", part - v.left_out.begin()));
  };
  const std::string label = strong(escape(v.answer[0].label));
  std::string text;
  if (most->adds >= kMovesNothing) {
    text = fmt::format("Most is owed to {}: without {}, the probability of {} is {} instead of {}.",
                       strong(part_name(v, *most)), v.series ? "them" : "it", label, figure_of(most), answer_figure(v));
  } else {
    text = fmt::format("No single {} adds even one percentage point: what it goes by is said more than once.",
                       v.series ? "stretch" : "part");
  }
  if (least->adds <= -kCounts)
    text += fmt::format(" Against it speaks {}: without {}, {} would have {}.", strong(part_name(v, *least)),
                        v.series ? "them" : "it", label, figure_of(least));
  return text;
}

std::string changes_sentence(const Verdict& v) {
  if (v.left_out.empty()) return "";
  std::vector<const LeftOutPart*> turning;
  for (const LeftOutPart& part : v.left_out)
    if (part.label != v.answer[0].label) turning.push_back(&part);
  const std::string label = escape(v.answer[0].label);
  if (turning.empty()) return fmt::format("Whichever is left out, it still says {}: no single one decides.", label);
  if (turning.size() == 1)
    return fmt::format("Only without {} would it say something else: {}.", part_name(v, *turning[0]),
                       strong(escape(turning[0]->label)));
  return fmt::format("Without any one of {} it would say something else.", listing(names_of(v, turning)));
}

std::string sensors_sentence(const Verdict& v) {
  if (v.sensors_out.empty()) return "";
  const auto less = [](const LeftOutPart& a, const LeftOutPart& b) { return a.adds < b.adds; };
  const auto most = std::max_element(v.sensors_out.begin(), v.sensors_out.end(), less);
  const std::string figure = p_figure(most->p, fmt::format("/sensors_out/{}/p", most - v.sensors_out.begin()));
  if (most->adds < kCounts && most->label == v.answer[0].label)
    return fmt::format("It can do without any one of its inputs: without {}, {} would still have {}.",
                       strong(cited(most->what)), escape(v.answer[0].label), figure);
  return fmt::format(
      "It leans most on {}: had it not been measured, {} would have {}{}.", strong(cited(most->what)),
      escape(v.answer[0].label), figure,
      most->label != v.answer[0].label ? fmt::format(", and the answer would be {}", escape(most->label)) : "");
}

namespace {

// Where a direction's memory moves most.
size_t most_moved(const std::vector<double>& move) {
  return static_cast<size_t>(std::max_element(move.begin(), move.end()) - move.begin());
}

}  // namespace

std::string moves_sentence(const Verdict& v) {
  if (v.move.empty() || v.move[0].size() < 2) return "";
  const size_t at = most_moved(v.move[0]);
  const std::string where = v.series
                                ? fmt::format("at sample {}", count(std::min(v.length, static_cast<int>(at) * v.stride + 1)))
                                : "at " + strong(cited(v.steps[at]));
  std::string text = fmt::format("{} it moves most {}", v.facts.both_ways ? "Reading forwards," : "Here", where);
  if (v.facts.both_ways) {
    const size_t back = most_moved(v.move[1]);
    text += v.series ? fmt::format(", reading backwards at sample {}",
                                   count(std::min(v.length, static_cast<int>(back) * v.stride + 1)))
                     : fmt::format(", reading backwards at {}", strong(cited(v.steps[back])));
  }
  return text + ".";
}

}  // namespace rnn::core::pages
