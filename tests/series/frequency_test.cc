// Why: each grid that people's data lie on is found from stamps alone, named, and continued in the form of the input.
#include "series/frequency.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "series/tables.h"

namespace rnn::core {
namespace {

using test::read_text;
using test::refusal;
using test::table_of;

struct GridCase {
  std::vector<std::string> stamps;
  const char* name;
  int season;
  const char* next;  // the stamp after the last
  int64_t steps;
};

const GridCase kGridCases[] = {
    {{"2020-01-01 00:00:00", "2020-01-01 00:00:01", "2020-01-01 00:00:02"}, "every second", 3600, "2020-01-01 00:00:03", 3},
    {{"2020-01-01 00:00:00.000", "2020-01-01 00:00:00.040"}, "every 40 milliseconds", 1, "2020-01-01 00:00:00.080", 2},
    {{"2020-01-01 00:00", "2020-01-01 00:01"}, "every minute", 1440, "2020-01-01 00:02", 2},
    {{"2020-01-01 23:30", "2020-01-01 23:45"}, "every 15 minutes", 96, "2020-01-02 00:00", 2},
    {{"2020-01-01 00:00", "2020-01-01 00:30", "2020-01-01 01:30"}, "every 30 minutes", 48, "2020-01-01 02:00", 4},
    {{"2020-02-28 22:00", "2020-02-28 23:00"}, "hourly", 24, "2020-02-29 00:00", 2},
    {{"2020-01-01T00:00Z", "2020-01-01T06:00Z"}, "every 6 hours", 4, "2020-01-01T12:00Z", 2},
    {{"2020-01-01 00:00", "2020-01-01 05:00"}, "every 5 hours", 1, "2020-01-01 10:00", 2},
    {{"2020-02-27", "2020-02-28", "2020-03-01"}, "daily", 7, "2020-03-02", 4},
    {{"2020-02-27 16:00", "2020-02-28 16:00"}, "daily", 7, "2020-02-29 16:00", 2},
    {{"2020-02-27", "2020-02-29"}, "every 2 days", 1, "2020-03-02", 2},
    {{"2024-01-04", "2024-01-05", "2024-01-08", "2024-01-10"}, "business days", 5, "2024-01-11", 5},
    {{"2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"}, "daily", 7, "2024-01-06", 4},
    {{"2024-01-01", "2024-01-08", "2024-01-22"}, "weekly (Mondays)", 52, "2024-01-29", 4},
    {{"2023-12-31", "2024-01-07", "2024-01-14"}, "weekly (Sundays)", 52, "2024-01-21", 3},
    {{"2024-01-06", "2024-01-20"}, "every 2 weeks (Saturdays)", 26, "2024-02-03", 2},
    {{"2024-01-01", "2024-02-01", "2024-04-01"}, "month starts", 12, "2024-05-01", 4},
    {{"2023-12-31", "2024-01-31", "2024-02-29"}, "month ends", 12, "2024-03-31", 3},
    {{"2023-02-28", "2023-03-31", "2023-04-30"}, "month ends", 12, "2023-05-31", 3},
    {{"2023-12-30", "2024-01-30", "2024-02-29"}, "monthly (30th)", 12, "2024-03-30", 3},
    {{"2024-01-15", "2024-02-15"}, "monthly (15th)", 12, "2024-03-15", 2},
    {{"2024-01-02", "2024-03-02"}, "every 2 months (2nd)", 6, "2024-05-02", 2},
    {{"2024-01", "2024-02"}, "monthly", 12, "2024-03", 2},
    {{"2024-01-01", "2024-04-01"}, "quarter starts", 4, "2024-07-01", 2},
    {{"2023-12-31", "2024-03-31", "2024-06-30"}, "quarter ends", 4, "2024-09-30", 3},
    {{"2024-02-01", "2024-05-01"}, "quarterly (1st)", 4, "2024-08-01", 2},
    {{"2024Q1", "2024Q2"}, "quarterly", 4, "2024Q3", 2},
    {{"2019-01-01", "2020-01-01"}, "year starts", 1, "2021-01-01", 2},
    {{"2019-12-31", "2020-12-31"}, "year ends", 1, "2021-12-31", 2},
    {{"2019-06-30", "2020-06-30"}, "yearly (last day of a month)", 1, "2021-06-30", 2},
    {{"2016-02-29", "2020-02-29"}, "every 48 months (last day)", 1, "2024-02-29", 2},
    {{"1999", "2000", "2002"}, "yearly", 1, "2003", 4},
    {{"12/30/2019", "12/31/2019"}, "daily", 7, "01/01/2020", 2},
    {{"1467331200", "1467334800"}, "hourly", 24, "1467338400", 2},
    {{"1467331200000", "1467331201000"}, "every second", 3600, "1467331202000", 2},
    {{"5", "6", "8"}, "steps without dates", 1, "9", 4},
    {{"10", "20", "40"}, "every 10 steps, without dates", 1, "50", 4},
};

TEST(Frequency, GridsAreFoundNamedAndContinued) {
  for (const GridCase& c : kGridCases) {
    const SeriesSet set = read_text(table_of(c.stamps));
    EXPECT_EQ(set.grid.name(), c.name) << c.stamps[0];
    EXPECT_EQ(set.grid.season(), c.season) << c.name;
    EXPECT_EQ(static_cast<int64_t>(set.series[0].y.size()), c.steps) << c.name;
    EXPECT_EQ(set.grid.text(set.series[0].end()), c.next) << c.name;
    EXPECT_EQ(set.first_text(), c.stamps.front()) << c.name;
    EXPECT_EQ(set.last_text(), c.stamps.back()) << c.name;
  }
}

TEST(Frequency, PositionsAndStampsAreInverse) {
  for (const GridCase& c : kGridCases) {
    const SeriesSet set = read_text(table_of(c.stamps));
    for (int64_t at = -1000; at <= 1000; at += 7) {
      const std::optional<int64_t> back = set.grid.position(set.grid.stamp(at));
      ASSERT_TRUE(back.has_value()) << c.name << " " << at;
      ASSERT_EQ(*back, at) << c.name;
    }
  }
}

TEST(Frequency, SecondsBetweenSteps) {
  EXPECT_EQ(read_text(table_of({"2020-01-01 00:00", "2020-01-01 00:15"})).grid.seconds(), 900.0);
  EXPECT_EQ(read_text(table_of({"2020-01-01", "2020-01-02"})).grid.seconds(), 86400.0);
  EXPECT_FALSE(read_text(table_of({"2020-01-01", "2020-02-01"})).grid.seconds().has_value());
}

TEST(Frequency, WhatFitsNoGridIsShownWithBothRows) {
  const Failure f = refusal(table_of({"2020-01-01 00:00", "2020-01-01 01:00", "2020-01-01 02:00", "2020-01-01 03:15"}));
  EXPECT_EQ(f.code, "data/off_grid");
  EXPECT_EQ(f.exit, Exit::data);
  EXPECT_EQ(f.message,
            "t.csv:5: 2020-01-01 03:15 follows 2020-01-01 02:00 (line 4), which is 1.25 steps: the most frequent difference "
            "makes the data "
            "hourly");
  EXPECT_EQ(refusal(table_of({"2020-01-01", "2020-02-01", "2020-03-01", "2020-03-05"})).code, "data/off_grid");
  EXPECT_EQ(refusal(table_of({"2020-01-01"})).code, "data/frequency");
}

TEST(Frequency, SeriesShareOneGrid) {
  const SeriesSet set = read_text("id,ds,y\na,2020-01-01,1\nb,2020-01-05,3\na,2020-01-02,2\nb,2020-01-06,4\n");
  EXPECT_EQ(set.series[1].first, 4);
  const Failure f = refusal("id,ds,y\na,2024-01-01,1\na,2024-01-08,2\nb,2024-01-02,3\nb,2024-01-09,4\n");
  EXPECT_EQ(f.code, "data/off_grid");
  EXPECT_EQ(f.message, "t.csv:4: 2024-01-02 is no step of the grid: weekly (Mondays), 2024-01-01 is one");
}

TEST(Frequency, OffsetsComeBack) {
  EXPECT_EQ(read_text(table_of({"2024-01-01T00:00:00+05:30", "2024-01-01T01:00:00+05:30"})).grid.text(2),
            "2024-01-01T02:00:00+05:30");
  const SeriesSet set = read_text(
      table_of({"2023-10-29T00:00+02:00", "2023-10-29T01:00+02:00", "2023-10-29T02:00+02:00", "2023-10-29T02:00+01:00"}));
  EXPECT_EQ(set.grid.name(), "hourly");
  EXPECT_EQ(set.grid.text(4), "2023-10-29T03:00+01:00");
  EXPECT_TRUE(test::says(set, "give the zone with --tz"));
  // Midnights by a clock that is put forward are days, though one of them has 23 hours.
  EXPECT_EQ(read_text(table_of({"2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"})).grid.name(),
            "daily");
}

class ZonedFrequency : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin")) GTEST_SKIP() << "no time zone files on this machine";
    options_.tz = "Europe/Berlin";
  }
  TableOptions options_;
};

