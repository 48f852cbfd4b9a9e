// Why: text into HTML and SVG without a chance of breaking out of it; the frame of sections, figures and tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnn::core::pages {

// & < > " ' as references; bytes that are no UTF-8 and control characters become U+FFFD.
std::string escape(std::string_view text);
// JSON inside <script>: "<" becomes \u003c, so that no "</script" and no "<!--" can stand in it.
std::string json_in_script(std::string_view json);

// A figure of the data on the page: text for people, the exact number and its JSON pointer for programs.
std::string value(double exact_value, std::string_view shown, std::string_view at = {});

std::string paragraph(std::string_view text, std::string_view css_class = {});  // text: already HTML
// <section> with a heading h2 and an introduction of paragraphs.
std::string section(std::string_view id, std::string_view heading, std::string_view html);
// What is said stands beside what is shown where the screen is wide enough, above it where it is not.
std::string block(std::string_view said, std::string_view shown);
// <figure> with its caption below; `html` is the drawing and, folded below it, its numbers.
std::string figure(std::string_view html, std::string_view caption, std::string_view css_class = {});

// A table with a header per column and, in each row, a header cell first. Cells are HTML.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
std::string table(const Table& table, std::string_view css_class = {});
std::string table_details(std::string_view summary, const Table& table);  // folded, under a line to click
std::string folded_table(const Table& table);                             // the same: "Show as table"

// The same chart drawn wide and narrow; the style sheet shows the one that fits the screen.
std::string wide_or_narrow(std::string_view wide, std::string_view narrow);

}  // namespace rnn::core::pages
