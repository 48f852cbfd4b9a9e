// Why: the pages of `rnn explain` for models of labels: when one decided and by what, which words got which tags and how sure that is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/labelling.h"

namespace rnn::core {

// One HTML file each, like that of explain_page(): every figure comes from the argument, which is embedded as JSON (id "data").
std::string verdict_page(const Verdict& v);
std::string tagging_page(const Tagging& t);
// Their drawings as files, name and text: decided.svg (series.svg), influence.svg; tags.svg, influence.svg.
std::vector<std::pair<std::string, std::string>> verdict_drawings(const Verdict& v);
std::vector<std::pair<std::string, std::string>> tagging_drawings(const Tagging& t);

}  // namespace rnn::core
