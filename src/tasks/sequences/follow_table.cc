// Why: see follow_table.h.
#include "tasks/sequences/follow_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/labels/layouts.h"
#include "data/labels/sensor_values.h"

namespace rnn::core {
namespace {

constexpr std::array kIdNames = {"id", "unit", "series", "sample", "sequence", "session", "recording", "machine", "engine"};
constexpr std::array kStampNames = {"date", "datetime", "time", "timestamp", "ds"};
constexpr std::array kTargetNames = {"y", "target", "label", "class"};

template <class Names>
bool has_name(const std::string& name, const Names& names) {
  return std::find(names.begin(), names.end(), in_lower_case(name)) != names.end();
}

[[noreturn]] void refuse(const char* code, const std::string& message, const std::string& help) {
  throw Error(Exit::data, code, message, help);
}

// A table and which of its columns are what.
struct FollowTable {
  std::string path;
  Records records;
  std::vector<std::string> names;
  std::string hash;  // of its bytes
  std::optional<size_t> id, time, y;
  std::vector<size_t> inputs;
  std::vector<std::string> unread;

  size_t rows() const { return records.rows.size(); }  // with the header
  const std::string& cell(size_t row, size_t column) const { return records.rows[row][column]; }
  std::string place(size_t row) const { return fmt::format("{}:{}", path, records.lines[row]); }
};

FollowTable open_table(const std::string& path) {
  FollowTable table;
  table.path = path;
  const FileLines file(path);
  table.hash = content_hash(file.bytes());
  const char separator = separator_of(file.bytes(), path);
  table.records = read_records(path, file.bytes(), separator == '\0' ? ',' : separator);
  if (table.rows() == 0) refuse("data/empty", path + ": the file is empty", "a header, then a row for every step");
  table.names = table.records.rows[0];
  if (std::all_of(table.names.begin(), table.names.end(), [](const std::string& name) { return sensor_value(name); }))
    refuse("data/header", path + ":1: the first row is numbers, but a table that is followed needs names of columns",
           "write a header, such as time,temperature,pressure,state");
  std::unordered_set<std::string_view> names;
  for (const std::string& name : table.names)
    if (!names.insert(name).second)
      refuse("data/header", fmt::format("{}:1: two columns are called '{}'", path, name),
             "give every column a name of its own");
  if (table.rows() == 1) refuse("data/empty", path + ": the table has a header and no rows", "a row for every step");
  return table;
}

size_t find_named(const FollowTable& table, const std::string& name, const char* flag) {
  for (size_t c = 0; c < table.names.size(); ++c)
    if (table.names[c] == name) return c;
  refuse("data/columns", fmt::format("{} has no column '{}' ({})", table.path, name, flag),
         fmt::format("its columns are {}", fmt::join(table.names, ", ")));
}

// Fewer values than half of the rows: it names series, it does not count rows.
bool repeats(const FollowTable& table, size_t column) {
  std::unordered_set<std::string_view> values;
  for (size_t r = 1; r < table.rows(); ++r) values.insert(table.cell(r, column));
  return 2 * values.size() <= table.rows() - 1;
}

bool holds_dates(const FollowTable& table, size_t column) {
  for (size_t r = 1; r < table.rows(); ++r) {
    StampParts parts;
    if (!table.cell(r, column).empty())
      return parse_stamp(table.cell(r, column), parts) && parts.format.form != DateForm::step;
  }
  return false;
}

void find_columns(const FollowColumns& wanted, FollowTable& table) {
  for (size_t c = 0; c < table.names.size(); ++c) {
    const std::string& name = table.names[c];
    if (wanted.id.empty() && wanted.inputs.empty() && !table.id && name != wanted.y && has_name(name, kIdNames) &&
        repeats(table, c))
      table.id = c;
    if (wanted.time.empty() && !table.time && has_name(name, kStampNames) && holds_dates(table, c)) table.time = c;
    if (wanted.y.empty() && !table.y && has_name(name, kTargetNames)) table.y = c;
  }
  // A model's table may lack what only orders and names its rows.
  const auto asked = [&](const std::string& name, const char* flag, bool may_lack, std::optional<size_t>& column) {
    if (name.empty()) return;
    const bool there = std::find(table.names.begin(), table.names.end(), name) != table.names.end();
    if (there || !may_lack) column = find_named(table, name, flag);
  };
  asked(wanted.id, "--id", !wanted.inputs.empty(), table.id);
  asked(wanted.time, "--time", !wanted.inputs.empty(), table.time);
  asked(wanted.y, "--y", !wanted.labelled, table.y);
  if (!table.y && wanted.labelled)
    refuse("data/columns", table.path + ": which column is to be said at every row?",
           fmt::format("name it: --y COLUMN; the columns are {}", fmt::join(table.names, ", ")));
  for (const std::string& name : wanted.ignored) find_named(table, name, "--ignore");
  for (const std::string& name : wanted.inputs) table.inputs.push_back(find_named(table, name, "an input of the model"));
  if (!wanted.inputs.empty()) return;
  for (size_t c = 0; c < table.names.size(); ++c) {
    if (c == table.id || c == table.time || c == table.y ||
        std::find(wanted.ignored.begin(), wanted.ignored.end(), table.names[c]) != wanted.ignored.end())
      continue;
    int64_t numbers = 0, words = 0;
    for (size_t r = 1; r < table.rows(); ++r) {
      const std::optional<float> value = sensor_value(table.cell(r, c));
      numbers += value && !std::isnan(*value), words += !value;
    }
    // A few words in a column of numbers are a mistake, which reading it says.
    numbers > words ? table.inputs.push_back(c) : table.unread.push_back(table.names[c]);
  }
  if (table.inputs.empty())
    refuse("data/columns", table.path + " has no column of numbers besides those that are named",
           "a column for every sensor");
}

// Numbers: some are not whole, or there are many different ones.
bool are_numbers(const FollowTable& table) {
  std::unordered_set<std::string_view> values;
  bool whole = true;
  for (size_t r = 1; r < table.rows(); ++r) {
    const std::string& cell = table.cell(r, *table.y);
    const std::optional<float> value = sensor_value(cell);
    if (!value) return false;
    if (std::isnan(*value)) continue;
    whole = whole && *value == std::floor(*value);
    values.insert(cell);
  }
  return !whole || values.size() > kMostCodes;
}

bool is_missing(const std::string& cell) {
  const std::optional<float> value = sensor_value(cell);
  return value && std::isnan(*value);
}

float number_at(const FollowTable& table, size_t row, size_t column) {
  const std::optional<float> value = sensor_value(table.cell(row, column));
  if (!value)
    refuse("data/number",
           fmt::format("{}: {} is '{}', not a number", table.place(row), table.names[column], table.cell(row, column)),
           "leave cells empty where a value is missing; --ignore COLUMN leaves a column out");
  return *value;
}

// [rows], of the clock that the text shows; empty: there are no stamps.
std::vector<int64_t> clock_of(const FollowTable& table, DayMonth dates) {
  if (!table.time) return {};
  StampColumn stamps;
  const std::string help = "dates such as 2024-03-01 12:30, or numbers that count; --time COLUMN names them";
  for (size_t r = 1; r < table.rows(); ++r)
    if (!stamps.look(table.cell(r, *table.time)))
      refuse("data/date", fmt::format("{}: '{}' {}", table.place(r), table.cell(r, *table.time), stamps.fault()), help);
  stamps.settle(dates, [&](int64_t n) {
    const auto r = static_cast<size_t>(n) + 1;
    return StampColumn::Cell{table.place(r), table.cell(r, *table.time)};
  });
  std::vector<int64_t> clock = {0};
  for (size_t r = 1; r < table.rows(); ++r) {
    Stamp stamp;
    if (!stamps.read(table.cell(r, *table.time), stamp))
      refuse("data/date", fmt::format("{}: there is no '{}'", table.place(r), table.cell(r, *table.time)), help);
    clock.push_back(stamp.wall());
  }
  return clock;
}

// The series of one table, appended.
void add_series(const FollowTable& table, const FollowColumns& wanted, RawSet& set) {
  const std::vector<int64_t> clock = clock_of(table, wanted.dates);
  const bool dated = table.time && holds_dates(table, *table.time);
  std::unordered_map<std::string, size_t> known;
  for (size_t r = 1; r < table.rows(); ++r) {
    const std::string id = table.id ? table.cell(r, *table.id) : std::string();
    const auto [at, is_new] = known.emplace(id, set.examples.size());
    if (is_new) {
      RawExample e;
      e.text = id, e.file = static_cast<uint32_t>(set.files.size() - 1);
      e.line = static_cast<uint32_t>(table.records.lines[r]);
      set.examples.push_back(std::move(e));
    }
    RawExample& e = set.examples[at->second];
    if (table.time && !e.rows.empty() && clock[r] <= e.clock.back())
      refuse("data/order",
             fmt::format("{}: {} '{}' does not come after that of the row before of this series (line {})", table.place(r),
                         table.names[*table.time], table.cell(r, *table.time), e.rows.back()),
             table.id ? "sort the rows of every series by time"
                      : "sort the rows by time; --id COLUMN if there are several series");
    for (const size_t c : table.inputs) e.frames.push_back(number_at(table, r, c));
    if (table.y && set.numbers) e.values.push_back(number_at(table, r, *table.y));
    if (table.y && !set.numbers) e.labels.push_back(is_missing(table.cell(r, *table.y)) ? "" : table.cell(r, *table.y));
    if (table.time) e.clock.push_back(clock[r]);
    e.rows.push_back(static_cast<uint32_t>(table.records.lines[r]));
  }
  if (dated) return;
  for (auto& [id, number] : known) set.examples[number].clock.clear();  // numbers that count say no hour
}

void require_change(const RawSet& set) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (const RawExample& e : set.examples)
    for (const float y : e.values)
      if (!std::isnan(y)) low = std::min(low, y), high = std::max(high, y);
  if (low < high) return;
  refuse("data/constant",
         low > high ? fmt::format("{}: column '{}' is empty", set.files[0], set.label_column)
                    : fmt::format("{}: column '{}' is {} in every row: there is nothing to learn", set.files[0],
                                  set.label_column, low),
         "--y COLUMN names what is to be said");
}

}  // namespace

