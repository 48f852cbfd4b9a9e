// Why: tables and JSON lines meet here: rows of one form, not yet sorted, that become series.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "series/series_set.h"

namespace rnn::core {

// Texts and their numbers, 1, 2, ... in the order in which they first occur.
class TextNumbers {
 public:
  uint32_t number(std::string_view text);
  const std::vector<std::string>& texts() const { return texts_; }  // texts()[0] has number 1

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<std::string> texts_;
};

// A covariate and its values in every row.
struct CovariateRows {
  Covariate covariate;
  bool named = false;  // its use is the user's wish
  TextNumbers texts;   // of a category, whose values are these numbers until the series are made
  std::vector<double> values;
};

struct RowTable {
  std::vector<std::string> ids;        // of groups: rows of one id
  std::vector<uint32_t> group;         // [rows]
  std::vector<Stamp> stamp;            // [rows]
  std::vector<Place> place;            // [rows]
  std::vector<std::string> y_names;    // more than one: each is a series
  std::vector<std::vector<double>> y;  // [y_names][rows]
  std::vector<CovariateRows> covariates;
  std::string id_name, time_name;         // of columns; "": none
  std::vector<std::string> text_columns;  // for advice
  StampFormat format;
  Zone zone;
  size_t rows() const { return group.size(); }
};

// The rows of tables. Notes go to `notes`.
RowTable rows_of_tables(std::span<const NamedText> files, const TableOptions& options, std::vector<std::string>& notes);
// The rows of JSON lines, and the grid that they name.
RowTable rows_of_json(std::span<const NamedText> files, const TableOptions& options, Grid& grid,
                      std::vector<std::string>& notes);

// Makes `stamp`, read as if its text were UTC, the instant at which the zone's clock shows that text: of two, in autumn, the first unless
// `after` is not before it. False: the clock skips it.
bool place_in_zone(const Zone& zone, int64_t after, Stamp& stamp);

// Sorts rows into series; what is settled on the way stays in `rows`. `grid`: null to find it from the stamps.
SeriesSet assemble_series(RowTable& rows, const Grid* grid, std::span<const NamedText> files, const TableOptions& options);

// The sentences about a set, added to its notes: steps, roles, gaps, duplicates, odd series.
void describe_series(SeriesSet& set, const RowTable& rows, const TableOptions& options);

// "A, B, C and 5 more".
std::string listed(const std::vector<std::string>& names);

}  // namespace rnn::core
