// Why: sensors also write tables: a file for a recording in a folder for its label, or all recordings below each other with an id.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <unordered_map>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"
#include "data/labels/sensor_values.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSampleNames = {"id", "sample", "sequence", "series", "case", "session", "recording", "trial", "unit"};
constexpr std::array kRowLabelNames = {"label", "class", "category", "activity", "gesture", "target", "y"};
constexpr std::array kTimeNames = {"time", "timestamp", "date", "datetime", "t", "index", "step", "cycle"};

template <class Names>
bool is_one_of(const std::string& name, const Names& names) {
  return std::find(names.begin(), names.end(), in_lower_case(name)) != names.end();
}

bool is_header(const std::vector<std::string>& row) {
  return std::any_of(row.begin(), row.end(), [](const std::string& cell) { return !sensor_value(cell); });
}

struct SensorTable {
  Records records;
  bool header = false;
  std::vector<std::string> names;
};

SensorTable read_sensor_table(const std::string& path) {
  const FileLines file(path);
  const char separator = separator_of(file.bytes(), path);
  SensorTable table;
  table.records = read_records(path, file.bytes(), separator == '\0' ? ',' : separator);
  if (table.records.rows.empty())
    throw Error(Exit::data, "data/empty", path + ": the file is empty", "give a row for every step");
  table.header = is_header(table.records.rows[0]);
  for (size_t c = 0; c < table.records.rows[0].size(); ++c)
    table.names.push_back(table.header ? table.records.rows[0][c] : fmt::format("column {}", c + 1));
  if (table.records.rows.size() == (table.header ? 1u : 0u))
    throw Error(Exit::data, "data/empty", path + ": the table has a header and no rows", "give a row for every step");
  return table;
}

float value_at(const std::string& path, const SensorTable& table, size_t row, size_t column) {
  const std::string& cell = table.records.rows[row][column];
  const std::optional<float> value = sensor_value(cell);
  if (!value)
    throw Error(Exit::data, "data/number",
                fmt::format("{}:{}: {} is '{}', not a number", path, table.records.lines[row], table.names[column], cell),
                "leave cells empty where a value is missing; write labels as numbers in columns of their own");
  return *value;
}

void require_names(const std::string& path, const std::vector<std::string>& names, RawSet& set) {
  if (set.names.empty()) set.names = names, set.width = static_cast<int>(names.size());
  if (set.names == names) return;
  throw Error(Exit::data, "data/columns",
              fmt::format("{} has the columns {}, but those before have {}", path, fmt::join(names, ", "),
                          fmt::join(set.names, ", ")),
              "all recordings have the same columns, in the same order");
}

// Where these columns stand in the table, in the order of the model, whatever that of the table.
std::vector<size_t> columns_of_model(const std::string& path, const SensorTable& table,
                                     const std::vector<std::string>& names) {
  std::vector<size_t> columns;
  for (const std::string& name : names) {
    const auto at = std::find(table.names.begin(), table.names.end(), name);
    if (at == table.names.end())
      throw Error(
          Exit::data, "data/columns", fmt::format("{} has no column {}, which the model reads", path, name),
          fmt::format("its columns are {}; the model reads {}", fmt::join(table.names, ", "), fmt::join(names, ", ")));
    columns.push_back(static_cast<size_t>(at - table.names.begin()));
  }
  return columns;
}

// The rows of each recording, told apart by the cells of `sample`; without it all rows are one.
void add_recordings(const std::string& path, const SensorTable& table, const std::vector<size_t>& columns,
                    std::optional<size_t> sample, std::optional<size_t> label, RawSet& set,
                    std::optional<size_t> group = std::nullopt) {
  std::unordered_map<std::string, size_t> known;
  for (size_t r = table.header ? 1 : 0; r < table.records.rows.size(); ++r) {
    const std::vector<std::string>& row = table.records.rows[r];
    const auto [at, is_new] = known.emplace(sample ? row[*sample] : "", set.examples.size());
    if (is_new) {
      RawExample e;
      e.file = static_cast<uint32_t>(set.files.size() - 1),
      e.line = sample ? static_cast<uint32_t>(table.records.lines[r]) : 0;
      if (label) e.labels = {row[*label]};
      if (group) e.group = group_of(row[*group], path, table.records.lines[r]);
      set.examples.push_back(std::move(e));
    }
    RawExample& e = set.examples[at->second];
    if (label && e.labels[0] != row[*label])
      throw Error(Exit::data, "data/labels",
                  fmt::format("{}:{}: recording '{}' is '{}' here, but '{}' in line {}", path, table.records.lines[r],
                              sample ? row[*sample] : path, row[*label], e.labels[0], e.line),
                  "a recording has one label; --label COLUMN names its column");
    if (group && e.group != row[*group])
      throw Error(Exit::data, "data/labels",
                  fmt::format("{}:{}: recording '{}' belongs to group '{}' here, but to '{}' in line {}", path,
                              table.records.lines[r], sample ? row[*sample] : path, row[*group], e.group, e.line),
                  "a recording belongs to one group; --group COLUMN names the column");
    for (const size_t c : columns) e.frames.push_back(value_at(path, table, r, c));
  }
}

}  // namespace

