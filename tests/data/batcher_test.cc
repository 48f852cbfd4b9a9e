// Why: no token is lost or counted twice in batches, and a resumed run gets the very batch that was next.
#include "data/batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <set>
#include <string>

#include "base/error.h"
#include "base/rng.h"
#include "data/random_windows.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;

Ids count_up(int n, int first = 0) {
  Ids ids(static_cast<size_t>(n));
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

// Per stream: every row of an epoch, in time.
struct Row {
  int32_t input, target;
  bool reset;
  float weight;
  bool operator==(const Row&) const = default;
};

std::vector<std::vector<Row>> rows_of(Batcher& batcher, int streams) {
  std::vector<std::vector<Row>> rows(static_cast<size_t>(streams));
  Batch batch;
  int64_t batches = 0, counted = 0;
  while (batcher.next(batch)) {
    EXPECT_EQ(batch.carried, batches > 0);
    EXPECT_EQ(batch.in.seq.rows(), static_cast<int>(batch.in.ids.size()));
    EXPECT_EQ(batch.in.ids.size(), batch.to.ids.size());
    EXPECT_EQ(batch.in.seq.streams(), streams);
    for (int t = 0; t < batch.in.seq.steps(); ++t) {
      EXPECT_GT(batch.in.seq.active(t), 0);
      for (int r = 0; r < batch.in.seq.active(t); ++r) {
        const size_t row = static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r);
        const size_t stream = static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)]);
        EXPECT_EQ(batch.in.seq.id[stream], stream);
        const float weight = batch.to.weights.empty() ? 1.0f : batch.to.weights[row];
        rows[stream].push_back(
            {batch.in.ids[row], batch.to.ids[row], !batch.in.seq.reset.empty() && batch.in.seq.reset[row] == 1, weight});
        counted += weight > 0;
      }
    }
    EXPECT_EQ(batcher.position(), ++batches);
  }
  EXPECT_EQ(batches, batcher.batches_per_epoch());
  EXPECT_EQ(counted, batcher.tokens_per_epoch());
  return rows;
}

TEST(StreamBatcher, CutsEqualStreams) {
  StreamBatcher batcher({count_up(23)}, {.streams = 3, .window = 3});
  EXPECT_EQ(batcher.batches_per_epoch(), 2);  // 7 tokens a stream: 6 steps
  EXPECT_EQ(batcher.tokens_per_epoch(), 18);
  const auto rows = rows_of(batcher, 3);
  for (int s = 0; s < 3; ++s) {
    ASSERT_EQ(rows[static_cast<size_t>(s)].size(), 6u);
    for (int t = 0; t < 6; ++t)
      EXPECT_EQ(rows[static_cast<size_t>(s)][static_cast<size_t>(t)], (Row{7 * s + t, 7 * s + t + 1, false, 1}));
  }
  Batch batch;
  StreamBatcher uneven({count_up(24)}, {.streams = 3, .window = 5});  // 7 steps: windows of 5 and 2
  ASSERT_TRUE(uneven.next(batch));
  EXPECT_EQ(batch.in.seq.steps(), 5);
  EXPECT_TRUE(batch.in.seq.uniform());
  EXPECT_TRUE(batch.to.weights.empty());
  EXPECT_TRUE(batch.in.seq.reset.empty());
  EXPECT_EQ(batch.in.ids[1], 8);  // time-major
  ASSERT_TRUE(uneven.next(batch));
  EXPECT_EQ(batch.in.seq.steps(), 2);
  EXPECT_FALSE(uneven.next(batch));
  EXPECT_EQ(batch.in.seq.steps(), 2);  // left alone
  uneven.start_epoch(1);
  ASSERT_TRUE(uneven.next(batch));
  EXPECT_FALSE(batch.carried);
}

