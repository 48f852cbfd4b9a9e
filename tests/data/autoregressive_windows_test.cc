// Why: what a step reads lies before it, and what it is asked for is its own value.
#include "data/autoregressive_windows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "heads/family.h"
#include "kernels/host.h"
#include "networks/init.h"
#include "train/gradient_check.h"

namespace rnn::core::test {
namespace {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

struct Stepwise {
  std::vector<float> y, past, known;
  WindowSeries series;
  WindowOptions options;
  Stepwise() {
    for (int t = 0; t < 30; ++t)
      y.push_back(t == 8 ? kNoValue : static_cast<float>(100 + t)), past.push_back(static_cast<float>(1000 + t));
    for (int t = 0; t < 40; ++t) known.push_back(static_cast<float>(2000 + t));
    series = {y, {past}, {known}, 3};
    options.network = ForecastNetwork::autoregressive;
    options.context = 6, options.horizon = 3, options.lags = {4, 9}, options.mask = true;
    options.normalise = Normalise::none;
  }
  std::vector<float> frame(const StepwiseWindow& window, int64_t t) const {
    std::vector<float> to(static_cast<size_t>(window_inputs(series, options)));
    stepwise_frame(window, t, options, to.data());
    return to;
  }
  Batch batch_of(std::span<const Window> windows) const {
    std::vector<uint32_t> ids(windows.size(), 5);
    Batch batch;
    fill_windows({&series, 1}, windows, ids, options, batch);
    return batch;
  }
};

TEST(AutoregressiveWindows, AStepReadsWhatWasBefore) {
  const Stepwise s;
  const StepwiseWindow window = stepwise_window_with_future(s.series, {0, 12}, s.options);
  EXPECT_EQ(window.first, 6);
  EXPECT_EQ(window.known_until(), 15);
  using Frame = std::vector<float>;  // the value before, its mask, those of 4 and 9 steps before, past, known
  EXPECT_EQ(s.frame(window, 6), (Frame{0, 0, 102, 0, 0, 2006}));  // before the window lags alone read
  EXPECT_EQ(s.frame(window, 7), (Frame{106, 1, 103, 0, 1006, 2007}));
  EXPECT_EQ(s.frame(window, 9), (Frame{0, 0, 105, 100, 1008, 2009}));  // a gap
  EXPECT_EQ(s.frame(window, 11), (Frame{110, 1, 107, 102, 1010, 2011}));
  EXPECT_EQ(s.frame(window, 12), (Frame{111, 1, 0, 103, 1011, 2012}));  // four before is the gap
  EXPECT_EQ(s.frame(window, 13), (Frame{112, 1, 109, 104, 0, 2013}));   // a past covariate of the future is not known
  EXPECT_EQ(s.frame(window, 14), (Frame{113, 1, 110, 105, 0, 2014}));
}

// What is sampled serves as what was seen, for the value before and for every lag.
TEST(AutoregressiveWindows, SampledValuesAreReadInPlaceOfTheFuture) {
  Stepwise s;
  s.options.lags = {1, 2};
  StepwiseWindow window = stepwise_window(s.series, {0, 12}, s.options);
  using Frame = std::vector<float>;
  EXPECT_EQ(s.frame(window, 12), (Frame{111, 1, 111, 110, 1011, 2012}));
  window.future = {-7};
  EXPECT_EQ(s.frame(window, 13), (Frame{-7, 1, -7, 111, 0, 2013}));
  window.future = {-7, -8};
  EXPECT_EQ(s.frame(window, 14), (Frame{-8, 1, -8, -7, 0, 2014}));
}

TEST(AutoregressiveWindows, TargetsAreTheValuesOfTheSteps) {
  Stepwise s;
  const Window windows[] = {{0, 12}, {0, 3}, {0, 29}};
  const int first[] = {6, 0, 23}, length[] = {9, 6, 9};
  for (const bool past : {true, false}) {
    s.options.past_targets = past;
    const Batch batch = s.batch_of(windows);
    EXPECT_FALSE(batch.to.last_step);
    EXPECT_EQ(batch.to.width, 1);
    EXPECT_EQ(batch.stream_ids, (std::vector<int32_t>{3, 3, 3}));
    const Seq& seq = batch.in.seq;
    ASSERT_EQ(seq.rows(), 9 + 6 + 9);
    ASSERT_EQ(batch.to.values.size(), static_cast<size_t>(seq.rows()));
    const std::vector<int> position = seq.positions();
    for (size_t i = 0; i < 3; ++i) {
      for (int k = 0; k < length[i]; ++k) {
        const int t = first[i] + k;
        const float target = batch.to.values[static_cast<size_t>(seq.start[static_cast<size_t>(k)] + position[i])];
        if (t == 8 || t > 29 || (!past && t < windows[i].origin)) {
          EXPECT_TRUE(std::isnan(target)) << t;
        } else {
          EXPECT_EQ(target, 100 + t) << t;
        }
      }
    }
    const auto batcher = window_batcher({&s.series, 1}, windows, s.options);
    EXPECT_EQ(batcher->tokens_per_epoch(), past ? 8 + 6 + 7 : 3 + 3 + 1);  // a gap and the end are left out
  }
}

TEST(AutoregressiveWindows, ValuesAreInUnitsOfThePast) {
  Stepwise s;
  s.options.normalise = Normalise::mean_abs;
  const StepwiseWindow window = stepwise_window_with_future(s.series, {0, 8}, s.options);
  EXPECT_DOUBLE_EQ(window.scale.scale, 104.5);  // of 102 to 107
  EXPECT_FLOAT_EQ(window.value(2), 102 / 104.5f);
  EXPECT_FLOAT_EQ(window.value(0), 100 / 104.5f);
  EXPECT_TRUE(std::isnan(window.value(8)));
  EXPECT_FLOAT_EQ(window.value(9), 109 / 104.5f);
  EXPECT_TRUE(std::isnan(window.value(11)));  // after the horizon
  s.options.counts = true;
  const Window w{0, 8};
  const Batch batch = s.batch_of({&w, 1});
  EXPECT_EQ(batch.to.values[0], 102);
  EXPECT_EQ(batch.to.scales[0], 105.5f);
}

std::unique_ptr<Model<double>> double_model(const Batch& batch, const WindowOptions& o, ForecastHead head) {
  ModelConfig config;
  config.task = kForecastTask, config.rnn.cell = CellKind::lstm, config.rnn.hidden = 4, config.rnn.input = batch.in.width;
  ForecastOptions& f = config.forecast;
  f.network = ForecastNetwork::autoregressive, f.head = head, f.horizon = o.horizon, f.context = o.context;
  f.inputs = batch.in.width, f.known = 1, f.lags = o.lags;
  auto model = std::make_unique<Model<double>>(config);
  EXPECT_FALSE(model->answers_at_end());
  initialise(*model, {.kind = InitKind::uniform, .range = 0.5}, 3);
  return model;
}

void make_small(Stepwise& s) {
  for (float& v : s.y) v = std::sin(v);
  for (float& v : s.past) v = std::sin(v);
  for (float& v : s.known) v = std::cos(v);
}

TEST(AutoregressiveWindows, GradientsOfEveryParameter) {
  Stepwise s;
  make_small(s);
  const Window windows[] = {{0, 12}, {0, 3}};
  for (const ForecastHead head : {ForecastHead::gaussian, ForecastHead::student_t, ForecastHead::quantiles}) {
    const Batch batch = s.batch_of(windows);
    const auto made = double_model(batch, s.options, head);
    for (const TensorCheck& check : check_gradients(*made, batch, {})) {
      EXPECT_GT(check.norm, 0) << check.name;
      EXPECT_LT(check.worst, 1e-6) << check.name;
    }
  }
}

// The loss of a window is that of its steps, one after the other, each reading what came before: the density of a normal distribution,
// written out.
TEST(AutoregressiveWindows, TheLossIsThatOfTheStepsByHand) {
  Stepwise s;
  make_small(s);
  const Window window{0, 12};
  const Batch batch = s.batch_of({&window, 1});
  const auto made = double_model(batch, s.options, ForecastHead::gaussian);
  Model<double>& model = *made;
  Pool pool(1);
  Arena arena;
  model.pack(pool, true);
  Context<double> context{pool, arena};
  State<double> whole = model.initial(1);
  const LossSum sum = model.loss(context, model.forward_hidden(context, batch, whole, nullptr), batch.to);
  State<double> state = model.initial(1);
  double by_hand = 0, count = 0;
  for (int t = 6; t < 15; ++t) {
    // The value before, its mask, lags 4 and 9, past, known.
    const auto y = [&](int at) { return at < 0 || at == 8 ? 0.0 : static_cast<double>(s.y[static_cast<size_t>(at)]); };
    const double x[] = {t > 6 ? y(t - 1) : 0,
                        t > 6 && t - 1 != 8 ? 1.0 : 0.0,
                        y(t - 4),
                        y(t - 9),
                        t > 6 && t <= 12 ? static_cast<double>(s.past[static_cast<size_t>(t - 1)]) : 0,
                        static_cast<double>(s.known[static_cast<size_t>(t)])};
    Batch one;
    one.in.seq = Seq::uniform_batch(1, 1), one.in.width = 6, one.to.width = 1;
    for (const double v : x) one.in.frames.push_back(static_cast<float>(v));
    arena.clear();
    const View<double> h = model.forward_hidden(context, one, state, nullptr);
    const View<double> out = arena.matrix<double>(1, model.outputs());
    model.forward_output(context, h, out);
    if (t == 8) continue;
    const double mean = host(out).row(0)[0], raw = host(out).row(0)[1];
    const double deviation = std::log1p(std::exp(raw)) + kLeastDeviation, z = (y(t) - mean) / deviation;
    by_hand += 0.5 * z * z + std::log(deviation) + 0.5 * std::log(2 * std::numbers::pi), ++count;
  }
  EXPECT_EQ(sum.weight, count);
  EXPECT_NEAR(sum.loss, by_hand, 1e-9);
}

}  // namespace
}  // namespace rnn::core::test
