// Why: futures that are sampled step by step depend on their own past alone, and are spread as the network says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "heads/special.h"
#include "kernels/host.h"
#include "tasks/forecast/stream/ancestral.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

constexpr double kLevels[] = {0.1, 0.5, 0.9};

// A network of random weights that forecasts step by step; the longer lag lies before the context.
std::unique_ptr<Model<float>> stepwise_model(const TinySeries& t, ForecastHead head, double range) {
  ModelConfig config;
  config.task = "forecast";
  ForecastOptions& f = config.forecast;
  f.network = ForecastNetwork::autoregressive, f.head = head, f.normalise = Normalise::mean_abs;
  f.horizon = t.options.horizon, f.context = 12, f.lags = {2, 18}, f.levels = {0.1, 0.5, 0.9};
  f.inputs = 4 + static_cast<int>(t.front.channels.size());
  f.known = static_cast<int>(t.bank->views()[0].known.size());
  config.rnn.cell = CellKind::gru, config.rnn.hidden = 5, config.rnn.input = f.frame();
  config.vocabulary = 0, config.tied = false;
  auto model = std::make_unique<Model<float>>(config);
  if (range > 0) initialise(*model, {.kind = InitKind::uniform, .range = range}, 1);
  return model;
}

struct StepwiseReady {
  TinySeries t;
  Pool pool;
  std::unique_ptr<Model<float>> model;
  std::unique_ptr<Forecaster> forecaster;
  explicit StepwiseReady(int threads = 1, ForecastHead head = ForecastHead::gaussian, double range = 0.7)
      : t(fitted(head)), pool(threads), model(stepwise_model(t, head, range)) {
    check_front(t.front, model->config().forecast);
    model->pack(pool, false);
    forecaster = std::make_unique<Forecaster>(t.front, *model, pool);
  }
  static TinySeries fitted(ForecastHead head) {
    SeriesOptions options = tiny_options();
    options.linear = "off";
    TinySeries t = fit_series(two_series(), options);
    t.front.counts = head == ForecastHead::negative_binomial;
    return t;
  }
};

void expect_bits(const Forecast& a, const Forecast& b) {
  ASSERT_EQ(a.quantile.size(), b.quantile.size());
  EXPECT_EQ(0, std::memcmp(a.point.data(), b.point.data(), a.point.size() * sizeof(double)));
  EXPECT_EQ(0, std::memcmp(a.quantile.data(), b.quantile.data(), a.quantile.size() * sizeof(double)));
}

TEST(ForecastAutoregressive, WindowsOfABatchAreThoseOneByOne) {
  StepwiseReady alone;
  std::vector<Window> windows = all_windows(alone.t);
  windows.erase(windows.begin() + 20, windows.end() - 20);
  std::vector<Forecast> expected;
  for (const Window& w : windows) expected.push_back(alone.forecaster->forecast(*alone.t.bank, {&w, 1}, kLevels)[0]);
  for (const int threads : {1, 3}) {
    StepwiseReady together(threads);
    const std::vector<Forecast> found = together.forecaster->forecast(*together.t.bank, windows, kLevels);
    for (size_t i = 0; i < windows.size(); ++i) expect_bits(found[i], expected[i]);
  }
  EXPECT_NE(expected[3].point, expected[30].point);
}

// The first steps are the same whether the others are sampled or not.
TEST(ForecastAutoregressive, FewerStepsAreTheFirstOnes) {
  StepwiseReady ready;
  const Window w{1, 30};
  const auto all = ready.forecaster->parts(*ready.t.bank, {&w, 1}), two = ready.forecaster->parts(*ready.t.bank, {&w, 1}, 2);
  ASSERT_EQ(all[0].network.size(), 3 * two[0].network.size());
  EXPECT_TRUE(std::equal(two[0].network.begin(), two[0].network.end(), all[0].network.begin()));
}

