// Why: tests read a page as its reader does, and its figures as a program does.
#pragma once

#include <gtest/gtest.h>

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

// Checks that every printed figure with a JSON pointer equals the value it points to; returns how many there are.
inline int check_figures(const std::string& page) {
  const nlohmann::json data = data_of(page);
  const std::regex printed("data-value=\"([^\"]*)\" data-at=\"([^\"]*)\"");
  int count = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), printed); at != std::sregex_iterator(); ++at, ++count) {
    const nlohmann::json::json_pointer place((*at)[2].str());
    if (!data.contains(place)) {
      ADD_FAILURE() << (*at)[2] << " is not in the data";
    } else if (data.at(place).is_null()) {
      EXPECT_EQ((*at)[1], "null") << (*at)[2];
    } else {
      EXPECT_EQ(nlohmann::json::parse((*at)[1].str()).get<double>(), data.at(place).get<double>()) << (*at)[2];
    }
  }
  return count;
}

}  // namespace rnn::core::test
