// Why: the sections of the page, one function each, and what they share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/explanation.h"
#include "pages/sentences.h"
#include "pages/svg.h"

namespace rnn::pages {

using Players = std::vector<Player>;

std::string summary_section(const Explanation& all, const Players& who);
std::string reading_section(const Explanation& all, const Players& who);
std::string remembering_section(const Explanation& all, const Players& who);
std::string long_section(const Explanation& all, const Players& who);
std::string cells_section(const Explanation& all, const Players& who);
std::string glossary_section();

std::string style_sheet();
std::string_view script();

// A word of the text: an end of line and the like get a name ("↵" alone says little).
std::string shown_word(std::string_view word);
// A coloured square and the name: "■ plain RNN".
std::string name_key(const Player& who);
// The likeliest next words as bars with their shares, best first.
std::string next_words(const std::vector<WordChance>& next, std::string_view at, int style);
// A chart for wide and for narrow screens.
std::string both(svg::LineChart chart, int height, int wide = 760);
std::string both(svg::BarChart chart);

}  // namespace rnn::pages