TEST(StreamBatcher, DocumentsResetAndPredictNothingAcross) {
  const std::vector<Ids> documents = {{1, 2, 3}, {}, {4}, {5, 6, 7, 8}};
  StreamBatcher batcher(documents, {.streams = 1, .window = 2});
  const std::vector<Row> expected = {{1, 2, true, 1}, {2, 3, false, 1}, {3, 4, false, 0}, {4, 5, true, 0},
                                     {5, 6, true, 1}, {6, 7, false, 1}, {7, 8, false, 1}};
  EXPECT_EQ(rows_of(batcher, 1)[0], expected);
  StreamBatcher begun(documents, {.streams = 1, .window = 3, .keep_tail = true, .begin = 9});
  const std::vector<Row> with_begin = {{9, 1, true, 1},  {1, 2, false, 1}, {2, 3, false, 1}, {3, 9, false, 0},
                                       {9, 4, true, 1},  {4, 9, false, 0}, {9, 5, true, 1},  {5, 6, false, 1},
                                       {6, 7, false, 1}, {7, 8, false, 1}};
  EXPECT_EQ(rows_of(begun, 1)[0], with_begin);
  EXPECT_EQ(begun.tokens_per_epoch(), 8);  // each token of each document
}

TEST(StreamBatcher, KeepTailCountsEveryTargetOnce) {
  for (int n = 2; n < 40; ++n) {
    for (int streams = 1; streams <= 7; ++streams) {
      for (int window = 1; window <= 6; ++window) {
        StreamBatcher batcher({count_up(n)}, {.streams = streams, .window = window, .keep_tail = true});
        const auto rows = rows_of(batcher, std::min(streams, n - 1));
        Ids targets;
        for (const auto& stream : rows) {
          for (const Row& row : stream) {
            ASSERT_EQ(row.target, row.input + 1);
            targets.push_back(row.target);
          }
        }
        ASSERT_EQ(targets, count_up(n - 1, 1));
      }
    }
  }
}

TEST(StreamBatcher, TooShortIsSaidWithNumbers) {
  EXPECT_EQ(failure_of([] { StreamBatcher({count_up(20)}, {.streams = 4, .window = 4}); }).code, "none");
  const Failure failure = failure_of([] { StreamBatcher({count_up(19)}, {.streams = 4, .window = 4}); });
  EXPECT_EQ(failure.code, "data/too_short");
  EXPECT_EQ(failure.exit, Exit::data);
  EXPECT_NE(failure.message.find("19 tokens"), std::string::npos);
  EXPECT_NE(failure.message.find("20"), std::string::npos);
  EXPECT_NE(failure.help.find("--batch"), std::string::npos);
  EXPECT_EQ(failure_of([] { StreamBatcher({count_up(1)}, {.keep_tail = true}); }).code, "data/too_short");
  EXPECT_EQ(failure_of([] { StreamBatcher({}, {}); }).code, "data/too_short");
  EXPECT_EQ(failure_of([] { StreamBatcher({count_up(9)}, {.streams = 0}); }).code, "usage/batch");
  EXPECT_EQ(failure_of([] { StreamBatcher({count_up(9)}, {.window = 0}); }).code, "usage/bptt");
}

bool same(const Batch& a, const Batch& b) {
  return a.in.seq.start == b.in.seq.start && a.in.seq.order == b.in.seq.order && a.in.seq.reset == b.in.seq.reset &&
         a.in.seq.id == b.in.seq.id && a.in.ids == b.in.ids && a.to.ids == b.to.ids && a.to.weights == b.to.weights &&
         a.carried == b.carried;
}

std::vector<Ids> some_sentences(int count) {
  Random random(4, Purpose::test);
  std::vector<Ids> sentences;
  for (int i = 0; i < count; ++i) {
    Ids sentence;
    for (uint32_t n = random.below(12); n > 0; --n) sentence.push_back(static_cast<int32_t>(1 + random.below(50)));
    sentence.push_back(0);
    sentences.push_back(sentence);
  }
  return sentences;
}

