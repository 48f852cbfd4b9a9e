// Why: one pass over the bytes finds every cell; quotes, line ends and ragged rows are settled here and nowhere else.
#include "series/delimited.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/dates.h"

namespace rnn::core {
namespace {

constexpr std::string_view kSeparators = "\t;|,";  // in this order: commas are also decimal marks
constexpr const char* kSeparatorNames[] = {"tabs", "semicolons", "bars", "commas"};
constexpr size_t kSniffedRecords = 100;
constexpr size_t kSniffedRows = 2000;  // for the decimal mark
constexpr const char* kToMendRows =
    "every row needs as many cells as the first; a cell that has the separator goes into double quotes";

// The separator that as many records as possible have as often as the first one.
char sniff_separator(std::string_view text) {
  std::array<std::vector<int>, 4> counts;
  std::array<int, 4> now{};
  bool quoted = false, blank = true;
  size_t records = 0;
  for (size_t at = 0; at <= text.size() && records < kSniffedRecords; ++at) {
    const char c = at < text.size() ? text[at] : '\n';
    if (c == '"') quoted = !quoted;
    if (quoted && at < text.size()) continue;
    if (c == '\n' || c == '\r') {
      for (size_t s = 0; s < 4 && !blank; ++s) counts[s].push_back(now[s]);
      records += blank ? 0 : 1;
      now = {}, blank = true;
      continue;
    }
    blank &= c == ' ';
    const size_t s = kSeparators.find(c);
    if (s != std::string_view::npos) ++now[s];
  }
  size_t best = 3, most = 0;
  for (size_t s = 0; s < 4; ++s) {
    if (counts[s].empty() || counts[s][0] == 0) continue;
    const auto same = static_cast<size_t>(std::count(counts[s].begin(), counts[s].end(), counts[s][0]));
    if (same > most) best = s, most = same;
  }
  return kSeparators[best];
}

enum class CellClass { missing, number, date, text };

CellClass class_of(std::string_view cell) {
  double ignored = 0;
  if (is_missing(cell)) return CellClass::missing;
  if (read_cell(cell, false, ignored) == NumberFault::none || read_cell(cell, true, ignored) == NumberFault::none)
    return CellClass::number;
  StampParts parts;
  return parse_stamp(cell, parts) ? CellClass::date : CellClass::text;
}

// What the comma of "1,234" says about the file: nothing, that it is the decimal mark, or that it may be either.
enum class Comma { none, decimal, either };
Comma comma_of(std::string_view cell) {
  if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
  const size_t comma = cell.find(',');
  if (comma == std::string_view::npos || comma == 0 || comma + 1 == cell.size()) return Comma::none;
  for (size_t i = 0; i < cell.size(); ++i)
    if (i != comma && (cell[i] < '0' || cell[i] > '9')) return Comma::none;
  return cell.size() - comma != 4 || comma > 3 || cell[0] == '0' ? Comma::decimal : Comma::either;
}

}  // namespace

class TableReader {
 public:
  explicit TableReader(const NamedText& text) : rest_(text.text) {
    table_.name_ = text.name;
    table_.text_ = text.text;
    if (rest_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }
  Table read(std::optional<bool> decimal_comma);

 private:
  bool at_end_of_line() const { return at_ >= rest_.size() || rest_[at_] == '\n' || rest_[at_] == '\r'; }
  void skip_end_of_line() {
    if (at_ < rest_.size() && rest_[at_] == '\r') ++at_;
    if (at_ < rest_.size() && rest_[at_] == '\n') ++at_;
    ++line_;
  }
  bool is_space(size_t at) const {
    return at < rest_.size() && (rest_[at] == ' ' || (rest_[at] == '\t' && table_.separator != '\t'));
  }
  void read_record();
  void read_quoted();
  void read_plain();
  void add_cell(size_t begin, size_t end, bool doubled);
  void read_rows();
  void settle_header();
  void settle_decimal_mark(std::optional<bool> wanted);
  [[noreturn]] void refuse(uint32_t line, const char* code, const std::string& message, const char* help) const {
    throw Error(Exit::data, code, concat(place_text(table_.name_, line), ": ", message), help);
  }

  Table table_;
  std::string_view rest_;
  size_t at_ = 0;
  uint32_t line_ = 1;
};

void TableReader::add_cell(size_t begin, size_t end, bool doubled) {
  constexpr size_t kMostBytes = (size_t{1} << 23) - 1;
  if (end - begin > kMostBytes)
    refuse(line_, "data/size", concat("a cell of ", bytes_text(static_cast<int64_t>(end - begin))), "is this a table?");
  table_.cells_.push_back({begin & ((uint64_t{1} << 40) - 1), (end - begin) & kMostBytes, doubled ? 1u : 0u});
}

void TableReader::read_quoted() {
  const uint32_t opened = line_;
  const size_t begin = ++at_;
  bool doubled = false;
  for (;; ++at_) {
    if (at_ >= rest_.size()) {
      refuse(opened, "data/quote", "the quote that opens a cell here is never closed",
             "close it with a double quote; a quote within a quoted cell is written twice");
    }
    const char c = rest_[at_];
    if (c == '\n' || (c == '\r' && (at_ + 1 >= rest_.size() || rest_[at_ + 1] != '\n'))) ++line_;
    if (c != '"') continue;
    if (at_ + 1 >= rest_.size() || rest_[at_ + 1] != '"') break;
    doubled = true;
    ++at_;
  }
  add_cell(begin, at_, doubled);
  ++at_;
  while (is_space(at_)) ++at_;
  if (!at_end_of_line() && rest_[at_] != table_.separator) {
    refuse(line_, "data/quote", "there is text after the closing quote of a cell",
           "a quote within a quoted cell is written twice");
  }
}

void TableReader::read_plain() {
  const size_t begin = at_;
  const char separator = table_.separator;
  while (at_ < rest_.size() && rest_[at_] != separator && rest_[at_] != '\n' && rest_[at_] != '\r') ++at_;
  size_t end = at_;
  while (end > begin && is_space(end - 1)) --end;
  add_cell(begin, end, false);
}

// The cells of one row, up to the end of its line.
void TableReader::read_record() {
  for (;;) {
    while (is_space(at_)) ++at_;
    if (at_ < rest_.size() && rest_[at_] == '"') {
      read_quoted();
    } else {
      read_plain();
    }
    if (at_end_of_line()) return;
    ++at_;  // the separator
  }
}

void TableReader::read_rows() {
  uint32_t blank_lines = 0;  // of a table with one column these are missing values, but at its end
  while (at_ < rest_.size()) {
    const size_t begin = at_;
    while (is_space(at_)) ++at_;
    if (at_end_of_line()) {
      skip_end_of_line();
      ++blank_lines;
      continue;
    }
    at_ = begin;
    for (; table_.width_ == 1 && blank_lines > 0; --blank_lines) {
      table_.lines_.push_back(line_ - blank_lines);
      add_cell(begin, begin, false);
    }
    blank_lines = 0;
    const size_t before = table_.cells_.size();
    const uint32_t line = line_;
    table_.lines_.push_back(line);
    read_record();
    const size_t cells = table_.cells_.size() - before;
    if (table_.width_ == 0) table_.width_ = cells;
    if (cells != table_.width_) {
      refuse(line, "data/ragged",
             concat("the row has ", counted(cells, "cell"), ", but the first row of the file has ", table_.width_),
             kToMendRows);
    }
    skip_end_of_line();
  }
}

void TableReader::settle_header() {
  std::string scratch;
  const auto class_at = [&](size_t row, size_t column) { return class_of(table_.cell(row, column, scratch)); };
  bool text = false, date = false, same = table_.rows() > 1;
  for (size_t c = 0; c < table_.width_; ++c) {
    const CellClass first = class_at(0, c);
    text |= first == CellClass::text;
    date |= first == CellClass::date;
    same = same && first == class_at(1, c);
  }
  table_.has_header = text && !(date && same);
  for (size_t c = 0; c < table_.width_; ++c) {
    std::string name = table_.has_header ? std::string(table_.cell(0, c, scratch)) : std::string();
    if (name.empty()) name = concat("column ", c + 1);
    if (std::find(table_.columns_.begin(), table_.columns_.end(), name) != table_.columns_.end()) {
      refuse(table_.lines_[0], "data/columns", concat("two columns are called '", name, "'"),
             "give each column a name of its own");
    }
    table_.columns_.push_back(std::move(name));
  }
  if (!table_.has_header) {
    table_.notes.push_back("the first row has values, not names: columns are called 'column 1' and so on");
    return;
  }
  table_.cells_.erase(table_.cells_.begin(), table_.cells_.begin() + static_cast<std::ptrdiff_t>(table_.width_));
  table_.lines_.erase(table_.lines_.begin());
}

void TableReader::settle_decimal_mark(std::optional<bool> wanted) {
  size_t either = 0;
  std::string either_cell, either_place, scratch;
  bool decimal = false, points = false;
  for (size_t row = 0; row < std::min(table_.rows(), kSniffedRows); ++row) {
    for (size_t c = 0; c < table_.width_; ++c) {
      const std::string_view cell = table_.cell(row, c, scratch);
      const Comma comma = comma_of(cell);
      decimal |= comma == Comma::decimal;
      if (comma == Comma::either && either++ == 0) either_cell = std::string(cell), either_place = table_.place(row);
      double ignored = 0;
      points |= cell.find('.') != std::string_view::npos && read_cell(cell, false, ignored) == NumberFault::none;
    }
  }
  if (!wanted && either > 0 && !decimal && !points) {
    std::string whole = either_cell, fraction = either_cell;
    std::erase(whole, ',');
    std::replace(fraction.begin(), fraction.end(), ',', '.');
    throw Error(Exit::usage, "usage/decimal_comma",
                concat(either_place, ": '", either_cell, "' is ", whole, " if the comma groups digits and ", fraction,
                       " if it is the decimal mark, and no other number of the file tells"),
                "write numbers without commas, or say which: --decimal comma or --decimal point");
  }
  table_.decimal_comma = wanted ? *wanted : (decimal || either > 0) && !points;
  if (table_.decimal_comma) table_.notes.emplace_back("numbers have a decimal comma");
}

Table TableReader::read(std::optional<bool> decimal_comma) {
  if (rest_.size() >= size_t{1} << 40) refuse(1, "data/size", "the file has more than 1 TB", "split it");
  table_.separator = sniff_separator(rest_.substr(at_));
  read_rows();
  if (table_.lines_.empty()) {
    throw Error(Exit::data, "data/empty", table_.name_ + ": the file is empty", "give a table with a row for every step");
  }
  settle_header();
  if (table_.lines_.empty()) {
    throw Error(Exit::data, "data/empty", table_.name_ + ": the table has a header and no rows",
                "give a row for every step");
  }
  if (table_.separator != ',')
    table_.notes.push_back(concat("cells are separated by ", kSeparatorNames[kSeparators.find(table_.separator)]));
  settle_decimal_mark(decimal_comma);
  return std::move(table_);
}

std::string_view Table::cell(size_t row, size_t column, std::string& scratch) const {
  const Cell& c = cells_[row * width_ + column];
  std::string_view text = text_.substr(c.begin, c.length);
  if (c.doubled == 0) return text;
  scratch.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    scratch += text[i];
    if (text[i] == '"') ++i;
  }
  return scratch;
}

Table read_table(const NamedText& text, std::optional<bool> decimal_comma) { return TableReader(text).read(decimal_comma); }

bool is_missing(std::string_view cell) {
  if (cell.size() > 4) return false;
  char lower[4] = {};
  std::transform(cell.begin(), cell.end(), lower, lower_case);
  const std::string_view word(lower, cell.size());
  constexpr std::string_view kMissing[] = {"", "-", "na", "nan", "n/a", "null", "#n/a", "<na>"};
  return std::find(std::begin(kMissing), std::end(kMissing), word) != std::end(kMissing);
}

NumberFault read_cell(std::string_view cell, bool decimal_comma, double& value) {
  char plain[64];
  if (cell.starts_with('+') && cell.size() > 1 && cell[1] != '-') cell.remove_prefix(1);
  if (decimal_comma && cell.find(',') != std::string_view::npos) {
    if (cell.size() > sizeof plain || cell.find('.') != std::string_view::npos) return NumberFault::text;
    std::replace_copy(cell.begin(), cell.end(), plain, ',', '.');
    cell = {plain, cell.size()};
  }
  double read = 0;
  const std::errc error = read_number(cell, read);
  if (error == std::errc::result_out_of_range) return NumberFault::not_finite;
  if (error != std::errc()) return NumberFault::text;
  if (!std::isfinite(read)) return NumberFault::not_finite;
  value = read;
  return NumberFault::none;
}

}  // namespace rnn::core
