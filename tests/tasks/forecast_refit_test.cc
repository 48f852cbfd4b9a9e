// Why: what is fitted again before a window is what a table that ends there would have given, and nothing after it counts.
#include "tasks/forecast/refit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/failure.h"
#include "tasks/forecast/windows.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

// Weekly, the level moves on: what is fitted on a part is not what is fitted on all.
std::string moving(int steps, double after_120 = 0) {
  std::string text = "y\n";
  Random random(8, Purpose::test);
  double level = 50;
  for (int t = 0; t < steps; ++t) {
    level += random.normal();
    text += std::to_string((t >= 120 && after_120 != 0 ? after_120 : level) + 5 * std::sin(t)) + "\n";
  }
  return text;
}

// As a run fits it in closed form: with the linear part on training rows, calibrated, then with all.
struct Fitted {
  TinySeries t;
  ReadyPair pair;
  explicit Fitted(const std::string& text) : t(begun(text)), pair(t, ForecastNetwork::segments, ForecastHead::quantiles) {
    t.front.calibration = calibrate(pair.forecaster, t.front, *t.bank,
                                    spread_windows(*t.bank, t.split.valid, t.split.calibration, 6, kMostWindows),
                                    spread_windows(*t.bank, t.split.train, t.split.valid, 6, kMostWindows));
    t.front.linear = refit_linear(t.front.linear, *t.bank, t.split.calibration);
  }
  static TinySeries begun(const std::string& text) {
    SeriesOptions options = tiny_options();
    options.ridge = 10, options.context = 4;  // so many rows for a weight that steps are not iterated
    TinySeries t = fit_series(text, options);
    t.front.share = 0;
    return t;
  }
  ForecastFront refitted(int64_t position) {
    return refit_front(t.front, t.options, *pair.model, pair.pool, t.set, position);
  }
};

nlohmann::json fitted_parts(const ForecastFront& front) {
  const nlohmann::json all = front_to_json(front);
  return {all.at("linear"), all.at("calibration"), all.at("series")};
}

TEST(ForecastRefit, IsThatOfATableThatEndsThere) {
  Fitted whole(moving(160)), cut(moving(120));
  const nlohmann::json again = fitted_parts(whole.refitted(120));
  EXPECT_EQ(again, fitted_parts(cut.t.front));
  EXPECT_NE(again, fitted_parts(whole.t.front));
  EXPECT_EQ(fitted_parts(whole.refitted(160)), fitted_parts(whole.t.front));
}

TEST(ForecastRefit, NothingFromThePositionOnCounts) {
  Fitted clean(moving(160)), spoilt(moving(160, 1e9));
  // Their own fronts differ; the refitted parts of one front do not.
  const ForecastFront a = refit_front(clean.t.front, clean.t.options, *clean.pair.model, clean.pair.pool, clean.t.set, 120);
  const ForecastFront b = refit_front(clean.t.front, clean.t.options, *clean.pair.model, clean.pair.pool, spoilt.t.set, 120);
  EXPECT_EQ(fitted_parts(a), fitted_parts(b));
  const ForecastFront later =
      refit_front(clean.t.front, clean.t.options, *clean.pair.model, clean.pair.pool, spoilt.t.set, 121);
  EXPECT_NE(fitted_parts(a), fitted_parts(later));
}

TEST(ForecastRefit, ANetworkWithAShareKeepsItsUnits) {
  Fitted f(moving(160));
  f.t.front.share = 0.5;
  const ForecastFront again = f.refitted(120);
  EXPECT_EQ(front_to_json(again).at("series"), front_to_json(f.t.front).at("series"));
  EXPECT_NE(front_to_json(again).at("linear"), front_to_json(f.t.front).at("linear"));
  EXPECT_EQ(again.share, 0.5);
}

TEST(ForecastRefit, TooFewRowsBeforeAreAnError) {
  Fitted f(moving(160));
  EXPECT_EQ(failure_of([&] { f.refitted(12); }).code, "data/too_short");
}

TEST(ForecastRefit, WindowsAreGroupedByTheirFirstStep) {
  SeriesSet set;
  set.series.resize(2);
  set.series[1].first = 5;
  const Window windows[] = {{0, 10}, {0, 20}, {1, 5}, {1, 7}};
  const std::vector<WindowsOfOneTime> found = windows_by_time(set, windows);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].position, 10);
  ASSERT_EQ(found[0].windows.size(), 2u);
  EXPECT_EQ(found[0].windows[1].series, 1);
  EXPECT_EQ(found[1].position, 12);
  EXPECT_EQ(found[2].position, 20);
}

}  // namespace
}  // namespace rnn::core::test
