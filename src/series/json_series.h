// Why: GluonTS and its users keep a series in a line of JSON; it becomes the same series as from a table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "series/place.h"

namespace rnn::core {

// A line: {"start": "2014-01-01 00:00:00", "target": [1, 2, null], "item_id": "a", "feat_static_cat": [0], ...}.
struct JsonSeries {
  std::string id, start, frequency;  // "": not given
  uint32_t line = 0;
  std::vector<double> target;           // NaN: null
  std::vector<std::string> static_cat;  // numbers as their text
  std::vector<double> static_real;
  std::vector<std::vector<double>> dynamic_real;      // known: [features][at least the steps of target]
  std::vector<std::vector<std::string>> dynamic_cat;  // the same, "": missing
  std::vector<std::vector<double>> past_real;         // [features][steps of target]
};

// Have they the same features, and both a start or none?
bool same_features(const JsonSeries& a, const JsonSeries& b);

bool looks_like_json(std::string_view text);  // the first character that is no white space is a brace

// Every line that is not blank. Throws Error{data} with file:line: data/json, data/series (a key of the wrong kind, features of the wrong
// length or number), data/empty.
// Keys that are not known are named in `notes`.
std::vector<JsonSeries> read_json_series(const NamedText& text, std::vector<std::string>& notes);

}  // namespace rnn::core
