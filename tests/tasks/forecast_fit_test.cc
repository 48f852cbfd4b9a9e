// Why: what is fitted in closed form looks at its own steps alone, the parts of a series never overlap, and bands hold what they say.
#include "tasks/forecast/fit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/failure.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

SeriesSet ramp(int64_t steps) {
  std::string text = "y\n";
  for (int64_t i = 0; i < steps; ++i) text += std::to_string(i % 7 + 1) + "\n";
  return series_of(text);
}

struct Parts {
  int64_t train, valid, calibration, all, whole;
  bool operator==(const Parts&) const = default;
};
void PrintTo(const Parts& p, std::ostream* out) {
  *out << p.train << ' ' << p.valid << ' ' << p.calibration << ' ' << p.all << ' ' << p.whole;
}
Parts parts_of(int64_t steps, const SeriesOptions& options, int64_t more = 0) {
  SeriesSet set = ramp(steps);
  if (more > 0) set.series.push_back(ramp(more).series[0]);
  const SeriesSplit s = split_series(set, options);
  return {s.train[0], s.valid[0], s.calibration[0], s.all[0], s.whole};
}

TEST(ForecastSplit, EdgesOfTheParts) {
  SeriesOptions o;
  o.horizon = 5;
  EXPECT_EQ(parts_of(17, o), (Parts{7, 12, 17, 17, 0}));  // 3 horizons and 2: the least that can be split
  EXPECT_EQ(failure_of([&] { parts_of(16, o); }).code, "data/too_short");
  EXPECT_EQ(parts_of(16, o, 17), (Parts{16, 16, 16, 16, 1}));  // too short to be split: all of it is for training
  EXPECT_EQ(parts_of(100, o), (Parts{80, 90, 100, 100, 0}));   // a tenth each
  o.test_steps = 20;
  EXPECT_EQ(parts_of(120, o), (Parts{80, 90, 100, 120, 0}));
  EXPECT_EQ(parts_of(37, o), (Parts{7, 12, 17, 37, 0}));
  EXPECT_EQ(failure_of([&] { parts_of(36, o); }).code, "data/too_short");
  EXPECT_EQ(parts_of(10, o, 120), (Parts{0, 0, 0, 10, 1}));  // nothing but test
  o.test_steps = 0, o.valid_steps = 7, o.calibration_steps = 30;
  EXPECT_EQ(parts_of(100, o), (Parts{63, 70, 100, 100, 0}));
  o.calibration_steps = 4;  // shorter than a horizon: none
  EXPECT_EQ(parts_of(100, o), (Parts{93, 100, 100, 100, 0}));
}

TEST(ForecastSplit, TheMessageSaysWhatIsNeeded) {
  SeriesOptions o;
  o.horizon = 5;
  const Failure plain = failure_of([&] { parts_of(16, o); });
  EXPECT_EQ(
      plain.message,
      "t.csv: the longest series has 16 values, but a horizon of 5 needs 17: 7 to learn from, 5 to choose by, 5 for the "
      "width of bands");
  EXPECT_EQ(plain.help, "--horizon 4 or less, or longer series");
  EXPECT_EQ(plain.exit, Exit::data);
  o.horizon = 4;
  EXPECT_EQ(failure_of([&] { parts_of(16, o); }).code, "none") << "as the help says";
  o.test_steps = 90, o.valid_steps = 50;
  const Failure asked = failure_of([&] { parts_of(100, o); });
  EXPECT_EQ(
      asked.message,
      "t.csv: the longest series has 100 values, but a horizon of 4 needs 150: 6 to learn from, 50 to choose by, 4 for the "
      "width of bands, 90 for the test");
  EXPECT_EQ(asked.help, "smaller --valid-steps, --calibration-steps or --test-steps, or longer series");
  o.test_steps = o.valid_steps = 0;
  EXPECT_EQ(failure_of([&] { parts_of(2, o); }).help, "longer series");
}

// Everything of the front but the linear part's choices, which the validation part makes.
TEST(ForecastFit, ScalesAndCategoriesLookAtTrainingRowsAlone) {
  TinySeries t = fit_series(two_series(), tiny_options());
  nlohmann::json before = front_to_json(t.front);
  before.erase("linear");
  SeriesSet spoilt = series_of(two_series());
  for (size_t s = 0; s < spoilt.series.size(); ++s) {
    Series& of = spoilt.series[s];
    for (size_t i = static_cast<size_t>(t.split.train[s]); i < of.y.size(); ++i) {
      of.y[i] = -1e9;
      for (size_t c = 0; c < of.covariates.size(); ++c)
        if (spoilt.covariates[c].kind == Covariate::Kind::number) of.covariates[c][i] = 1e9;
    }
  }
  spoilt.covariates[2].categories.push_back("zzz");
  for (size_t s = 0; s < 2; ++s) spoilt.series[s].covariates[2][static_cast<size_t>(t.split.train[s])] = 3;
  fit_training_categories(spoilt, t.split);
  EXPECT_EQ(spoilt.covariates[2].categories, (std::vector<std::string>{"", "x", "y"}));
  nlohmann::json after = front_to_json(fit_front(spoilt, t.split, t.options, Transform::none, false));
  after.erase("linear");
  for (nlohmann::json* front : {&before, &after}) {  // what errors are measured against is of all rows before the test
    for (nlohmann::json& scale : front->at("series")) scale.erase("absolute"), scale.erase("squared");
  }
  EXPECT_EQ(after, before);
}

