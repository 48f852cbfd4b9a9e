// Why: see table_guess.h.
#include "tasks/table_guess.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "data/labels/layouts.h"

namespace rnn::core {
namespace {

constexpr size_t kRowsLookedAt = 50;
constexpr double kSentence = 4, kMost = 0.8, kMostly = 0.5;  // words of a cell; shares of cells

using Row = std::vector<std::string>;

// The complete rows at the beginning, as many as are looked at.
std::vector<Row> rows_of(std::string_view text, char separator) {
  std::vector<Row> rows;
  Row row;
  std::string cell;
  bool quoted = false;
  for (size_t i = 0; i < text.size() && rows.size() < kRowsLookedAt; ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      cell += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == separator || c == '\n')) {
      if (cell.ends_with('\r')) cell.pop_back();
      row.push_back(std::move(cell)), cell.clear();
      if (c == '\n') rows.push_back(std::move(row)), row.clear();
    } else {
      cell += c;
    }
  }
  if (!quoted && !row.empty() && rows.size() < kRowsLookedAt) row.push_back(std::move(cell)), rows.push_back(std::move(row));
  return rows;
}

// 2024-05-01, 1/5/2024, 01.05.24, each perhaps followed by a time.
bool is_date(std::string_view cell) {
  int parts = 0;
  for (;;) {
    const size_t digits = std::min(cell.find_first_not_of("0123456789"), cell.size());
    if (digits == 0 || digits > 4) return false;
    cell.remove_prefix(digits);
    ++parts;
    if (cell.empty() || cell[0] == ' ' || cell[0] == 'T') return parts == 3;
    if (parts == 3 || (cell[0] != '-' && cell[0] != '/' && cell[0] != '.')) return false;
    cell.remove_prefix(1);
  }
}

struct Column {
  double cells = 0, numbers = 0, dates = 0, words = 0;  // of those that are not empty
};

}  // namespace

bool is_table_of_numbers(std::string_view text, char separator) {
  const std::vector<Row> rows = rows_of(text, separator);
  if (rows.size() < 2) return true;
  std::vector<Column> columns(rows[0].size());
  Column all;
  for (size_t r = 1; r < rows.size(); ++r) {
    for (size_t c = 0; c < std::min(rows[r].size(), columns.size()); ++c) {
      const std::string& cell = rows[r][c];
      if (cell.empty()) continue;
      const double number = parse_number<double>(cell).has_value() ? 1 : 0;
      columns[c].cells += 1, columns[c].dates += is_date(cell) ? 1 : 0, columns[c].words += words_in(cell);
      all.cells += 1, all.numbers += number;
    }
  }
  const auto any = [&](auto&& holds) { return std::any_of(columns.begin(), columns.end(), holds); };
  if (any([](const Column& c) { return c.cells > 0 && c.words >= kSentence * c.cells; })) return false;
  return any([](const Column& c) { return c.cells > 0 && c.dates >= kMost * c.cells; }) ||
         all.numbers >= kMostly * all.cells;
}

}  // namespace rnn::core
