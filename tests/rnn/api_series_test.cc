// Why: a series that grows value by value forecasts what its whole past would, travels as bytes, and costs no memory on its way.
#include <cstring>

#include "series_case.h"

namespace rnn_api {
namespace {

using Doubles = std::vector<double>;
using rnn::Series;

void expect_same(const rnn::Forecast& a, const rnn::Forecast& b, int64_t steps) {
  EXPECT_EQ(a.point, b.point) << "after " << steps << " steps";
  EXPECT_EQ(a.quantiles, b.quantiles) << "after " << steps << " steps";
}

// The place of a text among the categories of a column, or -1.
double place(const rnn::CovariateInfo& info, const std::string& text) {
  const auto at = std::find(info.categories.begin(), info.categories.end(), text);
  return at == info.categories.end() ? -1 : static_cast<double>(at - info.categories.begin());
}

// Step t of a history as push() wants it.
Doubles beside(const rnn::Forecaster& forecaster, const rnn::SeriesHistory& h, size_t t) {
  Doubles row;
  for (const rnn::CovariateInfo& info : forecaster.covariates()) {
    if (info.use == rnn::CovariateInfo::Use::fixed) continue;
    for (const rnn::CovariateValues& c : h.covariates)
      if (c.name == info.name) row.push_back(info.category ? place(info, c.categories[t]) : c.numbers[t]);
  }
  return row;
}

// The known columns of the kAhead steps after `steps`.
std::vector<rnn::CovariateValues> ahead_of(const rnn::SeriesHistory& h, size_t steps) {
  const auto from = static_cast<std::ptrdiff_t>(steps), to = from + kAhead;
  const auto& price = h.covariates[0].numbers;
  const auto& kind = h.covariates[1].categories;
  return {{"price", {price.begin() + from, price.begin() + to}, {}}, {"kind", {}, {kind.begin() + from, kind.begin() + to}}};
}

// The first `steps` of a history, with what is known of the kAhead steps after them.
rnn::SeriesHistory first_steps(rnn::SeriesHistory h, size_t steps) {
  h.values.resize(steps);
  for (size_t c = 0; c < 2; ++c) h.covariates[c].numbers.resize(c == 0 ? steps + kAhead : 0);
  h.covariates[1].categories.resize(steps + kAhead);
  h.covariates[2].numbers.resize(steps);
  return h;
}

TEST(ApiSeries, ValueByValueIsTheWholePast) {
  const rnn::Forecaster forecaster(shop_model());
  for (const int s : {0, 1, 2}) {  // the third is new to the model: its scale moves with every value
    const rnn::SeriesHistory h = history_of(s, kSteps + 20);
    Series series = forecaster.start(h.name, {h.covariates[3]});
    for (size_t t = 0; t < h.values.size(); ++t) {
      ASSERT_TRUE(series.push(h.values[t], beside(forecaster, h, t)));
      const size_t steps = t + 1;
      if (steps > 8 && steps % 23 != 0 && steps != h.values.size()) continue;
      expect_same(forecaster.forecast(series, {0.1, 0.9}, ahead_of(h, steps)),
                  forecaster.forecast(first_steps(h, steps), {0.1, 0.9}), series.steps());
    }
    EXPECT_EQ(series, forecaster.read(h));
  }
  const rnn::Forecaster plain(plain_model());
  const Doubles values = plain_values(kSteps);
  for (const char* name : {"", "another"}) {
    Series series = plain.start(name);
    for (size_t t = 0; t < values.size(); ++t) {
      ASSERT_TRUE(series.push(values[t]));
      if (t % 17 == 0)
        expect_same(plain.forecast(series),
                    plain.forecast({.name = name,
                                    .values = Doubles(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(t) + 1)}),
                    series.steps());
    }
  }
}

// The ring holds what lags reach for, and random numbers do not depend on how long a series is.
TEST(ApiSeries, ValueByValueIsTheWholePastWithLags) {
  for (const bool samples : {false, true}) {
    const rnn::Forecaster forecaster(lagged_model(samples));
    EXPECT_EQ(forecaster.context(), 14 + 30);
    const Doubles values = plain_values(kSteps);
    Series series = forecaster.start();
    for (size_t t = 0; t < values.size(); ++t) {
      ASSERT_TRUE(series.push(values[t]));
      if (t % 13 != 0 && t != 43 && t != 44) continue;
      const Doubles past(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(t) + 1);
      expect_same(forecaster.forecast(series), forecaster.forecast({.values = past}), series.steps());
      Doubles other = past;
      if (t < 100) continue;
      other[t - 43] += 50;  // the first step of the window reads 30 steps before
      EXPECT_NE(forecaster.forecast(series).point, forecaster.forecast({.values = other}).point) << t;
    }
  }
}

// A step is where its date is: value by value, in one piece, from its first day or a later one.
TEST(ApiSeries, ValueByValueIsTheWholePastWithACalendar) {
  const rnn::Forecaster forecaster(calendar_model());
  EXPECT_EQ(forecaster.calendar(), (std::vector<std::string>{"week", "month"}));
  const Doubles values = plain_values(kSteps);
  Series series = forecaster.start("", {}, day_text(0)), later = forecaster.start("", {}, day_text(30));
  const double none[] = {kNone, kNone};
  Series waited = forecaster.start("", {}, day_text(0));  // what comes before the first value is left out, but time goes on
  for (int t = 0; t < 30; ++t) ASSERT_TRUE(waited.push(none[t % 2]));
  for (size_t t = 0; t < values.size(); ++t) {
    ASSERT_TRUE(series.push(values[t]));
    if (t < 30) continue;
    ASSERT_TRUE(later.push(values[t]) && waited.push(values[t]));
    if (t < 60 || t % 13 != 0) continue;
    const Doubles past(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(t) + 1);
    const rnn::Forecast whole = forecaster.forecast({.values = past, .first = day_text(0)});
    expect_same(forecaster.forecast(series), whole, series.steps());
    expect_same(forecaster.forecast(later), whole, later.steps());
    expect_same(forecaster.forecast(waited), whole, waited.steps());
    EXPECT_NE(forecaster.forecast({.values = past, .first = day_text(3)}).point, whole.point) << "other weekdays";
    expect_same(forecaster.forecast(Series::from_bytes(series.to_bytes())), whole, series.steps());
    EXPECT_EQ(Series::from_bytes(series.to_bytes()), series);
  }
  EXPECT_FALSE(series == later);
  std::string far = series.to_bytes();
  far[72 + 6] = 0x70;  // of the place of its first value, after the head
  expect_error(Exit::model, "state/corrupt", [&] { Series::from_bytes(far); });
  far = series.to_bytes(), far[72 + 5] = 1;
  expect_error(Exit::data, "data/date", [&] { forecaster.forecast(Series::from_bytes(far)); });
}

TEST(ApiSeries, ManyInOnePass) {
  const rnn::Forecaster forecaster(shop_model(), 2);
  std::vector<Series> series;
  std::vector<std::vector<rnn::CovariateValues>> ahead;
  std::vector<rnn::Forecast> expected;
  for (int i = 0; i < 270; ++i) {
    const rnn::SeriesHistory h = history_of(i % 3, 10 + i % 50);
    series.push_back(forecaster.read(h));
    ahead.push_back(ahead_of(h, h.values.size()));
    expected.push_back(forecaster.forecast(h));
  }
  const std::vector<rnn::Forecast> found = forecaster.forecast(series, {0.05, 0.95}, ahead);
  for (size_t i = 0; i < series.size(); ++i) expect_same(found[i], expected[i], series[i].steps());
  expect_error(Exit::data, "data/covariate", [&] { forecaster.forecast(series); });
}

TEST(ApiSeries, IsAValue) {
  const rnn::Forecaster forecaster(plain_model());
  Series series = forecaster.read({.name = "x", .values = plain_values(70)});
  const rnn::Forecast before = forecaster.forecast(series);
  Series copy = series;
  EXPECT_EQ(copy, series);
  ASSERT_TRUE(copy.push(1000));
  EXPECT_FALSE(copy == series);
  expect_same(forecaster.forecast(series), before, 70);
  EXPECT_NE(forecaster.forecast(copy).point, before.point);
  // As bytes, in the middle of the ring and before it is full; a run of missing values, too.
  for (const int steps : {0, 1, 5, 14, 15, 70}) {
    Series one = forecaster.start("a name");
    for (const double v : plain_values(steps)) one.push(v);
    if (steps > 1) one.push(kNone);
    Series other = Series::from_bytes(one.to_bytes());
    EXPECT_EQ(other, one) << steps;
    EXPECT_EQ(other.name(), "a name");
    EXPECT_EQ(other.to_bytes(), one.to_bytes());
    for (const double v : {200.0, 300.0}) EXPECT_TRUE(one.push(v) && other.push(v));
    expect_same(forecaster.forecast(other), forecaster.forecast(one), steps);
  }
}

TEST(ApiSeries, WhatIsBeforeTheFirstValueIsNothing) {
  const rnn::Forecaster forecaster(plain_model());
  Series series = forecaster.start();
  EXPECT_TRUE(series.push(kNone));
  EXPECT_EQ(series.steps(), 0);
  expect_error(Exit::data, "data/series", [&] { forecaster.forecast(series); });
  for (const double v : plain_values(20)) series.push(v);
  EXPECT_EQ(series, forecaster.read({.values = plain_values(20)}));
  EXPECT_TRUE(series.push(kNone));
  EXPECT_EQ(series.steps(), 21);
  for (const double v : forecaster.forecast(series).point) EXPECT_TRUE(std::isfinite(v));
}

TEST(ApiSeries, RefusesAndStaysAsItWas) {
  const rnn::Forecaster forecaster(shop_model()), plain(plain_model());
  const double inf = std::numeric_limits<double>::infinity();
  const rnn::SeriesHistory h = history_of(0, 30);
  Series series = forecaster.read(h);
  const Series before = series;
  EXPECT_FALSE(series.push(1));
  EXPECT_FALSE(series.push(1, Doubles{1, 2, 3, 4}));
  EXPECT_FALSE(series.push(inf, Doubles{1, 2, 3}));
  EXPECT_FALSE(series.push(1, Doubles{1, -inf, 3}));
  EXPECT_EQ(series, before);
  EXPECT_FALSE(Series().push(1)) << "of no model";
  expect_error(Exit::model, "state/model", [&] { plain.forecast(series); });
  expect_error(Exit::model, "state/model", [&] { plain.forecast(Series()); });
  expect_error(Exit::data, "data/covariate", [&] { forecaster.start("x"); });
  expect_error(Exit::data, "data/covariate", [&] { plain.start("x", {{"wind", {1}, {}}}); });
  const std::string bytes = series.to_bytes();
  for (size_t cut = 0; cut < bytes.size(); cut += 7)
    expect_error(Exit::model, "state/corrupt", [&] { Series::from_bytes(bytes.substr(0, cut)); });
  expect_error(Exit::model, "state/corrupt", [&] { Series::from_bytes(bytes + "x"); });
  std::string broken = bytes;
  std::memcpy(broken.data() + broken.size() - 32, &inf, sizeof inf);  // the last number before the fingerprint
  expect_error(Exit::model, "state/corrupt", [&] { Series::from_bytes(broken); });
}

}  // namespace
}  // namespace rnn_api
