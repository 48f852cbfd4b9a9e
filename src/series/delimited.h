// Why: tables come with four separators, quotes, two decimal marks and three ends of line; what a file has is found from its content and
// said, and cells stay where they are: a million rows need no string each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "series/place.h"

namespace rnn::core {

// A table in a text that must outlive it. Rows and columns count from 0, the header is no row.
class Table {
 public:
  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  size_t rows() const { return lines_.size(); }
  uint32_t line(size_t row) const { return lines_[row]; }  // in the file, from 1
  // Without the white space and quotes around it. `scratch` has the text of a cell with doubled quotes.
  std::string_view cell(size_t row, size_t column, std::string& scratch) const;
  std::string place(size_t row) const { return place_text(name_, lines_[row]); }

  char separator = ',';
  bool decimal_comma = false;
  bool has_header = true;
  std::vector<std::string> notes;  // for the user: what was found and is not usual

 private:
  friend class TableReader;
  struct Cell {
    uint64_t begin : 40, length : 23, doubled : 1;
  };
  std::string name_;
  std::string_view text_;
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;  // [rows][columns]
  std::vector<uint32_t> lines_;
  size_t width_ = 0;  // cells in a row
};

// Reads a delimited text (RFC 4180; comma, semicolon, tab or bar). Throws Error{data} with file:line: data/empty, data/quote, data/ragged,
// data/columns (a name twice), data/size; Error{usage, "usage/decimal_comma"} where 1,234 may be either number in every row and
// `decimal_comma` does not say which.
Table read_table(const NamedText& text, std::optional<bool> decimal_comma = {});

// "", NA, N/A, NaN, null, -: in any case.
bool is_missing(std::string_view cell);
enum class NumberFault { none, text, not_finite };
// A finite number with a decimal point, or comma; a plus sign may stand before it.
NumberFault read_cell(std::string_view cell, bool decimal_comma, double& value);

}  // namespace rnn::core
