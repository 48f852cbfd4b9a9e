// Why: the page of `rnn explain` for a translator: how a sentence becomes another one, in plain words.
#pragma once

#include <string>

#include "inspect/translation.h"

namespace rnn::core {

// One HTML file like that of explain_page(): every figure comes from `e`, which is embedded as JSON (id "data"). If the page
// would exceed kPageBytes, the JSON omits the states that the page does not show.
std::string translation_page(const TranslationExplanation& e);

}  // namespace rnn::core
