// Why: one table with a number or a label at every row becomes series that are followed row by row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/labels/raw_labels.h"
#include "options/option_list.h"
#include "series/dates.h"

namespace rnn::core {

// Which columns of a table are what. Empty names: found.
struct FollowColumns {
  std::string id = {}, time = {}, y = {};  // that names a series; with stamps; that is said at every row
  std::vector<std::string> ignored = {};   // not read
  std::vector<std::string> inputs = {};    // of a model, in its order; empty: every other column of numbers
  std::optional<bool> numbers = {};        // whether y is a number; none: found
  DayMonth dates = DayMonth::automatic;
  bool labelled = true;  // false: y need not be there
};

// Of the options of a run. Throws Error{usage, "usage/task_option"} for options of time series that this task does not read.
FollowColumns follow_columns(const Options& options);
// Of a model.
FollowColumns follow_columns(const SequenceShape& shape);

// Tables with a header. With a column of ids an example is a series, whose text is its id; without one a table is a series. y is a number
// where its cells are numbers, some not whole or more than kMostCodes different ones; else it is a label. A missing input is NaN, a missing
// y is not counted. Throws Error{data}: "data/empty", "data/header", "data/columns", "data/number", "data/date", "data/order" (stamps of a
// series that do not ascend), "data/constant" (numbers that are all equal), "data/ragged", "data/quote", each with file:line.
constexpr size_t kMostCodes = 10;
RawSet read_follow_tables(const std::vector<std::string>& paths, const FollowColumns& columns);

}  // namespace rnn::core