TEST_F(ZonedFrequency, RepeatedAndSkippedHoursAreSteps) {
  const SeriesSet autumn = read_text(table_of({"2023-10-29 01:30", "2023-10-29 02:00", "2023-10-29 02:30",
                                               "2023-10-29 02:00", "2023-10-29 02:30", "2023-10-29 03:00"}),
                                     options_);
  EXPECT_EQ(autumn.grid.name(), "every 30 minutes");
  EXPECT_EQ(autumn.series[0].y, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  const SeriesSet spring =
      read_text(table_of({"2024-03-31 00:00", "2024-03-31 01:00", "2024-03-31 03:00", "2024-03-31 04:00"}), options_);
  EXPECT_EQ(spring.series[0].y, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(spring.grid.text(1), "2024-03-31 01:00");
  EXPECT_EQ(spring.grid.text(2), "2024-03-31 03:00");
  EXPECT_EQ(refusal(table_of({"2024-03-31 01:00", "2024-03-31 02:00"}), options_).code, "data/date");
}

TEST_F(ZonedFrequency, DaysOfTheZoneInUtcAreDays) {
  const SeriesSet set = read_text(table_of({"2024-03-29 23:00Z", "2024-03-30 23:00Z", "2024-03-31 22:00Z"}), options_);
  EXPECT_EQ(set.grid.name(), "daily");
  EXPECT_EQ(set.grid.text(3), "2024-04-01 22:00Z");
  EXPECT_EQ(set.grid.local(3).hour, 0);
  EXPECT_EQ(set.grid.local(3).day, 2);
}

TEST_F(ZonedFrequency, OffsetsFollowTheZone) {
  const SeriesSet set = read_text(table_of({"2024-03-31T00:00+01:00", "2024-03-31T01:00+01:00"}), options_);
  EXPECT_EQ(set.grid.text(2), "2024-03-31T03:00+02:00");
}

TEST_F(ZonedFrequency, NumbersHaveNoZone) { EXPECT_EQ(refusal(table_of({"1", "2"}), options_).code, "usage/tz"); }

TEST(Frequency, NamesOfGrids) {
  StampFormat format;
  format.form = DateForm::ymd;
  const auto name = [&](const char* text, const char* first = "2024-01-31") {
    StampParts p;
    parse_stamp(first, p);
    const Stamp stamp{days_from_civil(p.year, p.first, p.second) * kDay, 0};
    return grid_of_name(text, stamp, format, {}).name();
  };
  for (const char* text : {"H", "h", "hourly", "1h", "1 hour", "every hour"}) EXPECT_EQ(name(text), "hourly") << text;
  for (const char* text : {"15T", "15min", "15 minutes", "every 15 minutes"})
    EXPECT_EQ(name(text), "every 15 minutes") << text;
  for (const char* text : {"D", "daily", "1D", "day"}) EXPECT_EQ(name(text), "daily") << text;
  for (const char* text : {"W", "W-MON", "weekly", "7D", "7 days"}) EXPECT_EQ(name(text), "weekly (Wednesdays)") << text;
  for (const char* text : {"M", "ME", "month ends"}) EXPECT_EQ(name(text), "month ends") << text;
  EXPECT_EQ(name("MS", "2024-01-01"), "month starts");
  EXPECT_EQ(name("monthly", "2024-01-15"), "monthly (15th)");
  EXPECT_EQ(name("QS-OCT", "2024-01-01"), "quarter starts");
  EXPECT_EQ(name("Y", "2024-12-31"), "year ends");
  EXPECT_EQ(name("B"), "business days");
  for (const char* text : {"", "fortnightly", "0H", "-1H", "H2", "999999999D", "every 101 years", "steps", "x"})
    EXPECT_EQ(failure_of([&] { name(text); }).code, "usage/frequency") << text;
  EXPECT_EQ(failure_of([&] { name("B", "2024-01-06"); }).code, "usage/frequency");
}

TEST(Frequency, AGridAskedForKeepsGaps) {
  TableOptions options;
  options.frequency = "daily";
  EXPECT_EQ(read_text(table_of({"2020-01-01", "2020-01-03", "2020-01-05"}), options).counts.gaps, 2);
  EXPECT_EQ(read_text(table_of({"2020-01-01"}), options).series[0].y.size(), 1u);
}

// What a model's file keeps is the grid again.
TEST(Frequency, ASpecIsTheWholeGrid) {
  for (const GridCase& c : kGridCases) {
    const Grid grid = read_text(table_of(c.stamps)).grid, again(grid.spec());
    for (const int64_t at : {-3, 0, 5}) EXPECT_EQ(again.text(at), grid.text(at));
    EXPECT_EQ(again.name(), c.name);
  }
}

TEST(Frequency, AModelsGridPlacesOtherFiles) {
  const SeriesSet training = read_text(table_of({"2024-01-01", "2024-01-02", "2024-01-03"}));
  TableOptions options;
  options.grid = &training.grid;
  const SeriesSet later = read_text(table_of({"05/01/2024 00:00", "06/01/2024 00:00", "31/01/2024 00:00"}), options);
  EXPECT_EQ(later.series[0].first, 4);
  EXPECT_EQ(later.grid.text(31), "01/02/2024 00:00");
  EXPECT_EQ(read_text(table_of({"2024-02-01"}), options).series[0].first, 31);
  EXPECT_EQ(refusal(table_of({"2024-01-01", "2024-02-01", "2024-03-01"}), options).code, "data/frequency");
  EXPECT_EQ(refusal(table_of({"2024-01-01 00:30"}), options).code, "data/off_grid");
  EXPECT_EQ(refusal("y\n1\n2\n", options).code, "data/frequency");
}

}  // namespace
}  // namespace rnn::core
