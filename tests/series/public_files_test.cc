// Why: files that people know are read without an option; counts and sums are those of Python's csv module and math.fsum.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "series/calendar.h"
#include "series/tables.h"
#include "support/data.h"

namespace rnn::core {
namespace {

using test::ids;

class PublicFiles : public ::testing::Test {
 protected:
  void SetUp() override { RNN_NEED_DATA(); }
  SeriesSet read(const std::vector<std::string>& names, const TableOptions& options = {}) {
    std::vector<std::string> texts;
    for (const std::string& name : names) {
      std::ifstream file(test::data_path("timeseries/" + name), std::ios::binary);
      std::stringstream bytes;
      bytes << file.rdbuf();
      texts.push_back(bytes.str());
    }
    std::vector<NamedText> files;
    for (size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
    return read_series(files, options);
  }
};

double sum(const Series& s) {
  double total = 0;
  for (const double v : s.y) total += std::isnan(v) ? 0 : v;
  return total;
}

TEST_F(PublicFiles, TransformerTemperatures) {
  const SeriesSet set = read({"ett/ETTh1.csv"});
  EXPECT_EQ(ids(set), (std::vector<std::string>{"HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"}));
  EXPECT_EQ(set.grid.name(), "hourly");
  EXPECT_EQ(set.grid.season(), 24);
  EXPECT_EQ(set.counts.values, 7 * 17420);
  EXPECT_EQ(set.counts.gaps + set.counts.missing, 0);
  EXPECT_EQ(set.last_text(), "2018-06-26 19:00:00");
  EXPECT_NEAR(sum(set.series[6]), 232115.77909573913, 1e-6);  // the order of adding
  EXPECT_EQ(set.series[6].y.back(), 9.56700038909912);
  EXPECT_EQ(set.place(set.series[6], 17419), "ett/ETTh1.csv:17421");
}

TEST_F(PublicFiles, ElectricityPricesWithTheirFuture) {
  const SeriesSet set = read({"nixtla/electricity-short-with-ex-vars.csv", "nixtla/electricity-short-future-ex-vars.csv"});
  EXPECT_EQ(ids(set), (std::vector<std::string>{"BE", "DE", "FR", "NP"}));
  const double sums[] = {100180.73, 57047.15, 103720.42, 80880.785};
  const char* ends[] = {"2016-12-31 00:00:00", "2017-12-31 00:00:00", "2016-12-31 00:00:00", "2018-12-24 00:00:00"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(set.series[i].y.size(), 1680u);
    EXPECT_EQ(set.series[i].future, 24);
    EXPECT_NEAR(sum(set.series[i]), sums[i], 1e-7);
    EXPECT_EQ(set.grid.text(set.series[i].end()), ends[i]);
  }
  ASSERT_EQ(set.covariates.size(), 9u);
  for (const Covariate& c : set.covariates) EXPECT_EQ(c.use, Covariate::Use::known) << c.name;
  EXPECT_EQ(set.series[0].covariates[0][1680], 70318.0);
  // Without the second file nothing says that they are known ahead.
  for (const Covariate& c : read({"nixtla/electricity-short-with-ex-vars.csv"}).covariates)
    EXPECT_EQ(c.use, Covariate::Use::past);
}

TEST_F(PublicFiles, SalesOfEightItems) {
  const SeriesSet set = read({"nixtla/m5_sales_exog_small.csv"});
  const double sums[] = {1570, 964, 1625, 16059, 2304, 2975, 458, 967};
  ASSERT_EQ(set.series.size(), 8u);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(set.series[i].y.size(), 1969u);
    EXPECT_EQ(sum(set.series[i]), sums[i]);
  }
  EXPECT_EQ(set.grid.name(), "daily");
  EXPECT_EQ(set.grid.season(), 7);
  EXPECT_EQ(set.covariates.size(), 5u);
}

TEST_F(PublicFiles, LoadInUtcByTheClockOfNewYork) {
  TableOptions options;
  const bool zones = std::filesystem::exists("/usr/share/zoneinfo/America/New_York");
  if (zones) options.tz = "America/New_York";
  const SeriesSet set = read({"nixtla/pjm_in_zone.csv"}, options);
  const double sums[] = {48772796.162, 122071381.664, 22025758.1, 17060212.289, 796808652.456};
  ASSERT_EQ(set.series.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(set.series[i].y.size(), 8784u);
    EXPECT_NEAR(sum(set.series[i]), sums[i], 1e-4);
  }
  EXPECT_EQ(set.grid.name(), "hourly");
  EXPECT_EQ(set.grid.text(8784), "2024-10-01 04:00:00+00:00");
  if (!zones) return;
  EXPECT_EQ(set.grid.local(0).hour, 0);            // 2023-10-01 04:00 UTC
  EXPECT_EQ(set.grid.local(35 * 24 + 2).hour, 1);  // 2023-11-05 06:00 UTC, the second 01:00 of that night
  EXPECT_EQ(set.grid.local(35 * 24 + 1).hour, 1);
}

TEST_F(PublicFiles, InfluenzaWithEmptyCellsAndMissingWeeks) {
  const SeriesSet set = read({"darts/ILINet.csv"});
  EXPECT_EQ(set.grid.name(), "weekly (Sundays)");
  EXPECT_EQ(set.grid.season(), 52);
  ASSERT_EQ(set.series.size(), 11u);
  EXPECT_EQ(set.series[0].y.size(), 1305u);
  EXPECT_EQ(set.series[3].id, "AGE 25-49");
  EXPECT_EQ(set.grid.text(set.series[3].first), "1998-05-31");
  EXPECT_EQ(set.series[3].y.size(), 1272u);
  EXPECT_EQ(set.series[4].y.size(), 626u);
  EXPECT_EQ(set.counts.values, 8 * 1301 + 2 * 772 + 624);
  EXPECT_EQ(set.counts.gaps, 8 * 4 + 2 * 4 + 2);
  EXPECT_EQ(set.counts.missing, 2 * 496);
}

TEST_F(PublicFiles, SeriesWithoutDates) {
  const SeriesSet taylor = read({"darts/taylor.csv"}), heart = read({"darts/heart_rate.csv"});
  EXPECT_EQ(taylor.series[0].y.size(), 4032u);
  EXPECT_EQ(sum(taylor.series[0]), 119416293);
  EXPECT_FALSE(taylor.grid.has_dates());
  EXPECT_EQ(heart.series[0].y.size(), 1800u);
  EXPECT_NEAR(sum(heart.series[0]), 166673.0059, 1e-7);
}

TEST_F(PublicFiles, MilkWithMissingMonths) {
  const SeriesSet set = read({"darts/monthly-milk-incomplete.csv"});
  EXPECT_EQ(set.grid.name(), "monthly");
  EXPECT_EQ(set.series[0].y.size(), 168u);
  EXPECT_EQ(set.counts.gaps, 13);
  EXPECT_EQ(sum(set.series[0]), 117137);
  EXPECT_TRUE(std::isnan(set.series[0].y[20]));  // 1963-09
  EXPECT_EQ(set.grid.text(168), "1976-01");
}

TEST_F(PublicFiles, ClassicSeries) {
  struct Classic {
    const char *file, *name;
    int season;
    size_t steps;
    int64_t gaps;
    double sum;
    const char* last;
  };
  const Classic kClassics[] = {{"classic-univariate/airline-passengers.csv", "monthly", 12, 144, 0, 40363, "1960-12"},
                               {"classic-univariate/monthly-sunspots.csv", "monthly", 12, 2820, 0, 144570, "1983-12"},
                               {"classic-univariate/daily-min-temperatures.csv", "daily", 7, 3652, 2, 40798.8, "1990-12-31"},
                               {"nab/nyc_taxi.csv", "every 30 minutes", 48, 10320, 0, 156219716, "2015-01-31 23:30:00"},
                               {"darts/ausbeer.csv", "quarter starts", 4, 211, 0, 87555, "2008-07-01"}};
  for (const Classic& c : kClassics) {
    const SeriesSet set = read({c.file});
    ASSERT_EQ(set.series.size(), 1u) << c.file;
    EXPECT_EQ(set.grid.name(), c.name) << c.file;
    EXPECT_EQ(set.grid.season(), c.season) << c.file;
    EXPECT_EQ(set.series[0].y.size(), c.steps) << c.file;
    EXPECT_EQ(set.counts.gaps, c.gaps) << c.file;
    EXPECT_NEAR(sum(set.series[0]), c.sum, 1e-6) << c.file;
    EXPECT_EQ(set.last_text(), c.last) << c.file;
    EXPECT_TRUE(set.covariates.empty()) << c.file;
  }
}

}  // namespace
}  // namespace rnn::core
