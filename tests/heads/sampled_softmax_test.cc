// Why: a sampled softmax draws from its distribution, is the full softmax when it draws everything, touches only what it drew.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "heads/head.h"
#include "kernels/host.h"
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 41, kHidden = 12;

std::vector<int64_t> zipf_counts(int classes) {
  std::vector<int64_t> counts;
  for (int k = 0; k < classes; ++k) counts.push_back(k % 11 == 10 ? 0 : 2000 / (k + 1));
  return counts;
}

TEST(ClassSampler, ProbabilitiesAreTheLaws) {
  const ClassSampler zipf(1000, 10);
  double sum = 0;
  for (int k = 0; k < 1000; ++k) sum += zipf.probability(k);
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(zipf.probability(0), std::log(2.0) / std::log(1001.0), 1e-15);
  EXPECT_NEAR(zipf.probability(999), std::log(1001.0 / 1000) / std::log(1001.0), 1e-15);
  const std::vector<int64_t> counts = {6, 3, 0, 1};
  const ClassSampler unigram(counts, 2);
  EXPECT_NEAR(unigram.probability(0), 6.0 / 11, 1e-15);
  EXPECT_NEAR(unigram.probability(2), 1.0 / 11, 1e-15);  // as if seen once
}

// One draw per update: independent numbers, so Pearson's statistic has about its degrees of freedom as mean and twice as variance.
void expect_law(const ClassSampler& sampler) {
  constexpr int kDraws = 60000;
  std::vector<int> seen(static_cast<size_t>(sampler.classes()));
  for (uint32_t update = 0; update < kDraws; ++update) ++seen[static_cast<size_t>(sampler.draw(3, update).classes.at(0))];
  double statistic = 0;
  for (int k = 0; k < sampler.classes(); ++k) {
    const double expected = kDraws * sampler.probability(k);
    ASSERT_GT(expected, 5);
    statistic += (seen[static_cast<size_t>(k)] - expected) * (seen[static_cast<size_t>(k)] - expected) / expected;
  }
  const double degrees = sampler.classes() - 1;
  EXPECT_LT(std::abs(statistic - degrees), 4 * std::sqrt(2 * degrees)) << statistic;
}

TEST(ClassSampler, DrawsByItsLaw) {
  expect_law(ClassSampler(100, 1));
  expect_law(ClassSampler(zipf_counts(100), 1));
}

// How often a class is in a sample of many is what log_expected says, on average over the samples.
TEST(ClassSampler, ExpectedCounts) {
  const ClassSampler sampler(200, 40);
  constexpr int kSamples = 4000;
  std::vector<double> seen(200), expected(200);
  for (uint32_t update = 0; update < kSamples; ++update) {
    const ClassSamples s = sampler.draw(5, update);
    ASSERT_EQ(s.classes.size(), 40u);
    ASSERT_TRUE(std::adjacent_find(s.classes.begin(), s.classes.end(), std::greater_equal<>()) == s.classes.end());
    for (const int32_t k : s.classes) ++seen[static_cast<size_t>(k)];
    for (int k = 0; k < 200; ++k) expected[static_cast<size_t>(k)] += std::exp(s.log_expected(k));
  }
  EXPECT_NEAR(std::accumulate(expected.begin(), expected.end(), 0.0) / kSamples, 40, 0.5);
  for (size_t k = 0; k < 200; ++k) EXPECT_NEAR(seen[k], expected[k], 5 * std::sqrt(expected[k]) + 1) << k;
}

TEST(ClassSampler, AFunctionOfSeedAndUpdate) {
  const ClassSampler sampler(500, 50);
  EXPECT_EQ(sampler.draw(1, 7).classes, sampler.draw(1, 7).classes);
  EXPECT_NE(sampler.draw(1, 7).classes, sampler.draw(1, 8).classes);
  EXPECT_NE(sampler.draw(1, 7).classes, sampler.draw(2, 7).classes);
}

struct Outcome {
  LossSum sum;
  std::vector<double> rows, dh, grads;
  bool operator==(const Outcome& o) const { return rows == o.rows && dh == o.dh && grads == o.grads; }
};

