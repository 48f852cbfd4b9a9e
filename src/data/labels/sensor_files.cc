// Why: labelled series of the time series archives: .ts and .arff, of unequal lengths and with missing values.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/numbers.h"
#include "data/labels/layouts.h"
#include "data/labels/sensor_values.h"

namespace rnn::core {
namespace {

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Dimensions [dims][steps] of one series as frames.
void add_series(const std::vector<std::vector<float>>& dimensions, std::string_view label, const FileLines& lines,
                RawSet& set) {
  const size_t width = dimensions.size(), steps = dimensions[0].size();
  for (size_t d = 1; d < width; ++d) {
    if (dimensions[d].size() != steps)
      lines.refuse(
          "data/lengths",
          fmt::format("dimension {} has {}, but dimension 1 has {}", d + 1, counted(dimensions[d].size(), "value"), steps),
          "all dimensions of a series have the same steps");
  }
  if (set.width == 0) set.width = static_cast<int>(width);
  if (set.width != static_cast<int>(width))
    lines.refuse("data/ragged",
                 fmt::format("the series has {}, but those before it have {}", counted(width, "dimension"), set.width),
                 "all series of a file have the same dimensions");
  RawExample e;
  e.file = static_cast<uint32_t>(set.files.size() - 1), e.line = static_cast<uint32_t>(lines.number());
  if (!label.empty()) e.labels = {std::string(label)};
  e.frames.resize(steps * width);
  for (size_t t = 0; t < steps; ++t)
    for (size_t d = 0; d < width; ++d) e.frames[t * width + d] = dimensions[d][t];
  set.examples.push_back(std::move(e));
}

std::vector<float> values_of(std::string_view text, const FileLines& lines) {
  std::vector<float> values;
  for (const std::string_view part : parts_of(text, ',')) {
    const std::string_view cell = trimmed(part);
    const std::optional<float> value = sensor_value(cell);
    if (!value)
      lines.refuse("data/number", fmt::format("value {} of a dimension is '{}'", values.size() + 1, cell),
                   "a number, or ? where it is missing");
    values.push_back(*value);
  }
  return values;
}

// What the header of a .ts file claims; the data is right where they differ.
struct TsHeader {
  bool data = false, labels = false, target = false, stamps = false, equal = false;
  int64_t dimensions = 0, length = 0;
  std::vector<std::string> classes;
};

bool is_true(std::string_view value) { return in_lower_case(value) == "true"; }

void read_ts_header(std::string_view line, const FileLines& lines, TsHeader& h) {
  std::vector<std::string_view> words;
  for (const std::string_view word : parts_of(line, ' '))
    if (!trimmed(word).empty()) words.push_back(trimmed(word));
  const std::string key = in_lower_case(words[0]);
  const auto value = [&] { return words.size() > 1 ? words[1] : std::string_view(); };
  const auto number = [&] {
    const auto n = parse_number<int64_t>(value());
    if (!n || *n < 1)
      lines.refuse("data/header", fmt::format("{} is '{}', not a number above 0", words[0], value()),
                   "mend it, or remove the line");
    return *n;
  };
  if (key == "@data") h.data = true;
  if (key == "@timestamps") h.stamps = is_true(value());
  if (key == "@equallength") h.equal = is_true(value());
  if (key == "@dimensions" || key == "@dimension") h.dimensions = number();
  if (key == "@serieslength") h.length = number();
  if (key == "@targetlabel") h.target = is_true(value());
  if (key != "@classlabel") return;
  h.labels = is_true(value());
  for (size_t i = 2; i < words.size(); ++i) h.classes.emplace_back(words[i]);
}

// What a header claims and the data does not have.
void note_lies(const TsHeader& h, RawSet& set, size_t begin) {
  const std::string& file = set.files.back();
  std::vector<std::string> lies;
  bool equal = true, listed = true;
  const size_t width = static_cast<size_t>(set.width);
  for (size_t i = begin; i < set.examples.size(); ++i) {
    const RawExample& e = set.examples[i];
    equal = equal && e.frames.size() == set.examples[begin].frames.size();
    for (const std::string& label : e.labels)
      listed = listed && (h.classes.empty() || std::find(h.classes.begin(), h.classes.end(), label) != h.classes.end());
  }
  if (begin == set.examples.size()) return;
  const auto steps = static_cast<int64_t>(set.examples[begin].frames.size() / width);
  if (h.dimensions > 0 && h.dimensions != set.width)
    lies.push_back(fmt::format("{} instead of {} dimensions", set.width, h.dimensions));
  if (h.equal && !equal) lies.emplace_back("unequal lengths");
  if (h.equal && equal && h.length > 0 && h.length != steps)
    lies.push_back(fmt::format("{} instead of {} steps", steps, h.length));
  if (!listed) lies.emplace_back("labels that @classLabel does not list");
  for (const std::string& lie : lies)
    set.notes.push_back(fmt::format("the header of {} is wrong: the data has {}", file, lie));
}

// The cells of a row of .arff: commas within quotes do not separate.
std::vector<std::string> arff_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

}  // namespace

std::optional<float> sensor_value(std::string_view cell) {
  if (cell.empty() || cell == "?" || in_lower_case(cell) == "nan") return std::numeric_limits<float>::quiet_NaN();
  const std::optional<float> value = parse_number<float>(cell.starts_with('+') ? cell.substr(1) : cell);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

void read_ts(const std::string& path, const LayoutRequest& request, RawSet& set) {
  FileLines lines(path);
  TsHeader h;
  const size_t begin = set.examples.size();
  for (std::string_view line; lines.next(line);) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('#') || line.starts_with('%')) continue;
    if (!h.data) {
      if (!line.starts_with('@'))
        lines.refuse("data/header", "there are values before @data", "a .ts file has its header first, then @data");
      read_ts_header(line, lines, h);
      if (h.stamps)
        lines.refuse("data/header", "series with time stamps are not read", "write the values alone, and @timeStamps false");
      if (h.data && !h.labels && request.labelled)
        lines.refuse("data/header",
                     h.target ? "the series have numbers as targets, not labels" : "the series have no labels (@classLabel)",
                     "labels stand after the last colon: @classLabel true A B");
      continue;
    }
    std::vector<std::string_view> parts = parts_of(line, ':');
    std::string_view label;
    if (h.labels) label = trimmed(parts.back()), parts.pop_back();
    if (parts.empty() || (h.labels && label.empty()))
      lines.refuse("data/empty_label", "the series has no label after its last colon", "values,values:label");
    std::vector<std::vector<float>> dimensions;
    for (const std::string_view part : parts) dimensions.push_back(values_of(part, lines));
    add_series(dimensions, label, lines, set);
  }
  if (!h.data) throw Error(Exit::data, "data/header", path + " has no line @data", "the values come after it");
  note_lies(h, set, begin);
}

