// Why: an effect that runs in an audio callback must be what was trained: the same bits in blocks of any size, and no allocation.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "heads/esr.h"
#include "metrics/figures.h"
#include "networks/init.h"
#include "support/allocations.h"
#include "tasks/effect/effect_rows.h"
#include "tasks/effect/evaluate_effect.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

std::vector<float> plucked(int samples, uint64_t seed) {
  Random random(seed, Purpose::sample);
  std::vector<float> out;
  double level = 0, hertz = 200;
  for (int i = 0; i < samples; ++i) {
    if (i % 2000 == 0) level = random.uniform(0.1, 0.8), hertz = random.uniform(100, 900);
    level *= 0.9995;
    out.push_back(static_cast<float>(level * std::sin(6.2831853 * hertz * i / 16000) + 0.001 * random.normal()));
  }
  return out;
}

struct SmallEffect {
  explicit SmallEffect(CellKind cell, uint64_t seed = 2) {
    ModelConfig config;
    config.task = "effect";
    config.rnn.cell = cell, config.rnn.hidden = 7, config.rnn.input = 1, config.output = 1;
    model = std::make_unique<Model<float>>(config);
    initialise(*model, {.kind = InitKind::uniform, .range = 0.7}, seed);
    model->pack(pool, false);
    effect = {model.get(), {16000, 3.0}, {}};
  }
  Pool pool{1};
  std::unique_ptr<Model<float>> model;
  EffectModel effect;
};

std::vector<float> through(const EffectModel& model, std::span<const float> in, size_t block) {
  Effect effect(model);
  std::vector<float> out(in.size());
  for (size_t at = 0; at < in.size(); at += block) {
    const size_t n = std::min(block, in.size() - at);
    effect.process(in.subspan(at, n), std::span(out).subspan(at, n));
  }
  return out;
}

TEST(EffectTest, BlocksOfAnySizeHaveTheSameBits) {
  const std::vector<float> in = plucked(3000, 1);
  for (const CellKind cell : {CellKind::lstm, CellKind::gru, CellKind::elman}) {
    const SmallEffect small(cell);
    const std::vector<float> whole = through(small.effect, in, in.size());
    for (const size_t block : {size_t{1}, size_t{64}, size_t{255}, size_t{1000}})
      EXPECT_EQ(through(small.effect, in, block), whole);
    std::vector<float> in_place = in;
    Effect(small.effect).process(in_place, in_place);
    EXPECT_EQ(in_place, whole);
    EXPECT_NE(whole, in);
  }
}

TEST(EffectTest, AllocatesNothing) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "allocations are not counted here";
#endif
  SmallEffect small(CellKind::lstm);
  small.effect.front.filter.assign(64, 0.01F);
  Effect effect(small.effect);
  std::vector<float> sound = plucked(5000, 3);
  const int64_t before = allocations;
  for (const size_t block : {size_t{1}, size_t{480}, size_t{33}, size_t{4096}})
    effect.process({sound.data(), block}, {sound.data(), block});
  effect.reset();
  EXPECT_EQ(allocations, before);
}

TEST(EffectTest, ASavedStateGoesOnWithTheSameBits) {
  const SmallEffect small(CellKind::gru);
  const std::vector<float> in = plucked(2000, 4), whole = through(small.effect, in, in.size());
  Effect first(small.effect), second(small.effect);
  std::vector<float> out(2000);
  first.process({in.data(), 700}, {out.data(), 700});
  second.load(first.save());
  second.process({in.data() + 700, 1300}, {out.data() + 700, 1300});
  EXPECT_EQ(out, whole);
  for (const std::string& bad : {std::string(), std::string("EFX1"), first.save() + "x", first.save().substr(0, 40)}) {
    try {
      second.load(bad);
      ADD_FAILURE() << bad.size();
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::model);
    }
  }
}