template <class T>
Outcome run(const ModelConfig& config, const ClassSamples* samples, int threads = 2, size_t output_bytes = size_t{1} << 26) {
  const auto model = tiny_model<T>(config);
  Pool pool(threads);
  if (samples)
    model->pack_for_samples(pool);
  else
    model->pack(pool, true);
  Batch batch;
  batch.in.seq = Seq::uniform_batch(5, 8);
  batch.in.ids = random_tokens(40, kVocabulary, 1), batch.to.ids = random_tokens(40, kVocabulary, 2);
  for (int i = 0; i < 40; ++i) batch.to.weights.push_back(i % 7 == 3 ? 0.0f : 0.5f + 0.25f * static_cast<float>(i % 3));
  batch.to.ids[3] = -1;  // weight 0
  Arena arena;
  Context<T> context{pool, arena};
  context.output_bytes = output_bytes;
  State<T> state = model->initial(5);
  const View<T> h = model->forward_hidden(context, batch, state, nullptr);
  const View<T> dh = arena.matrix<T>(h.rows, h.cols);
  Params<T> grads(model->table());
  Outcome out;
  out.sum = model->loss(context, h, batch.to, {0, &out.rows, &grads, dh, samples});
  out.dh.assign(host(dh).data, host(dh).data + 40 * h.cols), out.grads.assign(grads.data(), grads.data() + grads.size());
  std::vector<double> values;
  model->loss(context, h, batch.to, {0, &values, nullptr, {}, samples});
  EXPECT_EQ(values, out.rows) << "the gradient changed the loss";
  return out;
}

ModelConfig config_of(bool tied = false) {
  ModelConfig c = tiny_config(kVariants[2], kVocabulary, kHidden);
  if (tied) c.rnn.input = kHidden, c.tied = true;
  return c;
}

// Relative to the largest, or to 1.
void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  double largest = 1;
  for (const double v : b) largest = std::max(largest, std::abs(v));
  tolerance *= largest;
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(SampledSoftmax, WithAllClassesIsTheFullSoftmax) {
  const ClassSampler sampler(kVocabulary, kVocabulary);
  const ClassSamples all = sampler.draw(1, 0);
  for (const bool tied : {false, true}) {
    const Outcome full = run<double>(config_of(tied), nullptr), sampled = run<double>(config_of(tied), &all);
    expect_near(sampled.rows, full.rows, 1e-12);
    expect_near(sampled.dh, full.dh, 1e-12);
    expect_near(sampled.grads, full.grads, 1e-12);
    const Outcome single = run<float>(config_of(tied), &all);
    expect_near(single.rows, full.rows, 2e-6);
    expect_near(single.grads, full.grads, 2e-6);
  }
}

// The definition, row by row.
TEST(SampledSoftmax, IsItsDefinition) {
  const ClassSampler sampler(zipf_counts(kVocabulary), 9);
  const ClassSamples samples = sampler.draw(4, 2);
  const ModelConfig config = config_of();
  const auto model = tiny_model<double>(config);
  Pool pool(1);
  model->pack(pool, true);
  Batch batch;
  batch.in.seq = Seq::uniform_batch(2, 9);
  batch.in.ids = random_tokens(18, kVocabulary, 1), batch.to.ids = random_tokens(18, kVocabulary, 2);
  batch.to.ids[0] = samples.classes[4];  // one accidental hit at least
  Arena arena;
  Context<double> context{pool, arena};
  State<double> state = model->initial(2);
  const View<double> h = model->forward_hidden(context, batch, state, nullptr), y = arena.matrix<double>(18, kVocabulary);
  model->forward_output(context, h, y);
  std::vector<double> rows;
  model->loss(context, h, batch.to, {0, &rows, nullptr, {}, &samples});
  for (int m = 0; m < 18; ++m) {
    const int32_t target = batch.to.ids[static_cast<size_t>(m)];
    const auto corrected = [&](int32_t k) { return host(y)(m, k) - samples.log_expected(k); };
    double sum = std::exp(corrected(target));
    for (const int32_t k : samples.classes) sum += k == target ? 0 : std::exp(corrected(k));
    EXPECT_NEAR(rows[static_cast<size_t>(m)], std::log(sum) - corrected(target), 1e-12);
  }
}

