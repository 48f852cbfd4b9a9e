// Why: figures of rnn bench can be compared with others only if cases, tokens and operations are counted as theirs are.
#include "bench/bench.h"

#include <gtest/gtest.h>

#include <set>

#include "bench/limits.h"
#include "bench/timing.h"
#include "cells/names.h"
#include "kernels/kernels.h"

namespace rnn::core::bench {
namespace {

std::vector<Case> cases(std::vector<std::string> suites, std::vector<CellKind> cells, std::vector<int> hidden) {
  std::vector<NamedCell> named;  // with relu where a cell has it
  for (const CellKind cell : cells) named.push_back(named_cell(cell, kRelu));
  return cases_of({std::move(suites), std::move(named), std::move(hidden), 2});
}

TEST(BenchCases, ASelectionIsSuitesTimesCellsTimesSizes) {
  const auto steps = cases({"step"}, {CellKind::gru}, {16, 48});
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].threads, 1);
  EXPECT_EQ(steps[1].threads, 2);
  EXPECT_EQ(steps[3].name, "gru 48");
  EXPECT_EQ(cases({"sequence", "train"}, {CellKind::lstm, CellKind::elman}, {32}).size(), 2u * (2 + 1));
  EXPECT_EQ(cases({"lm"}, {}, {}).size(), 7u);
  EXPECT_EQ(cases({"lm"}, {}, {650}).back().softmax, SoftmaxKind::adaptive);
  ASSERT_EQ(cases({"lm"}, {CellKind::gru}, {512}).size(), 1u);
  EXPECT_EQ(cases({"lm"}, {CellKind::gru}, {512})[0].name, "char 2x512 gru");
  ASSERT_EQ(cases({"methods"}, {}, {}).size(), 3u);
  EXPECT_EQ(cases({"methods"}, {}, {})[1].name, "word 2x650 variational, weight drop");
  const auto methods = cases({"methods"}, {CellKind::gru}, {32});
  ASSERT_EQ(methods.size(), 3u);
  EXPECT_EQ(methods[2].name, "word 2x32 layer norm gru");
  EXPECT_EQ(methods[2].cell, CellKind::gru);
  EXPECT_EQ(cases({"methods"}, {find_cell("mingru")->kind}, {32}).size(), 2u);  // it has no recurrent weights to drop
  EXPECT_EQ(cases({"train"}, {CellKind::elman}, {32})[0].name.substr(0, 9), "rnn-relu ");
  EXPECT_EQ(cases({"train", "lm"}, {CellKind::elman}, {512}).back().flags, kRelu);
  EXPECT_TRUE(cases({std::string(kLimits)}, {}, {}).empty());
}

TEST(BenchCases, TheShortRoundHasEverySuiteButRagged) {
  std::set<std::string_view> seen;
  for (const Case& c : cases({}, {}, {})) seen.insert(c.suite);
  EXPECT_EQ(seen, (std::set<std::string_view>{"step", "sequence", "train", "lm"}));
}

// Token counts of torch.randint(1, T + 1, (64,), generator=torch.Generator().manual_seed(1)) with the longest raised to T,
// PyTorch 2.6.
TEST(BenchCases, RaggedBatchesAreThoseOfPyTorch) {
  const auto list = cases({"ragged"}, {CellKind::lstm}, {128});
  const int tokens[] = {1720, 6470, 30270};
  ASSERT_EQ(list.size(), 9u);
  for (size_t i = 0; i < 3; ++i) {
    const Seq ragged = shape_of(list[3 * i]);
    EXPECT_EQ(ragged.rows(), tokens[i]);
    EXPECT_EQ(ragged.streams(), 64);
    EXPECT_EQ(ragged.steps(), list[3 * i].steps);
    for (size_t k = 1; k < 3; ++k) {  // the uniform batches beside it hold as many tokens, up to rounding
      const Case& c = list[3 * i + k];
      EXPECT_FALSE(c.ragged);
      EXPECT_NEAR(c.batch * c.steps, tokens[i], std::max(c.batch, c.steps) / 2.0);
    }
  }
}

Figures figures_of(const std::string& suite, CellKind cell, int hidden, size_t index = 0) {
  const auto list = cases({suite}, {cell}, {hidden});
  const auto results = run({list.at(index)}, 0, [](const Case&) {});
  EXPECT_EQ(results.size(), 1u);
  return results.at(0).figures;
}

