// Why: a curve where there is only text: columns of block characters, an eighth of a row high at the least.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::pages {

struct TextChart {
  std::vector<double> x, y;      // same length, x ascending; a y that is not finite is a gap
  double x_low = 0, x_high = 1;  // the axes
  double y_low = 0, y_high = 1;  // of what is drawn: logarithms if log
  int columns = 60, rows = 6;    // of characters
  bool log = false;              // y_low and y_high are logarithms to base 10 of the values
};

// The value of each column: the mean of its points; between two neighbouring points on the straight line; NaN where there is nothing.
std::vector<double> chart_columns(const TextChart& chart);
// `rows` lines of `columns` characters from "▁" to "█", top first, without line ends; a value at y_low has one eighth of a row, one at
// y_high is full.
std::vector<std::string> chart_lines(const TextChart& chart);

}  // namespace rnn::core::pages
