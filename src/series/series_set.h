// Why: whatever form series come in, the rest of the library sees one: values on a regular grid, covariates beside them, the place of every
// row, and sentences about what was decided on the way.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "series/frequency.h"
#include "series/place.h"
#include "series/table_options.h"

namespace rnn::core {

struct Covariate {
  enum class Kind { number, category };
  enum class Use { fixed, past, known };
  std::string name;
  Kind kind = Kind::number;
  Use use = Use::past;
  std::vector<std::string> categories;  // index 0 is "": unknown; the others sorted
};

struct Series {
  std::string id;         // "" where there is one without a name
  int64_t first = 0;      // the grid position of y[0]; where y is empty, of the first row
  std::vector<double> y;  // [steps]; the first and the last are values; NaN: missing (a gap, an empty cell)
  // [set.covariates][steps + future]; a fixed one has one value; categories as indices; NaN: missing
  std::vector<std::vector<double>> covariates;
  int future = 0;            // steps after the last value that rows with known covariates reach
  std::vector<Place> place;  // [steps + future]; line 0: no row (a gap)

  int64_t end() const { return first + static_cast<int64_t>(y.size()); }  // the position after the last value
};

struct SeriesCounts {
  int64_t rows = 0;        // of all files
  int64_t values = 0;      // finite y
  int64_t duplicates = 0;  // rows beyond the first of a stamp
  int64_t gaps = 0;        // steps without a row
  int64_t missing = 0;     // steps with a row and without a value
  // Ids of series of one value, of nothing but 0 (not among the constant ones), without a value and thus left out.
  std::vector<std::string> constant, zero, empty;
};

struct SeriesSet {
  Grid grid;
  std::vector<Covariate> covariates;
  std::vector<Series> series;  // in the order in which they first occur
  std::vector<std::string> files;
  std::vector<std::string> notes;  // decisions and findings, as sentences for the user
  std::string roles;               // "series: unique_id; time: ds; value: y; known ahead: promo"
  SeriesCounts counts;             // before gaps are filled
  int64_t first = 0, last = -1;    // positions of the first and last value of all series

  std::string first_text() const { return grid.text(first); }
  std::string last_text() const { return grid.text(last); }
  // "sales.csv:17", or "" for a step that no row gave.
  std::string place(const Series& s, int64_t step) const;
};

// Reads tables, or JSON lines, that together hold the series: parts of one series, different ones, or what is known of the future (rows
// without y). Throws Error{data} or Error{usage} with file:line, as the parts of this room say, and data/number, data/duplicate,
// data/date, data/mixed (files of different kinds).
SeriesSet read_series(std::span<const NamedText> files, const TableOptions& options);

constexpr int64_t kAllSteps = std::numeric_limits<int64_t>::max();
// Keeps the categories that occur at or before the position last[s] of series s, and numbers them anew: what comes later cannot leak.
// A fixed covariate counts where its series begins in time. Once, after reading.
void fit_categories(SeriesSet& set, std::span<const int64_t> last);
// Gives the set the covariates of a model: the same columns, in its order and with its numbers; an unknown category is 0. Throws
// Error{data, "data/covariate"} for one that is missing or of another kind.
void apply_covariates(SeriesSet& set, std::span<const Covariate> model);

// What a forecast of `horizon` steps needs: every known covariate in each of the steps after the last value of every series. Throws
// Error{data, "data/future"} with the first that is missing, how many steps there are and the stamp that is needed.
void require_future(const SeriesSet& set, int64_t horizon);

}  // namespace rnn::core
