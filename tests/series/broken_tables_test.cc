// Why: each way in which a table can be wrong ends in one sentence with its file and line, a stable code and the fitting exit status.
#include <gtest/gtest.h>

#include "series/tables.h"

namespace rnn::core {
namespace {

struct BrokenTable {
  const char* text;
  Exit exit;
  const char *code, *message;
};

const BrokenTable kBrokenTables[] = {
    {"", Exit::data, "data/empty", "t.csv: the file is empty"},
    {"\n\n \n", Exit::data, "data/empty", "t.csv: the file is empty"},
    {"ds,y\n", Exit::data, "data/empty", "t.csv: the table has a header and no rows"},
    {"ds,y\n2020-01-01,\n2020-01-02,NA\n", Exit::data, "data/empty", "t.csv: column 'y' has no value"},
    {"ds,y\n2020-01-01,1\n2020-01-02,2,3\n", Exit::data, "data/ragged",
     "t.csv:3: the row has 3 cells, but the first row of the file has 2"},
    {"ds,y\n2020-01-01,1\n2020-01-02\n", Exit::data, "data/ragged",
     "t.csv:3: the row has 1 cell, but the first row of the file has 2"},
    {"ds,y\n\"2020-01-01,1\n2020-01-02,2\n", Exit::data, "data/quote",
     "t.csv:2: the quote that opens a cell here is never closed"},
    {"ds,y\n\"2020-01-01\"x,1\n", Exit::data, "data/quote", "t.csv:2: there is text after the closing quote of a cell"},
    {"ds,y,y\n2020-01-01,1,2\n", Exit::data, "data/columns", "t.csv:1: two columns are called 'y'"},
    {"ds,y\n2020-01-01,1\n2020-01-02,x\n2020-01-03,3\n", Exit::data, "data/number",
     "t.csv:3: 'x' in column 'y' is no number"},
    {"ds,y\n2020-01-01,?0.2\n2020-01-02,1\n2020-01-03,2\n", Exit::data, "data/number",
     "t.csv:2: '?0.2' in column 'y' is no number"},
    {"ds,y\n2020-01-01,1\n2020-01-02,inf\n", Exit::data, "data/number", "t.csv:3: 'inf' in column 'y' is not finite"},
    {"ds,y\n2020-01-01,1\n2020-01-02,1e999\n", Exit::data, "data/number", "t.csv:3: '1e999' in column 'y' is not finite"},
    {"ds,y,p\n2020-01-01,1,5\n2020-01-02,2,6\n2020-01-03,2,lots\n", Exit::data, "data/number",
     "t.csv:4: 'lots' in column 'p' is no number"},
    {"ds,y\n2020-01-01,1\nyesterday,2\n", Exit::data, "data/date", "t.csv:3: 'yesterday' in column 'ds' is no date"},
    {"ds,y\n2020-01-01,1\n,2\n", Exit::data, "data/date", "t.csv:3: '' in column 'ds' is no date"},
    {"ds,y\nJan 2020,1\nFeb 2020,2\n", Exit::data, "data/date", "t.csv:2: 'Jan 2020' in column 'ds' is no date"},
    {"ds,y\n2020-04-30,1\n2020-04-31,2\n", Exit::data, "data/date", "t.csv:3: '2020-04-31' in column 'ds' is no date"},
    {"ds,y\n30.04.2020,1\n31.04.2020,2\n", Exit::data, "data/date", "t.csv:3: the calendar has no '31.04.2020'"},
    {"ds,y\n2020-01-01,1\n2020/01/02,2\n", Exit::data, "data/date",
     "t.csv:3: '2020/01/02' in column 'ds' is written in another way than the dates before"},
    {"ds,y\n2020-01-01 00:00,1\n2020-01-01 01:00Z,2\n", Exit::data, "data/date",
     "t.csv:3: '2020-01-01 01:00Z' in column 'ds' has an offset from UTC, but the rows before have none"},
    {"ds,y\n2020-01-01,1\n43832,2\n", Exit::data, "data/date",
     "t.csv:3: '43832' in column 'ds' is a number, but the rows before have dates"},
    {"ds,y\n01/02/2020,1\n02/02/2020,2\n", Exit::usage, "usage/day_month",
     "t.csv:2: '01/02/2020' is 2020-02-01 if the day comes first and 2020-01-02 if the month does, and so is every date of "
     "the column"},
    {"ds,y\n13/02/2020,1\n02/14/2020,2\n", Exit::data, "data/date",
     "t.csv:3: '02/14/2020' is no date if the day comes first and 2020-02-14 if the month does, which does not go together "
     "with '13/02/2020' (t.csv:2)"},
    {"ds;y\n2020-01-01;1,234\n2020-01-02;2,345\n", Exit::usage, "usage/decimal_comma",
     "t.csv:2: '1,234' is 1234 if the comma groups digits and 1.234 if it is the decimal mark, and no other number of the "
     "file tells"},
    {"ds,y\n2020-01-01,1\n2020-01-01,2\n2020-01-02,3\n", Exit::data, "data/duplicate",
     "t.csv:3: the series has 2020-01-01 a second time, after t.csv:2"},
    {"id,ds,y\na,2020-01-01,1\nb,2020-01-01,1\na,2020-01-01,2\n", Exit::data, "data/duplicate",
     "t.csv:4: series 'a' has 2020-01-01 a second time, after t.csv:2"},
    {"id,ds,y\na,2020-01-01,1\n,2020-01-02,1\n", Exit::data, "data/id", "t.csv:3: column 'id' is empty"},
    {"ds,y\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n2020-01-01 02:00,2\n2020-01-01 02:10,3\n", Exit::data, "data/off_grid",
     "t.csv:5: 2020-01-01 02:10 follows 2020-01-01 02:00 (line 4), which is 0.167 steps: the most frequent difference makes "
     "the data hourly"},
    {"ds,y\n2020-01-01,1\n", Exit::data, "data/frequency",
     "t.csv:2: no series has two different stamps, so the length of a step is not known"},
    {"ds,y\n2020-01-01 00:00,1\n2020-01-01 01:00,2\n2020-01-01 02:00,2\n9020-01-01 03:00,3\n", Exit::data, "data/gaps",
     "t.csv:5: 61,360,728 steps without a row lie between 2020-01-01 02:00 (t.csv:4) and 9020-01-01 03:00; the steps are "
     "hourly"},
    {"ds,y\n-3999999999999999102,1\n2,2\n", Exit::data, "data/date",
     "t.csv:2: '-3999999999999999102' in column 'ds' is no date"},
    {"ds,y\n1,1\n3999999999999999102,2\n", Exit::data, "data/date",
     "t.csv:3: '3999999999999999102' is too large for the number of a step"},
    {"ds,y\n0001-01-01,1\n9999-12-01 12:00,2\n", Exit::data, "data/frequency",
     "t.csv:2: most rows are more than a hundred years apart"},
    {"ds,name\n2020-01-01,x\n2020-01-02,z\n", Exit::data, "data/roles",
     "t.csv: no column has the numbers that are to be forecast"},
    {"id,ds,a,b\nx,2020-01-01,1,2\nx,2020-01-02,1,2\n", Exit::usage, "usage/roles",
     "t.csv: several columns could be the one that is to be forecast: 'a', 'b'"},
    {"y\nx\n", Exit::data, "data/roles", "t.csv: no column has the numbers that are to be forecast"},
};

TEST(BrokenTables, EachEndsInOneClearSentence) {
  static_assert(std::size(kBrokenTables) >= 30);
  for (const BrokenTable& broken : kBrokenTables) {
    const Failure f = test::refusal(broken.text);
    EXPECT_EQ(f.code, broken.code) << broken.text;
    EXPECT_EQ(f.message, broken.message) << broken.text;
    EXPECT_EQ(f.exit, broken.exit) << broken.text;
    EXPECT_FALSE(f.help.empty()) << broken.text;
  }
}

TEST(BrokenTables, SumsThatAreNotFinite) {
  TableOptions options;
  options.duplicates = Duplicates::sum;
  EXPECT_EQ(test::refusal("ds,y\n2020-01-01,1e308\n2020-01-01,1e308\n2020-01-02,1\n", options).code, "data/number");
}

}  // namespace
}  // namespace rnn::core
