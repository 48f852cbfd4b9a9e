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

// Terms and their explanations, as in glossary() (cell_texts.h).
std::string glossary_section(const std::vector<std::pair<std::string_view, std::string_view>>& terms);

std::string style_sheet();
std::string_view script();

// What differs from page to page; all but title and css is HTML, data is JSON.
struct PageFrame {
  std::string title, css;  // css: in addition to the style sheet
  std::string first;       // id of the section that the skip link leads to
  std::string header, main, footer;
  std::string data;              // script_data()
  std::string_view script = {};  // in addition to script()
};
std::string page_text(const PageFrame& page);
std::string script_data(const nlohmann::ordered_json& data);  // for PageFrame::data
// Its size in bytes, approximately: whether the page must omit something has to be known before the footer is written.
size_t page_size(const PageFrame& page);

// A word of the text as it is shown: "↵" gets a name.
std::string shown_word(std::string_view word);
// A coloured square and the name: "■ plain RNN".
std::string name_key(const Player& who);
// A term and its value, for a <dl class="facts">.
std::string fact(std::string_view term, std::string_view description);
// The likeliest next words as bars with their shares, best first.
std::string next_words(const std::vector<WordChance>& next, std::string_view at, int style);
// A hidden state as a strip of cells; `at`: JSON pointer of the values, for the script.
std::string state_strip(std::span<const float> values, std::string_view title, std::string_view at);
// The scale of its colours; beyond: there are values outside -1 to 1.
std::string scale_of_colours(bool beyond);
// For a tokenizer that does not split text into words: "This network reads and writes single characters."; else "".
std::string pieces_note(std::string_view tokenizer);
// A chart drawn for wide and for narrow screens.
std::string both(svg::LineChart chart, int height, int wide = 760);
std::string both(svg::BarChart chart);

}  // namespace rnn::core::pages
