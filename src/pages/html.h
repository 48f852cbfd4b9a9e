// Why: no text can break out of the HTML or SVG it is put into; the frames of sections, figures and tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnn::core::pages {

// & < > " ' as references; bytes that are not UTF-8, and control characters, become U+FFFD.
std::string escape(std::string_view text);
// JSON inside <script>: "<" becomes \u003c, so that neither "</script" nor "<!--" can occur in it.
std::string json_in_script(std::string_view json);

// A figure from the data on the page: text for people, the exact number and its JSON pointer for programs.
std::string value(double exact_value, std::string_view shown, std::string_view at = {});

std::string paragraph(std::string_view text, std::string_view css_class = {});  // text: already HTML
// <section> with a heading h2.
std::string section(std::string_view id, std::string_view heading, std::string_view html);
// The text beside the figures if the screen is wide enough, otherwise above them.
std::string block(std::string_view said, std::string_view shown);
// <figure> with its caption below; `html` is the drawing and, folded up below it, its numbers.
std::string figure(std::string_view html, std::string_view caption, std::string_view css_class = {});

// A table with a header for each column and a header cell at the start of each row. Cells are HTML.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
std::string table(const Table& table, std::string_view css_class = {});
std::string table_details(std::string_view summary, const Table& table);  // folded up under a line to click
std::string folded_table(const Table& table);                             // the same: "Show as table"

// The same chart drawn wide and narrow; the style sheet shows the one that fits the screen.
std::string wide_or_narrow(std::string_view wide, std::string_view narrow);

}  // namespace rnn::core::pages
