// Why: the sections of a translator's page, one function each, and the sentences that state its figures, all as HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspect/translation.h"

namespace rnn::core::pages {

// What is drawn at most; the data hold all.
constexpr size_t kDrawnTokens = 40;  // of each side of the attention map
constexpr size_t kDrawnStates = 24;  // cards of states, and bars, of each side
constexpr size_t kDrawnSteps = 12;   // of the search

std::string translation_section(const TranslationExplanation& e);
std::string attention_section(const TranslationExplanation& e);
std::string search_section(const TranslationExplanation& e);
std::string states_section(const TranslationExplanation& e);
std::string words_section(const TranslationExplanation& e);

std::string_view translation_css();  // what these sections need beside the style sheet
const std::vector<std::pair<std::string_view, std::string_view>>& translation_glossary();

// A token as the page names it, not yet escaped: "↵" alone says little.
std::string named(std::string_view token);
std::string quoted_token(std::string_view token);  // “cat”, escaped

// "" where there is nothing to say.
std::string found_sentence(const TranslationExplanation& e);
std::string looked_most_sentence(const TranslationExplanation& e);    // where each word looked most
std::string looked_around_sentence(const TranslationExplanation& e);  // for which word it looked at several
std::string context_sentence(const TranslationExplanation& e);
std::string greedy_sentence(const TranslationExplanation& e);
std::string reading_sentence(const TranslationExplanation& e);  // which word changed the encoder's state most
std::string writing_sentence(const TranslationExplanation& e);  // and the decoder's; of which word it was least sure
std::string left_out_sentence(const TranslationExplanation& e);

// The places of the largest of `values`, at most `count`, the largest first; of equals the first.
std::vector<size_t> largest(const std::vector<float>& values, size_t count);

}  // namespace rnn::core::pages
