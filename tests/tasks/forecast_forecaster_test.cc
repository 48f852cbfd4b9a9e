// Why: a forecast depends on its own past alone, its bands never cross, and without the network it is the linear part.
#include "tasks/forecast/stream/forecaster.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

constexpr double kLevels[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
constexpr ForecastNetwork kBoth[] = {ForecastNetwork::segments, ForecastNetwork::stacked};
constexpr ForecastHead kHeads[] = {ForecastHead::squared,  ForecastHead::huber,     ForecastHead::quantiles,
                                   ForecastHead::gaussian, ForecastHead::student_t, ForecastHead::negative_binomial};

void expect_equal(const Forecast& a, const Forecast& b, const char* what) {
  ASSERT_EQ(a.point.size(), b.point.size());
  ASSERT_EQ(a.quantile.size(), b.quantile.size());
  EXPECT_EQ(0, std::memcmp(a.point.data(), b.point.data(), a.point.size() * sizeof(double))) << what;
  EXPECT_EQ(0, std::memcmp(a.quantile.data(), b.quantile.data(), a.quantile.size() * sizeof(double))) << what;
}

TEST(ForecastForecaster, WindowsOfABatchAreThoseOneByOne) {
  const TinySeries t = fit_series(two_series(), tiny_options());
  const std::vector<Window> windows = all_windows(t);
  ASSERT_GT(windows.size(), 80u);
  for (const ForecastNetwork network : kBoth) {
    ReadyPair alone(t, network, ForecastHead::quantiles);
    std::vector<Forecast> expected;
    for (const Window& w : windows) expected.push_back(alone.forecaster.forecast(*t.bank, {&w, 1}, kLevels)[0]);
    for (const int threads : {1, 2, 3}) {
      ReadyPair together(t, network, ForecastHead::quantiles, threads);
      const std::vector<Forecast> found = together.forecaster.forecast(*t.bank, windows, kLevels);
      ASSERT_EQ(found.size(), windows.size());
      for (size_t i = 0; i < windows.size(); ++i) expect_equal(found[i], expected[i], "together");
    }
    EXPECT_NE(expected[3].point, expected[40].point);
  }
}

TEST(ForecastForecaster, AForecastReadsNothingFromItsOriginOn) {
  const TinySeries t = fit_series(two_series(), tiny_options());
  constexpr int64_t kOrigin = 30;
  TinySeries spoilt = fit_series(two_series(), tiny_options());
  for (Series& s : spoilt.set.series) {
    for (size_t i = kOrigin; i < s.y.size(); ++i) s.y[i] = 1e9;
    for (size_t c = 0; c < s.covariates.size(); ++c)
      for (size_t i = kOrigin; i < s.y.size() && spoilt.set.covariates[c].use == Covariate::Use::past; ++i)
        s.covariates[c][i] = spoilt.set.covariates[c].kind == Covariate::Kind::number ? 1e9 : 1;
  }
  const SeriesBank bank(t.front, spoilt.set);
  for (const ForecastNetwork network : kBoth) {
    ReadyPair ready(t, network, ForecastHead::quantiles);
    for (const Window& w : {Window{0, kOrigin}, Window{1, kOrigin}, Window{0, kOrigin - 5}})
      expect_equal(ready.forecaster.forecast(*t.bank, {&w, 1}, kLevels)[0],
                   ready.forecaster.forecast(bank, {&w, 1}, kLevels)[0], "before the spoilt rows");
    const Window later{0, kOrigin + 1};
    EXPECT_NE(ready.forecaster.forecast(*t.bank, {&later, 1}, kLevels)[0].point,
              ready.forecaster.forecast(bank, {&later, 1}, kLevels)[0].point);
  }
}

TEST(ForecastForecaster, BandsNeverCross) {
  TinySeries t = fit_series(two_series(), tiny_options());
  Random random(9, Purpose::test);
  Calibration& c = t.front.calibration;
  c.levels = {0.1, 0.5, 0.9, 0.98};
  for (size_t i = 0; i < c.levels.size(); ++i) {  // worse than any calibration: they may narrow a band to less than nothing
    std::vector<double>& margins = c.margins.emplace_back();
    for (int h = 0; h < t.options.horizon; ++h) margins.push_back(random.uniform(-3, 3));
  }
  for (const ForecastHead head : kHeads) {
    t.front.counts = head == ForecastHead::negative_binomial;
    ReadyPair ready(t, ForecastNetwork::segments, head);
    for (const Forecast& f : ready.forecaster.forecast(*t.bank, all_windows(t), kLevels)) {
      for (size_t h = 0; h < f.point.size(); ++h) {
        const double* q = f.quantile.data() + h * std::size(kLevels);
        for (size_t i = 0; i < std::size(kLevels); ++i) ASSERT_TRUE(std::isfinite(q[i]));
        for (size_t i = 1; i < std::size(kLevels); ++i) ASSERT_LE(q[i - 1], q[i]) << static_cast<int>(head);
        if (!t.front.counts) {
          ASSERT_EQ(q[4], f.point[h]);
        }
      }
    }
  }
}

TEST(ForecastForecaster, AQuantileDoesNotDependOnTheOthersAskedFor) {
  const TinySeries t = fit_series(two_series(), tiny_options());
  ReadyPair ready(t, ForecastNetwork::segments, ForecastHead::gaussian);
  const Window w{0, 40};
  constexpr double kOne[] = {0.95};
  const Forecast all = ready.forecaster.forecast(*t.bank, {&w, 1}, kLevels)[0];
  const Forecast one = ready.forecaster.forecast(*t.bank, {&w, 1}, kOne)[0];
  for (size_t h = 0; h < one.point.size(); ++h) EXPECT_EQ(one.quantile[h], all.quantile[h * std::size(kLevels) + 7]);
}

TEST(ForecastForecaster, ABandIsTheSameAloneAndBesideOthers) {
  TinySeries t = fit_series(two_series(), tiny_options());
  Calibration& c = t.front.calibration;
  c.levels = {0.5, 0.8, 0.9};
  c.margins = {std::vector<double>(6, 0.4), std::vector<double>(6, 0.9),
               std::vector<double>(6, 0.1)};  // 80 % is wider than 90 %
  ReadyPair ready(t, ForecastNetwork::segments, ForecastHead::squared);
  const Window w{0, 40};
  constexpr double kBand[] = {0.05, 0.95}, kBoth2[] = {0.05, 0.1, 0.9, 0.95};
  const Forecast alone = ready.forecaster.forecast(*t.bank, {&w, 1}, kBand)[0];
  const Forecast beside = ready.forecaster.forecast(*t.bank, {&w, 1}, kBoth2)[0];
  for (size_t h = 0; h < 6; ++h) {
    EXPECT_EQ(alone.quantile[h * 2], beside.quantile[h * 4]);
    EXPECT_EQ(alone.quantile[h * 2 + 1], beside.quantile[h * 4 + 3]);
    EXPECT_EQ(beside.quantile[h * 4 + 2], beside.quantile[h * 4 + 3]);
  }
}

TEST(ForecastForecaster, AShareOfNothingIsTheLinearPart) {
  TinySeries t = fit_series(two_series(), tiny_options());
  ASSERT_TRUE(t.front.linear.present());
  t.front.share = 0;
  ReadyPair ready(t, ForecastNetwork::segments, ForecastHead::squared);
  for (const Window& w : all_windows(t)) {
    std::vector<double> base(static_cast<size_t>(t.options.horizon));
    linear_base(t.front, *t.bank, w, ready.forecaster.window_options(), base);
    const SeriesScale& scale = t.front.scales[static_cast<size_t>(w.series)];
    const Forecast f = ready.forecaster.forecast(*t.bank, {&w, 1}, {})[0];
    for (size_t h = 0; h < base.size(); ++h)
      ASSERT_EQ(f.point[h], std::max(0.0, scale.centre + scale.scale * base[h]));  // no value of the table is below 0
  }
}

TEST(ForecastForecaster, WindowsLieBetweenAndHaveATarget) {
  std::string text = "y\n";
  for (int i = 0; i < 40; ++i) text += i >= 10 && i < 30 ? "\n" : "1\n";
  text += "2\n";
  const SeriesSet set = series_of(text);
  ForecastFront front;
  front.grid = set.grid.spec();
  const SeriesBank bank(front, set);
  ASSERT_EQ(bank.length(0), 41);
  const std::vector<int64_t> first = {0}, last = {41}, middle = {35};
  std::vector<int64_t> origins;
  for (const Window& w : windows_between(bank, first, last, 5, 1, 1000)) origins.push_back(w.origin);
  std::vector<int64_t> expected;
  for (int64_t o = 1; o <= 36; ++o)
    if (o < 10 || o > 25) expected.push_back(o);
  EXPECT_EQ(origins, expected);
  EXPECT_EQ(windows_between(bank, first, last, 5, 5, 3).size(), 3u);
  EXPECT_EQ(windows_between(bank, first, last, 5, 5, 3).back().origin, 36);
  EXPECT_EQ(windows_between(bank, first, middle, 5, 1, 1).back().origin, 30);
  EXPECT_TRUE(windows_between(bank, last, last, 5, 1, 1).empty());
}

TEST(ForecastBank, ANewSeriesIsScaledByWhatWasSeen) {
  const TinySeries t = fit_series(two_series(), tiny_options());
  SeriesSet set = series_of(two_series());
  set.series[0].id = "new";
  apply_covariates(set, t.front.covariates);
  const std::vector<int64_t> seen = {20, 20};
  const SeriesBank bank(t.front, set, seen);
  EXPECT_EQ(bank.known_series(0), -1);
  EXPECT_EQ(bank.known_series(1), 1);
  double sum = 0, squares = 0, count = 0;
  for (size_t i = 0; i < 20; ++i)
    if (!std::isnan(set.series[0].y[i])) sum += set.series[0].y[i], ++count;
  for (size_t i = 0; i < 20; ++i)
    if (!std::isnan(set.series[0].y[i])) squares += std::pow(set.series[0].y[i] - sum / count, 2);
  EXPECT_DOUBLE_EQ(bank.scale(0).centre, sum / count);
  EXPECT_DOUBLE_EQ(bank.scale(0).scale, std::sqrt(squares / count));
  EXPECT_EQ(bank.scale(1).centre, t.front.scales[1].centre);
  for (size_t i = 20; i < set.series[0].y.size(); ++i) set.series[0].y[i] = set.series[1].y[std::min<size_t>(i, 40)] = 1e9;
  const SeriesBank spoilt(t.front, set, seen);
  for (const size_t s : {0u, 1u}) {
    EXPECT_EQ(spoilt.scale(s).centre, bank.scale(s).centre);
    EXPECT_EQ(spoilt.scale(s).scale, bank.scale(s).scale);
    EXPECT_EQ(spoilt.scale(s).absolute, bank.scale(s).absolute);
    EXPECT_EQ(spoilt.scale(s).squared, bank.scale(s).squared);
  }
}

}  // namespace
}  // namespace rnn::core::test
