// Why: what a user can say about a table in place of what is found from it: one record for tables and JSON lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "series/dates.h"

namespace rnn::core {

class Grid;

enum class Duplicates { error, first, mean, sum };  // two rows of a series with one stamp
constexpr std::string_view kDuplicates[] = {"error", "first", "mean", "sum"};
// Steps without a value stay NaN; are 0; or lie on the line between their neighbours. The last looks at the value after the gap: a forecast
// from an origin inside a gap would see it, so tests against history use `mask`.
enum class Gaps { mask, zero, linear };
constexpr std::string_view kGaps[] = {"mask", "zero", "linear"};

struct TableOptions {
  std::vector<std::string> id,
      y;  // names of columns; empty: found. Several ids are joined by "/", several y are series each
  std::string time;
  std::vector<std::string> fixed, past, known;
  std::vector<std::string> ignored;
  std::string tz;              // "Europe/Berlin"; "": the clock of the text
  std::string frequency;       // a name (grid_of_name()); "": found
  const Grid* grid = nullptr;  // of a model: its steps, so that positions are those of its training; else found
  DayMonth day_month = DayMonth::automatic;
  std::optional<bool> decimal_comma;
  Duplicates duplicates = Duplicates::error;
  Gaps gaps = Gaps::mask;
};

}  // namespace rnn::core
