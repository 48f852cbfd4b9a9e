// Why: rnn explain and rnn inspect examine a translator in the same way; inspect shows it in the terminal and as drawings.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/translation.h"

namespace rnn::core::app {

constexpr int kWidestBeam = 5;  // more could not be shown

// Searches as rnn translate does. Reports words that the model does not know on standard error. Throws as
// inspected_translator() and require_sentence().
TranslationExplanation look_at_translation(ModelFile& file, const std::string& sentence, int beam, int top, Pool& pool);

// All tables, one below another; ends with a newline. top: likeliest words at each position.
std::string translation_view(const TranslationExplanation& e, int top);
// File name and SVG text of every drawing: attention.svg, left_out.svg.
std::vector<std::pair<std::string, std::string>> translation_drawings(const TranslationExplanation& e);

}  // namespace rnn::core::app