TEST(SampledSoftmax, ThreadsAndBlocks) {
  const ClassSampler sampler(kVocabulary, 9);
  const ClassSamples samples = sampler.draw(4, 2);
  const Outcome one = run<float>(config_of(), &samples, 1), three = run<float>(config_of(), &samples, 3);
  EXPECT_TRUE(one == three);
  const Outcome cut = run<float>(config_of(), &samples, 2, 1);  // blocks of 16 rows
  EXPECT_EQ(cut.rows, one.rows);
  EXPECT_EQ(cut.dh, one.dh);
  expect_near(cut.grads, one.grads, 1e-6);
}

// Plain SGD on the rows that sparse_rows() names is an update of everything.
TEST(SampledSoftmax, RowsOutsideTheSampleHaveNoGradient) {
  const ClassSampler sampler(kVocabulary, 5);
  const ClassSamples samples = sampler.draw(4, 2);
  for (const bool tied : {false, true}) {
    ModelConfig config = config_of(tied);
    config.softmax.kind = SoftmaxKind::sampled;
    const auto model = tiny_model<float>(config);
    Batch batch;
    batch.in.seq = Seq::uniform_batch(2, 2);
    batch.in.ids = {1, 2, 3, 2}, batch.to.ids = {30, 2, 30, 29};
    const SparseParams sparse = model->sparse_rows(batch, &samples.classes);
    ASSERT_EQ(sparse.size(), tied ? 1u : 2u);
    std::vector<int32_t> expected = samples.classes;
    expected.insert(expected.end(), {2, 29, 30});
    if (tied) expected.insert(expected.end(), {1, 2, 3});
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    EXPECT_EQ(sparse.back().rows, expected);
    EXPECT_EQ(sparse.back().param, model->head().sampled_matrix());
  }
}

// A whole training: the weights that were not packed are packed for a check, and a check looks at every class.
TEST(SampledSoftmax, TrainsAndIsCheckedExactly) {
  for (const char* sampler : {"log-uniform", "unigram"}) {
    ModelConfig config = config_of(true);
    config.softmax.kind = SoftmaxKind::sampled;
    const auto model = tiny_model<float>(config);
    const auto train = stream_batcher(4, 6, 600, kVocabulary), valid = stream_batcher(2, 6, 200, kVocabulary);
    TrainOptions options;
    options.optimizer = "sgd", options.lr = 0.5, options.batch = 4, options.bptt = 6, options.epochs = 2,
    options.samples = 8;
    options.sampler = sampler, options.patience = 0;
    EventStream events;
    Pool pool(2);
    const TrainResult result = Trainer(*model, *train, valid.get(), options, events, pool, {}).run();
    model->pack(pool, false);
    EXPECT_NEAR(evaluate(*model, *valid, pool).loss(), result.progress.best_loss, 0.5);
    ModelConfig full = config;
    full.softmax = {};
    Model<float> same(full);
    std::copy_n(model->params().data(), model->params().size(), same.params().data());
    same.pack(pool, false);
    EXPECT_EQ(evaluate(same, *valid, pool).nats, evaluate(*model, *valid, pool).nats);
  }
}

TEST(SampledSoftmax, OneClearErrorEach) {
  ModelConfig config = config_of();
  config.softmax.kind = SoftmaxKind::sampled;
  const auto model = tiny_model<float>(config);
  const auto train = stream_batcher(4, 6, 600, kVocabulary);
  EventStream events;
  Pool pool(1);
  const auto failure = [&](TrainOptions options) {
    return failure_of([&] { Trainer(*model, *train, nullptr, options, events, pool, {}); });
  };
  TrainOptions options;
  options.samples = kVocabulary + 1;
  EXPECT_EQ(failure(options).message, "--samples is 42, but the vocabulary has 41 tokens");
  options.samples = 0, options.label_smoothing = 0.1;
  EXPECT_EQ(failure(options).code, "usage/option");
}

}  // namespace
}  // namespace rnn::core::test
