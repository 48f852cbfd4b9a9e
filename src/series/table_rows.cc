// Why: cells become rows of numbers and stamps, each column by its role; whatever does not fit is refused with its file and line.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/delimited.h"
#include "series/roles.h"
#include "series/row_table.h"

namespace rnn::core {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kSample = 1000;  // cells of a column that decide what it is
constexpr size_t kNoColumn = static_cast<size_t>(-1);

class TableRows {
 public:
  TableRows(std::span<const NamedText> files, const TableOptions& options, std::vector<std::string>& notes)
      : files_(files), options_(options), notes_(notes) {}
  RowTable read();

 private:
  struct Cell {
    const Table* table;
    size_t row;
    std::string_view text;
    std::string place() const { return table->place(row); }
  };
  // f(cell) for every row of a column of all tables; a table without that column is passed over.
  template <class F>
  void each_cell(size_t column, F&& f);

  void read_tables();
  void collect_facts();
  void add_facts(const Table& table, size_t at, ColumnFacts& facts);
  void require_columns() const;
  void read_groups();
  void read_stamps();
  void convert_stamps(const StampColumn& column);
  void number_rows();
  std::vector<double> read_numbers(size_t column, const char* what);
  void read_values();
  void read_covariates();

  std::span<const NamedText> files_;
  const TableOptions& options_;
  std::vector<std::string>& notes_;
  std::vector<Table> tables_;
  std::vector<ColumnFacts> facts_;            // [columns of all tables]
  std::vector<std::vector<size_t>> columns_;  // [tables][facts_]: the column there
  Roles roles_;
  RowTable rows_;
  std::string scratch_;
};

template <class F>
void TableRows::each_cell(size_t column, F&& f) {
  size_t at = 0;
  for (size_t t = 0; t < tables_.size(); ++t) {
    const Table& table = tables_[t];
    const size_t c = columns_[t][column];
    for (size_t row = 0; row < table.rows(); ++row, ++at)
      if (c != kNoColumn) f(Cell{&table, row, table.cell(row, c, scratch_)}, at);
  }
}

void TableRows::read_tables() {
  for (size_t i = 0; i < files_.size(); ++i) {
    tables_.push_back(read_table(files_[i], options_.decimal_comma));
    const Table& table = tables_.back();
    for (const std::string& note : table.notes)
      notes_.push_back(files_.size() > 1 ? concat(table.name(), ": ", note) : note);
    for (size_t row = 0; row < table.rows(); ++row) rows_.place.push_back({static_cast<uint32_t>(i), table.line(row)});
  }
}

void TableRows::add_facts(const Table& table, size_t at, ColumnFacts& facts) {
  bool counts = facts.counts_rows;
  int64_t seen = 0;
  for (size_t row = 0; row < table.rows() && (seen < kSample || counts); ++row) {
    const std::string_view cell = table.cell(row, at, scratch_);
    if (seen < kSample && !is_missing(cell)) {
      ++seen;
      double value = 0;
      StampParts parts;
      if (read_cell(cell, table.decimal_comma, value) == NumberFault::none) {
        ++facts.numbers;
        facts.whole_numbers &= value == std::floor(value);
      } else if (parse_stamp(cell, parts) && parts.format.form != DateForm::step) {
        ++facts.dates;
      }
    }
    const std::optional<int64_t> number = counts ? parse_number<int64_t>(cell) : std::nullopt;
    const auto expected = static_cast<int64_t>(row);
    counts = number && (*number == expected || *number == expected + 1) && (row == 0 || *number != 0);
  }
  facts.present += seen;
  facts.counts_rows = counts;
}

void TableRows::collect_facts() {
  for (const Table& table : tables_) {
    for (const std::string& name : table.columns()) {
      const bool known = std::any_of(facts_.begin(), facts_.end(), [&](const ColumnFacts& f) { return f.name == name; });
      if (known) continue;
      facts_.emplace_back();
      facts_.back().name = name;
      facts_.back().counts_rows = facts_.back().whole_numbers = true;
    }
  }
  columns_.assign(tables_.size(), std::vector<size_t>(facts_.size(), kNoColumn));
  for (size_t t = 0; t < tables_.size(); ++t) {
    for (size_t c = 0; c < facts_.size(); ++c) {
      const std::vector<std::string>& names = tables_[t].columns();
      const auto at = static_cast<size_t>(std::find(names.begin(), names.end(), facts_[c].name) - names.begin());
      if (at == names.size()) continue;
      columns_[t][c] = at;
      add_facts(tables_[t], at, facts_[c]);
    }
  }
}

void TableRows::require_columns() const {
  std::vector<size_t> needed = roles_.id;
  if (roles_.has_time()) needed.push_back(roles_.time);
  for (size_t t = 0; t < tables_.size(); ++t) {
    for (const size_t c : needed) {
      if (columns_[t][c] != kNoColumn) continue;
      throw Error(Exit::data, "data/columns",
                  concat(tables_[t].name(), ":1: there is no column '", facts_[c].name, "', which another file has"),
                  "files that are read together need the same columns for series and time");
    }
  }
}

void TableRows::read_groups() {
  rows_.group.assign(rows_.place.size(), 0);
  if (roles_.id.empty()) {
    rows_.ids.emplace_back();
    return;
  }
  std::vector<std::string> ids(roles_.id.size() > 1 ? rows_.place.size() : 0);
  TextNumbers numbers;
  for (size_t part = 0; part < roles_.id.size(); ++part) {
    rows_.id_name += (part > 0 ? "/" : "") + facts_[roles_.id[part]].name;
    const bool last = part + 1 == roles_.id.size();
    each_cell(roles_.id[part], [&](const Cell& cell, size_t row) {
      if (cell.text.empty()) {
        throw Error(Exit::data, "data/id", concat(cell.place(), ": column '", facts_[roles_.id[part]].name, "' is empty"),
                    "each row needs the name of its series");
      }
      if (ids.empty()) {
        rows_.group[row] = numbers.number(cell.text) - 1;
        return;
      }
      ids[row] += (part > 0 ? "/" : "") + std::string(cell.text);
      if (last) rows_.group[row] = numbers.number(ids[row]) - 1;
    });
  }
  rows_.ids = numbers.texts();
}

void TableRows::number_rows() {
  std::vector<int64_t> next(rows_.ids.size(), 0);
  rows_.stamp.resize(rows_.group.size());
  for (size_t row = 0; row < rows_.group.size(); ++row) rows_.stamp[row].utc = next[rows_.group[row]]++;
}

void TableRows::read_stamps() {
  if (!roles_.has_time()) return number_rows();
  const std::string& name = facts_[roles_.time].name;
  rows_.time_name = name;
  StampColumn column;
  each_cell(roles_.time, [&](const Cell& cell, size_t) {
    if (column.look(cell.text)) return;
    throw Error(Exit::data, "data/date", concat(cell.place(), ": '", cell.text, "' in column '", name, "' ", column.fault()),
                "write every stamp in one way, best as 2016-12-31 or 2016-12-31 23:00:00");
  });
  column.settle(options_.day_month, [&](int64_t wanted) {
    StampColumn::Cell found;
    each_cell(roles_.time, [&](const Cell& cell, size_t row) {
      if (static_cast<int64_t>(row) == wanted) found = {cell.place(), std::string(cell.text)};
    });
    return found;
  });
  if (!column.note().empty()) notes_.push_back(column.note());
  rows_.format = column.format();
  const bool epoch = rows_.format.form >= DateForm::seconds;
  if (!rows_.zone.empty() && rows_.format.form == DateForm::step) {
    throw Error(Exit::usage, "usage/tz", "a time zone is given, but the time column has plain numbers", "leave --tz out");
  }
  convert_stamps(column);
  const auto differs = [&](const Stamp& s) { return s.offset != rows_.stamp[0].offset; };
  const bool offsets = rows_.format.offset != OffsetForm::none || epoch;
  if (offsets && rows_.zone.empty() && std::any_of(rows_.stamp.begin(), rows_.stamp.end(), differs))
    notes_.push_back(
        "offsets from UTC differ between rows; give the zone with --tz, so that hours of the day are right all year");
}

void TableRows::convert_stamps(const StampColumn& column) {
  rows_.stamp.resize(rows_.group.size());
  std::vector<int64_t> latest(rows_.ids.size(), std::numeric_limits<int64_t>::min());
  const bool local =
      !rows_.zone.empty() && column.format().offset == OffsetForm::none && column.format().form < DateForm::seconds;
  each_cell(roles_.time, [&](const Cell& cell, size_t row) {
    if (!column.read(cell.text, rows_.stamp[row])) {
      throw Error(Exit::data, "data/date", concat(cell.place(), ": the calendar has no '", cell.text, "'"), "mend the date");
    }
    if (!local) return;
    int64_t& after = latest[rows_.group[row]];
    // A date without a time of day stands for its midnight, which some clocks skip.
    const bool midnight = rows_.stamp[row].utc % kDay == 0;
    if (!place_in_zone(rows_.zone, after, rows_.stamp[row]) && !midnight) {
      throw Error(Exit::data, "data/date",
                  concat(cell.place(), ": ", cell.text, " does not exist in ", rows_.zone.name(),
                         ", whose clock is put forward then"),
                  "mend the stamp, or leave the zone out if the clock of the table is never changed");
    }
    after = rows_.stamp[row].utc;
  });
}

std::vector<double> TableRows::read_numbers(size_t column, const char* what) {
  std::vector<double> values(rows_.place.size(), kNoValue);
  each_cell(column, [&](const Cell& cell, size_t row) {
    if (is_missing(cell.text)) return;
    const NumberFault fault = read_cell(cell.text, cell.table->decimal_comma, values[row]);
    if (fault == NumberFault::none) return;
    const std::string text(cell.text.substr(0, 40));
    throw Error(Exit::data, "data/number",
                concat(cell.place(), ": '", text, "' in column '", facts_[column].name, "' is ",
                       fault == NumberFault::text ? "no number" : "not finite"),
                concat("mend it; ", what, " that is missing is an empty cell, NA or NaN"));
  });
  return values;
}

void TableRows::read_values() {
  for (const size_t column : roles_.y) {
    rows_.y_names.push_back(facts_[column].name);
    rows_.y.push_back(read_numbers(column, "a value"));
  }
}

void TableRows::read_covariates() {
  for (size_t c = 0; c < facts_.size(); ++c) {
    const ColumnRole role = roles_.role[c];
    if (role != ColumnRole::fixed && role != ColumnRole::past && role != ColumnRole::known) continue;
    CovariateRows& cov = rows_.covariates.emplace_back();
    cov.covariate.name = facts_[c].name;
    cov.covariate.use = role == ColumnRole::fixed  ? Covariate::Use::fixed
                        : role == ColumnRole::past ? Covariate::Use::past
                                                   : Covariate::Use::known;
    const auto among = [&](const std::vector<std::string>& names) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& n) {
        return n.size() == facts_[c].name.size() &&
               std::equal(n.begin(), n.end(), facts_[c].name.begin(),
                          [](char a, char b) { return lower_case(a) == lower_case(b); });
      });
    };
    cov.named = among(options_.fixed) || among(options_.past) || among(options_.known);
    if (facts_[c].is_number() || facts_[c].present == 0) {
      cov.values = read_numbers(c, "a number");
      continue;
    }
    cov.covariate.kind = Covariate::Kind::category;
    rows_.text_columns.push_back(facts_[c].name);
    cov.values.assign(rows_.place.size(), kNoValue);
    each_cell(c, [&](const Cell& cell, size_t row) {
      if (!is_missing(cell.text)) cov.values[row] = cov.texts.number(cell.text);
    });
  }
}