TEST(ForecastFit, ALinearPartLearnsFromTrainingRowsAlone) {
  SeriesOptions options = tiny_options();
  options.ridge = 1, options.context = 8, options.linear = "shared";
  const TinySeries t = fit_series(two_series(), options);
  SeriesSet spoilt = series_of(two_series());
  for (size_t s = 0; s < spoilt.series.size(); ++s)
    for (size_t i = static_cast<size_t>(t.split.train[s]); i < spoilt.series[s].y.size(); ++i) spoilt.series[s].y[i] = 1e6;
  fit_training_categories(spoilt, t.split);
  ForecastFront front = fit_front(spoilt, t.split, t.options, Transform::none, false);
  const SeriesBank bank(front, spoilt);
  // The validation part chooses with or without covariates; with the same choice weights are the same.
  front.linear = fit_linear(front, bank, t.split, t.options).part;
  const RidgeModel &a = t.front.linear.models[0], &b = front.linear.models[0];
  if (a.shape() == b.shape()) {
    EXPECT_EQ(front_to_json(front)["linear"], front_to_json(t.front)["linear"]);
  }
  // All but the test part, for the last fit.
  ForecastFront refitted = front_from_json(front_to_json(t.front));
  refitted.linear = refit_linear(t.front.linear, *t.bank, t.split.train);
  EXPECT_EQ(front_to_json(refitted)["linear"], front_to_json(t.front)["linear"]);
}

// y = noise around a season: a band of 90 % must hold between 85 and 95 % of values that neither fit nor calibration has seen.
TEST(ForecastFit, CalibratedBandsHoldWhatTheySay) {
  for (const uint32_t seed : {1u, 2u, 3u}) {
    Random random(seed, Purpose::test);
    std::string text = "y\n";
    for (int i = 0; i < 1500; ++i) {
      double noise = 0;
      for (int k = 0; k < 6; ++k) noise += random.uniform(-1, 1);
      text += std::to_string(50 + 10 * std::sin(2 * std::numbers::pi * i / 6) + 3 * noise) + "\n";
    }
    SeriesOptions options = tiny_options();
    options.test_steps = 500, options.calibration_steps = 300;
    TinySeries t = fit_series(text, options);
    for (const double share : {0.0, 1.0}) {  // a network of random weights is a bad one: its bands must say so
      t.front.share = share;
      t.front.calibration = {};
      ReadyPair ready(t, ForecastNetwork::segments, ForecastHead::quantiles);
      const auto windows = [&](const std::vector<int64_t>& first, const std::vector<int64_t>& last) {
        return windows_between(*t.bank, first, last, options.horizon, 1, 1000);
      };
      t.front.calibration = calibrate(ready.forecaster, t.front, *t.bank, windows(t.split.valid, t.split.calibration), {});
      constexpr double kNinety[] = {0.05, 0.95};
      const std::vector<Window> test = windows(t.split.calibration, t.split.all);
      const std::vector<Forecast> forecasts = ready.forecaster.forecast(*t.bank, test, kNinety);
      double inside = 0, count = 0;
      for (size_t i = 0; i < test.size(); ++i) {
        for (size_t h = 0; h < 6; ++h, ++count) {
          const double y = t.set.series[0].y[static_cast<size_t>(test[i].origin) + h];
          inside += y >= forecasts[i].quantile[2 * h] && y <= forecasts[i].quantile[2 * h + 1];
        }
      }
      EXPECT_GT(inside / count, 0.85) << "seed " << seed << " share " << share;
      EXPECT_LT(inside / count, 0.95) << "seed " << seed << " share " << share;
    }
  }
}

TEST(ForecastFit, TheShareIsThatOfTheLeastError) {
  // What the network says is noise: its share is 0.
  const TinySeries t = fit_series(two_series(200), tiny_options());
  ReadyPair ready(t, ForecastNetwork::segments, ForecastHead::squared);
  std::vector<int64_t> first = t.split.train, last = t.split.valid;
  double without = 0, with = 0;
  const double share =
      choose_share(ready.forecaster, *t.bank, windows_between(*t.bank, first, last, 6, 1, 1000), true, &without, &with);
  EXPECT_EQ(share, 0);
  EXPECT_EQ(without, with);
  EXPECT_GT(without, 0);
}

}  // namespace
}  // namespace rnn::core::test
