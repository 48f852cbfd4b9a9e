// Why: what stands between a table and a network survives the file, and a damaged one is refused, not used.
#include "tasks/forecast/stream/front.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/failure.h"
#include "tasks/forecast/stream/model_front.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

using nlohmann::json;

TinySeries calibrated(Transform transform, const std::string& linear) {
  SeriesOptions options = tiny_options();
  options.linear = linear;
  TinySeries t = fit_series(two_series(), options, transform);
  t.front.calibration.levels = {0.5, 0.9};
  t.front.calibration.margins.assign(2, std::vector<double>(6, 0.125));
  t.front.calibration.windows = 7;
  t.front.share = 0.75, t.front.least = 0;
  return t;
}

TEST(ForecastFront, JsonRoundTrip) {
  for (const Transform transform : {Transform::none, Transform::log}) {
    for (const char* linear : {"off", "shared", "own"}) {
      const TinySeries t = calibrated(transform, linear);
      const json first = front_to_json(t.front);
      const ForecastFront again = front_from_json(json::parse(first.dump()));
      EXPECT_EQ(front_to_json(again), first);
      EXPECT_EQ(again.find("b"), 1);
      EXPECT_EQ(again.find("c"), -1);
      EXPECT_EQ(again.least, t.front.least);
      const auto model = model_of(t, ForecastNetwork::segments, ForecastHead::quantiles);
      check_front(again, model->config().forecast);
    }
  }
}

TEST(ForecastFront, ASingleSeriesWithoutDatesOrCovariates) {
  std::string text = "y\n";
  for (int i = 0; i < 40; ++i) text += "5\n";  // constant: no scale of errors
  const TinySeries t = fit_series(text, tiny_options());
  const json first = front_to_json(t.front);
  EXPECT_EQ(front_to_json(front_from_json(json::parse(first.dump()))), first);
}

// Every leaf of the front, and every object and array, becomes something else.
TEST(ForecastFront, MangledJsonIsRefusedOrStillForecasts) {
  const TinySeries t = calibrated(Transform::none, "shared");
  const json whole = front_to_json(t.front);
  const json flat = whole.flatten();
  const json others[] = {nullptr,
                         "text",
                         -1,
                         0,
                         1e300,
                         -1e300,
                         2.5,
                         true,
                         json::array(),
                         json::object(),
                         "2000-01-01",
                         123456789012345678LL,
                         json::array({1}),
                         ""};
  std::vector<std::string> pointers;
  for (const auto& [pointer, value] : flat.items()) {
    for (size_t end = pointer.find('/', 1); end != std::string::npos; end = pointer.find('/', end + 1))
      pointers.push_back(pointer.substr(0, end));
    pointers.push_back(pointer);
  }
  std::sort(pointers.begin(), pointers.end());
  pointers.erase(std::unique(pointers.begin(), pointers.end()), pointers.end());
  ASSERT_GT(pointers.size(), 60u);
  int refused = 0, read = 0;
  const auto judge = [&](const json& mangled, const std::string& what) {
    Pool pool(1);
    auto model = model_of(t, ForecastNetwork::segments, ForecastHead::quantiles);
    const Failure failure = failure_of([&] {
      const ForecastFront front = front_from_json(mangled);
      check_front(front, model->config().forecast);
      SeriesSet set = series_of(two_series());
      apply_covariates(set, front.covariates);
      const SeriesBank bank(front, set);
      model->pack(pool, false);
      Forecaster forecaster(front, *model, pool);
      const Window windows[] = {{0, 30}, {1, 3}};
      constexpr double kNine[] = {0.05, 0.5, 0.95};
      for (const Forecast& f : forecaster.forecast(bank, windows, kNine))
        for (const double v : f.point) EXPECT_FALSE(std::isnan(v)) << what;
      set.grid.text(70);
    });
    if (failure.code == "none") return ++read;
    if (failure.code == "data/covariate") return ++read;  // valid, but of other columns
    EXPECT_EQ(failure.exit, Exit::model) << what << ": " << failure.code;
    EXPECT_FALSE(failure.help.empty()) << what;
    return ++refused;
  };
  for (const std::string& pointer : pointers) {
    for (const json& other : others) {
      json mangled = whole;
      mangled[json::json_pointer(pointer)] = other;
      judge(mangled, pointer + " = " + other.dump());
    }
    json mangled = whole;
    const json::json_pointer at(pointer);
    json& parent = mangled[at.parent_pointer()];
    if (parent.is_array()) {
      parent.erase(static_cast<size_t>(std::stoul(at.back())));
    } else {
      parent.erase(at.back());
    }
    judge(mangled, "without " + pointer);
  }
  EXPECT_GT(refused, 500);
  EXPECT_GT(read, 20);
}

TEST(ForecastFront, AnotherNetworksFrontIsRefused) {
  const TinySeries t = calibrated(Transform::none, "shared");
  const ForecastOptions fits = model_of(t, ForecastNetwork::segments, ForecastHead::quantiles)->config().forecast;
  check_front(t.front, fits);
  const auto refused = [&](auto&& change) {
    ForecastOptions other = fits;
    change(other);
    return failure_of([&] { check_front(t.front, other); }).code;
  };
  EXPECT_EQ(refused([](ForecastOptions& o) { o.horizon = 7; }), "model/corrupt");
  EXPECT_EQ(refused([](ForecastOptions& o) { ++o.known; }), "model/corrupt");
  EXPECT_EQ(refused([](ForecastOptions& o) { o.inputs += 2; }), "model/corrupt");
  EXPECT_EQ(refused([](ForecastOptions& o) { o.head = ForecastHead::negative_binomial; }), "model/corrupt");
  // Each lag is an input; those as long as the horizon (6) are known of the future, too.
  EXPECT_EQ(refused([](ForecastOptions& o) { o.lags = {2, 6}, o.inputs += 2, ++o.known; }), "none");
  EXPECT_EQ(refused([](ForecastOptions& o) { o.lags = {2, 6}, o.inputs += 2; }), "model/corrupt");
  EXPECT_EQ(refused([](ForecastOptions& o) { o.lags = {2, 6}, ++o.known; }), "model/corrupt");
  const auto steps = [](ForecastOptions& o) { o.network = ForecastNetwork::autoregressive, o.lags = {6}, ++o.inputs; };
  EXPECT_EQ(refused(steps), "none");
  EXPECT_EQ(refused([&](ForecastOptions& o) { steps(o), ++o.known; }), "model/corrupt");
  ForecastOptions far = fits;
  far.context = 100, far.lags = {2, 30};
  EXPECT_EQ(steps_read(t.front, far), 130);
}

}  // namespace
}  // namespace rnn::core::test
