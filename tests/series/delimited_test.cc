// Why: a table means the same whatever program wrote it: separators, quotes, ends of line, decimal marks, missing cells.
#include "series/delimited.h"

#include <gtest/gtest.h>

#include "support/failure.h"

namespace rnn::core {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Table table_from(std::string_view text) { return read_table({"t.csv", text}); }

Rows cells(const Table& table) {
  Rows rows;
  std::string scratch;
  for (size_t r = 0; r < table.rows(); ++r) {
    rows.emplace_back();
    for (size_t c = 0; c < table.columns().size(); ++c) rows.back().emplace_back(table.cell(r, c, scratch));
  }
  return rows;
}

const Rows kTwoRows = {{"2020-01-01", "1.5"}, {"2020-01-02", "2"}};

TEST(Delimited, ReadsEachSeparator) {
  for (const char separator : {',', ';', '\t', '|'}) {
    std::string text = "ds,y\n2020-01-01,1.5\n2020-01-02,2\n";
    std::replace(text.begin(), text.end(), ',', separator);
    const Table t = table_from(text);
    EXPECT_EQ(t.separator, separator);
    EXPECT_EQ(cells(t), kTwoRows);
    EXPECT_EQ(t.notes.size(), separator == ',' ? 0u : 1u);
  }
}

TEST(Delimited, EndsOfLineAndMarksMakeNoDifference) {
  for (const char* text : {"ds,y\r\n2020-01-01,1.5\r\n2020-01-02,2\r\n", "ds,y\r2020-01-01,1.5\r2020-01-02,2",
                           "\xEF\xBB\xBF"
                           "ds,y\n2020-01-01,1.5\n2020-01-02,2",
                           "ds,y\n\n2020-01-01,1.5\n\n\n2020-01-02,2\n\n", " ds , y\n 2020-01-01 ,1.5 \n2020-01-02,\t2\n",
                           "\"ds\",\"y\"\n\"2020-01-01\",\"1.5\"\n\"2020-01-02\" , 2\n"}) {
    const Table t = table_from(text);
    EXPECT_EQ(t.columns(), (std::vector<std::string>{"ds", "y"})) << text;
    EXPECT_EQ(cells(t), kTwoRows) << text;
  }
}

// RFC 4180, rules 5 to 7.
TEST(Delimited, QuotedCellsHoldSeparatorsLinesAndQuotes) {
  const Table t = table_from("name,y\n\"a,b\",1\n\"two\nlines\",2\n\"say \"\"so\"\"\",3\nplain \"inner\",4\n");
  EXPECT_EQ(cells(t), (Rows{{"a,b", "1"}, {"two\nlines", "2"}, {"say \"so\"", "3"}, {"plain \"inner\"", "4"}}));
  EXPECT_EQ(t.place(0), "t.csv:2");
  EXPECT_EQ(t.place(1), "t.csv:3");
  EXPECT_EQ(t.place(2), "t.csv:5");
  EXPECT_EQ(t.place(3), "t.csv:6");
}

TEST(Delimited, BlankLinesAreValuesOfOneColumnAndNothingElsewhere) {
  EXPECT_EQ(cells(table_from("y\n1\n\n3\n\n\n")), (Rows{{"1"}, {""}, {"3"}}));
  const Table t = table_from("a,b\n1,x\n\n3,y\n");
  EXPECT_EQ(t.rows(), 2u);
  EXPECT_EQ(t.line(1), 4u);
}

TEST(Delimited, ValuesInTheFirstRowAreNoHeader) {
  EXPECT_EQ(table_from("2020-01-01,3\n2020-01-02,4\n").columns(), (std::vector<std::string>{"column 1", "column 2"}));
  EXPECT_EQ(table_from("1\n2\n3\n").rows(), 3u);
  EXPECT_EQ(table_from("A,2020-01-01,5\nB,2020-01-01,6\n").rows(), 2u);
  EXPECT_EQ(table_from("date,1,2\n2020-01-01,5,6\n").columns(), (std::vector<std::string>{"date", "1", "2"}));
  EXPECT_EQ(table_from("id,2020-01-01,2020-01-02\nA,5,6\n").columns()[1], "2020-01-01");
  EXPECT_EQ(table_from(",date,y\n0,2020-01-01,1\n").columns()[0], "column 1");
}

TEST(Delimited, FindsTheDecimalComma) {
  EXPECT_TRUE(table_from("ds;y\n2020-01-01;1,5\n2020-01-02;1,234\n").decimal_comma);
  EXPECT_TRUE(table_from("ds,y\n2020-01-01,\"1,5\"\n").decimal_comma);
  EXPECT_TRUE(table_from("ds;y\n2020-01-01;0,123\n").decimal_comma);
  EXPECT_TRUE(table_from("ds;y\n2020-01-01;1234,567\n").decimal_comma);
  EXPECT_FALSE(table_from("ds;y\n2020-01-01;1.5\n").decimal_comma);
  EXPECT_FALSE(table_from("ds;y\n01.02.2020;15\n").decimal_comma);
  const Failure f = failure_of([] { table_from("ds;y\n2020-01-01;1\n2020-01-02;-1,234\n"); });
  EXPECT_EQ(f.code, "usage/decimal_comma");
  EXPECT_EQ(f.exit, Exit::usage);
  EXPECT_EQ(f.message.substr(0, 72), "t.csv:3: '-1,234' is -1234 if the comma groups digits and -1.234 if it i");
  EXPECT_TRUE(read_table({"t", "ds;y\n2020-01-01;1,234\n"}, true).decimal_comma);
  EXPECT_FALSE(read_table({"t", "ds;y\n2020-01-01;1,234\n"}, false).decimal_comma);
}

TEST(Delimited, NumbersAreFiniteAndLocaleFree) {
  double value = 0;
  const auto number = [&](std::string_view cell, bool comma = false) {
    value = -1;
    return read_cell(cell, comma, value);
  };
  EXPECT_EQ(number("-1.5e3"), NumberFault::none);
  EXPECT_EQ(value, -1500);
  EXPECT_EQ(number("+2"), NumberFault::none);
  EXPECT_EQ(value, 2);
  EXPECT_EQ(number("1,25", true), NumberFault::none);
  EXPECT_EQ(value, 1.25);
  for (const char* text : {"1,25", "?0.2", "1.2.3", "0x10", "1 2", "+-1", "5%", "++1"})
    EXPECT_EQ(number(text), NumberFault::text) << text;
  for (const char* text : {"inf", "-inf", "1e999"}) EXPECT_EQ(number(text), NumberFault::not_finite) << text;
  EXPECT_EQ(number("1.234,5", true), NumberFault::text);
}

TEST(Delimited, MissingCells) {
  for (const char* cell : {"", "NA", "NaN", "nan", "null", "NULL", "N/A", "-", "#N/A", "<NA>"})
    EXPECT_TRUE(is_missing(cell)) << cell;
  for (const char* cell : {"0", "none", "NAN1", "--", " "}) EXPECT_FALSE(is_missing(cell)) << cell;
}

}  // namespace
}  // namespace rnn::core