TEST(EffectTest, WhatIsNotFiniteIsSilence) {
  const SmallEffect small(CellKind::lstm);
  std::vector<float> in = plucked(500, 5), quiet = in;
  in[100] = std::numeric_limits<float>::quiet_NaN(), in[200] = std::numeric_limits<float>::infinity();
  quiet[100] = quiet[200] = 0;
  EXPECT_EQ(through(small.effect, in, 50), through(small.effect, quiet, 50));
}

// The loss of an epoch, read window by window with carried state, is that of the effect as it runs: squares of the pre-emphasised
// error but for the first sample of each window, and the mean of each window.
TEST(EffectTest, TheLossOfWindowsIsThatOfTheRunningEffect) {
  SmallEffect small(CellKind::lstm);
  const std::vector<float> dry = plucked(1000, 6), wet = plucked(1000, 7);
  const std::vector<SoundPart> parts = {{dry, wet}};
  constexpr int kWindow = 300;
  const std::unique_ptr<Batcher> batcher = sound_batcher(parts, {0, kWindow, small.effect.front.scale});
  EXPECT_EQ(batcher->batches_per_epoch(), 4);
  EXPECT_EQ(batcher->tokens_per_epoch(), 1000);
  const double got = evaluate(*small.model, *batcher, small.pool).loss();
  const std::vector<float> made = through(small.effect, dry, 1000);
  double want = 0;
  for (int begin = 0; begin < 1000; begin += kWindow) {
    const int end = std::min(begin + kWindow, 1000);
    double mean = 0, before = 0;
    const auto error = [&](int t) {
      return small.effect.front.scale *
             (static_cast<double>(made[static_cast<size_t>(t)]) - static_cast<double>(wet[static_cast<size_t>(t)]));
    };
    for (int t = begin; t < end; ++t) mean += error(t) / (end - begin);
    for (int t = begin; t < end; ++t) want += std::pow(error(t) - kPreEmphasis * before, 2) + mean * mean, before = error(t);
  }
  EXPECT_NEAR(got, want / 1000, 1e-5 * want / 1000);
}

TEST(EffectTest, StretchesOfABatchLieSideBySide) {
  std::vector<float> dry(1003), wet(1003);
  for (size_t i = 0; i < dry.size(); ++i) dry[i] = static_cast<float>(i), wet[i] = dry[i] + 0.5F;
  const std::unique_ptr<Batcher> batcher = sound_batcher({{dry, wet}}, {4, 100, 2});
  EXPECT_EQ(batcher->batches_per_epoch(), 3) << "stretches of 250";
  Batch batch;
  std::vector<float> read;
  for (int i = 0; batcher->next(batch); ++i) {
    EXPECT_EQ(batch.carried, i > 0);
    ASSERT_EQ(batch.in.seq.streams(), 4);
    for (int t = 0; t < batch.in.seq.steps(); ++t) {
      for (int r = 0; r < 4; ++r) {
        const auto row = static_cast<size_t>(4 * t + r);
        EXPECT_EQ(batch.in.frames[row], static_cast<float>(250 * r + 100 * i + t));
        EXPECT_EQ(batch.to.values[row], 1.0F);
      }
    }
  }
}

TEST(EffectTest, AFilterIsFoundByItsRow) {
  const std::vector<float> dry = plucked(20000, 8);
  std::vector<float> filtered(dry.size()), bent(dry.size());
  for (size_t t = 0; t < dry.size(); ++t) {
    filtered[t] = 0.5F * dry[t] + (t > 2 ? 0.3F * dry[t - 3] : 0);
    bent[t] = filtered[t] - 0.2F * dry[t] * dry[t] * dry[t];
  }
  const std::vector<SoundPart> straight = {{dry, filtered}}, curved = {{dry, bent}};
  const EffectRows of_straight = fit_effect_rows(straight), of_curved = fit_effect_rows(curved);
  const std::vector<ResultRow> a = effect_rows(&of_straight, straight), b = effect_rows(&of_curved, curved);
  EXPECT_LT(a[1].at(figure::kEsr), 1e-6);
  EXPECT_LT(b[2].at(figure::kEsr), 1e-6);
  EXPECT_GT(b[1].at(figure::kEsr), 1e-4) << "a curve is no filter";
  EXPECT_GT(a[0].at(figure::kEsr), 0.01);
}