FollowColumns follow_columns(const Options& options) {
  SeriesOptions rest = options.series;
  FollowColumns columns{rest.id, rest.time, rest.y, {}, {}, {}, DayMonth::automatic, true};
  for (size_t at = 0; at < rest.ignore.size();) {
    const size_t end = std::min(rest.ignore.find(',', at), rest.ignore.size());
    columns.ignored.push_back(rest.ignore.substr(at, end - at)), at = end + 1;
  }
  if (rest.dates != "auto") columns.dates = rest.dates == "dmy" ? DayMonth::dmy : DayMonth::mdy;
  if (rest.head == "squared") columns.numbers = true;
  rest.id = rest.time = rest.y = rest.ignore = "", rest.dates = "auto";
  if (rest.head == "squared") rest.head = "auto";
  Options own, usual;
  own.series = rest;
  for (const OptionInfo& o : option_list())
    if (o.readers == OptionReaders::of_series && get_option(own, o) != get_option(usual, o))
      throw Error(Exit::usage, "usage/task_option", fmt::format("--{} is for forecasts, but the task is follow", o.name),
                  "follow reads --id, --time, --y, --ignore, --dates, --head squared");
  return columns;
}

FollowColumns follow_columns(const SequenceShape& shape) {
  const LabelFront& front = shape.front;
  return {front.id, front.time, front.label, {}, front.names, shape.target == TargetForm::numbers, DayMonth::automatic,
          false};
}

