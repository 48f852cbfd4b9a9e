// Why: the page of `rnn explain` for a translator: how a sentence becomes another one, in plain words.
#pragma once

#include <string>

#include "inspect/translation.h"

namespace rnn::core {

// One HTML file, as explain_page() makes it: every figure is of `e`, which is embedded as JSON (id "data"). Where the page
// would have more than kPageBytes, states that it does not show are left out of the JSON.
std::string translation_page(const TranslationExplanation& e);

}  // namespace rnn::core
