// Why: calendar inputs are compared with the formulas of GluonTS (gluonts/time_feature/_base.py) worked out by Python's datetime.
#include "series/calendar.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "series/tables.h"

namespace rnn::core {
namespace {

using Fields = std::vector<CalendarField>;

Grid hourly(const std::string& first, const Zone& zone = {}) {
  StampColumn column;
  column.look(first);
  Stamp stamp;
  column.read(first, stamp);
  return grid_of_name("hourly", stamp, column.format(), zone);
}

TEST(Calendar, FieldsOfAGrid) {
  using enum CalendarField;
  const auto fields = [](const char* text) { return calendar_fields(test::read_text(text).grid); };
  EXPECT_EQ(fields("ds,y\n2020-01-01 00:00,1\n2020-01-01 00:30,1\n"),
            (Fields{minute_of_hour, hour_of_day, day_of_week, day_of_month, day_of_year, month}));
  EXPECT_EQ(fields("ds,y\n2020-01-01 00:00,1\n2020-01-01 06:00,1\n"),
            (Fields{hour_of_day, day_of_week, day_of_month, day_of_year, month}));
  EXPECT_EQ(fields("ds,y\n2020-01-01,1\n2020-01-02,1\n"), (Fields{day_of_week, day_of_month, day_of_year, month}));
  EXPECT_EQ(fields("ds,y\n2020-01-01,1\n2020-01-08,1\n"), (Fields{day_of_month, day_of_year, month}));
  EXPECT_EQ(fields("ds,y\n2020-01-01,1\n2020-02-01,1\n"), (Fields{month}));
  EXPECT_EQ(fields("ds,y\n2020,1\n2021,1\n"), Fields{});
  EXPECT_EQ(fields("y\n1\n2\n"), Fields{});
}

// 2024-12-31 23:59, a Tuesday and day 366: weekday()/6 - .5, hour/23 - .5, (day - 1)/30 - .5, (yday - 1)/365 - .5, (month - 1)/11 - .5.
TEST(Calendar, ValuesReachFromMinusHalfToHalf) {
  const CivilTime end = civil_time(1735689599 * kSecond), begin = civil_time(1704067200 * kSecond);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::minute_of_hour, end), 0.5);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::hour_of_day, end), 0.5);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::day_of_week, end), 1.0 / 6 - 0.5);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::day_of_month, end), 0.5);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::day_of_year, end), 0.5);
  EXPECT_DOUBLE_EQ(calendar_value(CalendarField::month, end), 0.5);
  for (const CalendarField f : {CalendarField::minute_of_hour, CalendarField::hour_of_day, CalendarField::day_of_week,
                                CalendarField::day_of_month, CalendarField::day_of_year, CalendarField::month})
    EXPECT_DOUBLE_EQ(calendar_value(f, begin), -0.5);  // Monday, 2024-01-01 00:00
}

TEST(Calendar, FillsRowsOfSteps) {
  const Grid grid = hourly("2024-03-04 05:00");
  const Fields fields = {CalendarField::hour_of_day, CalendarField::day_of_week};
  std::vector<float> out(6);
  fill_calendar(grid, fields, 18, out);  // Monday 23:00, Tuesday 00:00, 01:00
  const std::vector<float> expected = {0.5f,
                                       -0.5f,
                                       -0.5f,
                                       static_cast<float>(1 / 6.0 - 0.5),
                                       static_cast<float>(1 / 23.0 - 0.5),
                                       static_cast<float>(1 / 6.0 - 0.5)};
  EXPECT_EQ(out, expected);
}

// Steps go by UTC, the calendar by the local clock: the day that the clock is put forward has 23 hours.
TEST(Calendar, HoursAreThoseOfTheZone) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin")) GTEST_SKIP() << "no time zone files on this machine";
  const Grid grid = hourly("2024-03-30 23:00Z", load_zone("Europe/Berlin"));  // 2024-03-31 00:00 in Berlin
  std::vector<int> hours;
  for (int64_t step = 0; step < 5; ++step) hours.push_back(grid.local(step).hour);
  EXPECT_EQ(hours, (std::vector<int>{0, 1, 3, 4, 5}));
  EXPECT_EQ(grid.text(2), "2024-03-31 01:00Z");
  EXPECT_EQ(grid.local(22).hour, 23);
  EXPECT_EQ(grid.local(23).day, 1);
}

}  // namespace
}  // namespace rnn::core
