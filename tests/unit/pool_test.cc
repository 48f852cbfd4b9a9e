// Why: the pool covers every index once, never deadlocks however it is called, and computes in one floating-point mode.
#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <pmmintrin.h>
#include <xmmintrin.h>

#include <atomic>
#include <limits>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace rnn::test {
namespace {

const int kSizes[] = {1, 2, 3, 5, 16};  // 16: more threads than the cores of most machines

TEST(Pool, RunCallsEveryWorkerOnce) {
  for (const int size : kSizes) {
    Pool pool(size);
    ASSERT_EQ(pool.size(), size);
    for (int i = 0; i < 200; ++i) {
      std::vector<int> calls(size);  // each worker writes its own: a race would show under the thread sanitizer
      pool.run([&](int worker) { ++calls[worker]; });
      ASSERT_EQ(calls, std::vector<int>(size, 1));
    }
  }
}

TEST(Pool, ParallelForCoversEveryIndexOnce) {
  for (const int size : kSizes) {
    Pool pool(size);
    for (const int64_t n : {0, 1, 2, 3, 7, 16, 17, 100, 1023, 5000}) {
      for (const int64_t grain : {1, 3, 16, 1024}) {
        std::vector<int> calls(n);
        std::atomic<int> shares{0};
        pool.parallel_for(n, grain, [&](int64_t begin, int64_t end) {
          EXPECT_LT(begin, end);
          EXPECT_EQ(begin % grain, 0);
          EXPECT_TRUE(end == n || end % grain == 0);
          shares.fetch_add(1);
          for (int64_t i = begin; i < end; ++i) ++calls[i];
        });
        ASSERT_EQ(calls, std::vector<int>(n, 1)) << n << " by " << grain;
        ASSERT_LE(shares.load(), size);
        ASSERT_EQ(shares.load() == 0, n == 0);
      }
    }
  }
}

// What workers wrote is seen by the caller, and what the caller wrote by the workers, without further locks.
TEST(Pool, ThousandsOfRunsInARow) {
  Pool pool(4);
  std::vector<int64_t> values(4);
  int64_t expected = 0;
  for (int i = 1; i <= 5000; ++i) {
    pool.run([&](int worker) { values[worker] += i; });
    expected += i;
    if (i % 1000 == 0) {
      for (const int64_t v : values) ASSERT_EQ(v, expected);
    }
  }
}

TEST(Pool, SleepingWorkersWakeUp) {
  Pool pool(3);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // long enough to stop spinning
    std::atomic<int> calls{0};
    pool.run([&](int) { calls.fetch_add(1); });
    ASSERT_EQ(calls.load(), 3);
  }
}

TEST(Pool, NestedCallsRunInline) {
  Pool pool(3);
  for (int i = 0; i < 200; ++i) {
    std::atomic<int> inner{0};
    std::atomic<bool> moved{false};
    pool.run([&](int) {
      const auto here = std::this_thread::get_id();
      pool.run([&](int) {
        inner.fetch_add(1);
        if (std::this_thread::get_id() != here) moved = true;
      });
      pool.parallel_for(10, 1, [&](int64_t begin, int64_t end) { inner.fetch_add(static_cast<int>(end - begin)); });
    });
    ASSERT_EQ(inner.load(), 3 * (3 + 10));
    ASSERT_FALSE(moved.load()) << "a nested call left its thread";
  }
}

TEST(Pool, ManyThreadsShareOnePool) {
  Pool pool(3);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 6; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        std::vector<int> calls(30);
        pool.parallel_for(30, 1, [&](int64_t begin, int64_t end) {
          for (int64_t k = begin; k < end; ++k) ++calls[k];
        });
        for (const int n : calls) sum.fetch_add(n);
      }
    });
  }
  for (auto& t : callers) t.join();
  EXPECT_EQ(sum.load(), 6 * 500 * 30);
}

TEST(Pool, MadeAndDestroyedAtOnce) {
  for (int i = 0; i < 300; ++i) {
    Pool pool(4);
    if (i % 2) pool.run([](int) {});
  }
}

TEST(Pool, DenormalsAreFlushedInEveryWorker) {
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode & ~0x8040u);
  Pool pool(4);
  std::vector<float> halves(4, 1.0f);
  volatile float smallest = std::numeric_limits<float>::min();
  pool.run([&](int worker) { halves[worker] = smallest * 0.5f; });
  for (const float x : halves) EXPECT_EQ(x, 0.0f);
  EXPECT_NE(smallest * 0.5f, 0.0f) << "the caller's own mode is given back";
  _mm_setcsr(mode);
}

}  // namespace
}  // namespace rnn::test