TEST(ForecastAutoregressive, NothingFromTheOriginOnIsRead) {
  StepwiseReady ready;
  constexpr int64_t kOrigin = 30;
  TinySeries spoilt = StepwiseReady::fitted(ForecastHead::gaussian);
  for (Series& s : spoilt.set.series) {
    for (size_t i = kOrigin; i < s.y.size(); ++i) s.y[i] = 1e9;
    for (size_t c = 0; c < s.covariates.size(); ++c)
      for (size_t i = kOrigin; i < s.y.size() && spoilt.set.covariates[c].use == Covariate::Use::past; ++i)
        s.covariates[c][i] = spoilt.set.covariates[c].kind == Covariate::Kind::number ? 1e9 : 1;
  }
  const SeriesBank bank(ready.t.front, spoilt.set);
  const Window at{0, kOrigin}, later{0, kOrigin + 1};
  expect_bits(ready.forecaster->forecast(*ready.t.bank, {&at, 1}, kLevels)[0],
              ready.forecaster->forecast(bank, {&at, 1}, kLevels)[0]);
  EXPECT_NE(ready.forecaster->forecast(*ready.t.bank, {&later, 1}, kLevels)[0].point,
            ready.forecaster->forecast(bank, {&later, 1}, kLevels)[0].point);
}

// What is known of a step is read at that step.
TEST(ForecastAutoregressive, WhatIsKnownAheadIsRead) {
  StepwiseReady ready;
  constexpr int64_t kOrigin = 40;
  TinySeries other = StepwiseReady::fitted(ForecastHead::gaussian);
  for (size_t c = 0; c < other.set.covariates.size(); ++c)
    if (other.set.covariates[c].use == Covariate::Use::known) other.set.series[0].covariates[c][kOrigin + 2] += 5;
  SeriesSet& set = other.set;
  ASSERT_TRUE(std::any_of(set.covariates.begin(), set.covariates.end(),
                          [](const Covariate& c) { return c.use == Covariate::Use::known; }));
  const SeriesBank bank(ready.t.front, set);
  const Window w{0, kOrigin};
  const auto before = ready.forecaster->forecast(*ready.t.bank, {&w, 1}, kLevels)[0].point,
             after = ready.forecaster->forecast(bank, {&w, 1}, kLevels)[0].point;
  EXPECT_EQ(before[1], after[1]);
  for (size_t h = 2; h < 6; ++h) EXPECT_NE(before[h], after[h]) << h;
}

// Futures against a loop over single steps of a single future.
TEST(ForecastAutoregressive, FuturesAreThoseOfALoopOverSteps) {
  StepwiseReady ready;
  const Window w{0, 29};
  constexpr uint64_t kKey = 77;
  const WindowOptions how = ready.forecaster->window_options();
  const auto futures = sample_futures(*ready.model, ready.pool, *ready.t.bank, w, how, kKey, 5);
  const WindowSeries& series = ready.t.bank->views()[0];
  double size = 0;
  for (size_t t = 17; t < 29; ++t) size += std::isnan(series.y[t]) ? 0 : std::abs(static_cast<double>(series.y[t])) / 11;
  ASSERT_TRUE(std::isnan(series.y[17]));
  Arena arena;
  Context<float> context{ready.pool, arena};
  for (uint32_t path = 0; path < 5; ++path) {
    std::vector<double> y;  // normalised, [29 + horizon]
    for (size_t t = 0; t < 29; ++t) y.push_back(static_cast<double>(series.y[t]) / size);
    State<float> state = ready.model->initial(1);
    for (size_t t = 17; t < 35; ++t) {
      const auto value = [&](size_t at) { return std::isnan(y[at]) ? 0.0f : static_cast<float>(y[at]); };
      const bool inside = t > 17, there = inside && !std::isnan(y[t - 1]);
      std::vector<float> x = {inside ? value(t - 1) : 0.0f, there ? 1.0f : 0.0f, value(t - 2),
                              t < 18 ? 0.0f : value(t - 18)};
      for (const auto& past : series.past) x.push_back(inside && t <= 29 && !std::isnan(past[t - 1]) ? past[t - 1] : 0.0f);
      for (const auto& known : series.known) x.push_back(known[t]);
      const Seq seq = Seq::uniform_batch(1, 1);
      arena.clear();
      const View<const float> frame(x.data(), 1, static_cast<int>(x.size()), static_cast<int>(x.size()));
      const View<float> h = ready.model->forward_hidden(context, Input<float>{seq, nullptr, frame}, state, nullptr);
      const View<float> out = arena.matrix<float>(1, 2);
      ready.model->forward_output(context, h, out);
      if (t < 29) continue;
      const auto step = static_cast<uint64_t>(t - 29);
      const double u = (static_cast<double>(random_words(kKey, Purpose::sample, step, path)[0]) + 0.5) / 4294967296.0;
      const double mean = static_cast<double>(host(out).row(0)[0]), raw = static_cast<double>(host(out).row(0)[1]);
      const double drawn = mean + (std::log1p(std::exp(raw)) + 1e-4) * normal_quantile(u);
      EXPECT_NEAR(futures[path][step], drawn, 1e-5) << "path " << path << " step " << step;
      y.push_back(futures[path][step]);
    }
  }
  EXPECT_NE(futures[0], futures[1]);
  EXPECT_EQ(sample_futures(*ready.model, ready.pool, *ready.t.bank, w, how, kKey, 3)[2], futures[2]);
  EXPECT_NE(sample_futures(*ready.model, ready.pool, *ready.t.bank, w, how, kKey + 1, 1)[0], futures[0]);
}

