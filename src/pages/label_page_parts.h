// Why: what the two pages about labels share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspect/labelling.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core::pages {

constexpr int kLabelWide = 760, kLabelNarrow = 340;

// A drawing for wide and narrow screens.
template <class Chart>
std::string label_drawing(Chart chart, std::string (*draw)(const Chart&), int wide_width = kLabelWide,
                          int narrow_width = kLabelNarrow) {
  const std::string id = chart.id;
  chart.id = id + "-w", chart.width = wide_width;
  const std::string wide = draw(chart);
  chart.id = id + "-n", chart.width = narrow_width;
  return wide_or_narrow(wide, draw(chart));
}

std::string label_css();
// links: ids of sections and what they are called.
std::string label_header(std::string_view eyebrow, const std::string& headline,
                         const std::vector<std::pair<std::string_view, std::string_view>>& links);
std::string label_footer(const LabelFacts& facts);
std::string label_facts(const LabelFacts& facts);
// How the memory moves, word by word (`names`) or along `x`; `at`: JSON pointer of `move`.
std::string moves_figure(const std::vector<std::vector<double>>& move, const std::vector<double>& x,
                         const std::vector<std::string>& names, const Nouns& nouns);

}  // namespace rnn::core::pages
