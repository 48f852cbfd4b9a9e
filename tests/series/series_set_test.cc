// Why: rows in any order and any number of files become the same series; gaps, duplicates and categories follow the options.
#include "series/series_set.h"

#include <gtest/gtest.h>

#include "base/numbers.h"
#include "base/rng.h"
#include "series/tables.h"

namespace rnn::core {
namespace {

using test::kNone;
using test::read_text;
using test::read_texts;
using test::refusal;
using test::seen;
using Values = std::vector<double>;

TEST(SeriesSet, RowsMayStandInAnyOrder) {
  const SeriesSet set =
      read_text("id,ds,y\nb,2020-01-03,6\na,2020-01-02,2\nb,2020-01-01,4\na,2020-01-01,1\nb,2020-01-02,5\n");
  EXPECT_EQ(test::ids(set), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(set.series[0].y, (Values{4, 5, 6}));
  EXPECT_EQ(set.series[1].y, (Values{1, 2}));
  EXPECT_EQ(set.place(set.series[0], 0), "t.csv:4");
}

TEST(SeriesSet, FilesGoTogether) {
  const SeriesSet set = read_texts({"ds,y\n2020-01-01,1\n2020-01-02,2\n", "y,ds\n3,2020-01-03\n"});
  EXPECT_EQ(set.series[0].y, (Values{1, 2, 3}));
  EXPECT_EQ(set.place(set.series[0], 2), "b.csv:2");
  const SeriesSet future =
      read_texts({"id,ds,y,promo\na,2020-01-01,1,0\na,2020-01-02,2,1\n", "id,ds,promo\na,2020-01-03,1\na,2020-01-04,0\n"});
  EXPECT_EQ(future.series[0].future, 2);
  EXPECT_EQ(future.series[0].covariates[0], (Values{0, 1, 1, 0}));
  EXPECT_EQ(failure_of([] { read_texts({"id,ds,y\na,2020-01-01,1\n", "ds,y\n2020-01-02,1\n"}); }).code, "data/columns");
  EXPECT_EQ(failure_of([] { read_texts({"ds,y\n2020-01-01,1\n", "{\"target\": [1]}"}); }).code, "data/mixed");
  EXPECT_EQ(failure_of([] { read_texts({"{\"target\": [1]}", "ds,y\n2020-01-01,1\n"}); }).code, "data/mixed");
}

constexpr std::string_view kGappy = "ds,y\n2020-01-06,1\n2020-01-07,\n2020-01-08,3\n2020-01-11,9\n2020-01-12,NA\n";

TEST(SeriesSet, GapsStayOrAreFilled) {
  SeriesSet set = read_text(kGappy);
  EXPECT_EQ(seen(set.series[0].y), (Values{1, kNone, 3, kNone, kNone, 9}));
  EXPECT_EQ(set.counts.gaps, 2);
  EXPECT_EQ(set.counts.missing, 1);
  EXPECT_EQ(set.counts.values, 3);
  EXPECT_EQ(set.place(set.series[0], 3), "");
  EXPECT_TRUE(test::says(set, "2 steps without a row, 1 row without a value: they stay missing"));
  TableOptions options;
  options.gaps = Gaps::zero;
  EXPECT_EQ(read_text(kGappy, options).series[0].y, (Values{1, 0, 3, 0, 0, 9}));
  options.gaps = Gaps::linear;
  EXPECT_EQ(read_text(kGappy, options).series[0].y, (Values{1, 2, 3, 5, 7, 9}));
}

TEST(SeriesSet, DuplicatesFollowTheOption) {
  constexpr std::string_view kText = "ds,y,p\n2020-01-01,1,\n2020-01-02,2,5\n2020-01-01,3,4\n2020-01-01,,9\n";
  const Failure f = refusal(kText);
  EXPECT_EQ(f.code, "data/duplicate");
  EXPECT_EQ(f.message, "t.csv:4: the series has 2020-01-01 a second time, after t.csv:2");
  const auto y = [&](Duplicates how) {
    TableOptions options;
    options.duplicates = how;
    const SeriesSet set = read_text(kText, options);
    EXPECT_EQ(set.counts.duplicates, 2);
    EXPECT_EQ(set.series[0].covariates[0], (Values{4, 5}));
    return set.series[0].y;
  };
  EXPECT_EQ(y(Duplicates::first), (Values{1, 2}));
  EXPECT_EQ(y(Duplicates::mean), (Values{2, 2}));
  EXPECT_EQ(y(Duplicates::sum), (Values{4, 2}));
  EXPECT_NE(refusal("ds,y,shop_name\n2020-01-01,1,a\n2020-01-01,2,b\n").help.find("--id (perhaps shop_name)"),
            std::string::npos);
}

TEST(SeriesSet, EmptyEndsAreCutAndOddSeriesNamed) {
  const SeriesSet set = read_text("date,a,b,c,d\n2020-01-01,,7,0,\n2020-01-02,1,7,0,\n2020-01-03,2,7,0,\n2020-01-04,,,0,\n");
  EXPECT_EQ(test::ids(set), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(set.series[0].first, 1);
  EXPECT_EQ(set.series[0].y, (Values{1, 2}));
  EXPECT_EQ(set.series[1].y.size(), 3u);
  EXPECT_EQ(set.counts.constant, (std::vector<std::string>{"b"}));
  EXPECT_EQ(set.counts.zero, (std::vector<std::string>{"c"}));
  EXPECT_TRUE(test::says(set, "1 series with one value throughout (b)"));
  EXPECT_TRUE(test::says(set, "1 series with nothing but zeros (c)"));
  EXPECT_TRUE(test::says(set, "column 'd' is empty"));
}

TEST(SeriesSet, ASeriesWithoutValuesMayHaveAKnownFuture) {
  const SeriesSet set = read_text("id,ds,y,p\na,2020-01-01,1,0\na,2020-01-02,2,0\na,2020-01-03,,1\nnew,2020-01-03,,1\n");
  ASSERT_EQ(set.series.size(), 2u);
  EXPECT_TRUE(set.series[1].y.empty());
  EXPECT_EQ(set.series[1].first, 2);
  EXPECT_EQ(set.series[1].future, 1);
  EXPECT_EQ(set.last, 1);
  EXPECT_EQ(read_text("id,ds,y,p\na,2020-01-01,1,0\na,2020-01-02,2,0\nnew,2020-01-03,,\n").counts.empty,
            (std::vector<std::string>{"new"}));
}

TEST(SeriesSet, PastCovariatesEndWithTheValues) {
  TableOptions options;
  options.past = {"p"};
  options.known = {"k"};
  const SeriesSet set = read_text("ds,y,p,k\n2020-01-01,1,5,0\n2020-01-02,2,6,1\n2020-01-03,,99,1\n", options);
  EXPECT_EQ(seen(set.series[0].covariates[0]), (Values{5, 6, kNone}));
  EXPECT_EQ(set.series[0].covariates[1], (Values{0, 1, 1}));
}

TEST(SeriesSet, AForecastNeedsItsKnownFuture) {
  const SeriesSet set = read_text("id,ds,y,p\na,2020-01-01,1,0\na,2020-01-02,2,0\na,2020-01-03,,1\na,2020-01-04,,1\n");
  require_future(set, 2);
  const Failure f = failure_of([&] { require_future(set, 7); });
  EXPECT_EQ(f.code, "data/future");
  EXPECT_EQ(
      f.message,
      "t.csv: 'p' of series 'a' is known for 2 days after the last value, but 7 days are to be forecast: up to 2020-01-09");
  require_future(read_text("ds,y,p\n2020-01-01,1,0\n2020-01-02,2,0\n"), 7);  // p is of the past
}

constexpr std::string_view kKinds =
    "id,ds,y,day,shop\na,2020-01-01,1,mon,big\na,2020-01-02,2,tue,big\na,2020-01-03,3,wed,big\nb,2020-01-02,4,tue,small\nb,"
    "2020-01-03,5,NA,small\n";

TEST(SeriesSet, CategoriesComeFromTrainingRows) {
  SeriesSet set = read_text(kKinds);
  EXPECT_EQ(set.covariates[0].categories, (std::vector<std::string>{"", "mon", "tue", "wed"}));
  EXPECT_EQ(set.series[0].covariates[0], (Values{1, 2, 3}));
  fit_categories(set, std::vector<int64_t>{0, 0});  // only the first row of a
  EXPECT_EQ(set.covariates[0].categories, (std::vector<std::string>{"", "mon"}));
  EXPECT_EQ(set.covariates[1].categories, (std::vector<std::string>{"", "big"}));
  EXPECT_EQ(set.series[0].covariates[0], (Values{1, 0, 0}));
  EXPECT_EQ(seen(set.series[1].covariates[0]), (Values{0, kNone}));
  EXPECT_EQ(set.series[1].covariates[1], (Values{0}));
}

// Whatever stands after the cutoff, the categories and everything before it are the same.
TEST(SeriesSet, NothingAfterTheCutoffLeaks) {
  std::string poisoned(kKinds);
  poisoned.replace(poisoned.find("3,wed"), 5, "1e300,zzz");
  poisoned.replace(poisoned.find("4,tue"), 5, "-1e300,aaa");
  SeriesSet clean = read_text(kKinds), spiked = read_text(poisoned);
  const std::vector<int64_t> last = {1, 0};
  fit_categories(clean, last);
  fit_categories(spiked, last);
  for (size_t c = 0; c < 2; ++c) EXPECT_EQ(clean.covariates[c].categories, spiked.covariates[c].categories);
  for (size_t t = 0; t < 2; ++t) {
    EXPECT_EQ(clean.series[0].y[t], spiked.series[0].y[t]);
    EXPECT_EQ(clean.series[0].covariates[0][t], spiked.series[0].covariates[0][t]);
  }
}

TEST(SeriesSet, CovariatesOfAModel) {
  SeriesSet training = read_text(kKinds);
  fit_categories(training, std::vector<int64_t>{kAllSteps, kAllSteps});
  SeriesSet later = read_text("id,ds,y,shop,day,more\nc,2020-01-05,1,huge,tue,1\nc,2020-01-06,2,huge,sun,2\n");
  apply_covariates(later, training.covariates);
  EXPECT_EQ(later.covariates.size(), 2u);
  EXPECT_EQ(later.series[0].covariates[0], (Values{2, 0}));
  EXPECT_EQ(later.series[0].covariates[1], (Values{0}));
  SeriesSet without = read_text("id,ds,y,shop\nc,2020-01-05,1,huge\nc,2020-01-06,2,huge\n");
  EXPECT_EQ(failure_of([&] { apply_covariates(without, training.covariates); }).code, "data/covariate");
  Covariate number;
  number.name = "shop";
  EXPECT_EQ(failure_of([&] { apply_covariates(without, {&number, 1}); }).code, "data/covariate");
  Covariate digits;
  digits.name = "p", digits.kind = Covariate::Kind::category, digits.categories = {"", "1", "x"};
  SeriesSet looks_like_numbers = read_text("ds,y,p\n2020-01-05,1,1\n2020-01-06,2,7\n");
  apply_covariates(looks_like_numbers, {&digits, 1});
  EXPECT_EQ(looks_like_numbers.series[0].covariates[0], (Values{1, 0}));
}

// Random series written as a table and read again are the same numbers, whatever the order of the rows.
TEST(SeriesSet, TablesRoundTrip) {
  Random random(7, Purpose::test);
  for (int round = 0; round < 20; ++round) {
    const int steps = 2 + static_cast<int>(random.below(50));
    std::vector<Values> written(3, Values(static_cast<size_t>(steps)));
    std::vector<std::string> lines;
    const Grid grid = read_text("ds,y\n2019-12-30 22:00,1\n2019-12-30 23:00,2\n").grid;
    for (size_t s = 0; s < written.size(); ++s) {
      for (int t = 0; t < steps; ++t) {
        const bool inner = t > 1 && t + 1 < steps;  // two steps in a row tell the frequency
        double& v = written[s][static_cast<size_t>(t)];
        v = inner && random.below(4) == 0 ? kNone : random.normal() * 1e3;
        const std::string number = v == kNone ? std::string() : number_text(v);
        if (v != kNone || random.below(2) == 0)
          lines.push_back(grid.text(t) + ";s" + std::to_string(s) + ";" + number + "\n");
      }
    }
    for (size_t i = lines.size(); i > 1; --i) std::swap(lines[i - 1], lines[random.below(static_cast<uint32_t>(i))]);
    std::string text = "time;series;value\n";
    for (const std::string& line : lines) text += line;
    const SeriesSet set = read_text(text);
    ASSERT_EQ(set.series.size(), 3u);
    for (const Series& s : set.series) EXPECT_EQ(seen(s.y), written[static_cast<size_t>(s.id[1] - '0')]) << text;
  }
}

}  // namespace
}  // namespace rnn::core