// 2 operations per multiply-add of the two matrix products of each gate; training three times that.
TEST(BenchFigures, OperationsAreThoseOfTheProducts) {
  const Figures step = figures_of("step", CellKind::lstm, 24);
  EXPECT_EQ(step.tokens, 1);
  EXPECT_EQ(step.flops, 2.0 * 4 * 24 * (24 + 24));
  EXPECT_GT(step.seconds, 0);
  EXPECT_GT(step.p50, 0);
  EXPECT_GE(step.p99, step.p50);

  const Figures sequence = figures_of("sequence", CellKind::gru, 16, 1);
  EXPECT_EQ(sequence.tokens, 32 * 100);
  EXPECT_EQ(sequence.flops, 2.0 * 3200 * 3 * 16 * 32);
  EXPECT_EQ(sequence.p50, 0);

  const Figures train = figures_of("train", CellKind::elman, 40);
  EXPECT_EQ(train.tokens, 20 * 35);
  EXPECT_EQ(train.flops, 3 * 2.0 * 700 * 1 * 40 * 80);

  const Figures of_input = figures_of("train", find_cell("mingru")->kind, 40);
  EXPECT_EQ(of_input.flops, 3 * 2.0 * 700 * 2 * 40 * 40) << "no product of the state";

  const Figures ragged = figures_of("ragged", CellKind::lstm, 8);
  EXPECT_EQ(ragged.tokens, 1720);
  EXPECT_EQ(ragged.flops, 3 * 2.0 * 1720 * 4 * 8 * 16);

  const Figures model = figures_of("lm", CellKind::lstm, 128);
  EXPECT_EQ(model.tokens, 50 * 50);
  EXPECT_EQ(model.flops, 3 * 2.0 * 2500 * (2 * 4 * 128 * 256 + 128 * 96));
}

TEST(BenchFigures, AModelIsSteppedReadAndTrained) {
  ModelConfig config;
  config.vocabulary = 11;
  config.rnn.input = 6, config.rnn.hidden = 10;
  Model<float> model(config);
  Pool pool(2);
  const auto results = measure_model(model, {3, 4}, pool, 0);
  ASSERT_EQ(results.size(), 3u);
  const double products = 4 * 10 * (6 + 10) + 10 * 11;
  EXPECT_EQ(results[0].what.name, "step");
  EXPECT_EQ(results[0].what.threads, 1);
  EXPECT_EQ(results[0].figures.flops, 2 * products);
  EXPECT_EQ(results[1].figures.flops, 2 * 12 * products);
  EXPECT_EQ(results[2].figures.flops, 6 * 12 * products);
  EXPECT_EQ(results[2].what.threads, 2);
}

TEST(BenchTiming, AQuantileIsAValueOfTheSample) {
  std::vector<double> values{5, 1, 4, 2, 3};
  EXPECT_EQ(quantile(values, 0.5), 3);
  EXPECT_EQ(quantile(values, 0.0), 1);
  EXPECT_EQ(quantile(values, 1.0), 5);
  std::vector<double> one{7};
  EXPECT_EQ(quantile(one, 0.99), 7);
}

TEST(BenchTiming, ShortWorkIsRepeatedLongWorkIsNot) {
  int calls = 0;
  EXPECT_GT(median_time(0, [&] { ++calls; }), 0);
  EXPECT_GE(calls, 3 + 5 + 5);
  calls = 0;
  median_time(0, [&] {
    ++calls;
    for (const double end = now() + 2e-3; now() < end;) continue;
  });
  EXPECT_EQ(calls, 3 + 5 + 5);
}

TEST(BenchLimits, EveryLevelIsReadAndNoCacheIsSmallerThanTheOneBefore) {
  const std::vector<size_t> caches = cache_sizes();
  ASSERT_EQ(caches.size(), 3u);
  EXPECT_GE(caches[0], size_t{4} << 10);
  EXPECT_GE(caches[1], caches[0]);
  Pool pool(2);
  const Limits peak = measure_limits(pool, false, true);
  EXPECT_GT(peak.fma.one, 0);
  EXPECT_GT(peak.fma.all, 0);
  EXPECT_TRUE(peak.reads.empty());
  const Limits all = measure_limits(pool, true, true);
  ASSERT_EQ(all.reads.size(), 4u);
  for (const ReadLimit& r : all.reads) {
    EXPECT_GT(r.bandwidth.one, 0) << r.level;
    EXPECT_GT(r.bandwidth.all, 0) << r.level;
    EXPECT_EQ(r.bytes % (kReadGroup * sizeof(float)), 0u) << r.level;
  }
  EXPECT_LT(all.reads[0].bytes, all.reads[1].bytes);
  EXPECT_LT(all.reads[1].bytes, all.reads[2].bytes);
  EXPECT_GT(all.barrier.seconds, 0);
  EXPECT_LE(all.barrier.fastest, all.barrier.seconds);
  EXPECT_GE(all.barrier.slowest, all.barrier.seconds);
  EXPECT_GT(all.parallel_part, 0);
}

}  // namespace
}  // namespace rnn::core::bench
