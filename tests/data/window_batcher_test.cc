// Why: a window holds its own past and nothing else; whatever the values are, a network reads finite numbers.
#include "data/window_batcher.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <vector>

#include "base/rng.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Floats = std::vector<float>;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr Normalise kAll[] = {Normalise::none,     Normalise::last,     Normalise::mean,
                              Normalise::mean_abs, Normalise::standard, Normalise::median};

Floats ramp(int n, float first = 1) {
  Floats y;
  for (int t = 0; t < n; ++t) y.push_back(first + static_cast<float>(t));
  return y;
}

WindowOptions segments() {
  WindowOptions o;
  o.context = 6, o.horizon = 5, o.segment = 3, o.normalise = Normalise::none;
  return o;
}

Batch batch_of(const std::vector<WindowSeries>& series, const std::vector<Window>& windows, const WindowOptions& options) {
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < windows.size(); ++i) ids.push_back(static_cast<uint32_t>(10 + i));
  Batch batch;
  fill_windows(series, windows, ids, options, batch);
  return batch;
}

void expect_numbers(const Floats& got, const Floats& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    if (std::isnan(want[i]))
      EXPECT_TRUE(std::isnan(got[i])) << i << ": " << got[i];
    else
      EXPECT_FLOAT_EQ(got[i], want[i]) << i;
  }
}

bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

