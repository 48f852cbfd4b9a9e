// Why: tests on public series read columns of plain files of numbers, whatever the reader of tables does.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "support/data.h"

namespace rnn::core::test {

// The fields of each line after the header, quotes taken away; lines with one field less than the header has are left out.
inline std::vector<std::vector<std::string>> plain_rows(const std::string& file) {
  std::ifstream in(data_path("timeseries/" + file));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
      if (c == ',') fields.emplace_back();
      if (c != ',' && c != '"' && c != '\r') fields.back() += c;
    }
    if (rows.empty() || fields.size() == rows.front().size()) rows.push_back(std::move(fields));
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

// One column; what is no number ends it (footers).
inline std::vector<double> plain_column(const std::string& file, size_t column) {
  std::vector<double> out;
  for (const auto& row : plain_rows(file)) {
    const auto value = parse_number<double>(row[column]);
    if (!value) break;
    out.push_back(*value);
  }
  return out;
}

// Column `column` of a long table, by its first column, in the order of the file.
inline std::vector<std::pair<std::string, std::vector<double>>> long_table(const std::string& file, size_t column) {
  std::vector<std::pair<std::string, std::vector<double>>> out;
  for (const auto& row : plain_rows(file)) {
    if (out.empty() || out.back().first != row[0]) out.emplace_back(row[0], std::vector<double>());
    out.back().second.push_back(parse_number<double>(row[column]).value_or(NAN));
  }
  return out;
}

}  // namespace rnn::core::test
