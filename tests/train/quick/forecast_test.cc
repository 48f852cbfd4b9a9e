// Why: forecasts learn: a noisy sine is known better than by its last value, its spread is learnt, and threads change nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/rng.h"
#include "data/window_batcher.h"
#include "events/events.h"
#include "heads/distribution.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

constexpr int kPeriod = 12, kHorizon = 12, kSegment = 4, kContext = 24;
constexpr double kNoise = 0.2;

// Two waves with different heights and levels, with noise.
struct Waves {
  std::vector<float> y[2];
  std::vector<WindowSeries> series;
  std::vector<Window> train, valid;
  Waves() {
    Random random(3, Purpose::test);
    for (int s = 0; s < 2; ++s) {
      for (int t = 0; t < 400; ++t) {
        const double wave = std::sin(2 * M_PI * t / kPeriod) * (1 + s) + 5 * s;
        y[s].push_back(static_cast<float>(wave + kNoise * random.normal()));
      }
      series.push_back({y[s], {}, {}, s + 1});
      for (int origin = kContext; origin + kHorizon <= 300; ++origin) train.push_back({s, origin});
      for (int origin = 300; origin + kHorizon <= 400; ++origin) valid.push_back({s, origin});
    }
  }
};

ModelConfig config_of(ForecastHead head, double dropout = 0.1) {
  ModelConfig c;
  c.task = kForecastTask, c.rnn.cell = CellKind::gru, c.rnn.input = c.rnn.hidden = 16, c.dropout = dropout;
  ForecastOptions& f = c.forecast;
  f.head = head, f.horizon = kHorizon, f.segment = kSegment, f.context = kContext, f.channels = 3;
  return c;
}

WindowOptions windows() {
  WindowOptions o;
  o.context = kContext, o.horizon = kHorizon, o.segment = kSegment, o.batch = 32;
  return o;
}

// Trains on `threads`; the weights.
std::vector<float> trained(Model<float>& model, const Waves& waves, int threads, int epochs) {
  initialise(model, {}, 7);
  const auto batches = window_batcher(waves.series, waves.train, windows());
  EventStream events;
  Pool pool(threads);
  TrainOptions options;
  options.optimizer = "adam", options.lr = 0.01, options.epochs = epochs, options.patience = 0, options.clip = 1;
  Trainer trainer(model, *batches, nullptr, options, events, pool, {});
  trainer.run();
  return {model.params().data(), model.params().data() + model.params().size()};
}

Evaluation validated(Model<float>& model, const Waves& waves) {
  WindowOptions o = windows();
  o.shuffle = false;
  Pool pool(1);
  return evaluate(model, *window_batcher(waves.series, waves.valid, o), pool);
}

TEST(Forecast, ANoisySineIsKnownBetterThanByItsLastValue) {
  const Waves waves;
  Model<float> model(config_of(ForecastHead::squared));
  trained(model, waves, 1, 12);
  double last = 0;  // windows are normalised by their last value: its forecast is 0
  Batch batch;
  const auto batches = window_batcher(waves.series, waves.valid, windows());
  int64_t values = 0;
  while (batches->next(batch))
    for (const float v : batch.to.values) last += static_cast<double>(v) * static_cast<double>(v), ++values;
  last /= static_cast<double>(values);
  const double loss = validated(model, waves).loss();
  EXPECT_LT(loss, 0.1 * last);
  EXPECT_GT(loss, kNoise * kNoise) << "nobody foresees the noise";
  EXPECT_LT(loss, 2.5 * kNoise * kNoise);
}

// Bands of 80 % hold about 80 % of the values; dropout would make them wider.
TEST(Forecast, BandsHoldWhatTheySay) {
  const Waves waves;
  for (const ForecastHead head : {ForecastHead::quantiles, ForecastHead::gaussian, ForecastHead::student_t}) {
    Model<float> model(config_of(head, 0));
    trained(model, waves, 1, 25);
    Pool pool(1);
    const auto batches = window_batcher(waves.series, waves.valid, windows());
    const Distribution said(model.config().head(), model.config().forecast.levels);
    Batch batch;
    int inside = 0, all = 0;
    while (batches->next(batch)) {
      Arena arena;
      Context<float> context{pool, arena};
      State<float> state = model.initial(batch.in.seq.streams());
      const View<float> y = model.forward(context, batch, state, nullptr);
      for (int row = 0; row < y.rows; ++row) {
        for (int k = 0; k < kSegment; ++k, ++all) {
          const double value = static_cast<double>(batch.to.values[static_cast<size_t>(row * kSegment + k)]);
          const float* o = host(y).row(row);
          inside += value >= said.quantile(o, k, 0.1) && value <= said.quantile(o, k, 0.9);
        }
      }
    }
    EXPECT_NEAR(static_cast<double>(inside) / all, 0.8, 0.08) << said.numbers();
  }
}

TEST(Forecast, TrainingHasTheSameBitsOnAnyThreads) {
  const Waves waves;
  std::vector<std::vector<float>> weights;
  for (const int threads : {1, 2, 3}) {
    Model<float> model(config_of(ForecastHead::student_t));
    weights.push_back(trained(model, waves, threads, 1));
    EXPECT_EQ(std::memcmp(weights.back().data(), weights.front().data(), weights.front().size() * sizeof(float)), 0)
        << threads;
  }
}

}  // namespace
}  // namespace rnn::core::test
