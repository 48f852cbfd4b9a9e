// Why: which column is what is decided in one place, from names first and content second, and every decision is a sentence for the user.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "series/table_options.h"

namespace rnn::core {

// What a sample of a column's cells is.
struct ColumnFacts {
  std::string name;
  int64_t present = 0;         // cells that are not missing
  int64_t numbers = 0;         // of these, finite numbers
  int64_t dates = 0;           // of these, dates that are more than a number
  bool counts_rows = false;    // 0, 1, 2, ... or 1, 2, 3, ... in every row
  bool whole_numbers = false;  // every number is a whole one
  // Most of its cells are numbers: a cell that is none is a mistake, not a category.
  bool is_number() const { return present > 0 && 2 * numbers > present; }
  bool is_date() const { return present > 0 && 2 * dates > present; }
};

enum class ColumnRole { unused, id, time, y, fixed, past, known };

struct Roles {
  std::vector<ColumnRole> role;           // [columns]
  std::vector<size_t> id, y;              // columns, in their order
  size_t time = static_cast<size_t>(-1);  // no such column: rows are steps
  bool wide = false;                      // every y is a series, called as its column
  std::vector<std::string> notes;
  bool has_time() const { return time != static_cast<size_t>(-1); }
};

// Throws Error{usage}: usage/column for a name that the table does not have, usage/roles where a column has two roles or several could
// be y; Error{data, "data/roles"} for a table without numbers.
Roles assign_roles(std::span<const ColumnFacts> columns, const TableOptions& options, const std::string& file);

// Is a column of this name one of stamps, or of values, by its name alone?
bool is_time_name(const std::string& name);
bool is_value_name(const std::string& name);

}  // namespace rnn::core
