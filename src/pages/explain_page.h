// Why: the page of `rnn explain`: how networks read a text, remember and forget, for readers without a technical background.
#pragma once

#include <cstddef>
#include <string>

#include "inspect/explanation.h"

namespace rnn::core {

// A page of three models of 256 units that read a few sentences is within this; it still goes through every mail system.
constexpr size_t kPageBytes = 2'000'000;

// One HTML file that needs nothing but itself: no network, no script to be readable. Every figure is of `explanation`,
// which is embedded as JSON (id "data"); printed figures carry their exact value (data-value) and their JSON pointer
// (data-at). Where the page would have more than kPageBytes, gates and cell states of all steps but the last, which it
// does not show, are left out of the JSON.
std::string explain_page(const Explanation& explanation);

}  // namespace rnn::core
