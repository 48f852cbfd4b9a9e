// Why: the names by which tables call their columns, and what is concluded where a name says nothing.
#include "series/roles.h"

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

// In these names a cell that cannot be read is a mistake, even where no cell can.
constexpr std::string_view kSureTimeNames[] = {"ds", "date", "timestamp", "datetime", "date_time"};
constexpr std::string_view kTimeNames[] = {"ds",   "date", "timestamp", "datetime", "date_time", "time",
                                           "year", "step", "t",         "period",   "index"};
// In these a whole number is a part of a date, not a date.
constexpr std::string_view kDateNames[] = {"day", "week", "month", "quarter", "hour"};
constexpr std::string_view kIdNames[] = {"unique_id", "item_id", "series_id", "ts_id",
                                         "id",        "series",  "item id",   "series id"};
// Of these all that a table has make the id together.
constexpr std::string_view kPartNames[] = {"store",   "store_nbr", "shop", "branch", "item",    "item_nbr", "product",
                                           "sku",     "family",    "dept", "sensor", "station", "meter",    "device",
                                           "machine", "site",      "city", "region", "symbol",  "ticker",   "country"};
constexpr std::string_view kValueNames[] = {"y", "target", "value", "values", "sales", "demand"};

std::string lower_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  return lower;
}

template <size_t n>
bool is_among(const std::string_view (&names)[n], const std::string& name) {
  return std::find(std::begin(names), std::end(names), lower_name(name)) != std::end(names);
}

class RoleMaker {
 public:
  RoleMaker(std::span<const ColumnFacts> columns, const TableOptions& options, const std::string& file)
      : columns_(columns), options_(options), file_(file) {
    roles_.role.resize(columns.size(), ColumnRole::unused);
    settled_.resize(columns.size(), false);
  }

  Roles make() {
    take_named();
    leave_out_counters();
    if (!roles_.has_time()) find_time();
    if (roles_.id.empty()) find_id();
    if (roles_.y.empty()) find_y();
    roles_.wide = roles_.y.size() > 1;
    rest_is_past();
    return std::move(roles_);
  }

