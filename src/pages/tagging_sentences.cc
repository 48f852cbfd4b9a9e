// Why: the sentences about the tags of a sentence.
#include <fmt/format.h>

#include <algorithm>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/label_sentences.h"

namespace rnn::core::pages {
namespace {

constexpr size_t kMostListed = 4;
constexpr double kLeansOn = 0.05;  // of a tag's probability

std::string bold(const std::string& text) { return "<strong>" + text + "</strong>"; }

std::string first_few(const std::vector<std::string>& names) {
  std::vector<std::string> few(names.begin(),
                               names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostListed)));
  if (names.size() > kMostListed) few.push_back(fmt::format("{} more", names.size() - kMostListed));
  return listing(few);
}

std::string words_text(size_t n) { return in_words(static_cast<int>(n)) + (n == 1 ? " word" : " words"); }

}  // namespace

std::string tagging_headline(const Tagging& t) {
  const std::string name = escape(t.facts.name);
  if (!t.spans) return fmt::format("{} tags {}", name, words_text(t.words.size()));
  if (t.found.empty()) return fmt::format("{} finds nothing in this sentence", name);
  if (t.found.size() > 3)
    return fmt::format("{} finds {} names and phrases", name, in_words(static_cast<int>(t.found.size())));
  std::vector<std::string> found;
  for (const TaggedSpan& span : t.found) found.push_back(fmt::format("{} ({})", cited(span.text), escape(span.type)));
  return fmt::format("{} finds {}", name, listing(found));
}

std::string whole_sentence(const Tagging& t) {
  if (t.label.empty()) return "";
  const auto chance = [&](size_t i) { return value(t.label[i].p, share(t.label[i].p), fmt::format("/label/{}/p", i)); };
  std::string text = fmt::format("As a whole the sentence is {}, with {}", bold(escape(t.label[0].label)), chance(0));
  if (t.label.size() > 1 && t.label[0].p < kDoubtful)
    text += fmt::format("; {} has {}", escape(t.label[1].label), chance(1));
  return text + ".";
}

std::string right_sentence(const Tagging& t) {
  if (t.of == 0)
    return "Nobody told this page the right tags, so it cannot say how many of them are right: <code>--label</code> does.";
  if (t.wrong == 0) return t.of == 1 ? "The tag is right." : fmt::format("All {} tags are right.", in_words(t.of));
  return fmt::format("{} of {} tags {} wrong; the right one stands in brackets.", value(t.wrong, count(t.wrong), "/wrong"),
                     value(t.of, count(t.of), "/of"), t.wrong == 1 ? "is" : "are");
}

std::string doubt_sentence(const Tagging& t) {
  const auto by = [](const TaggedWord& a, const TaggedWord& b) { return a.p < b.p; };
  const auto least = std::min_element(t.words.begin(), t.words.end(), by);
  const size_t at = static_cast<size_t>(least - t.words.begin());
  const auto doubts = std::count_if(t.words.begin(), t.words.end(), [](const TaggedWord& w) { return w.p < kDoubtful; });
  const std::string figure = value(least->p, share(least->p), fmt::format("/words/{}/p", at));
  if (doubts == 0)
    return fmt::format("It is sure of every tag: the least sure is that of {} with {}.", cited(least->word), figure);
  std::string text = fmt::format("It is least sure of {}: {} has {}", bold(cited(least->word)), escape(least->tag), figure);
  if (!least->others.empty())
    text += fmt::format(", {} has {}", escape(least->others[0].label),
                        value(least->others[0].p, share(least->others[0].p), fmt::format("/words/{}/others/0/p", at)));
  return text + (doubts > 1 ? fmt::format("; {} are in doubt.", words_text(static_cast<size_t>(doubts))) : ".");
}

std::string early_sentence(const Tagging& t) {
  std::vector<std::string> changed;
  for (const TaggedWord& word : t.words)
    if (word.early != word.tag)
      changed.push_back(fmt::format("{} (first {}, then {})", cited(word.word), escape(word.early), escape(word.tag)));
  const std::string how =
      t.facts.both_ways ? "The network reads the sentence forwards and backwards, so what follows a word can change its tag"
      : t.chain         ? "The tags of a sentence are chosen together, so what follows a word can change its tag"
                        : "The network reads forwards only, so no tag depends on what follows";
  if (!t.facts.both_ways && !t.chain) return how + ".";
  if (changed.empty())
    return how + ". Here it did not: every tag is the one it had when the sentence had been read that far.";
  return fmt::format("{}. Here {} changed: {}.", how, words_text(changed.size()), first_few(changed));
}

std::string unknown_sentence(const Tagging& t) {
  std::vector<std::string> names;
  for (const TaggedWord& word : t.words)
    if (!word.known) names.push_back(cited(word.word));
  if (names.empty()) return "";
  return fmt::format("It has never learnt {}: what {} can only be told from {} looks and neighbours.", first_few(names),
                     names.size() == 1 ? "it is" : "they are", names.size() == 1 ? "its" : "their");
}

std::string leans_sentence(const Tagging& t) {
  if (t.left_out.empty()) return "";
  const auto by = [](const WordLeftOut& a, const WordLeftOut& b) { return a.lost < b.lost; };
  const auto most = std::max_element(t.left_out.begin(), t.left_out.end(), by);
  const std::string at = fmt::format("/left_out/{}", most - t.left_out.begin());
  if (most->most < 0 || most->lost < kLeansOn)
    return "Whichever word is left out, the others keep their tags and almost all of their certainty: each is told by "
           "itself.";
  const TaggedWord& hit = t.words[static_cast<size_t>(most->most)];
  std::string text = fmt::format("The others lean most on {}: without it, {} is {} with {} only", bold(cited(most->word)),
                                 cited(hit.word), escape(hit.tag), value(most->p, share(most->p), at + "/p"));
  text += fmt::format(" instead of {}", value(hit.p, share(hit.p), fmt::format("/words/{}/p", most->most)));
  if (most->changed > 0)
    text += fmt::format(", and {} would get another tag", words_text(static_cast<size_t>(most->changed)));
  return text + ".";
}

std::string moves_sentence(const Tagging& t) {
  if (t.move.empty() || t.move[0].size() < 2) return "";
  const auto most = [&](const std::vector<double>& move) {
    return bold(cited(t.words[static_cast<size_t>(std::max_element(move.begin(), move.end()) - move.begin())].word));
  };
  return t.move.size() > 1 ? fmt::format("Reading forwards, it moves most at {}, reading backwards at {}.", most(t.move[0]),
                                         most(t.move[1]))
                           : fmt::format("Here it moves most at {}.", most(t.move[0]));
}

}  // namespace rnn::core::pages
