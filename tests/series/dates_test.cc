// Why: a date that is read wrongly is a forecast of the wrong day: every form is read, written back, or refused.
#include "series/dates.h"

#include <gtest/gtest.h>

#include "support/failure.h"

namespace rnn::core {
namespace {

struct Read {
  StampColumn column;
  std::vector<Stamp> stamps;
};

Read read_column(const std::vector<std::string>& cells, DayMonth wanted = DayMonth::automatic) {
  Read r;
  for (const std::string& cell : cells)
    if (!r.column.look(cell)) throw Error(Exit::data, "test/look", cell + " " + r.column.fault());
  r.column.settle(wanted, [&](int64_t at) {
    return StampColumn::Cell{"t.csv:" + std::to_string(at + 2), cells[static_cast<size_t>(at)]};
  });
  for (const std::string& cell : cells) {
    Stamp s;
    if (!r.column.read(cell, s)) throw Error(Exit::data, "test/read", cell);
    r.stamps.push_back(s);
  }
  return r;
}

// Seconds since 1970 of one cell; its text must come back.
int64_t seconds_of(const std::string& cell) {
  const Read r = read_column({cell});
  EXPECT_EQ(stamp_text(r.stamps[0], r.column.format()), cell);
  return floor_div(r.stamps[0].utc, kSecond);
}

// Every day of 1200 years, counted by hand.
TEST(Dates, TheCalendarIsThatOfCounting) {
  int64_t year = 1500, day_number = days_from_civil(1500, 1, 1);
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  int weekday = civil_time(day_number * kDay).weekday;
  for (; year < 2700; ++year) {
    const bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    for (int month = 1, of_year = 1; month <= 12; ++month) {
      const int days = month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
      ASSERT_EQ(days_in_month(year, month), days);
      for (int day = 1; day <= days; ++day, ++day_number, ++of_year, weekday = (weekday + 1) % 7) {
        ASSERT_EQ(days_from_civil(year, month, day), day_number);
        const CivilTime t = civil_time(day_number * kDay + kDay - 1);
        ASSERT_TRUE(t.year == year && t.month == month && t.day == day && t.weekday == weekday && t.day_of_year == of_year &&
                    t.hour == 23 && t.minute == 59 && t.second == 59 && t.microsecond == 999999);
      }
    }
  }
  EXPECT_EQ(civil_time(0).weekday, 3);  // a Thursday
}

// Numbers of Python's datetime.fromisoformat(...).timestamp(), in UTC where the text has no offset.
TEST(Dates, FormsAreReadAndWrittenBack) {
  EXPECT_EQ(seconds_of("2016-07-01"), 1467331200);
  EXPECT_EQ(seconds_of("2016-07-01 13:45:10"), 1467380710);
  EXPECT_EQ(seconds_of("2016-07-01T13:45"), 1467380700);
  EXPECT_EQ(seconds_of("2016-07-01 13"), 1467378000);
  EXPECT_EQ(seconds_of("2016-07-01T13:45:10Z"), 1467380710);
  EXPECT_EQ(seconds_of("2016-07-01T13:45:10+05:30"), 1467360910);
  EXPECT_EQ(seconds_of("2016-07-01 13:45:10-0800"), 1467409510);
  EXPECT_EQ(seconds_of("2016-07-01 13:45:10+02"), 1467373510);
  EXPECT_EQ(seconds_of("2016-07-01 13:45:10.250000"), 1467380710);
  EXPECT_EQ(seconds_of("2016-07-01 13:45:10.250000000"), 1467380710);
  EXPECT_EQ(seconds_of("2016/7/1"), 1467331200);
  EXPECT_EQ(seconds_of("20160701 13:45"), 1467380700);
  EXPECT_EQ(seconds_of("1749-01"), -6974035200);
  EXPECT_EQ(seconds_of("0001-01-01"), -62135596800);
  EXPECT_EQ(seconds_of("31.12.1999"), 946598400);
  EXPECT_EQ(seconds_of("12/31/1999"), 946598400);
  EXPECT_EQ(seconds_of("31/12/99"), 946598400);
  EXPECT_EQ(seconds_of("1/31/2016 12:05 AM"), 1454198700);
  EXPECT_EQ(seconds_of("1/31/2016 1:05:09 PM"), 1454245509);
  EXPECT_EQ(seconds_of("2016Q3"), 1467331200);
  EXPECT_EQ(seconds_of("2016-Q3"), 1467331200);
  EXPECT_EQ(seconds_of("2016-07-01 23:59:59"), 1467417599);
}

TEST(Dates, NumbersAreDatesByTheirSize) {
  EXPECT_EQ(seconds_of("1467331200"), 1467331200);
  EXPECT_EQ(seconds_of("1467331200000"), 1467331200);
  EXPECT_EQ(seconds_of("1467331200000000"), 1467331200);
  EXPECT_EQ(seconds_of("1467331200000000000"), 1467331200);
  EXPECT_EQ(seconds_of("20160701"), 1467331200);
  EXPECT_EQ(seconds_of("201607"), 1467331200);
  EXPECT_EQ(seconds_of("2016"), 1451606400);
  EXPECT_EQ(read_column({"17", "18"}).column.format().form, DateForm::step);
  EXPECT_EQ(read_column({"1999", "3000"}).column.format().form, DateForm::step);
  EXPECT_EQ(read_column({"201613", "201701"}).column.format().form, DateForm::step);
  EXPECT_EQ(read_column({"-3", "4.0"}).stamps[1].utc, 4);
}

TEST(Dates, MidnightHas24HoursToo) {
  EXPECT_EQ(read_column({"2016-07-01 24:00"}).stamps[0].utc, read_column({"2016-07-02 00:00"}).stamps[0].utc);
  StampParts p;
  EXPECT_FALSE(parse_stamp("2016-07-01 24:01", p));
}

TEST(Dates, WhatIsNoDateIsNone) {
  StampParts p;
  for (const char* text : {"",
                           "a",
                           "2016-13-01",
                           "2016-02-30",
                           "2016-00-01",
                           "2016-01-00",
                           "0000-01-01",
                           "2016-01-01x",
                           "2016-01-01T",
                           "2016-01-01 25:00",
                           "2016-01-01 12:60",
                           "2016-01-01 12:00:60",
                           "2016-01-01 12:00+",
                           "2016-01-01 12:00+25:00",
                           "2016-01-01 12:00+05:99",
                           "13/13/2016",
                           "1/2/3",
                           "32/1/2016",
                           "1.5",
                           "12:30",
                           "2016-01-01 13:00 PM",
                           "2016-1-1-1",
                           "2016-01/01",
                           "5 January 2016",
                           "2016-01-01 12:00:00.1234567",
                           "12345678901234567890",
                           "--5",
                           "2016Q5"})
    EXPECT_FALSE(parse_stamp(text, p)) << text;
}

TEST(Dates, TheWholeColumnDecidesDayAndMonth) {
  EXPECT_EQ(read_column({"01/02/2016", "13/02/2016"}).column.format().form, DateForm::dmy);
  EXPECT_EQ(read_column({"01/02/2016", "02/13/2016"}).column.format().form, DateForm::mdy);
  EXPECT_EQ(read_column({"01.02.2016", "03.02.2016"}).column.format().form, DateForm::dmy);
  EXPECT_EQ(read_column({"01/02/2016"}, DayMonth::mdy).stamps[0].utc, read_column({"2016-01-02"}).stamps[0].utc);
  EXPECT_EQ(read_column({"01/02/2016"}, DayMonth::dmy).stamps[0].utc, read_column({"2016-02-01"}).stamps[0].utc);
  EXPECT_EQ(read_column({"01/01/2016", "01/01/2017"}).stamps[1].utc, read_column({"2017-01-01"}).stamps[0].utc);
}

TEST(Dates, AmbiguousDaysAreRefusedWithBothReadings) {
  const Failure f = failure_of([] { read_column({"01/01/2016", "01/02/2016", "12/11/2016"}); });
  EXPECT_EQ(f.code, "usage/day_month");
  EXPECT_EQ(f.exit, Exit::usage);
  EXPECT_EQ(f.message,
            "t.csv:3: '01/02/2016' is 2016-02-01 if the day comes first and 2016-01-02 if the month does, and so is every "
            "date of the column");
}

TEST(Dates, ContradictingDaysAreRefused) {
  const Failure f = failure_of([] { read_column({"13/01/2016", "01/02/2016", "01/14/2016"}); });
  EXPECT_EQ(f.code, "data/date");
  EXPECT_EQ(f.message,
            "t.csv:4: '01/14/2016' is no date if the day comes first and 2016-01-14 if the month does, which does not go "
            "together with "
            "'13/01/2016' (t.csv:2)");
  EXPECT_EQ(failure_of([] { read_column({"13/01/2016"}, DayMonth::mdy); }).code, "usage/day_month");
  EXPECT_EQ(failure_of([] { read_column({"01/13/2016"}, DayMonth::dmy); }).code, "usage/day_month");
}

TEST(Dates, AColumnHasOneForm) {
  const auto fault = [](const std::string& a, const std::string& b) {
    StampColumn column;
    EXPECT_TRUE(column.look(a));
    EXPECT_FALSE(column.look(b)) << b;
    return column.fault();
  };
  EXPECT_EQ(fault("2016-01-01", "2016/01/02"), "is written in another way than the dates before");
  EXPECT_EQ(fault("2016-01-01", "17"), "is a number, but the rows before have dates");
  EXPECT_EQ(fault("17", "2016-01-01"), "is a date, but the rows before have numbers");
  EXPECT_EQ(fault("2016-01-01 00:00", "2016-01-01 01:00Z"), "has an offset from UTC, but the rows before have none");
  EXPECT_EQ(fault("2016-01-01 00:00Z", "2016-01-01 01:00"), "has no offset from UTC, but the rows before have one");
  EXPECT_EQ(fault("2016-01-01", "yesterday"), "is no date");
}

// Spreadsheets leave midnight out.
TEST(Dates, ADateAmongTimesIsItsMidnight) {
  const Read r = read_column({"2016-07-01", "2016-07-01 01:00"});
  EXPECT_EQ(r.stamps[1].utc - r.stamps[0].utc, 3600 * kSecond);
  EXPECT_EQ(stamp_text(r.stamps[0], r.column.format()), "2016-07-01 00:00");
}

}  // namespace
}  // namespace rnn::core
