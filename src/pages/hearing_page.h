// Why: the page of `rnn explain` for a recogniser: what it heard in a clip, where, and how sure it is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/hearing.h"

namespace rnn::core {

// One HTML file like that of explain_page(): every figure comes from `h`, which is embedded as JSON (id "data").
std::string hearing_page(const Hearing& h);
// Its drawings as files, name and text: sound.svg, steps.svg.
std::vector<std::pair<std::string, std::string>> hearing_drawings(const Hearing& h);

}  // namespace rnn::core