RowTable TableRows::read() {
  read_tables();
  collect_facts();
  roles_ = assign_roles(facts_, options_, files_[0].name);
  for (const std::string& note : roles_.notes) notes_.push_back(note);
  require_columns();
  const std::string zone = !options_.tz.empty() || options_.grid == nullptr ? options_.tz : options_.grid->spec().zone;
  if (!zone.empty()) rows_.zone = load_zone(zone);
  read_groups();
  read_stamps();
  read_values();
  read_covariates();
  return std::move(rows_);
}

}  // namespace

bool place_in_zone(const Zone& zone, int64_t after, Stamp& stamp) {
  const int64_t local = floor_div(stamp.utc, kSecond), rest = stamp.utc - local * kSecond;
  const Zone::Instants at = zone.at_local(local);
  int64_t utc = at.count > 0 ? at.utc[0] : local - zone.offset_at(local - 86400);
  if (at.count == 2 && after >= at.utc[0] * kSecond + rest) utc = at.utc[1];
  stamp = {utc * kSecond + rest, static_cast<int32_t>(local - utc)};
  return at.count > 0;
}

uint32_t TextNumbers::number(std::string_view text) {
  const auto at = numbers_.find(text);
  if (at != numbers_.end()) return at->second;
  texts_.emplace_back(text);
  return numbers_.emplace(texts_.back(), static_cast<uint32_t>(texts_.size())).first->second;
}

RowTable rows_of_tables(std::span<const NamedText> files, const TableOptions& options, std::vector<std::string>& notes) {
  return TableRows(files, options, notes).read();
}

}  // namespace rnn::core