 private:
  size_t column_of(const std::string& name) const {
    for (size_t c = 0; c < columns_.size(); ++c)
      if (columns_[c].name == name) return c;
    for (size_t c = 0; c < columns_.size(); ++c)
      if (lower_name(columns_[c].name) == lower_name(name)) return c;
    std::vector<std::string> names;
    for (const ColumnFacts& f : columns_) names.push_back(f.name);
    throw Error(Exit::usage, "usage/column", concat(file_, ": there is no column '", name, "'"),
                "columns are " + joined(names));
  }
  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (size_t i = 0; i < names.size() && i < 20; ++i) text += (i == 0 ? "'" : ", '") + names[i] + "'";
    return names.size() > 20 ? text + ", ..." : text;
  }
  void set(size_t c, ColumnRole role) {
    if (settled_[c] && roles_.role[c] != role) {
      throw Error(Exit::usage, "usage/roles", concat(file_, ": column '", columns_[c].name, "' is given two roles"),
                  "name it in one option");
    }
    settled_[c] = true;
    roles_.role[c] = role;
    if (role == ColumnRole::id) roles_.id.push_back(c);
    if (role == ColumnRole::y) roles_.y.push_back(c);
    if (role == ColumnRole::time) roles_.time = c;
  }
  void take_named() {
    for (const std::string& name : options_.id) set(column_of(name), ColumnRole::id);
    if (!options_.time.empty()) set(column_of(options_.time), ColumnRole::time);
    for (const std::string& name : options_.y) set(column_of(name), ColumnRole::y);
    for (const std::string& name : options_.fixed) set(column_of(name), ColumnRole::fixed);
    for (const std::string& name : options_.past) set(column_of(name), ColumnRole::past);
    for (const std::string& name : options_.known) set(column_of(name), ColumnRole::known);
    for (const std::string& name : options_.ignored) set(column_of(name), ColumnRole::unused);
  }
  // The first column that pandas or R writes, and an id that only counts rows.
  void leave_out_counters() {
    for (size_t c = 0; c < columns_.size(); ++c) {
      const std::string name = lower_name(columns_[c].name);
      const bool counter = (c == 0 && (name == "column 1" || name == "unnamed: 0" || name == "rownames")) || name == "id";
      if (settled_[c] || !counter || !columns_[c].counts_rows || columns_.size() < 2) continue;
      set(c, ColumnRole::unused);
      roles_.notes.push_back(concat("column '", columns_[c].name, "' numbers the rows and is not used"));
    }
  }
  void find_time() {
    for (const std::string_view name : kTimeNames) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        const ColumnFacts& f = columns_[c];
        if (settled_[c] || lower_name(f.name) != name) continue;
        if (f.dates > 0 || (f.is_number() && f.whole_numbers && columns_.size() > 1)) return set(c, ColumnRole::time);
      }
    }
    for (const bool named : {true, false}) {
      for (size_t c = 0; c < columns_.size(); ++c)
        if (!settled_[c] && columns_[c].is_date() && (!named || is_among(kDateNames, columns_[c].name)))
          return set(c, ColumnRole::time);
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      const ColumnFacts& f = columns_[c];
      if (!settled_[c] && f.present > 0 && !f.is_number() && is_among(kSureTimeNames, f.name))
        return set(c, ColumnRole::time);
    }
  }
  bool could_be_id(size_t c) const {
    return !settled_[c] && columns_[c].present > 0 && (!columns_[c].is_number() || columns_[c].whole_numbers);
  }
  void find_id() {
    for (const std::string_view name : kIdNames) {
      for (size_t c = 0; c < columns_.size(); ++c)
        if (could_be_id(c) && lower_name(columns_[c].name) == name) return set(c, ColumnRole::id);
    }
    for (size_t c = 0; c < columns_.size(); ++c)
      if (could_be_id(c) && is_among(kPartNames, columns_[c].name)) set(c, ColumnRole::id);
  }
  void find_y() {
    for (const std::string_view name : kValueNames) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        if (settled_[c] || lower_name(columns_[c].name) != name) continue;
        if (columns_[c].numbers > 0 || (columns_[c].present == 0 && name == "y")) return set(c, ColumnRole::y);
      }
    }
    std::vector<size_t> numbers;
    std::vector<std::string> names;
    for (size_t c = 0; c < columns_.size(); ++c)
      if (!settled_[c] && columns_[c].is_number()) numbers.push_back(c), names.push_back(columns_[c].name);
    if (numbers.empty()) {
      throw Error(Exit::data, "data/roles", file_ + ": no column has the numbers that are to be forecast",
                  "a table needs a column of numbers, best called y; --y NAME names it");
    }
    if (numbers.size() > 1 && !roles_.id.empty()) {
      throw Error(Exit::usage, "usage/roles",
                  concat(file_, ": several columns could be the one that is to be forecast: ", joined(names)),
                  "name it with --y NAME; several names make several series");
    }
    for (const size_t c : numbers) set(c, ColumnRole::y);
    if (numbers.size() > 1)
      roles_.notes.push_back(concat("each of the ", numbers.size(), " columns of numbers is a series"));
  }
  void rest_is_past() {
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (settled_[c]) continue;
      const ColumnFacts& f = columns_[c];
      if (f.present == 0) {
        roles_.notes.push_back(concat("column '", f.name, "' is empty and is not used"));
      } else if (f.is_date()) {
        roles_.notes.push_back(concat("column '", f.name, "' has dates, too, and is not used"));
      } else {
        set(c, ColumnRole::past);
      }
    }
  }

  std::span<const ColumnFacts> columns_;
  const TableOptions& options_;
  const std::string& file_;
  std::vector<bool> settled_;
  Roles roles_;
};

}  // namespace

bool is_time_name(const std::string& name) { return is_among(kTimeNames, name); }
bool is_value_name(const std::string& name) { return is_among(kValueNames, name); }

Roles assign_roles(std::span<const ColumnFacts> columns, const TableOptions& options, const std::string& file) {
  return RoleMaker(columns, options, file).make();
}

}  // namespace rnn::core