RawSet read_follow_tables(const std::vector<std::string>& paths, const FollowColumns& columns) {
  RawSet set;
  set.kind = InputKind::frames;
  std::vector<FollowTable> tables;
  for (const std::string& path : paths) {
    tables.push_back(open_table(path));
    find_columns(columns, tables.back());
  }
  if (tables.empty()) return set;
  const FollowTable& first = tables[0];
  const auto name = [&](std::optional<size_t> column) { return column ? first.names[*column] : std::string(); };
  for (const size_t c : first.inputs) set.names.push_back(first.names[c]);
  set.width = static_cast<int>(set.names.size());
  set.label_column = name(first.y), set.id_column = name(first.id), set.time_column = name(first.time);
  set.numbers = columns.numbers ? *columns.numbers : first.y && std::all_of(tables.begin(), tables.end(), are_numbers);
  std::string hashes;
  for (const FollowTable& table : tables) {
    std::vector<std::string> names;
    for (const size_t c : table.inputs) names.push_back(table.names[c]);
    if (names != set.names || (table.y && table.names[*table.y] != set.label_column) ||
        (table.id ? table.names[*table.id] : "") != set.id_column)
      refuse("data/columns", fmt::format("{} has other columns than {}", table.path, first.path),
             "the same columns in every table");
    set.files.push_back(table.path);
    hashes += table.hash;
    add_series(table, columns, set);
  }
  set.hash = content_hash(hashes);
  if (set.numbers && columns.labelled) require_change(set);
  set.notes.push_back(
      fmt::format("{} is {}, from {}", set.label_column, set.numbers ? "a number" : "a label", fmt::join(set.names, ", ")));
  if (!set.id_column.empty()) set.notes.push_back("series are " + set.id_column);
  if (!set.time_column.empty()) set.notes.push_back("time is " + set.time_column);
  if (!first.unread.empty()) set.notes.push_back(fmt::format("not read: {}", fmt::join(first.unread, ", ")));
  return set;
}

}  // namespace rnn::core