TEST(Windows, SegmentsEndAtTheOrigin) {
  const Floats y = ramp(20);
  const Batch batch = batch_of({{y, {}, {}, 4}}, {{0, 10}}, segments());
  EXPECT_EQ(batch.source.width, 3);
  EXPECT_EQ(batch.source.seq.steps(), 2);
  expect_numbers(batch.source.frames, {5, 6, 7, 8, 9, 10});
  EXPECT_EQ(batch.in.ids, (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(batch.in.width, 0);
  EXPECT_EQ(batch.stream_ids, (std::vector<int32_t>{4}));
  EXPECT_EQ(batch.in.seq.id, (std::vector<uint32_t>{10}));
  EXPECT_EQ(batch.to.width, 3);
  EXPECT_FALSE(batch.to.last_step);
  expect_numbers(batch.to.values, {11, 12, 13, 14, 15, kNone});  // the horizon is 5
}

// Series of different lengths: longest past first in `source`, numbered as given everywhere.
TEST(Windows, ShortPastsAreFilledUpAndNamed) {
  const Floats a = ramp(8), b = ramp(30, 101);
  WindowOptions o = segments();
  o.mask = true;
  const Batch batch = batch_of({{a, {}, {}}, {b, {}, {}}}, {{0, 2}, {1, 20}, {0, 0}}, o);
  EXPECT_EQ(batch.source.seq.order, (std::vector<int>{1, 0, 2}));
  EXPECT_EQ(batch.source.seq.rows(), 3);
  expect_numbers(batch.source.frames, {115, 1, 116, 1, 117, 1, 0, 0, 1, 1, 2, 1, 118, 1, 119, 1, 120, 1});
  EXPECT_EQ(batch.in.ids, (std::vector<int32_t>{0, 0, 0, 1, 1, 1}));
  expect_numbers(batch.to.values, {3, 4, 5, 121, 122, 123, 1, 2, 3, 6, 7, kNone, 124, 125, kNone, 4, 5, kNone});
}

TEST(Windows, StepsForTheStackedNetwork) {
  const Floats a = ramp(8), b = ramp(9, 101), p = ramp(9, 51);
  WindowOptions o = segments();
  o.network = ForecastNetwork::stacked, o.segment = 0;
  const Batch batch = batch_of({{a, {p}, {}}, {b, {p}, {}}}, {{0, 2}, {1, 8}}, o);
  EXPECT_EQ(batch.in.width, 2);
  EXPECT_EQ(batch.in.seq.order, (std::vector<int>{1, 0}));
  EXPECT_EQ(batch.source.seq.streams(), 0);
  expect_numbers(batch.in.frames, {103, 53, 1, 51, 104, 54, 2, 52, 105, 55, 106, 56, 107, 57, 108, 58});
  EXPECT_TRUE(batch.to.last_step);
  EXPECT_EQ(batch.to.width, 5);
  expect_numbers(batch.to.values, {109, kNone, kNone, kNone, kNone, 3, 4, 5, 6, 7});
}

// Lags are read in the units of the window, from before it too, where the series reaches; ahead only those that are there for every step.
TEST(Windows, LagsStandBesideTheValues) {
  const Floats y = ramp(20), known = ramp(30, 101);
  WindowOptions o = segments();
  o.context = 3, o.normalise = Normalise::last, o.lags = {2, 5, 9};
  const WindowSeries series{y, {}, {known}};
  EXPECT_EQ(window_inputs(series, o), 5);
  const Batch batch = batch_of({series}, {{0, 10}}, o);  // the last value is 10
  expect_numbers(batch.source.frames, {-2, -4, -7, 0, 108, -1, -3, -6, 0, 109, 0, -2, -5, -9, 110});
  EXPECT_EQ(batch.in.width, 3 * 3);  // known, and the lags 5 and 9
  expect_numbers(batch.in.frames,
                 {111, -4, -8, 112, -3, -7, 113, -2, -6, 114, -1, -5, 115, 0, -4, 0, 0, 0});  // nothing after the horizon
  o.network = ForecastNetwork::stacked, o.segment = 0, o.mask = true;
  const Batch steps = batch_of({series}, {{0, 4}}, o);
  expect_numbers(steps.in.frames, {-2, 1, 0, 0, 0, 102, -1, 1, -3, 0, 0, 103, 0, 1, -2, 0, 0, 104});
}

TEST(Windows, CovariatesStandBesideTheValues) {
  const Floats y = ramp(8), past = ramp(8, 21), known = ramp(13, 41);
  WindowOptions o = segments();
  o.context = 3;
  const WindowSeries series{y, {past}, {known}};
  EXPECT_EQ(window_inputs(series, o), 3);
  const Batch batch = batch_of({series}, {{0, 8}}, o);
  expect_numbers(batch.source.frames, {6, 26, 46, 7, 27, 47, 8, 28, 48});
  EXPECT_EQ(batch.in.width, 3);
  expect_numbers(batch.in.frames, {49, 50, 51, 52, 53, 0});  // nothing after the horizon
}

TEST(Windows, MissingValuesAreZeroAndMarked) {
  Floats y = ramp(12);
  y[4] = y[7] = kNone;
  WindowOptions o = segments();
  o.mask = true, o.normalise = Normalise::last, o.context = 3;
  Floats known = ramp(12);
  known[5] = kNone;
  const Batch batch = batch_of({{y, {}, {known}}}, {{0, 6}}, o);
  expect_numbers(batch.source.frames, {-2, 1, 4, 0, 0, 5, 0, 1, 0});  // value less the last one, mask, covariate
  expect_numbers(batch.to.values, {1, kNone, 3, 4, 5, kNone});
  EXPECT_TRUE(has_gaps(std::vector<WindowSeries>{{y, {}, {}}}));
  EXPECT_FALSE(has_gaps(std::vector<WindowSeries>{{known.empty() ? y : ramp(3), {}, {}}}));
}

TEST(Windows, ScalesAreThoseOfTheDefinition) {
  const Floats y = {4, kNone, -2, 8, 6};
  const auto scale = [&](Normalise kind, bool counts = false) { return window_scale(y, kind, counts); };
  const auto expect = [](const WindowScale& got, double centre, double size) {
    EXPECT_DOUBLE_EQ(got.centre, centre);
    EXPECT_DOUBLE_EQ(got.scale, size);
  };
  expect(scale(Normalise::none), 0, 1);
  expect(scale(Normalise::last), 6, 1);
  expect(scale(Normalise::mean), 4, 1);
  expect(scale(Normalise::mean_abs), 0, 5);
  expect(scale(Normalise::standard), 4, std::sqrt((0 + 36 + 16 + 4) / 4.0));
  expect(scale(Normalise::median), 5, 6.5 - 2.5);  // numpy.quantile: 2.5, 5, 6.5
  expect(scale(Normalise::last, true), 0, 5);
  EXPECT_DOUBLE_EQ(denormalise(-0.5, {4, 3}), 2.5);
}

// The network sees the targets that denormalise() turns back.
TEST(Windows, TargetsComeBack) {
  Floats y = ramp(20, -7);
  for (size_t i = 0; i < y.size(); ++i) y[i] += 3 * std::sin(static_cast<float>(i));
  for (const Normalise kind : kAll) {
    WindowOptions o = segments();
    o.normalise = kind;
    const Batch batch = batch_of({{y, {}, {}}}, {{0, 12}}, o);
    const WindowScale of = window_scale(window_past({y, {}, {}}, 12, o.context), kind, false);
    for (int t = 0; t < 5; ++t)
      EXPECT_NEAR(denormalise(static_cast<double>(batch.to.values[static_cast<size_t>(t)]), of),
                  static_cast<double>(y[static_cast<size_t>(12 + t)]), 1e-5);
  }
}

// A spike at the origin or later changes targets alone.
TEST(Windows, NothingIsReadFromTheFuture) {
  Random random(3, Purpose::test);
  Floats y, past, known;
  for (int t = 0; t < 40; ++t)
    y.push_back(static_cast<float>(random.normal())), past.push_back(static_cast<float>(random.normal()));
  for (int t = 0; t < 40; ++t) known.push_back(static_cast<float>(random.normal()));
  for (const Normalise kind : kAll) {
    for (const bool counts : {false, true}) {
      for (const ForecastNetwork network : {ForecastNetwork::segments, ForecastNetwork::stacked}) {
        WindowOptions o = segments();
        o.network = network, o.normalise = kind, o.counts = counts, o.mask = true, o.context = 17;
        const std::vector<Window> windows = {{0, 20}, {0, 4}};
        const Batch before = batch_of({{y, {past}, {known}}}, windows, o);
        Floats spiked = y, past_spiked = past;
        for (size_t t = 20; t < y.size(); ++t) spiked[t] = 1e9f, past_spiked[t] = 1e9f;
        const Batch after = batch_of({{spiked, {past_spiked}, {known}}}, windows, o);
        EXPECT_TRUE(same_bits(before.source.frames, after.source.frames));
        EXPECT_TRUE(same_bits(before.in.frames, after.in.frames));
        EXPECT_TRUE(same_bits(before.to.scales, after.to.scales));
        EXPECT_FALSE(same_bits(before.to.values, after.to.values));
      }
    }
  }
}

// Constant, zero, missing, tiny and huge pasts.
TEST(Windows, AnyPastGivesFiniteNumbers) {
  const auto constant = [](float v) { return Floats(30, v); };
  std::vector<Floats> series = {constant(5), constant(0), constant(kNone), constant(1e-40f), constant(3e38f), ramp(30)};
  series[0][25] = 6, series[1][25] = 1e30f, series[2][25] = 2, series[3][25] = 3e38f;
  for (const Floats& y : series) {
    for (const Normalise kind : kAll) {
      for (const bool counts : {false, true}) {
        WindowOptions o = segments();
        o.normalise = kind, o.counts = counts, o.mask = true;
        const Batch batch = batch_of({{y, {}, {}}}, {{0, 20}, {0, 25}, {0, 0}}, o);
        for (const float v : batch.source.frames) EXPECT_TRUE(std::isfinite(v));
        for (const float v : batch.to.values) EXPECT_FALSE(std::isinf(v));
        for (const float v : batch.to.scales) EXPECT_TRUE(std::isfinite(v) && v >= 1);
        const WindowScale of = window_scale(window_past({y, {}, {}}, 20, 6), kind, counts);
        EXPECT_TRUE(std::isfinite(of.centre) && std::isfinite(of.scale) && of.scale > 0);
      }
    }
  }
}

TEST(Windows, CountsKeepTheirValues) {
  const Floats y = {0, 3, 1, 0, 2, 6, 4, 5, 7, 0, 1};
  WindowOptions o = segments();
  o.counts = true, o.normalise = Normalise::standard;
  const Batch batch = batch_of({{y, {}, {}}}, {{0, 6}}, o);
  expect_numbers(batch.source.frames, {0, 1, 1.0f / 3, 0, 2.0f / 3, 2});
  expect_numbers(batch.to.values, {4, 5, 7, 0, 1, kNone});
  expect_numbers(batch.to.scales, {3, 3});
}

TEST(WindowBatches, EveryWindowOncePerEpochInAnOrderOfItsOwn) {
  const Floats y = ramp(60);
  const std::vector<WindowSeries> series = {{y, {}, {}, 1}, {y, {}, {}, 2}};
  std::vector<Window> windows;
  for (int64_t origin = 0; origin < 50; ++origin) windows.push_back({static_cast<int32_t>(origin % 2), origin});
  WindowOptions o = segments();
  o.batch = 8, o.seed = 5;
  using Ids = std::vector<std::vector<uint32_t>>;
  const auto epoch = [&](Batcher& batches, int64_t number) {
    Ids ids;
    Batch batch;
    batches.start_epoch(number);
    while (batches.next(batch)) ids.push_back(batch.in.seq.id);
    return ids;
  };
  const auto batches = window_batcher(series, windows, o);
  const Ids first = epoch(*batches, 0), second = epoch(*batches, 1);
  std::multiset<uint32_t> all;
  for (const auto& ids : first) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 50u);
  EXPECT_EQ(std::set<uint32_t>(all.begin(), all.end()).size(), 50u);
  EXPECT_NE(first, second);
  EXPECT_EQ(epoch(*batches, 0), first);
  EXPECT_EQ(epoch(*window_batcher(series, windows, o), 1), second);
  EXPECT_EQ(batches->tokens_per_epoch(), 100) << "two segments each";
  Batch batch;
  batches->seek(1, 3);
  ASSERT_TRUE(batches->next(batch));
  EXPECT_EQ(batch.in.seq.id, second[3]);
  o.shuffle = false;
  const auto plain = window_batcher(series, windows, o);
  EXPECT_EQ(epoch(*plain, 0), epoch(*plain, 1));
}

TEST(WindowBatches, WhatCannotBeForecastIsNamed) {
  const Floats y = ramp(10), known = ramp(12), sold = {1, 2, 3, -1, 5, 6, 7, 8};
  WindowOptions o = segments();
  const std::vector<WindowSeries> one = {{y, {}, {}}};
  const std::vector<Window> none, last = {{0, 8}};
  EXPECT_EQ(failure_of([&] { window_batcher(one, none, o); }).code, "data/too_short");
  const std::vector<WindowSeries> ahead = {{y, {}, {known}}};
  const auto failure = failure_of([&] { window_batcher(ahead, last, o); });
  EXPECT_EQ(failure.code, "data/known");
  EXPECT_NE(failure.message.find("12 steps in series 1"), std::string::npos) << failure.message;
  EXPECT_NE(failure.message.find("needs 13"), std::string::npos) << failure.message;
  const std::vector<WindowSeries> counts = {{sold, {}, {}}};
  const std::vector<Window> early = {{0, 2}};
  EXPECT_EQ(failure_of([&] { window_batcher(counts, early, o); }).code, "none");
  o.counts = true;
  EXPECT_EQ(failure_of([&] { window_batcher(counts, early, o); }).code, "data/counts");
  o.counts = false, o.batch = 0;
  EXPECT_EQ(failure_of([&] { window_batcher(counts, early, o); }).code, "usage/batch");
}

}  // namespace
}  // namespace rnn::core
