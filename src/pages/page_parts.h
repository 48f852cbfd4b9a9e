// Why: the sections of the page, one function each, and what they share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspect/explanation.h"
#include "pages/sentences.h"
#include "pages/svg.h"

namespace rnn::core::pages {

using Players = std::vector<Player>;

std::string summary_section(const Explanation& all, const Players& who);
std::string reading_section(const Explanation& all, const Players& who);
std::string remembering_section(const Explanation& all, const Players& who);
std::string long_section(const Explanation& all, const Players& who);
std::string cells_section(const Explanation& all, const Players& who);
// Terms and their explanations, as glossary() has them (cell_texts.h).
std::string glossary_section(const std::vector<std::pair<std::string_view, std::string_view>>& terms);

std::string style_sheet();
std::string_view script();

// What differs from page to page; all but title and css is HTML, data is JSON.
struct PageFrame {
  std::string title, css;  // css: beside the style sheet
  std::string first;       // id of the section that a reader may skip to
  std::string header, main, footer;
  std::string data;  // script_data()
};
std::string page_text(const PageFrame& page);
std::string script_data(const nlohmann::ordered_json& data);  // for PageFrame::data
// Its bytes, as good as: what a page leaves out where it would be too large must be known before the footer is written.
size_t page_size(const PageFrame& page);

// A word of the text: an end of line and the like get a name ("↵" alone says little).
std::string shown_word(std::string_view word);
// A coloured square and the name: "■ plain RNN".
std::string name_key(const Player& who);
// A term and what it is here, for a <dl class="facts">.
std::string fact(std::string_view term, std::string_view description);
// The likeliest next words as bars with their shares, best first.
std::string next_words(const std::vector<WordChance>& next, std::string_view at, int style);
// A hidden state as a strip of cells; `at`: JSON pointer of the values, for the script.
std::string state_strip(std::span<const float> values, std::string_view title, std::string_view at);
// The colours of its cells; beyond: there are values outside of -1 to 1.
std::string scale_of_colours(bool beyond);
// Of a tokenizer that does not cut text into words: "This network reads not words but single letters ..."; else "".
std::string pieces_note(std::string_view tokenizer, std::string_view who_reads);
// A chart for wide and for narrow screens.
std::string both(svg::LineChart chart, int height, int wide = 760);
std::string both(svg::BarChart chart);

}  // namespace rnn::core::pages