// A fresh batcher taken to any point gives what an uninterrupted one gives there.
void expect_exact_resume(const std::function<std::unique_ptr<Batcher>()>& make) {
  std::vector<Batch> all;
  std::vector<std::pair<int64_t, int64_t>> where;
  const auto straight = make();
  Batch batch;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    straight->start_epoch(epoch);
    EXPECT_EQ(straight->epoch(), epoch);
    for (;;) {
      where.push_back({epoch, straight->position()});
      if (!straight->next(batch)) break;
      all.push_back(batch);
    }
    where.pop_back();
  }
  ASSERT_EQ(all.size(), static_cast<size_t>(3 * straight->batches_per_epoch()));
  for (size_t i = 0; i < all.size(); ++i) {
    const auto resumed = make();
    resumed->seek(where[i].first, where[i].second);
    for (size_t k = i; k < all.size() && where[k].first == where[i].first; ++k) {
      ASSERT_TRUE(resumed->next(batch));
      ASSERT_TRUE(same(batch, all[k])) << i << " " << k;
    }
    ASSERT_FALSE(resumed->next(batch));
  }
  straight->seek(where[1].first, where[1].second);  // and backwards
  ASSERT_TRUE(straight->next(batch));
  ASSERT_TRUE(same(batch, all[1]));
}

TEST(Batchers, ResumeIsExact) {
  expect_exact_resume([] {
    return std::make_unique<StreamBatcher>(std::vector<Ids>{count_up(50), count_up(7), count_up(31)},
                                           StreamOptions{.streams = 3, .window = 4});
  });
  for (const bool shuffle : {true, false}) {
    expect_exact_resume([shuffle] {
      return std::make_unique<SentenceBatcher>(some_sentences(333),
                                               SentenceOptions{.batch = 5, .shuffle = shuffle, .seed = 9});
    });
  }
}

TEST(Batchers, BuffersAreReused) {
  SentenceBatcher batcher(some_sentences(200), {.batch = 8});
  Batch batch;
  std::set<const int32_t*> places;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    batcher.start_epoch(epoch);
    while (batcher.next(batch)) {
      if (epoch >= 3) places.insert(batch.in.ids.data());
    }
  }
  EXPECT_EQ(places.size(), 1u);
}

// Every token once in every epoch, whatever the windows; the lengths are those of the epoch and of nothing else.
TEST(StreamBatcher, RandomWindows) {
  const StreamOptions options{.streams = 3, .window = 20, .random_windows = true, .seed = 5};
  StreamBatcher batcher({count_up(2500)}, options), other({count_up(2500)}, options);
  std::vector<std::vector<int>> lengths(4);
  int64_t sum = 0;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    batcher.start_epoch(epoch);
    const auto rows = rows_of(batcher, 3);
    for (int s = 0; s < 3; ++s) {
      ASSERT_EQ(rows[static_cast<size_t>(s)].size(), 832u);
      for (int t = 0; t < 832; ++t)
        EXPECT_EQ(rows[static_cast<size_t>(s)][static_cast<size_t>(t)], (Row{833 * s + t, 833 * s + t + 1, false, 1}));
    }
    sum += batcher.batches_per_epoch();
    EXPECT_EQ(batcher.batches_in(epoch + 1), sum);
    other.seek(epoch, 7);  // from any epoch to any place
    Batch batch, same;
    ASSERT_TRUE(other.next(batch));
    batcher.seek(epoch, 7);
    ASSERT_TRUE(batcher.next(same));
    EXPECT_EQ(batch.in.ids, same.in.ids);
    batcher.start_epoch(epoch);
    while (batcher.next(batch)) lengths[static_cast<size_t>(epoch)].push_back(batch.in.seq.steps());
  }
  EXPECT_NE(lengths[0], lengths[1]);
  StreamBatcher seeded({count_up(2500)}, {.streams = 3, .window = 20, .random_windows = true, .seed = 6});
  EXPECT_NE(seeded.batches_in(4), sum);
  EXPECT_EQ(batcher.batches_in(0), 0);
}

// Of 20,000 windows: none too short or too long, 95 in 100 around the length asked for, the others around half of it.
TEST(StreamBatcher, LengthsOfRandomWindows) {
  const int64_t steps = 1000000;
  const auto begins = random_windows(3, 0, 60, steps);
  ASSERT_EQ(begins.back(), steps);
  int halves = 0;
  double sum = 0, squares = 0;
  const auto windows = static_cast<int>(begins.size()) - 2;  // the last takes what is left
  for (int i = 0; i < windows; ++i) {
    const auto length = static_cast<int>(begins[static_cast<size_t>(i) + 1] - begins[static_cast<size_t>(i)]);
    ASSERT_GE(length, kShortestWindow);
    ASSERT_LE(length, longest_window(60));
    length < 45 ? void(++halves) : void((sum += length, squares += length * length));
  }
  const double mean = sum / (windows - halves), deviation = std::sqrt(squares / (windows - halves) - mean * mean);
  EXPECT_NEAR(halves / static_cast<double>(windows), 0.05, 0.006);  // four deviations
  EXPECT_NEAR(mean, 59.5, 0.2);                                     // cut to whole steps
  EXPECT_NEAR(deviation, 5, 0.15);
  EXPECT_EQ(failure_of([] { StreamBatcher({count_up(999)}, {.streams = 1, .window = 9, .random_windows = true}); }).code,
            "usage/bptt");
}