TEST(EffectTest, ADelayIsFound) {
  SoundPair pair{"dry", "wet", plucked(30000, 9), {}, 1};
  for (const int delay : {-7, 0, 1, 300}) {
    pair.out.assign(pair.in.size(), 0);
    for (int t = 0; t < 30000; ++t)
      if (t - delay >= 0 && t - delay < 30000)
        pair.out[static_cast<size_t>(t)] = -0.4F * pair.in[static_cast<size_t>(t - delay)];
    EXPECT_EQ(delay_of(pair), delay);
  }
}

// Beside the network: the convolution of the definition, in blocks of any size, saved in the middle.
TEST(EffectWithFilter, IsTheConvolutionPlusTheNetworkInAnyBlocks) {
  SmallEffect plain(CellKind::lstm), filtered(CellKind::lstm);
  std::vector<float> taps;
  Random random(4, Purpose::sample);
  for (int k = 0; k < 64; ++k) taps.push_back(static_cast<float>(random.uniform(-0.2, 0.2)));
  filtered.effect.front.filter = taps;
  const std::vector<float> in = plucked(3000, 1);
  const std::vector<float> whole = through(filtered.effect, in, in.size()), dry = through(plain.effect, in, in.size());
  for (size_t t = 0; t < in.size(); ++t) {
    double wanted = static_cast<double>(dry[t]) - static_cast<double>(in[t]);
    for (size_t k = 0; k < taps.size() && k <= t; ++k)
      wanted += static_cast<double>(taps[k]) * static_cast<double>(in[t - k]);
    ASSERT_NEAR(whole[t], wanted, 2e-6) << t;
  }
  for (const size_t block : {size_t{1}, size_t{7}, size_t{255}, size_t{256}, size_t{257}, size_t{1000}})
    EXPECT_EQ(through(filtered.effect, in, block), whole) << block;

  Effect first(filtered.effect), second(filtered.effect);
  std::vector<float> out(in.size());
  first.process(std::span(in).first(1003), std::span(out).first(1003));
  const std::string state = first.save();
  second.process(std::span(in).first(500), std::span(out).first(500));  // something else before
  second.load(state);
  second.process(std::span(in).subspan(1003), std::span(out).subspan(1003));
  EXPECT_TRUE(std::equal(out.begin() + 1003, out.end(), whole.begin() + 1003));
  first.reset();
  std::copy(in.begin(), in.end(), out.begin());
  first.process(out, out);  // in place
  EXPECT_EQ(out, whole);

  EXPECT_THROW(Effect(plain.effect).load(state), Error) << "a state with a past is not one of a model without a filter";
  EXPECT_THROW(second.load(Effect(plain.effect).save()), Error);
  std::string damaged = state;
  for (size_t i = 0; i < 4; ++i) damaged[damaged.size() - 1 - i] = '\xff';
  EXPECT_THROW(second.load(damaged), Error);
}

TEST(EffectWithFilter, TheFittedTapsAreThoseOfTheRow) {
  const std::vector<float> in = plucked(20000, 3);
  std::vector<float> out(in.size());
  Filter({0.5F, 0.25F, -0.125F}).process(in, out);
  const FilterRow row = linear_filter({{in, out}});
  std::vector<float> of_row(in.size()), of_taps(in.size());
  row.run(in, of_row);
  Filter(row.taps()).process(in, of_taps);
  for (size_t t = 0; t < in.size(); ++t) {
    ASSERT_NEAR(of_row[t], of_taps[t], 1e-5) << t;
    ASSERT_NEAR(out[t], of_taps[t], 1e-4) << t;
  }
}

}  // namespace
}  // namespace rnn::core
