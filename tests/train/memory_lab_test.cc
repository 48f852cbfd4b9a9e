// Why: the experiments behind the page of `rnn explain` learn, repeat to the bit, and are loaded from the cache as they were saved.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "inspect/lab_cache.h"

namespace rnn::core::test {
namespace {

namespace fs = std::filesystem;

RecallOptions small() {
  RecallOptions o;
  o.lags = {1, 4};
  o.hidden = 24, o.symbols = 3, o.batch = 16, o.updates = 250, o.examples = 256;
  o.lr = 5e-3;
  o.seconds = 600;
  return o;
}

ClippingOptions exploding() {
  ClippingOptions o;
  o.length = 40, o.hidden = 32, o.batch = 8, o.updates = 60;
  o.scale = 1.1;
  return o;
}

TEST(MemoryLab, EveryCellRecallsOverAShortLagAndRepeats) {
  Pool one(1), two(2);
  for (const char* cell : {"rnn", "rnn-relu", "gru", "lstm"}) {
    const RecallCurve curve = train_recall(cell, small(), one);
    ASSERT_EQ(curve.accuracy.size(), 2u);
    EXPECT_EQ(curve.updates, 250);
    EXPECT_GT(curve.accuracy[0], 0.9) << cell << ", chance is a third";
    EXPECT_EQ(train_recall(cell, small(), two).accuracy, curve.accuracy) << cell;
  }
}

TEST(MemoryLab, WithoutTrainingItGuesses) {
  RecallOptions o = small();
  o.seconds = 0;
  Pool pool(1);
  const RecallCurve curve = train_recall("gru", o, pool);
  EXPECT_EQ(curve.updates, 0);
  EXPECT_NEAR(curve.accuracy[1], recall_chance(o), 0.15);
}

TEST(MemoryLab, OnlyClippingSurvives) {
  Pool pool(1);
  const Clipping c = try_clipping(exploding(), pool);
  ASSERT_EQ(c.with.size(), 60u);
  ASSERT_EQ(c.without.size(), 60u);
  EXPECT_EQ(c.with[0], c.without[0]) << "they begin alike";
  EXPECT_GT(c.norm_with[0], c.clip) << "nothing to clip";
  for (const double loss : c.with) EXPECT_TRUE(std::isfinite(loss));
  EXPECT_FALSE(std::isfinite(c.without.back()) && c.without.back() < 10 * c.with[0]);
}

TEST(MemoryLab, TheCacheGivesBackWhatWasTrained) {
  const std::string folder = (fs::current_path() / "cache").string();
  fs::remove_all(folder);
  Pool pool(1);
  const Lab first = memory_lab({"rnn", "gru"}, small(), exploding(), folder, pool);
  EXPECT_TRUE(first.trained);
  const Lab second = memory_lab({"rnn", "gru"}, small(), exploding(), folder, pool);
  EXPECT_FALSE(second.trained);
  ASSERT_EQ(second.recall.cells.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(second.recall.cells[i].accuracy, first.recall.cells[i].accuracy);
    EXPECT_EQ(second.recall.cells[i].cell, first.recall.cells[i].cell);
  }
  EXPECT_EQ(second.clipping.with, first.clipping.with);
  EXPECT_EQ(second.clipping.without, first.clipping.without);  // infinities, too

  for (const auto& entry : fs::directory_iterator(folder)) write_file_atomic(entry.path().string(), "{ torn");
  EXPECT_TRUE(memory_lab({"rnn", "gru"}, small(), exploding(), folder, pool).trained);
  RecallOptions other = small();
  other.seed = 2;
  EXPECT_TRUE(memory_lab({"rnn", "gru"}, other, exploding(), folder, pool).trained);
}

TEST(MemoryLab, ASignalLeavesNothingBehind) {
  const std::string folder = (fs::current_path() / "stopped").string();
  fs::remove_all(folder);
  std::atomic<int> stop = 2;
  RecallOptions o = small();
  o.stop = &stop;
  Pool pool(1);
  const Lab lab = memory_lab({"rnn"}, o, exploding(), folder, pool);
  EXPECT_TRUE(lab.stopped);
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace rnn::core::test
