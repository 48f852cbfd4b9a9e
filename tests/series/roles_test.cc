// Why: which column is forecast, and which may be known ahead, is never left to chance: each rule has a table.
#include "series/roles.h"

#include <gtest/gtest.h>

#include "series/tables.h"

namespace rnn::core {
namespace {

using test::read_text;
using test::refusal;
using Names = std::vector<std::string>;

std::string roles_of(std::string_view text, const TableOptions& options = {}) { return read_text(text, options).roles; }

TEST(Roles, NamesInAnyCase) {
  EXPECT_EQ(roles_of("unique_id,ds,y\na,2020-01-01,1\na,2020-01-02,2\n"), "series: unique_id; time: ds; value: y");
  EXPECT_EQ(roles_of("Date,Item_ID,Target\n2020-01-01,a,1\n2020-01-02,a,2\n"), "series: Item_ID; time: Date; value: Target");
  EXPECT_EQ(roles_of("timestamp,value\n2020-01-01,1\n2020-01-02,2\n"), "time: timestamp; value: value");
}

TEST(Roles, ContentDecidesWhereNamesSayNothing) {
  EXPECT_EQ(roles_of("Tag,Menge\n2020-01-01,1\n2020-01-02,2\n"), "time: Tag; value: Menge");
  EXPECT_EQ(roles_of("Passengers\n1\n2\n"), "value: Passengers");
  // A month that is a number from 1 to 12 is no date; this one is.
  EXPECT_EQ(roles_of("month,y\n2020-01,1\n2020-02,2\n"), "time: month; value: y");
  EXPECT_EQ(roles_of("month,y\n1,1\n2,2\n"), "value: y; past only: month");
}

TEST(Roles, OtherNumbersArePastAndTextsThatStayAreStatic) {
  EXPECT_EQ(roles_of("ds,y,temp,kind\n2020-01-01,1,5,a\n2020-01-02,2,6,b\n"), "time: ds; value: y; past only: temp, kind");
  EXPECT_EQ(roles_of("id,ds,y,city\na,2020-01-01,1,Bonn\na,2020-01-02,2,Bonn\nb,2020-01-01,1,Kiel\n"),
            "series: id; time: ds; value: y; static: city");
}

TEST(Roles, RowsAfterTheLastValueTellWhatIsKnown) {
  const SeriesSet set = read_text("ds,y,promo,temp\n2020-01-01,1,0,4\n2020-01-02,2,1,5\n2020-01-03,,1,\n2020-01-04,,0,\n");
  EXPECT_EQ(set.roles, "time: ds; value: y; known ahead: promo; past only: temp");
  EXPECT_EQ(set.series[0].future, 2);
  const SeriesSet broken = read_text("ds,y,promo\n2020-01-01,1,0\n2020-01-02,2,1\n2020-01-03,,1\n2020-01-04,,\n");
  EXPECT_EQ(broken.roles, "time: ds; value: y; past only: promo");
  EXPECT_TRUE(test::says(broken, "'promo' is not known ahead: it is missing in t.csv:5"));
  EXPECT_EQ(broken.series[0].future, 0);
}

TEST(Roles, ColumnsOfNumbersWithoutAYAreSeriesEach) {
  const SeriesSet set = read_text("date,HUFL,OT\n2020-01-01,1,10\n2020-01-02,2,20\n");
  EXPECT_EQ(test::ids(set), (Names{"HUFL", "OT"}));
  EXPECT_EQ(set.series[1].y, (std::vector<double>{10, 20}));
  EXPECT_TRUE(set.covariates.empty());
  EXPECT_EQ(test::ids(read_text("a,b\n1,2\n3,4\n")), (Names{"a", "b"}));
}

TEST(Roles, OptionsDecide) {
  TableOptions options;
  options.y = {"OT"};
  options.known = {"hol"};
  options.ignored = {"HULL"};
  EXPECT_EQ(roles_of("date,HUFL,HULL,OT,hol\n2020-01-01,1,1,10,0\n2020-01-02,2,2,20,1\n", options),
            "time: date; value: OT; known ahead: hol; past only: HUFL");
  options = {};
  options.y = {"a", "B"};
  options.id = {"shop"};
  const SeriesSet set = read_text("shop,date,a,b,c\nx,2020-01-01,1,2,3\nx,2020-01-02,4,5,6\n", options);
  EXPECT_EQ(test::ids(set), (Names{"x/a", "x/b"}));
  EXPECT_EQ(set.series[1].covariates[0], (std::vector<double>{3, 6}));
  options = {};
  options.fixed = {"size"};
  const SeriesSet sized = read_text("id,ds,y,size\na,2020-01-01,1,7\na,2020-01-02,2,\nb,2020-01-01,1,9\n", options);
  EXPECT_EQ(sized.series[1].covariates[0], (std::vector<double>{9}));
  EXPECT_EQ(refusal("id,ds,y,size\na,2020-01-01,1,7\na,2020-01-02,2,8\n", options).code, "data/static");
}

TEST(Roles, SeveralColumnsMakeOneId) {
  EXPECT_EQ(test::ids(read_text("date,store,item,sales\n2020-01-01,1,1,3\n2020-01-02,1,1,4\n2020-01-01,1,2,3\n")),
            (Names{"1/1", "1/2"}));
}

TEST(Roles, ColumnsThatNumberRowsAreLeftOut) {
  const SeriesSet set = read_text(",date,sales\n0,2020-01-01,1\n1,2020-01-02,2\n");
  EXPECT_EQ(set.roles, "time: date; value: sales");
  EXPECT_TRUE(test::says(set, "numbers the rows"));
  EXPECT_EQ(read_text("id,date,sales\n1,2020-01-01,1\n2,2020-01-02,2\n").roles, "time: date; value: sales");
}

TEST(Roles, WhatCannotBeDecidedIsAsked) {
  const auto is = [](std::string_view text, const TableOptions& options, const char* code, Exit exit) {
    const Failure f = refusal(text, options);
    EXPECT_EQ(f.code, code) << f.message;
    EXPECT_EQ(f.exit, exit);
    EXPECT_FALSE(f.help.empty());
  };
  is("id,ds,a,b\nx,2020-01-01,1,2\n", {}, "usage/roles", Exit::usage);
  is("ds,name\n2020-01-01,x\n", {}, "data/roles", Exit::data);
  TableOptions options;
  options.y = {"sales"};
  is("ds,y\n2020-01-01,1\n", options, "usage/column", Exit::usage);
  options.y = {"y"};
  options.past = {"y"};
  is("ds,y\n2020-01-01,1\n", options, "usage/roles", Exit::usage);
}

}  // namespace
}  // namespace rnn::core
