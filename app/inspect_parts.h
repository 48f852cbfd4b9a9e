// Why: the tables of rnn inspect look the same for all kinds of models.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace rnn::core::app {

constexpr int kBar = 20;  // columns of a bar in a list

// A bar over `share` of `width` columns, padded with spaces.
std::string field(double share, int width);
// A table whose columns listed in `texts` are left-aligned.
std::string table_of(std::vector<std::vector<std::string>> rows, std::initializer_list<size_t> texts);
std::string head(const std::string& title);  // of a table, after an empty line
std::string note(const std::string& text);   // below it

// An SVG file's chart, without its data.
template <class Chart>
Chart chart_of(const std::string& id, const std::string& title, const std::string& description) {
  Chart chart;
  chart.id = id, chart.title = title, chart.description = description, chart.standalone = true;
  return chart;
}

}  // namespace rnn::core::app
