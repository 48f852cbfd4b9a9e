// Why: the page of `rnn explain`: how networks read a text, remember and forget, for readers without a technical background.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "inspect/explanation.h"

namespace rnn::core {

// A page of three models of 256 units that read a few sentences stays below this, and every mail system accepts it.
constexpr size_t kPageBytes = 2'000'000;

// One self-contained HTML file: it needs no network, and it is readable without scripts. Every figure comes from
// `explanation`, which is embedded as JSON (id "data"); printed figures carry their exact value (data-value) and their JSON
// pointer (data-at). If the page would exceed kPageBytes, the JSON omits the gates and cell states of all steps but the
// last; the page does not show them.
std::string explain_page(const Explanation& explanation);

// File name and SVG text of the page's drawings: loop.svg, memory.svg, length.svg, whisper.svg, and doors-NAME.svg of each network that has
// doors. What an explanation does not have is left out.
std::vector<std::pair<std::string, std::string>> explain_drawings(const Explanation& explanation);

}  // namespace rnn::core
