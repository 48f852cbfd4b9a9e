// Why: tests of tables write them in place and look at what became of them.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "series/series_set.h"
#include "support/failure.h"

namespace rnn::core::test {

inline SeriesSet read_text(std::string_view text, const TableOptions& options = {}) {
  const NamedText file{"t.csv", text};
  return read_series({&file, 1}, options);
}
inline SeriesSet read_texts(const std::vector<std::string_view>& texts, const TableOptions& options = {}) {
  std::vector<NamedText> files;
  for (const std::string_view text : texts)
    files.push_back({std::string(1, static_cast<char>('a' + files.size())) + ".csv", text});
  return read_series(files, options);
}
inline Failure refusal(std::string_view text, const TableOptions& options = {}) {
  return failure_of([&] { read_text(text, options); });
}

// NaN as -999, so that vectors compare.
inline std::vector<double> seen(std::vector<double> values) {
  for (double& v : values)
    if (std::isnan(v)) v = -999;
  return values;
}
constexpr double kNone = -999;

inline bool says(const SeriesSet& set, std::string_view part) {
  for (const std::string& note : set.notes)
    if (note.find(part) != std::string::npos) return true;
  return false;
}
inline std::vector<std::string> ids(const SeriesSet& set) {
  std::vector<std::string> names;
  for (const Series& s : set.series) names.push_back(s.id);
  return names;
}

// `rows` stamps of a table "ds,y" with the values 1, 2, ...
inline std::string table_of(const std::vector<std::string>& stamps) {
  std::string text = "ds,y\n";
  for (size_t i = 0; i < stamps.size(); ++i) text += stamps[i] + "," + std::to_string(i + 1) + "\n";
  return text;
}

}  // namespace rnn::core::test
