// Why: the place of a time in its cycles is compared with Python's datetime, calendar and zoneinfo; what a grid has of them, by counting.
#include "series/calendar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>

#include "series/tables.h"

namespace rnn::core {
namespace {

Grid grid_from(const std::string& frequency, const std::string& first, const Zone& zone = {}) {
  StampColumn column;
  column.look(first);
  Stamp stamp;
  column.read(first, stamp);
  return grid_of_name(frequency, stamp, column.format(), zone);
}

bool no_zones() { return !std::filesystem::exists("/usr/share/zoneinfo/Europe/Berlin"); }

// Python: day = (hour*3600 + minute*60)/86400; (weekday() + day)/7; (t.day - 1 + day)/calendar.monthrange(...)[1];
// (tm_yday - 1 + day)/(366 if calendar.isleap(t.year) else 365), t in zoneinfo.ZoneInfo(zone).
struct Placed {
  const char *utc, *zone;
  double places[4];  // of day, week, month, year
};
constexpr Placed kPlaced[] = {
    {"2024-02-28 23:30Z",
     "Europe/Berlin",
     {0.020833333333333332, 0.43154761904761907, 0.966235632183908, 0.16125910746812386}},
    {"2024-02-29 12:00Z", "Europe/Berlin", {0.5416666666666666, 0.5059523809523809, 0.9841954022988506, 0.1626821493624772}},
    {"2024-12-31 22:30Z",
     "Europe/Berlin",
     {0.9791666666666666, 0.28273809523809523, 0.9993279569892474, 0.9999430783242259}},
    {"2023-12-31 22:30Z", "Europe/Berlin", {0.9791666666666666, 0.9970238095238095, 0.9993279569892474, 0.9999429223744293}},
    // 01:30, then 03:30: the clock is put forward.
    {"2024-03-31 00:30Z", "Europe/Berlin", {0.0625, 0.8660714285714286, 0.969758064516129, 0.2460724043715847}},
    {"2024-03-31 01:30Z",
     "Europe/Berlin",
     {0.14583333333333334, 0.8779761904761905, 0.9724462365591398, 0.24630009107468123}},
    // 02:30 twice: the clock is set back.
    {"2024-10-27 00:30Z",
     "Europe/Berlin",
     {0.10416666666666667, 0.8720238095238095, 0.8420698924731184, 0.8199567395264117}},
    {"2024-10-27 01:30Z",
     "Europe/Berlin",
     {0.10416666666666667, 0.8720238095238095, 0.8420698924731184, 0.8199567395264117}},
    {"2014-11-02 05:00Z",
     "America/New_York",
     {0.041666666666666664, 0.8630952380952381, 0.034722222222222224, 0.835730593607306}},
    {"1900-03-01 00:00Z", "UTC", {0.0, 0.42857142857142855, 0.0, 0.16164383561643836}},
    {"2000-02-29 06:15Z", "UTC", {0.2604166666666667, 0.1800595238095238, 0.9744971264367817, 0.1619137067395264}},
};

TEST(Calendar, PlacesAreThoseOfPython) {
  if (no_zones()) GTEST_SKIP() << "no time zone files on this machine";
  for (const Placed& p : kPlaced) {
    const CivilTime time = grid_from("15 minutes", p.utc, load_zone(p.zone)).local(0);
    for (size_t c = 0; c < 4; ++c)  // a few roundings
      EXPECT_NEAR(place_in_cycle(static_cast<Cycle>(c), time), p.places[c], 1e-15) << p.utc << ' ' << kCycleNames[c];
  }
}

// Every hour of the zone's calendar from 2023 to 2025 lies where its own clock says, and no place is 1.
TEST(Calendar, PlacesRiseThroughACycle) {
  if (no_zones()) GTEST_SKIP() << "no time zone files on this machine";
  const Grid grid = grid_from("hourly", "2022-12-31 23:00Z", load_zone("Europe/Berlin"));  // midnight in Berlin
  double before = -1;
  int years = 0, back = 0;
  for (int64_t t = 0; t < 3 * 365 * 24 + 24; ++t) {
    const double year = place_in_cycle(Cycle::year, grid.local(t));
    ASSERT_TRUE(year >= 0 && year < 1);
    years += year < before - 0.5, back += year < before && year > before - 0.5;
    before = year;
  }
  EXPECT_EQ(years, 2);
  EXPECT_EQ(back, 0) << "02:00 twice is one place, not a step back";
}

int waves_in(const Grid& grid, Cycle cycle) { return static_cast<int>(waves_of(grid.spec(), cycle).size()); }
std::vector<int> waves_in(const Grid& grid) {
  std::vector<int> found;
  for (size_t c = 0; c < 4; ++c) found.push_back(waves_in(grid, static_cast<Cycle>(c)));
  return found;
}

TEST(Calendar, AGridHasTheCyclesThatTakeMoreThanTwoSteps) {
  const auto found = [](const char* text) { return waves_in(test::read_text(text).grid); };
  EXPECT_EQ(found("ds,y\n2020-01-01 00:00,1\n2020-01-01 00:30,1\n"), (std::vector<int>{4, 6, 2, 4}));
  EXPECT_EQ(found("ds,y\n2020-01-01 00:00,1\n2020-01-01 06:00,1\n"), (std::vector<int>{2, 6, 2, 4}))
      << "half a day is two steps";
  EXPECT_EQ(found("ds,y\n2020-01-01 00:00,1\n2020-01-01 12:00,1\n"), (std::vector<int>{0, 6, 2, 4}));
  EXPECT_EQ(found("ds,y\n2020-01-01,1\n2020-01-02,1\n"), (std::vector<int>{0, 6, 2, 4})) << "weekdays can differ in 6 ways";
  EXPECT_EQ(waves_in(grid_from("B", "2020-01-01")), (std::vector<int>{0, 4, 2, 4})) << "five days can differ in 4 ways";
  EXPECT_EQ(found("ds,y\n2020-01-01,1\n2020-01-08,1\n"), (std::vector<int>{0, 0, 2, 4}));
  EXPECT_EQ(found("ds,y\n2020-01-01,1\n2020-02-01,1\n"), (std::vector<int>{0, 0, 0, 4}));
  EXPECT_EQ(waves_in(grid_from("QS", "2020-01-01")), (std::vector<int>{0, 0, 0, 2}));
  EXPECT_EQ(found("ds,y\n2020,1\n2021,1\n"), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(found("y\n1\n2\n"), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_NEAR(steps_in_cycle(grid_from("15 minutes", "2020-01-01 00:00").spec(), Cycle::week), 672, 1e-9);
  EXPECT_NEAR(steps_in_cycle(grid_from("MS", "2020-01-01").spec(), Cycle::year), 12, 1e-9);
}

TEST(Calendar, WavesAreSinesAndCosinesOfThePlace) {
  const Grid grid = grid_from("daily", "2024-01-01");
  const std::vector<CalendarWave> waves = {{Cycle::year, 1, false}, {Cycle::year, 2, true}, {Cycle::week, 3, false}};
  std::vector<std::vector<float>> out(waves.size(), std::vector<float>(400));
  const std::vector<std::span<float>> to(out.begin(), out.end());
  fill_waves(grid, waves, -3, to);
  for (size_t i = 0; i < 400; ++i) {
    const int day = static_cast<int>(i) - 3;  // of 2024, which has 366
    const double place = day < 0 ? (365.0 + day) / 365 : day < 366 ? day / 366.0 : (day - 366) / 365.0;
    EXPECT_NEAR(static_cast<double>(out[0][i]), std::sin(2 * std::numbers::pi * place), 1e-6) << day;
    EXPECT_NEAR(static_cast<double>(out[1][i]), std::cos(4 * std::numbers::pi * place), 1e-6) << day;
    EXPECT_NEAR(static_cast<double>(out[2][i]), std::sin(6 * std::numbers::pi * ((day + 7) % 7) / 7), 1e-6)
        << day;  // a Monday
  }
}

TEST(Calendar, EndsAfterTenThousandYears) {
  const GridSpec days = grid_from("daily", "2024-01-01").spec();
  EXPECT_TRUE(has_calendar(days, 3000000));
  EXPECT_FALSE(has_calendar(days, 4000000));
  EXPECT_FALSE(has_calendar(days, std::numeric_limits<int64_t>::max()));
  EXPECT_FALSE(has_calendar(days, std::numeric_limits<int64_t>::min()));
  EXPECT_FALSE(has_calendar(test::read_text("y\n1\n2\n").grid.spec(), 1));
  EXPECT_TRUE(has_calendar(grid_from("MS", "2024-01-01").spec(), 10000));
  EXPECT_FALSE(has_calendar(grid_from("hourly", "2024-01-01 00:00").spec(), int64_t{1} << 40));
}

TEST(Calendar, ChangesOfTheClock) {
  if (no_zones()) GTEST_SKIP() << "no time zone files on this machine";
  using enum ClockChange;
  const auto changes = [](const Grid& grid, int64_t to) {
    std::vector<std::pair<std::string, ClockChange>> found;
    for (int64_t t = 0; t < to; ++t)
      if (const ClockChange c = clock_change(grid, t); c != none) found.emplace_back(grid.text(t), c);
    return found;
  };
  using Found = std::vector<std::pair<std::string, ClockChange>>;
  const Zone york = load_zone("America/New_York"), berlin = load_zone("Europe/Berlin");
  EXPECT_EQ(changes(grid_from("30 minutes", "2014-11-02 02:00Z", york), 48), (Found{{"2014-11-02 05:00Z", back},
                                                                                    {"2014-11-02 05:30Z", back},
                                                                                    {"2014-11-02 06:00Z", back},
                                                                                    {"2014-11-02 06:30Z", back}}));
  EXPECT_EQ(changes(grid_from("hourly", "2024-03-30 12:00Z", berlin), 48), (Found{{"2024-03-31 01:00Z", forward}}));
  // Steps of six hours come to it, or pass over it.
  EXPECT_EQ(changes(grid_from("6 hours", "2024-10-26 00:00Z", berlin), 12), (Found{{"2024-10-27 00:00Z", back}}));
  EXPECT_EQ(changes(grid_from("6 hours", "2024-10-26 03:00Z", berlin), 12), (Found{{"2024-10-27 03:00Z", back}}));
  EXPECT_EQ(changes(grid_from("daily", "2024-10-20", berlin), 14), Found{});
  EXPECT_EQ(changes(grid_from("hourly", "2024-10-26 00:00Z"), 48), Found{}) << "no zone, no changes";
}

}  // namespace
}  // namespace rnn::core
