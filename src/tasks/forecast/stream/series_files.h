// Why: from files and options to series on one grid, the same for every verb.
#pragma once

#include <string>
#include <vector>

#include "options/options.h"
#include "series/series_set.h"

namespace rnn::core {

struct SeriesFiles {
  SeriesSet set;
  std::string hash;  // of the files' bytes
};

// Tables or JSON lines, compressed or not; a folder stands for the tables in it. `grid`: of a model, whose steps these are; null: found.
// Throws Error{data} and Error{usage} with file:line (series/series_set.h), data/missing, data/empty.
SeriesFiles read_series_files(const std::vector<std::string>& paths, const SeriesOptions& options,
                              const Grid* grid = nullptr);

// Is it a table that has a column of dates, or mostly numbers? Looks at the first lines only.
bool looks_like_series(const std::string& path, std::string* reason);

// Is it a table whose columns are called as those of series are (ds, y, ...), whatever is in them?
bool has_names_of_series(const std::string& path, std::string* reason);

}  // namespace rnn::core