TEST(SentenceBatcher, EverySentenceOncePerEpochAndInItsOwnOrder) {
  const std::vector<Ids> sentences = some_sentences(1001);
  int64_t tokens = 0;
  for (const Ids& sentence : sentences) tokens += static_cast<int64_t>(sentence.size());
  std::vector<std::vector<uint32_t>> orders;
  for (const bool shuffle : {true, false}) {
    SentenceBatcher batcher(sentences, {.batch = 4, .shuffle = shuffle, .seed = 5});
    EXPECT_EQ(batcher.batches_per_epoch(), 251);
    EXPECT_EQ(batcher.tokens_per_epoch(), tokens);
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      batcher.start_epoch(epoch);
      std::vector<uint32_t> order;
      Batch batch;
      while (batcher.next(batch)) {
        EXPECT_FALSE(batch.carried);
        std::vector<Ids> inputs(batch.in.seq.order.size()), targets(batch.in.seq.order.size());
        for (int t = 0; t < batch.in.seq.steps(); ++t) {
          for (int r = 0; r < batch.in.seq.active(t); ++r) {
            const size_t row = static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r);
            const size_t stream = static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)]);
            inputs[stream].push_back(batch.in.ids[row]);
            targets[stream].push_back(batch.to.ids[row]);
          }
        }
        for (size_t s = 0; s < inputs.size(); ++s) {
          const Ids& sentence = sentences[batch.in.seq.id[s]];
          Ids begun = {0};
          begun.insert(begun.end(), sentence.begin(), sentence.end() - 1);
          ASSERT_EQ(inputs[s], begun);
          ASSERT_EQ(targets[s], sentence);
          order.push_back(batch.in.seq.id[s]);
        }
      }
      EXPECT_EQ(std::set<uint32_t>(order.begin(), order.end()).size(), sentences.size());
      EXPECT_EQ(order.size(), sentences.size());
      orders.push_back(order);
    }
  }
  EXPECT_NE(orders[0], orders[1]);  // epochs differ
  EXPECT_EQ(orders[2], orders[3]);  // evaluation does not
  SentenceBatcher other(sentences, {.batch = 4, .seed = 6});
  Batch a, b;
  SentenceBatcher same_seed(sentences, {.batch = 4, .seed = 5});
  other.next(a), same_seed.next(b);
  EXPECT_NE(a.in.seq.id, b.in.seq.id);
}

TEST(SentenceBatcher, BatchesHoldLikeLengths) {
  const std::vector<Ids> sentences = some_sentences(3000);
  SentenceBatcher batcher(sentences, {.batch = 10});
  Batch batch;
  int64_t rows = 0, padded = 0;
  while (batcher.next(batch)) rows += batch.in.seq.rows(), padded += batch.in.seq.steps() * batch.in.seq.streams();
  EXPECT_GT(static_cast<double>(rows), 0.95 * static_cast<double>(padded));
}

TEST(Sentences, AreCutAtLineEnds) {
  EXPECT_EQ(split_sentences(Ids{1, 2, 0, 0, 3, 0, 4}, 0), (std::vector<Ids>{{1, 2, 0}, {3, 0}, {4, 0}}));
  EXPECT_TRUE(split_sentences(Ids{0, 0}, 0).empty());
  EXPECT_EQ(failure_of([] { SentenceBatcher({}, {}); }).code, "data/too_short");
  EXPECT_EQ(failure_of([] { SentenceBatcher({{0}}, {.batch = 0}); }).code, "usage/batch");
}

}  // namespace
}  // namespace rnn::core
