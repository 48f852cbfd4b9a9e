// Why: no text can break out of the HTML or SVG it is put into; the frames of sections, figures and tables.
#include "pages/html.h"

#include <fmt/format.h>

#include <cstddef>

#include "pages/figures.h"

namespace rnn::core::pages {
namespace {

// Length of the UTF-8 sequence at the start of `text`; 0: not UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF).
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xC2 && first < 0xE0 ? 2
                        : first >= 0xE0 && first < 0xF0 ? 3
                        : first >= 0xF0 && first < 0xF5 ? 4
                                                        : 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool bad = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) ||
                   (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90);
  return bad ? 0 : length;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const char c = text.front();
    const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    if (length == 0 || control || text.starts_with("\uFFFE") || text.starts_with("\uFFFF")) {  // what XML 1.0 forbids
      out += "\uFFFD";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string json_in_script(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string value(double exact_value, std::string_view shown, std::string_view at) {
  const std::string pointer = at.empty() ? "" : fmt::format(" data-at=\"{}\"", escape(at));
  return fmt::format("<data class=\"v\" value=\"{0}\" data-value=\"{0}\"{1}>{2}</data>", exact(exact_value), pointer,
                     escape(shown));
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  if (text.empty()) return "";
  return css_class.empty() ? fmt::format("<p>{}</p>\n", text) : fmt::format("<p class=\"{}\">{}</p>\n", css_class, text);
}

std::string section(std::string_view id, std::string_view heading, std::string_view html) {
  return fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n{2}</section>\n", id,
                     heading, html);
}

std::string block(std::string_view said, std::string_view shown) {
  return fmt::format("<div class=\"block\"><div class=\"said\">\n{}</div>\n<div class=\"shown\">\n{}</div></div>\n", said,
                     shown);
}

std::string figure(std::string_view html, std::string_view caption, std::string_view css_class) {
  return fmt::format("<figure{}>\n{}<figcaption>{}</figcaption>\n</figure>\n",
                     css_class.empty() ? std::string() : fmt::format(" class=\"{}\"", css_class), html, caption);
}

std::string table(const Table& table, std::string_view css_class) {
  // Whatever may need scrolling must be reachable by keyboard and have a name for screen readers.
  std::string out = fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table",
                                table.caption.empty() ? "table" : table.caption);
  if (!css_class.empty()) out += fmt::format(" class=\"{}\"", css_class);
  out += ">\n";
  if (!table.caption.empty()) out += "<caption>" + table.caption + "</caption>\n";
  out += "<thead><tr>";
  for (const std::string& column : table.columns) out += "<th scope=\"col\">" + column + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      out += (i == 0 ? "<th scope=\"row\">" : "<td>") + row[i] + (i == 0 ? "</th>" : "</td>");
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string table_details(std::string_view summary, const Table& numbers) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", summary, table(numbers));
}

std::string folded_table(const Table& numbers) { return table_details("Show as table", numbers); }

std::string wide_or_narrow(std::string_view wide, std::string_view narrow) {
  return fmt::format("<div class=\"wide\">{}</div><div class=\"narrow\">{}</div>\n", wide, narrow);
}

}  // namespace rnn::core::pages
