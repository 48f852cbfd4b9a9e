// Why: a decoder row that attends to another pair's source would train on noise: every batch is unpacked and compared.
#include "data/pair_batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/rng.h"
#include "data/length_order.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;

// Sentences of 0 to 11 words and their end of line, 0.
Ids some_sentence(Random& random) {
  Ids sentence;
  for (uint32_t n = random.below(12); n > 0; --n) sentence.push_back(static_cast<int32_t>(1 + random.below(50)));
  sentence.push_back(0);
  return sentence;
}

std::vector<TokenPair> some_pairs(int count) {
  Random random(4, Purpose::test);
  std::vector<TokenPair> pairs(static_cast<size_t>(count));
  for (TokenPair& pair : pairs) pair.source = some_sentence(random), pair.target = some_sentence(random);
  return pairs;
}

// values of the rows of `seq`, by stream.
std::vector<Ids> by_stream(const Seq& seq, const Ids& values) {
  EXPECT_EQ(values.size(), static_cast<size_t>(seq.rows()));
  std::vector<Ids> streams(seq.order.size());
  for (int t = 0; t < seq.steps(); ++t) {
    EXPECT_GT(seq.active(t), 0);
    for (int r = 0; r < seq.active(t); ++r) {
      const auto stream = static_cast<size_t>(seq.order[static_cast<size_t>(r)]);
      streams[stream].push_back(values.at(static_cast<size_t>(seq.start[static_cast<size_t>(t)] + r)));
    }
  }
  return streams;
}

// The longest first, of equally long ones that of the lower stream.
void expect_in_order(const Seq& seq, const std::vector<Ids>& streams) {
  for (size_t r = 1; r < seq.order.size(); ++r) {
    const auto before = static_cast<size_t>(seq.order[r - 1]), after = static_cast<size_t>(seq.order[r]);
    EXPECT_GE(streams[before].size(), streams[after].size());
    if (streams[before].size() == streams[after].size()) {
      EXPECT_LT(before, after);
    }
  }
}

void expect_pairs(const Batch& batch, const std::vector<TokenPair>& pairs, bool reversed = false) {
  EXPECT_FALSE(batch.carried);
  EXPECT_FALSE(batch.to.last_step);
  EXPECT_TRUE(batch.to.weights.empty());
  EXPECT_TRUE(batch.in.seq.reset.empty() && batch.source.seq.reset.empty());
  EXPECT_EQ(batch.source.seq.streams(), batch.in.seq.streams());
  EXPECT_EQ(batch.source.seq.id, batch.in.seq.id);
  const std::vector<Ids> inputs = by_stream(batch.in.seq, batch.in.ids), targets = by_stream(batch.in.seq, batch.to.ids),
                         sources = by_stream(batch.source.seq, batch.source.ids);
  expect_in_order(batch.in.seq, targets);
  expect_in_order(batch.source.seq, sources);
  for (size_t s = 0; s < targets.size(); ++s) {
    const TokenPair& pair = pairs.at(batch.in.seq.id.at(s));
    Ids begun = {0}, source = pair.source;
    begun.insert(begun.end(), pair.target.begin(), pair.target.end() - 1);
    if (reversed) std::reverse(source.begin(), source.end() - 1);
    ASSERT_EQ(inputs[s], begun);
    ASSERT_EQ(targets[s], pair.target);
    ASSERT_EQ(sources[s], source);
  }
}

bool same(const Batch& a, const Batch& b) {
  return a.in.seq.start == b.in.seq.start && a.in.seq.order == b.in.seq.order && a.in.seq.id == b.in.seq.id &&
         a.in.ids == b.in.ids && a.to.ids == b.to.ids && a.source.seq.start == b.source.seq.start &&
         a.source.seq.order == b.source.seq.order && a.source.seq.id == b.source.seq.id && a.source.ids == b.source.ids;
}

