// Why: GluonTS files are read as they are: starts, features, nulls; each fault names its line.
#include "series/json_series.h"

#include <gtest/gtest.h>

#include "series/tables.h"

namespace rnn::core {
namespace {

using test::kNone;
using test::read_text;
using test::refusal;
using test::seen;

TableOptions every(const char* frequency) {
  TableOptions options;
  options.frequency = frequency;
  return options;
}

TEST(JsonSeries, LinesBecomeSeriesOnOneGrid) {
  const SeriesSet set = read_text(
      "{\"start\": \"2020-01-01 00:00:00\", \"target\": [1, 2.5, null, 4], \"item_id\": \"b\u00e4r\", \"feat_static_cat\": "
      "[3]}\n"
      "\n"
      "{\"start\": \"2020-01-01 02:00:00\", \"target\": [5, \"NaN\", 7], \"item_id\": 9, \"feat_static_cat\": [1]}\n",
      every("H"));
  EXPECT_EQ(test::ids(set), (std::vector<std::string>{"b\u00e4r", "9"}));
  EXPECT_EQ(set.grid.name(), "hourly");
  EXPECT_EQ(seen(set.series[0].y), (std::vector<double>{1, 2.5, kNone, 4}));
  EXPECT_EQ(seen(set.series[1].y), (std::vector<double>{5, kNone, 7}));
  EXPECT_EQ(set.series[1].first, 2);
  EXPECT_EQ(set.grid.text(5), "2020-01-01 05:00:00");
  EXPECT_EQ(set.place(set.series[1], 0), "t.csv:3");
  EXPECT_EQ(set.covariates[0].categories, (std::vector<std::string>{"", "1", "3"}));
  EXPECT_EQ(set.series[0].covariates[0], (std::vector<double>{2}));
  EXPECT_EQ(set.covariates[0].use, Covariate::Use::fixed);
}

TEST(JsonSeries, FeaturesReachIntoTheFuture) {
  const SeriesSet set = read_text(
      "{\"start\": \"2020-01-31\", \"target\": [1, 2], \"feat_dynamic_real\": [[0, 1, 2, 3]], \"feat_dynamic_cat\": "
      "[[\"a\", null, \"b\", \"a\"]],"
      " \"past_feat_dynamic_real\": [[8, 9]], \"feat_static_real\": [0.5], \"freq\": \"M\", \"source\": \"x\"}\n");
  EXPECT_EQ(set.grid.name(), "month ends");
  const Series& s = set.series[0];
  EXPECT_EQ(s.id, "");
  EXPECT_EQ(s.future, 2);
  EXPECT_EQ(s.covariates[0], (std::vector<double>{0.5}));
  EXPECT_EQ(s.covariates[1], (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(seen(s.covariates[2]), (std::vector<double>{1, kNone, 2, 1}));
  EXPECT_EQ(seen(s.covariates[3]), (std::vector<double>{8, 9, kNone, kNone}));
  EXPECT_EQ(set.grid.text(3), "2020-04-30");
  EXPECT_TRUE(test::says(set, "\"source\" is not used"));
}

TEST(JsonSeries, WithoutStartsRowsAreSteps) {
  const SeriesSet set = read_text("{\"target\": [1, 2]}\n{\"target\": [3]}\n");
  EXPECT_FALSE(set.grid.has_dates());
  EXPECT_EQ(test::ids(set), (std::vector<std::string>{"1", "2"}));
}

TEST(JsonSeries, FaultsNameTheirLine) {
  const auto code = [](const std::string& line, const char* frequency = "D") {
    const Failure f = refusal("{\"start\": \"2020-01-01\", \"target\": [1, 2]}\n" + line + "\n", every(frequency));
    EXPECT_EQ(f.message.substr(0, 8), "t.csv:2:") << f.message;
    EXPECT_FALSE(f.help.empty());
    return f.code;
  };
  EXPECT_EQ(code("{\"start\": "), "data/json");
  EXPECT_EQ(code("[1, 2]"), "data/json");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1, NaN]}"), "data/json");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1e999]}"), "data/json");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\"}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": 5}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [\"x\"]}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [[1, 2]]}"), "data/series");
  EXPECT_EQ(code("{\"target\": [1]}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1], \"feat_static_cat\": [1]}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1, 2], \"feat_dynamic_real\": [[1]]}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1, 2], \"past_feat_dynamic_real\": [[1, 2, 3]]}"), "data/series");
  EXPECT_EQ(code("{\"start\": \"soon\", \"target\": [1]}"), "data/date");
  EXPECT_EQ(code("{\"start\": \"2020-01-02\", \"target\": [1]}", "weekly"), "data/off_grid");
  EXPECT_EQ(code("{\"start\": \"2020-01-01\", \"target\": [1], \"item_id\": \"1\"}"), "data/duplicate");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "1, ";
  EXPECT_EQ(refusal("{\"start\": \"2020-01-01\", \"target\": [" + many + "1]}\n", every("every 90 years")).code,
            "data/date");
  EXPECT_EQ(refusal("{\"start\": \"2020-01-01\", \"target\": [1]}\n").code, "usage/frequency");
  EXPECT_EQ(refusal("{\"start\": \"2020-01-01\", \"target\": []}\n", every("D")).code, "data/empty");
  EXPECT_EQ(refusal("{").code, "data/json");
}

}  // namespace
}  // namespace rnn::core
