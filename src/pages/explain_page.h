// Why: the page of `rnn explain`: how networks read a text, remember and forget, for readers without a technical background.
#pragma once

#include <string>

#include "inspect/explanation.h"

namespace rnn {

// One HTML file that needs nothing but itself: no network, no script to be readable. Every figure is of `explanation`, which is
// embedded as JSON (id "data"); printed figures carry their exact value (data-value) and their JSON pointer (data-at).
std::string explain_page(const Explanation& explanation);

}  // namespace rnn