void read_arff(const std::string& path, const LayoutRequest& request, RawSet& set) {
  FileLines lines(path);
  bool data = false, relational = false;
  size_t attributes = 0;
  for (std::string_view line; lines.next(line);) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('%')) continue;
    if (!data) {
      const std::string key = in_lower_case(line.substr(0, line.find_first_of(" \t")));
      if (key == "@attribute" && in_lower_case(line).ends_with("relational")) relational = true;
      if (key == "@attribute") ++attributes;
      if (key == "@data") data = true;
      continue;
    }
    const std::vector<std::string> cells = arff_cells(line);
    std::vector<std::vector<float>> dimensions(1);
    if (cells.size() < 2) lines.refuse("data/ragged", "the row has one cell", "values, and the label as the last cell");
    if (!relational && cells.size() != attributes)
      lines.refuse("data/header",
                   fmt::format("the row has {}, but the header declares {}", counted(cells.size(), "cell"),
                               counted(attributes, "attribute")),
                   "one @attribute for every cell");
    if (relational) {
      dimensions.clear();
      std::string series = cells[0];
      for (size_t at; (at = series.find("\\n")) != std::string::npos;) series.replace(at, 2, "\n");
      for (const std::string_view part : parts_of(series, '\n')) dimensions.push_back(values_of(part, lines));
    } else {
      for (size_t c = 0; c + 1 < cells.size(); ++c) dimensions[0].push_back(values_of(cells[c], lines)[0]);
    }
    if (cells.back().empty() && request.labelled)
      lines.refuse("data/empty_label", "the last cell, the label, is empty", "fill it in");
    while (dimensions[0].size() > 1 && !relational && std::isnan(dimensions[0].back()))
      dimensions[0].pop_back();  // a shorter series
    add_series(dimensions, cells.back(), lines, set);
  }
  if (!data) throw Error(Exit::data, "data/header", path + " has no line @data", "the values come after it");
}

}  // namespace rnn::core
