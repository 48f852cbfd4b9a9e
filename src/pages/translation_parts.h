// Why: the sections of a translator's page, one function each, and the sentences that state its figures, all as HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspect/translation.h"

namespace rnn::core::pages {

// The most that is drawn; the data contain everything.
constexpr size_t kDrawnTokens = 40;  // on each side of the attention map
constexpr size_t kDrawnStates = 24;  // cards of states, and bars, on each side
constexpr size_t kDrawnSteps = 12;   // of the search

std::string translation_section(const TranslationExplanation& e);
std::string attention_section(const TranslationExplanation& e);
std::string search_section(const TranslationExplanation& e);
std::string states_section(const TranslationExplanation& e);
std::string words_section(const TranslationExplanation& e);

std::string_view translation_css();  // what these sections need in addition to the style sheet
const std::vector<std::pair<std::string_view, std::string_view>>& translation_glossary();

// A token as it is shown on the page, not yet escaped: "↵" becomes "end of line".
std::string named(std::string_view token);
std::string quoted_token(std::string_view token);  // “cat”, escaped

// "" if there is nothing to report.
std::string found_sentence(const TranslationExplanation& e);
std::string looked_most_sentence(const TranslationExplanation& e);    // where it looked most before it wrote each word
std::string looked_around_sentence(const TranslationExplanation& e);  // for which word it looked at several
std::string context_sentence(const TranslationExplanation& e);
std::string greedy_sentence(const TranslationExplanation& e);
std::string reading_sentence(const TranslationExplanation& e);  // which word changed the encoder's state most
std::string writing_sentence(const TranslationExplanation& e);  // the same for the decoder; its least certain word
std::string left_out_sentence(const TranslationExplanation& e);

// The indices of the `count` largest of `values` (or of all if there are fewer), largest first; equal values in their order.
std::vector<size_t> largest(const std::vector<float>& values, size_t count);

}  // namespace rnn::core::pages