void read_sensor_folder(const std::string& path, const LayoutRequest&, RawSet& set) {
  const FilesBelow found = files_below(path, [](std::string_view name) {
    const std::string extension = lower_extension(without_compression(fs::path(name)));
    return extension == ".csv" || extension == ".tsv";
  });
  set.files.pop_back();
  for (const std::string& file : found.paths) {
    const fs::path below = fs::relative(file, path);
    if (std::next(below.begin()) == below.end())
      throw Error(Exit::data, "data/labels", file + " stands in no sub-folder, so it has no label",
                  "a folder for every label, the tables in it");
    set.files.push_back(file), set.hash += content_hash(read_data_bytes(file)) + content_hash(below.string());
    const SensorTable table = read_sensor_table(file);
    std::vector<size_t> columns;
    std::vector<std::string> names;
    for (size_t c = 0; c < table.names.size(); ++c)
      if (!is_one_of(table.names[c], kTimeNames)) columns.push_back(c), names.push_back(table.names[c]);
    require_names(file, names, set);
    RawExample e;
    e.labels = {below.begin()->string()}, e.file = static_cast<uint32_t>(set.files.size() - 1);
    for (size_t r = table.header ? 1 : 0; r < table.records.rows.size(); ++r)
      for (const size_t c : columns) e.frames.push_back(value_at(file, table, r, c));
    set.examples.push_back(std::move(e));
  }
  set.notes.emplace_back("a file is a recording, its folder the label");
}

void read_sensor_rows(const std::string& path, const LayoutRequest& request, RawSet& set) {
  const SensorTable table = read_sensor_table(path);
  const auto column = [&](const std::string& asked, const auto& names, const char* flag) -> std::optional<size_t> {
    for (size_t c = 0; c < table.names.size(); ++c)
      if (asked.empty() ? is_one_of(table.names[c], names) : table.names[c] == asked) return c;
    if (asked.empty()) return std::nullopt;
    throw Error(Exit::usage, "usage/column", fmt::format("--{} is '{}', but {} has no such column", flag, asked, path),
                fmt::format("the columns are {}", fmt::join(table.names, ", ")));
  };
  const std::optional<size_t> sample = column(request.options.sample, kSampleNames, "sample");
  const std::optional<size_t> label = column(request.options.label, kRowLabelNames, "label");
  std::optional<size_t> group;
  if (!request.options.group.empty()) group = column(request.options.group, kRowLabelNames, "group");
  if (!sample || (!label && request.labelled))
    throw Error(Exit::data, "data/columns", fmt::format("{} has no column of {}", path, sample ? "labels" : "recordings"),
                fmt::format("say which: --sample COLUMN --label COLUMN; the columns are {}", fmt::join(table.names, ", ")));
  std::vector<size_t> columns = columns_of_model(path, table, request.known);
  std::vector<std::string> names = request.known;
  for (size_t c = 0; c < table.names.size() && request.known.empty(); ++c) {
    if (c == sample || c == label || c == group || is_one_of(table.names[c], kTimeNames)) continue;
    columns.push_back(c), names.push_back(table.names[c]);
  }
  if (columns.empty())
    throw Error(Exit::data, "data/columns", path + " has no columns of values", "a column for every sensor");
  require_names(path, names, set);
  add_recordings(path, table, columns, sample, label, set, group);
  if (label) set.label_column = table.names[*label];
  set.notes.push_back(fmt::format("recordings are {}{}{}", table.names[*sample],
                                  label ? ", label is " + table.names[*label] : "",
                                  group ? ", groups are " + table.names[*group] : ""));
}

RawSet read_recordings(const std::string& path, const LabelFront& front) {
  const SensorTable table = read_sensor_table(path);
  RawSet set;
  set.kind = InputKind::frames, set.files = {path};
  const std::vector<size_t> columns = columns_of_model(path, table, front.names);
  std::optional<size_t> sample, label;
  for (size_t c = 0; c < table.names.size(); ++c) {
    if (std::find(columns.begin(), columns.end(), c) != columns.end()) continue;
    if (!sample && is_one_of(table.names[c], kSampleNames)) sample = c;
    if (!label && (front.label.empty() ? is_one_of(table.names[c], kRowLabelNames) : table.names[c] == front.label))
      label = c;
  }
  set.names = front.names, set.width = static_cast<int>(front.names.size());
  add_recordings(path, table, columns, sample, label, set);
  return set;
}

}  // namespace rnn::core
