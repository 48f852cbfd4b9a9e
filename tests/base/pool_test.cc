// Why: the pool covers every index once, never deadlocks however it is called, and computes in one floating-point mode.
#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <pmmintrin.h>
#include <xmmintrin.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace rnn::core::test {
namespace {

const int kSizes[] = {1, 2, 3, 5, 16};

// More parts than cores, as here, as many threads as parts, whatever the machine has, and one core alone.
template <class F>
void for_every_pool(F&& f) {
  for (const int size : kSizes) {
    for (const int cores : {0, size, 1}) {
      SCOPED_TRACE(std::to_string(size) + " parts, cores " + std::to_string(cores));
      Pool pool(size, cores);
      ASSERT_EQ(pool.size(), size);
      f(pool);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(Pool, RunCallsEveryWorkerOnce) {
  for_every_pool([](Pool& pool) {
    for (int i = 0; i < 200; ++i) {
      std::vector<int> calls(pool.size());  // each worker writes its own: a race would show under the thread sanitizer
      pool.run([&](int worker) { ++calls[worker]; });
      ASSERT_EQ(calls, std::vector<int>(pool.size(), 1));
    }
  });
}

TEST(Pool, ParallelForCoversEveryIndexOnce) {
  for_every_pool([](Pool& pool) {
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
        ASSERT_LE(shares.load(), pool.size());
        ASSERT_EQ(shares.load() == 0, n == 0);
      }
    }
  });
}

// Jobs follow each other so closely, and their parts are so uneven, that threads come late to most of them: none may compute a part
// of another job, or one part twice.
TEST(Pool, NoPartIsLostOrDoneTwiceWhenThreadsAreLate) {
  for_every_pool([](Pool& pool) {
    const int size = pool.size(), jobs = 6000 / size;
    std::vector<int> last(size, -1);  // the job that each part belonged to
    for (int job = 0; job < jobs; ++job) {
      const auto length = [&](int worker) {
        return (job * 7919 + worker * 104729) % 11 == 0 ? 20000 : (job + worker) % 3 * 50;
      };
      pool.run([&, job](int worker) {
        volatile int left = length(worker);
        while (left > 0) left = left - 1;
        if (last[worker] == job - 1) last[worker] = job;
      });
      if (job % 64 == 63) std::this_thread::yield();
      ASSERT_EQ(last, std::vector<int>(size, job));
    }
  });
}

TEST(Pool, AThousandPartsOnAFewCores) {
  Pool pool(1024);
  for (int i = 1; i <= 20; ++i) {
    std::vector<int> calls(1024);
    pool.run([&](int worker) { calls[worker] += worker; });
    for (int w = 0; w < 1024; ++w) ASSERT_EQ(calls[w], w);
  }
}

// What workers wrote is seen by the caller, and what the caller wrote by the workers, without further locks.
TEST(Pool, ThousandsOfRunsInARow) {
  Pool pool(4, 4);
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
  Pool pool(3, 3);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // long enough to stop spinning
    std::atomic<int> calls{0};
    pool.run([&](int) { calls.fetch_add(1); });
    ASSERT_EQ(calls.load(), 3);
  }
}

TEST(Pool, IdleWorkersUseNoProcessor) {
  Pool pool(4, 4);
  pool.run([](int) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const clock_t before = std::clock();  // of the whole process
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 10) << "one that spins would use twice that";
}

TEST(Pool, NestedCallsRunInline) {
  Pool pool(3, 3);
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
  Pool pool(3, 3);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 6; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        std::vector<int> calls(30);
        pool.parallel_for(30, 1, [&](int64_t begin, int64_t end) {
          for (int64_t k = begin; k < end; ++k) ++calls[k];
        });
        for (const int n : calls) sum.fetch_add(n);
      }
    });
  }
  for (auto& t : callers) t.join();
  EXPECT_EQ(sum.load(), 6 * 10000 * 30);
}

TEST(Pool, MadeAndDestroyedAtOnce) {
  for (int i = 0; i < 300; ++i) {
    Pool pool(4, 4);
    if (i % 2) pool.run([](int) {});
    if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i));  // some workers sleep by then
  }
}

TEST(Pool, DenormalsAreFlushedInEveryWorker) {
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode & ~0x8040u);
  Pool pool(4, 4);
  std::vector<float> halves(4, 1.0f);
  volatile float smallest = std::numeric_limits<float>::min();
  pool.run([&](int worker) { halves[worker] = smallest * 0.5f; });
  for (const float x : halves) EXPECT_EQ(x, 0.0f);
  EXPECT_NE(smallest * 0.5f, 0.0f) << "the caller's own mode is given back";
  _mm_setcsr(mode);
}

}  // namespace
}  // namespace rnn::core::test
