// Why: every sentence of a translator's page that states a figure is computed from the figures, so it is always right.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "inspect/json_numbers.h"
#include "pages/figures.h"
#include "pages/html.h"
#include "pages/translation_parts.h"

namespace rnn::core::pages {
namespace {

constexpr size_t kNamedWords = 8;  // in a sentence that lists the words one by one

std::string target_at(size_t t, std::string_view member) { return fmt::format("/target/{}/{}", t, member); }

std::string share_of(const TargetToken& token, size_t t, size_t j) {
  const double w = decimal_of(token.attention[j]);
  return value(w, share(w), target_at(t, fmt::format("attention/{}", j)));
}

// The indices of the tokens of the translation that are words: the end of line counts only if there is nothing else.
std::vector<size_t> written_words(const TranslationExplanation& e) {
  std::vector<size_t> places;
  for (size_t t = 0; t < e.target.size(); ++t) {
    if (e.target[t].text != "↵" || e.target.size() == 1) places.push_back(t);
  }
  return places;
}

std::string chance(const TargetToken& token, size_t t) { return value(token.p, part(token.p), target_at(t, "p")); }

// "the change has a size of 2.31, and the whole state after it has a size of 4.10"
std::string change(const StateStep& step, const std::string& at) {
  return fmt::format("the change has a size of {}, and the whole state after it has a size of {}",
                     value(step.update_norm, number(step.update_norm), at + "/update_norm"),
                     value(step.state_norm, number(step.state_norm), at + "/state_norm"));
}

}  // namespace

std::string named(std::string_view token) { return token == "↵" ? "end of line" : std::string(token); }
std::string quoted_token(std::string_view token) { return in_quotes(escape(named(token))); }

std::vector<size_t> largest(const std::vector<float>& values, size_t count) {
  std::vector<size_t> places(values.size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  places.resize(std::min(count, places.size()));
  return places;
}

// ------------------------------------------------------------------------------------------------------------- translations

std::string found_sentence(const TranslationExplanation& e) {
  if (e.translations.empty()) return "The search found no translation of this sentence.";
  const auto chance_of = [&](size_t i) {
    return value(e.translations[i].p, part(e.translations[i].p), fmt::format("/translations/{}/p", i));
  };
  std::string text =
      fmt::format("{} becomes {}. The network gives exactly this translation, word for word, a probability of {}",
                  in_quotes(escape(e.sentence)), in_quotes(escape(e.translations[0].text)), chance_of(0));
  if (e.translations.size() > 1)
    text += fmt::format("; the next best one, {}, has {}", in_quotes(escape(e.translations[1].text)), chance_of(1));
  text += ".";
  size_t likeliest = 0;
  for (size_t i = 1; i < e.translations.size(); ++i) {
    if (e.translations[i].p > e.translations[likeliest].p) likeliest = i;
  }
  if (likeliest > 0) {
    text += fmt::format(
        " It is not the likeliest one ({} has {}): every additional word lowers the probability, so the search compares "
        "translations by a score that compensates for their length.",
        in_quotes(escape(e.translations[likeliest].text)), chance_of(likeliest));
  }
  if (!e.translations[0].finished) text += " The translation is cut off: it did not end within the maximum length.";
  return text;
}

// ---------------------------------------------------------------------------------------------------------------- attention

std::string looked_most_sentence(const TranslationExplanation& e) {
  std::vector<std::string> parts;
  for (const size_t t : written_words(e)) {
    const TargetToken& token = e.target[t];
    if (token.attention.empty() || parts.size() == kNamedWords) continue;
    const size_t j = largest(token.attention, 1)[0];
    parts.push_back(fmt::format("{} {}{} at {} ({})", parts.empty() ? "Before it wrote" : "before", quoted_token(token.text),
                                parts.empty() ? ", the network looked most" : "", quoted_token(e.source[j].text),
                                share_of(token, t, j)));
  }
  if (parts.empty()) return "";
  const bool all = parts.size() == written_words(e).size();
  return fmt::format("{}{}.", listing(parts), all ? "" : ", and so on");
}

std::string looked_around_sentence(const TranslationExplanation& e) {
  bool looked = false, around = false;
  size_t most = 0;
  for (const size_t t : written_words(e)) {
    const TargetToken& token = e.target[t];
    if (token.attention.empty()) continue;
    looked = true;
    if (static_cast<double>(token.attention[largest(token.attention, 1)[0]]) > 0.5) continue;
    if (!around || token.spread > e.target[most].spread) most = t;
    around = true;
  }
  if (!looked) return "";
  if (!around) return "For every word that it wrote, a single word of the sentence had more than half of its attention.";
  const TargetToken& token = e.target[most];
  std::vector<std::string> seen;
  for (const size_t j : largest(token.attention, 3))
    seen.push_back(fmt::format("{} ({})", quoted_token(e.source[j].text), share_of(token, most, j)));
  return fmt::format(
      "For {} it looked at several words: {}. Its attention was spread as widely as if {} words had equal shares.",
      quoted_token(token.text), listing(seen), value(token.spread, number(token.spread), target_at(most, "spread")));
}

std::string context_sentence(const TranslationExplanation& e) {
  bool any = false;
  size_t most = 0, least = 0;
  for (const size_t t : written_words(e)) {
    if (e.target[t].from_context < 0) continue;
    if (!any) most = least = t;
    any = true;
    if (e.target[t].from_context > e.target[most].from_context) most = t;
    if (e.target[t].from_context < e.target[least].from_context) least = t;
  }
  if (!any) return "";
  const auto part_of = [&](size_t t) {
    return value(e.target[t].from_context, share(e.target[t].from_context), target_at(t, "from_context"));
  };
  const std::string head =
      "Each word that the network writes draws on two sources: what it looks at in the sentence, and its own state. ";
  if (share(e.target[most].from_context) == share(e.target[least].from_context))
    return head + fmt::format("The sentence has a share of {}.", part_of(most));
  return head + fmt::format("The share of the sentence was largest for {} ({}) and smallest for {} ({}).",
                            quoted_token(e.target[most].text), part_of(most), quoted_token(e.target[least].text),
                            part_of(least));
}

// --------------------------------------------------------------------------------------------------------------- the search

std::string greedy_sentence(const TranslationExplanation& e) {
  bool found = false;
  for (size_t t = 0; t < e.search.steps.size(); ++t) {
    const std::vector<BeamNode>& nodes = e.search.steps[t];
    const auto won = std::find_if(nodes.begin(), nodes.end(), [](const BeamNode& node) { return node.won; });
    if (won == nodes.end()) break;
    found = true;
    // The likeliest come first: any earlier node with the same parent was likelier.
    const auto other = std::find_if(nodes.begin(), won, [&](const BeamNode& node) { return node.parent == won->parent; });
    if (other == won) continue;
    const auto chance_of = [&](const BeamNode& node) {
      return value(node.p, part(node.p), fmt::format("/search/steps/{}/{}/p", t, &node - nodes.data()));
    };
    return fmt::format(
        "At word {} the network considered {} ({}) likelier than {} ({}), which won in the end. A search that always takes "
        "the likeliest word (greedy) would have chosen differently there.",
        t + 1, quoted_token(other->text), chance_of(*other), quoted_token(won->text), chance_of(*won));
  }
  if (!found) return "";
  return "Here the search changed nothing: always taking the likeliest word (greedy) leads to the same translation.";
}

// ------------------------------------------------------------------------------------------------------------------- states

std::string reading_sentence(const TranslationExplanation& e) {
  std::string text;
  for (size_t d = 0; !e.source.empty() && d < e.source[0].read.size(); ++d) {
    size_t most = 0;
    for (size_t i = 1; i < e.source.size(); ++i) {
      if (e.source[i].read[d].update_norm > e.source[most].read[d].update_norm) most = i;
    }
    text += fmt::format("{}{}, {} changed the state most: {}.", d > 0 ? " " : "",
                        d > 0 ? "Reading from the end" : "Reading forward", quoted_token(e.source[most].text),
                        change(e.source[most].read[d], fmt::format("/source/{}/read/{}", most, d)));
  }
  return text;
}

std::string writing_sentence(const TranslationExplanation& e) {
  if (e.target.empty()) return "";
  size_t most = 0, unsure = 0;
  for (size_t t = 1; t < e.target.size(); ++t) {
    if (e.target[t].state.update_norm > e.target[most].state.update_norm) most = t;
    if (e.target[t].p < e.target[unsure].p) unsure = t;
  }
  const TargetToken& token = e.target[unsure];
  std::string text =
      fmt::format("Its state changed most before it wrote {}: {}. It was least sure of {}, with a probability of {}",
                  quoted_token(e.target[most].text), change(e.target[most].state, target_at(most, "state")),
                  quoted_token(token.text), chance(token, unsure));
  for (size_t i = 0; i < token.next.size(); ++i) {
    if (token.next[i].text == token.text) continue;
    text += fmt::format("; {} had {}", quoted_token(token.next[i].text),
                        value(token.next[i].p, part(token.next[i].p), target_at(unsure, fmt::format("next/{}/p", i))));
    break;
  }
  return text + ".";
}

// ----------------------------------------------------------------------------------------------------------- words left out

std::string left_out_sentence(const TranslationExplanation& e) {
  if (e.left_out.empty()) return "";
  size_t most = 0, least = 0;
  for (size_t i = 1; i < e.left_out.size(); ++i) {
    if (e.left_out[i].bits > e.left_out[most].bits) most = i;
    if (e.left_out[i].bits < e.left_out[least].bits) least = i;
  }
  const auto kept = [&](size_t i) {
    return value(e.left_out[i].kept, part(e.left_out[i].kept), fmt::format("/left_out/{}/kept", i));
  };
  const LeftOutWord& word = e.left_out[most];
  std::string text =
      fmt::format("The word that matters most is {}: without it the probability of the translation {} to {} of what it was",
                  quoted_token(word.word), word.bits < 0 ? "rises" : "falls", kept(most));
  const auto hurt = std::max_element(word.by_token.begin(), word.by_token.end());
  if (hurt != word.by_token.end() && *hurt > 0) {
    const size_t t = static_cast<size_t>(hurt - word.by_token.begin());
    text +=
        fmt::format(", and {} suffers most ({} bits)", quoted_token(e.target[t].text),
                    value(decimal_of(*hurt), number(decimal_of(*hurt)), fmt::format("/left_out/{}/by_token/{}", most, t)));
  }
  text += ".";
  if (most == least) return text;
  return text + (e.left_out[least].bits < 0
                     ? fmt::format(" Without {} the translation actually becomes likelier: {} of what it was.",
                                   quoted_token(e.left_out[least].word), kept(least))
                     : fmt::format(" {} matters least: without it {} of the probability is left.",
                                   quoted_token(e.left_out[least].word), kept(least)));
}

}  // namespace rnn::core::pages
