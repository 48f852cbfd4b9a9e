// Why: numbers that lie in a file are those that were put in, as long as somebody reads them, and leave nothing behind.
#include "base/float_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <thread>
#include <vector>

#include "base/error.h"

namespace rnn::core {
namespace {

std::vector<float> numbers(size_t n, float first) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), first);
  return values;
}

bool equal(const KeptFloats& kept, const std::vector<float>& values) {
  return std::vector<float>(kept.values().begin(), kept.values().end()) == values;
}

TEST(FloatStore, WhatIsMoreThanTheLimitLiesInAFile) {
  FloatStore store(8000);
  const KeptFloats first = store.keep(numbers(1500, 0)), second = store.keep(numbers(600, 7)),
                   third = store.keep(numbers(400, 9));
  EXPECT_EQ(store.bytes(), 10000);
  EXPECT_EQ(store.bytes_in_file(), 2400) << "the second does not fit, the third does";
  EXPECT_TRUE(equal(first, numbers(1500, 0)));
  EXPECT_TRUE(equal(second, numbers(600, 7)));
  EXPECT_TRUE(equal(third, numbers(400, 9)));
}

TEST(FloatStore, ChunksOfAnySizeOutliveTheStoreAndHaveNoName) {
  const std::string folder = testing::TempDir() + "/float_store";
  std::filesystem::create_directories(folder);
  std::vector<KeptFloats> kept;
  {
    FloatStore store(0, folder);
    for (const size_t n : {3U, 9'000'000U, 0U, 20'000'000U, 5U})  // one of them is larger than a chunk
      kept.push_back(store.keep(numbers(n, static_cast<float>(n % 7))));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  for (const KeptFloats& k : kept) {
    k.will_read();
    EXPECT_TRUE(equal(k, numbers(k.size(), static_cast<float>(k.size() % 7)))) << k.size();
  }
}

TEST(FloatStore, ManyThreadsKeepAtOnce) {
  FloatStore store(50'000);
  std::vector<std::vector<KeptFloats>> kept(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kept.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        kept[t].push_back(store.keep(numbers(1000, static_cast<float>(100 * t) + static_cast<float>(i))));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t t = 0; t < kept.size(); ++t) {
    for (size_t i = 0; i < kept[t].size(); ++i)
      EXPECT_TRUE(equal(kept[t][i], numbers(1000, static_cast<float>(100 * t + i))));
  }
  EXPECT_GT(store.bytes_in_file(), 0);
}

TEST(FloatStore, AFolderThatCannotBeWrittenIsNamed) {
  FloatStore store(0, "/proc/nothing");
  try {
    store.keep(numbers(3, 0));
    FAIL() << "kept";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "io/write");
    EXPECT_NE(std::string(e.what()).find("/proc/nothing"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace rnn::core