// y(t) = 0.8 y(t-1) + 0.1 + noise, as a recurrence whose unit never touches its kink: the future is normal, with the mean and the variance that
// an autoregression of order 1 has.
TEST(ForecastAutoregressive, QuantilesAreThoseOfAnAutoregression) {
  constexpr double kPhi = 0.8, kConstant = 0.1, kDeviation = 0.3, kLarge = 1000;
  SeriesOptions options = tiny_options();
  options.linear = "off";
  std::string text = "step,y\n";
  for (int t = 0; t < 60; ++t) text += std::to_string(t) + "," + std::to_string(10 + 5 * std::sin(t)) + "\n";
  const TinySeries t = fit_series(text, options);
  ModelConfig config;
  config.task = "forecast";
  ForecastOptions& f = config.forecast;
  f.network = ForecastNetwork::autoregressive, f.head = ForecastHead::gaussian, f.normalise = Normalise::none;
  f.horizon = 6, f.context = 12, f.inputs = 1;
  config.rnn.cell = CellKind::elman, config.rnn.flags = kRelu, config.rnn.hidden = 1, config.rnn.input = 1;
  config.vocabulary = 0, config.tied = false;
  Model<float> model(config);
  for (const ParamInfo& info : model.table().all()) {
    const View<float> view = model.params().view(model.table().find(info.name));
    std::fill_n(host(view).row(0), view.cols * view.rows, 0.0f);
    float* first = host(view).row(0);
    if (info.use.role == Role::input) *first = 1;
    if (info.use.role == Role::input_bias) *first = static_cast<float>(kLarge);
    if (info.use.role == Role::linear) *first = static_cast<float>(kPhi);
    if (info.use.role == Role::bias) {
      first[0] = static_cast<float>(kConstant - kPhi * kLarge);
      first[1] = static_cast<float>(std::log(std::expm1(kDeviation - 1e-4)));
    }
  }
  Pool pool(1);
  model.pack(pool, false);
  const Forecaster forecaster(t.front, model, pool);
  const Window w{0, 40};
  constexpr int kCount = 20000;
  const auto futures = sample_futures(model, pool, *t.bank, w, forecaster.window_options(), 5, kCount);
  double mean = static_cast<double>(t.bank->views()[0].y[39]), variance = 0;
  for (size_t h = 0; h < 6; ++h) {
    mean = kPhi * mean + kConstant, variance = kPhi * kPhi * variance + kDeviation * kDeviation;
    std::vector<double> drawn;
    for (const auto& path : futures) drawn.push_back(path[h]);
    std::sort(drawn.begin(), drawn.end());
    for (const double z : {-1.2815515655446004, 0.0, 1.2815515655446004}) {  // of 10, 50 and 90 %
      const double level = z < 0 ? 0.1 : z > 0 ? 0.9 : 0.5;
      // sqrt(p (1 - p) / n) / density is at most 0.012 deviations; four times that, and what floats of 1,000 lose.
      EXPECT_NEAR(drawn[static_cast<size_t>(level * kCount)], mean + z * std::sqrt(variance),
                  0.05 * std::sqrt(variance) + 1e-3)
          << "step " << h << " level " << level;
    }
  }
  // Of one future the next step depends on the last: neighbours go together as in the process.
  double both = 0;
  const double at4 = std::sqrt(variance);
  std::vector<double> sums;
  for (const auto& path : futures) sums.push_back(path[4] + path[5]), both += (path[5] - kPhi * path[4] - kConstant);
  EXPECT_NEAR(both / kCount, 0, 4 * kDeviation / std::sqrt(kCount) + 1e-3);
  double centre = 0, spread = 0;
  for (const double s : sums) centre += s / kCount;
  for (const double s : sums) spread += (s - centre) * (s - centre) / kCount;
  const double before = (variance - kDeviation * kDeviation) / (kPhi * kPhi);  // of step 4
  EXPECT_NEAR(std::sqrt(spread), std::sqrt(before + variance + 2 * kPhi * before), 0.03 * at4);
}

