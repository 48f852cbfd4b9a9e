// Why: tests of forecasts write a table, fit what is fitted in closed form, and put a network of random weights beside it.
#pragma once

#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "base/rng.h"
#include "networks/init.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core::test {

struct TinySeries {
  SeriesSet set;
  SeriesOptions options;
  SeriesSplit split;
  ForecastFront front;
  std::unique_ptr<SeriesBank> bank;
};

inline SeriesSet series_of(const std::string& text) {
  const NamedText file{"t.csv", text};
  return read_series({&file, 1}, {});
}

// Two series without dates of unlike lengths, with a gap, a number known ahead, one known up to now and a category; three rows ahead.
inline std::string two_series(int steps = 60, int horizon = 6) {
  std::string text = "id,step,y,promo,temp,kind\n";
  Random random(3, Purpose::test);
  for (const int s : {0, 1}) {
    const int last = steps - 13 * s;
    for (int t = 0; t < last + horizon; ++t) {
      const double season = std::sin(2 * std::numbers::pi * t / 6), noise = random.uniform(-1, 1);
      const bool gap = t == 17 && s == 0, ahead = t >= last;
      text += (s == 0 ? "a," : "b,") + std::to_string(t) + ",";
      text += gap || ahead ? "," : std::to_string(20 + 50 * s + 5 * season + noise + 3 * (t % 5 == 0)) + ",";
      text += std::to_string(int{t % 5 == 0}) + "," + (ahead ? "" : std::to_string(noise)) + ",";
      text += ahead ? "\n" : std::string(t / 7 % 2 == 0 ? "x" : "y") + "\n";
    }
  }
  return text;
}

inline TinySeries fit_series(const std::string& text, SeriesOptions options, Transform transform = Transform::none) {
  TinySeries t;
  t.set = series_of(text), t.options = options;
  decide_series_options(t.set, &t.options);
  t.split = split_series(t.set, t.options);
  fit_training_categories(t.set, t.split);
  t.front = fit_front(t.set, t.split, t.options, transform, options.head == "negative-binomial");
  t.bank = std::make_unique<SeriesBank>(t.front, t.set);
  t.front.linear = fit_linear(t.front, *t.bank, t.split, t.options, !t.front.cycles().empty()).part;
  return t;
}

// Weights large enough that outputs differ by more than rounding.
inline std::unique_ptr<Model<float>> model_of(const TinySeries& t, ForecastNetwork network, ForecastHead head,
                                              Normalise normalise = Normalise::last) {
  ModelConfig config;
  config.task = "forecast";
  ForecastOptions& f = config.forecast;
  f.network = network, f.head = head, f.normalise = normalise, f.horizon = t.options.horizon;
  f.segment = f.segments() ? 3 : 0;
  f.context = 12;
  f.levels = {0.1, 0.25, 0.5, 0.75, 0.9};
  f.inputs = 2 + static_cast<int>(t.front.channels.size());
  f.known = f.segments() ? static_cast<int>(t.bank->views()[0].known.size()) : 0;
  f.channels = f.segments() && t.bank->size() > 1 ? static_cast<int>(t.bank->size()) + 1 : 0;
  config.rnn.cell = CellKind::gru, config.rnn.hidden = 5, config.rnn.input = f.segments() ? 6 : f.frame();
  config.vocabulary = 0, config.tied = false;
  auto model = std::make_unique<Model<float>>(config);
  initialise(*model, {.kind = InitKind::uniform, .range = 0.7}, 1);
  return model;
}

// The weights of a copy are packed, which empties the model.
struct ReadyPair {
  Pool pool;
  std::unique_ptr<Model<float>> model;
  Forecaster forecaster;
  ReadyPair(const TinySeries& t, ForecastNetwork network, ForecastHead head, int threads = 1)
      : pool(threads), model(model_of(t, network, head)), forecaster((model->pack(pool, false), t.front), *model, pool) {}
};

// All windows of whose future a value is there.
inline std::vector<Window> all_windows(const TinySeries& t) {
  std::vector<int64_t> first, last;
  for (size_t s = 0; s < t.bank->size(); ++s) first.push_back(1), last.push_back(t.bank->length(s));
  return windows_between(*t.bank, first, last, t.options.horizon, 1, 1 << 30);
}

inline SeriesOptions tiny_options(int horizon = 6) {
  SeriesOptions options;
  options.horizon = horizon, options.season = 6;
  return options;
}

}  // namespace rnn::core::test
