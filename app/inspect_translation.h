// Why: rnn explain and rnn inspect look at a translator in one way; inspect shows it in the terminal and as drawings.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/translation.h"

namespace rnn::core::app {

constexpr int kWidestBeam = 5;  // more would not be seen

// Searches as rnn translate does. Says on standard error which words the model does not know. Throws as
// inspected_translator() and require_sentence().
TranslationExplanation look_at_translation(ModelFile& file, const std::string& sentence, int beam, int top, Pool& pool);

// All tables, one below the other; ends in a newline. top: likeliest words at each place.
std::string translation_view(const TranslationExplanation& e, int top);
// File name and SVG text of every drawing: attention.svg, left_out.svg.
std::vector<std::pair<std::string, std::string>> translation_drawings(const TranslationExplanation& e);

}  // namespace rnn::core::app
