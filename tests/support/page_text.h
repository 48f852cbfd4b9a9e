// Why: tests read a page as its reader does, and its figures as a program does.
#pragma once

#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace rnn::core::test {

// A sentence as a reader sees it: no elements, plain spaces.
inline std::string read(const std::string& html) {
  std::string text = std::regex_replace(html, std::regex("<[^>]*>"), "");
  for (size_t at = 0; (at = text.find("\u00A0", at)) != std::string::npos;) text.replace(at, 2, " ");
  return text;
}
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The explanation that is embedded in a page.
inline nlohmann::json data_of(const std::string& page) {
  const std::string head = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = page.find(head) + head.size();
  return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

}  // namespace rnn::core::test
