// Why: rows of a batch are counted in int: what does not fit is refused before any memory is taken; sequences may have no steps.
#include "nn/batch.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "data/batcher.h"
#include "data/sequences.h"
#include "heads/blocks.h"
#include "networks/encoder_decoder.h"
#include "support/failure.h"

namespace rnn::core::test {
namespace {

constexpr int kMost = std::numeric_limits<int>::max();

void expect_too_many(const std::function<void()>& f, const std::string& rows) {
  const Failure failure = failure_of(f);
  EXPECT_EQ(failure.code, "usage/batch_rows") << rows;
  EXPECT_EQ(failure.exit, Exit::usage);
  EXPECT_NE(failure.message.find(rows), std::string::npos) << failure.message;
  EXPECT_NE(failure.message.find("2147483647"), std::string::npos) << failure.message;
  EXPECT_NE(failure.help.find("--batch"), std::string::npos) << failure.help;
}

TEST(Seq, NoStepsAfterTheLast) {
  for (const Seq& none : {Seq{}, Seq::ragged({}), Seq::ragged({0, 0}), Seq::uniform_batch(3, 0)}) {
    EXPECT_EQ(none.steps(), 0);
    EXPECT_EQ(none.rows(), 0);
    EXPECT_EQ(none.active(0), 0);
    EXPECT_EQ(none.active(7), 0);
  }
  const Seq seq = Seq::ragged({2, 0, 3});
  EXPECT_EQ(seq.active(0), 2);
  EXPECT_EQ(seq.active(2), 1);
  EXPECT_EQ(seq.active(3), 0);
  EXPECT_EQ(seq.order, (std::vector<int>{2, 0, 1}));
}

TEST(Seq, MoreRowsThanAnIntAreRefused) {
  EXPECT_EQ(Seq::checked_rows(kMost), kMost);
  expect_too_many([] { Seq::checked_rows(int64_t{kMost} + 1); }, "2147483648");
  expect_too_many([] { Seq::uniform_batch(65536, 65536); }, "4294967296");
  expect_too_many([] { Seq::ragged({kMost, 1}); }, "2147483648");
  EXPECT_EQ(Seq::checked_length(kMost), kMost);
  const Failure longest = failure_of([] { Seq::checked_length(size_t{kMost} + 1); });
  EXPECT_EQ(longest.code, "data/too_long");
  EXPECT_EQ(longest.exit, Exit::data);
  EXPECT_NE(longest.message.find("2147483648"), std::string::npos) << longest.message;
}

// One sentence of a million tokens, taken 3000 times: no batch of 3 * 10^9 rows is begun.
TEST(Seq, BatchersRefuseThemBeforeTheyFillThem) {
  const std::vector<std::vector<int32_t>> sentences = {std::vector<int32_t>(1000000, 1)};
  const std::vector<uint32_t> chosen(3000, 0);
  Batch batch;
  expect_too_many([&] { fill_sentences(sentences, chosen, batch); }, "3000000000");
  EXPECT_TRUE(batch.in.ids.empty());

  SequenceShape shape;
  shape.target = TargetForm::label, shape.symbols = {"a"}, shape.labels = {"x"};
  SequenceExample example;
  example.ids = sentences[0], example.labels = {0};
  const std::vector<const SequenceExample*> examples(3000, &example);
  expect_too_many([&] { fill_sequence_batch(shape, examples, chosen, batch); }, "3000000000");

  const auto streams = [](int count, int window, bool random) {
    StreamBatcher({{1, 2, 3}}, {.streams = count, .window = window, .random_windows = random});
  };
  expect_too_many([&] { streams(65536, 65536, false); }, "4294967296");
  expect_too_many([&] { streams(1, kMost, true); }, "2147483667");
  // A window longer than the text is no window of that length.
  StreamBatcher whole({{1, 2, 3}}, {.streams = 1, .window = kMost, .keep_tail = true});
  EXPECT_TRUE(whole.next(batch));
  EXPECT_EQ(batch.in.seq.rows(), 2);
}

TEST(Seq, BlocksOfTheMostRows) {
  EXPECT_EQ(output_block_rows(kMost, 1, size_t{1} << 40), 1 << 30);
  EXPECT_EQ(output_block_rows(kMost, 4, 64), 16);
}

}  // namespace
}  // namespace rnn::core::test