TEST(PairBatcher, ABatchWrittenOut) {
  const std::vector<TokenPair> pairs = {{{5, 6, 0}, {1, 0}}, {{7, 0}, {2, 3, 0}}, {{8, 9, 0}, {4, 0}}, {{0}, {5, 0}}};
  const auto batcher = pair_batcher(pairs, {.batch = 4, .shuffle = false});
  Batch batch;
  ASSERT_TRUE(batcher->next(batch));
  EXPECT_EQ(batch.in.seq.id, (std::vector<uint32_t>{1, 0, 2, 3}));  // targets of 3, 2, 2, 2; then sources of 3, 3, 1
  EXPECT_EQ(batch.in.seq.order, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(batch.in.seq.start, (std::vector<int>{0, 4, 8, 9}));
  EXPECT_EQ(batch.in.ids, (Ids{0, 0, 0, 0, 2, 1, 4, 5, 3}));
  EXPECT_EQ(batch.to.ids, (Ids{2, 1, 4, 5, 3, 0, 0, 0, 0}));
  EXPECT_EQ(batch.source.seq.order, (std::vector<int>{1, 2, 0, 3}));
  EXPECT_EQ(batch.source.seq.start, (std::vector<int>{0, 4, 7, 9}));
  EXPECT_EQ(batch.source.ids, (Ids{5, 8, 7, 0, 6, 9, 0, 0, 0}));
  EXPECT_EQ(batch.source.seq.id, batch.in.seq.id);
  EXPECT_FALSE(batcher->next(batch));
  EXPECT_EQ(batch.source.ids.size(), 9u);  // left alone
  const auto reversed = pair_batcher(pairs, {.batch = 4, .shuffle = false, .reverse_source = true});
  ASSERT_TRUE(reversed->next(batch));
  EXPECT_EQ(batch.source.ids, (Ids{6, 9, 7, 0, 5, 8, 0, 0, 0}));
  EXPECT_EQ(batch.to.ids, (Ids{2, 1, 4, 5, 3, 0, 0, 0, 0}));
}

TEST(PairBatcher, EveryPairOncePerEpoch) {
  const std::vector<TokenPair> pairs = some_pairs(1001);
  int64_t tokens = 0;
  for (const TokenPair& pair : pairs) tokens += static_cast<int64_t>(pair.target.size());
  for (const int budget : {0, 40}) {
    std::vector<std::vector<uint32_t>> orders;
    for (const bool shuffle : {true, false}) {
      for (const bool reverse : {true, false}) {
        const auto batcher =
            pair_batcher(pairs, {.batch = 4, .tokens = budget, .shuffle = shuffle, .seed = 5, .reverse_source = reverse});
        EXPECT_EQ(batcher->tokens_per_epoch(), tokens);
        for (int64_t epoch = 0; epoch < 2; ++epoch) {
          batcher->start_epoch(epoch);
          std::vector<uint32_t> order;
          Batch batch;
          int64_t batches = 0;
          while (batcher->next(batch)) {
            expect_pairs(batch, pairs, reverse);
            order.insert(order.end(), batch.in.seq.id.begin(), batch.in.seq.id.end());
            EXPECT_EQ(batcher->position(), ++batches);
          }
          EXPECT_EQ(batches, batcher->batches_per_epoch());
          EXPECT_EQ(order.size(), pairs.size());
          EXPECT_EQ(std::set<uint32_t>(order.begin(), order.end()).size(), pairs.size());
          orders.push_back(order);
        }
      }
    }
    EXPECT_NE(orders[0], orders[1]);  // epochs differ
    EXPECT_EQ(orders[0], orders[2]);  // what is reversed changes nothing
    EXPECT_EQ(orders[1], orders[3]);
    EXPECT_EQ(orders[4], orders[5]);  // evaluation is always the same
    const auto other = pair_batcher(pairs, {.batch = 4, .tokens = budget, .seed = 6});
    Batch batch;
    ASSERT_TRUE(other->next(batch));
    EXPECT_NE(batch.in.seq.id, std::vector<uint32_t>(orders[0].begin(), orders[0].begin() + batch.in.seq.streams()));
  }
}

TEST(PairBatcher, ABudgetOfTokens) {
  std::vector<TokenPair> pairs = some_pairs(3000);
  pairs[7].target.assign(100, 1);  // more than a batch: alone
  pairs[7].target.back() = 0;
  const auto batcher = pair_batcher(pairs, {.batch = 1, .tokens = 60, .seed = 3});
  Batch batch;
  int64_t rows = 0, padded = 0, alone = 0, full = 0;
  while (batcher->next(batch)) {
    expect_pairs(batch, pairs);
    const bool giant = batch.in.seq.id[0] == 7;
    alone += giant && batch.in.seq.streams() == 1;
    EXPECT_TRUE(giant || batch.in.seq.rows() <= 60) << batch.in.seq.rows();
    full += batch.in.seq.rows() > 60 - 12;  // the next longest did not fit
    rows += batch.in.seq.rows(), padded += batch.in.seq.steps() * batch.in.seq.streams();
  }
  EXPECT_EQ(alone, 1);
  EXPECT_GE(full, batcher->batches_per_epoch() - 10);  // but the last of each pool and around the giant
  EXPECT_EQ(rows, batcher->tokens_per_epoch());
  EXPECT_GT(static_cast<double>(rows), 0.9 * static_cast<double>(padded));
  const auto all = pair_batcher(pairs, {.tokens = 1 << 30, .shuffle = false});
  EXPECT_EQ(all->batches_per_epoch(), 1);
  ASSERT_TRUE(all->next(batch));
  EXPECT_EQ(batch.in.seq.streams(), 3000);
}

TEST(PairBatcher, BatchesOfManyEpochsAreCounted) {
  const std::vector<TokenPair> pairs = some_pairs(700);
  const auto batcher = pair_batcher(pairs, {.tokens = 50});
  int64_t sum = 0;
  for (int64_t epoch = 0; epoch < 5; ++epoch) {
    EXPECT_EQ(batcher->batches_in(epoch), sum);
    batcher->start_epoch(epoch);
    sum += batcher->batches_per_epoch();
  }
  EXPECT_EQ(batcher->batches_in(5), sum);
  EXPECT_EQ(pair_batcher(pairs, {.batch = 7})->batches_in(5), 500);
}

// A fresh batcher taken to any point gives what an uninterrupted one gives there.
TEST(PairBatcher, ResumeIsExact) {
  for (const int budget : {0, 30}) {
    const PairBatchOptions options{.batch = 5, .tokens = budget, .seed = 9};
    const std::vector<TokenPair> pairs = some_pairs(333);
    const auto straight = pair_batcher(pairs, options);
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      straight->start_epoch(epoch);
      EXPECT_EQ(straight->epoch(), epoch);
      Batch batch, again;
      for (int64_t position = 0; straight->next(batch); ++position) {
        if (position % 10 != 3) continue;
        const auto resumed = pair_batcher(pairs, options);
        resumed->seek(epoch, position);
        ASSERT_TRUE(resumed->next(again));
        ASSERT_TRUE(same(batch, again)) << epoch << " " << position;
      }
    }
  }
}