// Without weights the head says the same of every step: a normal distribution whose quantiles are known.
TEST(ForecastAutoregressive, SamplesAreThoseOfTheHead) {
  StepwiseReady ready(1, ForecastHead::gaussian, 0);
  const Window w{1, 30};
  const std::vector<ForecastParts> parts = ready.forecaster->parts(*ready.t.bank, {&w, 1});
  const Distribution head("gaussian");
  const float zeros[2] = {0, 0};
  for (int h = 0; h < 6; ++h) {
    // A quantile of 200 samples is off by about sqrt(p (1 - p) / 200) / density: 0.12 of a deviation at 0.1 and 0.9; four times that.
    const double deviation = (head.quantile(zeros, 0, 0.9) - head.quantile(zeros, 0, 0.1)) / 2.56;
    for (const double level : kLevels) {
      const double expected = parts[0].window.scale * head.quantile(zeros, 0, level);
      EXPECT_NEAR(ready.forecaster->raw_quantile(parts[0], h, level, 1), expected, 0.48 * deviation * parts[0].window.scale);
    }
  }
  EXPECT_EQ(parts[0].base[0], 0);  // mean-abs takes nothing away
}

TEST(ForecastAutoregressive, FuturesOfCountsAreCounts) {
  StepwiseReady ready(1, ForecastHead::negative_binomial);
  const Window w{0, 30};
  for (const Forecast& f : ready.forecaster->forecast(*ready.t.bank, {&w, 1}, kLevels))
    for (const double q : f.quantile) EXPECT_TRUE(std::isfinite(q) && q >= 0) << q;
  const WindowOptions how = ready.forecaster->window_options();
  for (const auto& path : sample_futures(*ready.model, ready.pool, *ready.t.bank, w, how, 1, 50))
    for (const double y : path) EXPECT_EQ(y, std::floor(y));
}

TEST(ForecastAutoregressive, FuturesDependOnSeedAndName) {
  StepwiseReady ready;
  const Window w{0, 30};
  const auto futures = [&](uint64_t seed, std::string_view name, int count) {
    return ready.forecaster->futures(*ready.t.bank, w, {count, seed, name, false});
  };
  const auto first = futures(1, "a", 3);
  EXPECT_EQ(first[1], futures(1, "a", 2)[1]);
  EXPECT_NE(first, futures(2, "a", 3));
  EXPECT_NE(first, futures(1, "b", 3));
  // In the values' own unit: about as the quantiles, which rest on other random numbers.
  const Forecast f = ready.forecaster->forecast(*ready.t.bank, {&w, 1}, kLevels)[0];
  std::vector<double> last;
  for (const auto& path : futures(3, "a", 2000)) last.push_back(path[5]);
  std::sort(last.begin(), last.end());
  const double width = f.quantile[17] - f.quantile[15];
  for (size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(last[static_cast<size_t>(kLevels[i] * 2000)], f.quantile[15 + i], 0.2 * width) << kLevels[i];
}

}  // namespace
}  // namespace rnn::core::test