TEST(PairBatcher, RefusesWhatMakesNoBatch) {
  const Failure none = failure_of([] { pair_batcher({}, {}); });
  EXPECT_EQ(none.code, "data/too_short");
  EXPECT_EQ(none.message, "there are no pairs");
  const std::vector<TokenPair> one = {{{0}, {0}}};
  EXPECT_EQ(failure_of([&] { pair_batcher(one, {.batch = 0}); }).message, "a batch of 0 is impossible");
  const Failure tokens = failure_of([&] { pair_batcher(one, {.tokens = -3}); });
  EXPECT_EQ(tokens.code, "usage/batch");
  EXPECT_EQ(tokens.message, "a batch of -3 tokens is impossible");
  EXPECT_EQ(failure_of([] { pair_batcher({{{}, {0}}}, {}); }).code, "internal/pair");
}

// Parts of a batch hold the streams that they name with their sources, and all parts together hold every row.
TEST(SelectStreams, TakesTheSourcesAlong) {
  const std::vector<TokenPair> pairs = some_pairs(40);
  const auto batcher = pair_batcher(pairs, {.batch = 11, .seed = 2});
  Batch batch;
  while (batcher->next(batch)) {
    const int streams = batch.in.seq.streams();
    for (const int parts : {1, 2, 3, streams}) {
      int rows = 0, source_rows = 0;
      for (int p = 0; p < parts; ++p) {
        const int first = streams * p / parts, count = streams * (p + 1) / parts - first;
        if (count == 0) continue;
        const Batch part = select_streams(batch, first, count);
        EXPECT_EQ(part.in.seq.id,
                  std::vector<uint32_t>(batch.in.seq.id.begin() + first, batch.in.seq.id.begin() + first + count));
        expect_pairs(part, pairs);
        rows += part.in.seq.rows(), source_rows += part.source.seq.rows();
      }
      EXPECT_EQ(rows, batch.in.seq.rows());
      EXPECT_EQ(source_rows, batch.source.seq.rows());
    }
    ASSERT_TRUE(same(select_streams(batch, 0, streams), batch));
  }
  Batch plain;
  plain.in.seq = Seq::uniform_batch(3, 2);
  plain.in.ids = plain.to.ids = {1, 2, 3, 4, 5, 6};
  const Batch part = select_streams(plain, 1, 2);
  EXPECT_EQ(part.in.ids, (Ids{2, 3, 5, 6}));
  EXPECT_EQ(part.source.seq.streams(), 0);  // no sources, none made up
  EXPECT_EQ(part.source.seq.rows(), 0);
}

TEST(LengthOrder, CutsByTokensInsideOfPools) {
  Random random(8, Purpose::test);
  std::vector<size_t> lengths(5000);
  for (size_t& length : lengths) length = 1 + random.below(30);
  const auto length_of = [&](uint32_t i) { return lengths[i]; };
  LengthOrder order, again;
  for (const int64_t epoch : {0, 1}) {
    const OrderOptions options{.tokens = 100, .seed = 3, .epoch = epoch};
    order.plan(lengths.size(), options, length_of, length_of);
    std::set<uint32_t> seen;
    ASSERT_EQ(order.starts.size(), order.ends.size());
    for (size_t b = 0; b < order.starts.size(); ++b) {
      const std::span<const uint32_t> batch = order.batch(static_cast<int64_t>(b));
      ASSERT_FALSE(batch.empty());
      size_t sum = 0;
      for (size_t i = 0; i < batch.size(); ++i) {
        if (i > 0) {
          EXPECT_GE(lengths[batch[i - 1]], lengths[batch[i]]);
        }
        sum += lengths[batch[i]];
        EXPECT_TRUE(seen.insert(batch[i]).second);
      }
      EXPECT_LE(sum, 100u);
    }
    EXPECT_EQ(seen.size(), lengths.size());
    again.plan(lengths.size(), options, length_of, length_of);
    EXPECT_EQ(order.order, again.order);
    EXPECT_EQ(order.starts, again.starts);
    EXPECT_EQ(order.ends, again.ends);
  }
  order.plan(10, {.batch = 4, .shuffled = false}, length_of);
  EXPECT_EQ(order.starts, (std::vector<uint32_t>{0, 4, 8}));
  EXPECT_EQ(order.ends, (std::vector<uint32_t>{4, 8, 10}));
}

}  // namespace
}  // namespace rnn::core
