// Why: regions of the pool run in all threads at once or not at all, and their barrier lets no thread pass early or sleep forever.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "support/allocations.h"

namespace rnn::core::test {
namespace {

using std::chrono::milliseconds;

// Each worker writes what step it is in; between two waits all must be in the same. Returns how often one was not.
int wrong_phases(int worker, int threads, int steps, std::vector<int>& at, Barrier& barrier) {
  int wrong = 0;
  for (int step = 1; step <= steps; ++step) {
    at[worker] = step;  // plain integers: the thread sanitizer sees a barrier that does not order memory
    barrier.wait(worker);
    for (int other = 0; other < threads; ++other) wrong += at[other] != step;
    barrier.wait(worker);
  }
  return wrong;
}

TEST(Barrier, PhasesNeverOverlap) {
  for (const int threads : {1, 2, 3, 4, 5, 8}) {
    SCOPED_TRACE(threads);
    Barrier barrier(threads);
    std::vector<int> at(threads);
    std::atomic<int> wrong{0};
    std::vector<std::thread> all;
    for (int worker = 0; worker < threads; ++worker) {
      all.emplace_back([&, worker] {
        wrong += wrong_phases(worker, threads, 1000 / threads, at, barrier);
        barrier.leave(worker);
      });
    }
    for (auto& t : all) t.join();
    EXPECT_EQ(wrong.load(), 0);
  }
}

// In every step another thread is late by more than the others spin: they sleep and are woken, and the barrier tells.
TEST(Barrier, WhoSleepsIsWoken) {
  for (const int threads : {2, 3, 5}) {
    Barrier barrier(threads);
    EXPECT_FALSE(barrier.take_slow());
    std::vector<int> at(threads);
    std::vector<std::thread> all;
    for (int worker = 0; worker < threads; ++worker) {
      all.emplace_back([&, worker] {
        for (int step = 0; step < 12; ++step) {
          if (step % threads == worker) std::this_thread::sleep_for(milliseconds(2));
          at[worker] = step;
          barrier.wait(worker);
          for (const int other : at) EXPECT_EQ(other, step);
          barrier.wait(worker);
        }
        barrier.leave(worker);
      });
    }
    for (auto& t : all) t.join();
    EXPECT_TRUE(barrier.take_slow());
    EXPECT_FALSE(barrier.take_slow());
  }
}

// As long as a machine is busy the pool may say no; some time it must say yes, if only there are cores enough.
template <class F>
bool run_together_some_time(Pool& pool, F&& f) {
  for (int attempt = 0; attempt < 4000; ++attempt) {
    if (pool.run_together(f)) return true;
    const int64_t start =
        now_ns();  // awake: some schedulers start a thread on the core of the one that woke it, if that slept
    while (now_ns() - start < 1'000'000) std::this_thread::yield();
  }
  return false;
}

#define RNN_NEED_TWO_CORES() \
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one core runs nothing at the same time"

TEST(PoolRegion, AllAtOnceAndInStep) {
  RNN_NEED_TWO_CORES();
  for (const int size : {2, 3, 4}) {
    SCOPED_TRACE(size);
    Pool pool(size, size);
    for (int i = 0; i < 10; ++i) {
      std::vector<int> at(size);
      std::vector<std::thread::id> thread(size);
      std::atomic<int> wrong{0};
      const bool ran = run_together_some_time(pool, [&](int worker, Barrier& barrier) {
        thread[worker] = std::this_thread::get_id();
        wrong += wrong_phases(worker, size, 50, at, barrier);
      });
      if (!ran && size > static_cast<int>(std::thread::hardware_concurrency())) break;
      ASSERT_TRUE(ran);
      ASSERT_EQ(wrong.load(), 0);
      EXPECT_EQ(thread[0], std::this_thread::get_id());
      for (int w = 0; w < size; ++w) {
        for (int v = 0; v < w; ++v) EXPECT_NE(thread[v], thread[w]);
      }
    }
  }
}

// On a machine with too few cores most regions are withdrawn while some workers are already there: none may enter late.
TEST(PoolRegion, AllOrNobody) {
  for (const int size : {2, 4, 16}) {
    Pool pool(size, size);
    for (int i = 0; i < 400; ++i) {
      std::atomic<int> calls{0};
      const bool ran = pool.run_together([&](int, Barrier&) { calls.fetch_add(1); });
      ASSERT_EQ(calls.load(), ran ? size : 0);
      pool.run([&](int) { calls.fetch_add(1); });
      ASSERT_EQ(calls.load(), ran ? 2 * size : size);
      if (i % 50 == 49) std::this_thread::sleep_for(milliseconds(5));
    }
  }
}

TEST(PoolRegion, RefusedWhereItCannotBe) {
  RNN_NEED_TWO_CORES();
  const auto never = [](int, Barrier&) { FAIL(); };
  Pool one(1), more_than_cores(3, 2);
  EXPECT_FALSE(one.run_together(never));
  EXPECT_FALSE(more_than_cores.run_together(never));

  Pool pool(2, 2);
  std::atomic<int> refused{0};
  pool.run([&](int) { refused += !pool.run_together(never); });
  EXPECT_EQ(refused.load(), 2) << "inside a job";
  ASSERT_TRUE(run_together_some_time(pool, [&](int, Barrier&) { refused += !pool.run_together(never); }));
  EXPECT_EQ(refused.load(), 4) << "inside a region";

  pool.run([&](int worker) {
    if (worker == 0) std::thread([&] { refused += !pool.run_together(never); }).join();
  });
  EXPECT_EQ(refused.load(), 5) << "while another thread uses the pool";
}

TEST(PoolRegion, JobsInsideARegionRunInline) {
  RNN_NEED_TWO_CORES();
  Pool pool(2, 2);
  std::atomic<int> calls{0}, moved{0};
  ASSERT_TRUE(run_together_some_time(pool, [&](int worker, Barrier& barrier) {
    const auto here = std::this_thread::get_id();
    barrier.wait(worker);
    pool.run([&](int) { calls += 1, moved += std::this_thread::get_id() != here; });
    barrier.wait(worker);
  }));
  EXPECT_EQ(calls.load(), 4);
  EXPECT_EQ(moved.load(), 0);
}

TEST(PoolRegion, RefusedForAWhileAfterALongWait) {
  RNN_NEED_TWO_CORES();
  Pool pool(2, 2);
  for (int attempt = 0;; ++attempt) {
    ASSERT_LT(attempt, 1000) << "the machine is too busy for this test";
    int64_t last = 0;
    ASSERT_TRUE(run_together_some_time(pool, [&](int worker, Barrier& barrier) {
      if (worker == 1) std::this_thread::sleep_for(milliseconds(3));
      barrier.wait(worker);
      if (worker == 0) last = now_ns();  // the rest begins later than this
    }));
    const bool again = pool.run_together([](int, Barrier&) {});
    if (now_ns() - last > 3'900'000) continue;
    EXPECT_FALSE(again);
    break;
  }
  EXPECT_TRUE(run_together_some_time(pool, [](int, Barrier&) {}));
}

TEST(PoolRegion, SleepersInTheBarrierAreWoken) {
  RNN_NEED_TWO_CORES();
  Pool pool(2, 2);
  for (int i = 0; i < 10; ++i) {
    std::vector<int> steps(2);
    ASSERT_TRUE(run_together_some_time(pool, [&](int worker, Barrier& barrier) {
      for (int step = 0; step < 4; ++step) {
        if (step % 2 == worker) std::this_thread::sleep_for(milliseconds(1));
        barrier.wait(worker);
        ++steps[worker];
      }
      if (i % 2 == worker) std::this_thread::sleep_for(milliseconds(1));  // and in the join after the region
    }));
    EXPECT_EQ(steps, std::vector<int>(2, 4));
  }
}

TEST(PoolRegion, ManyThreadsShareOnePool) {
  Pool pool(2, 2);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        std::vector<int> calls(2);
        if (!pool.run_together([&](int worker, Barrier& barrier) { ++calls[worker], barrier.wait(worker); })) {
          pool.run([&](int worker) { ++calls[worker]; });
        }
        sum += calls[0] + calls[1];
      }
    });
  }
  for (auto& t : callers) t.join();
  EXPECT_EQ(sum.load(), 4 * 10000 * 2);
}

TEST(PoolRegion, DestroyedAtOnce) {
  for (int i = 0; i < 200; ++i) {
    std::atomic<int> calls{0};
    bool ran = false;
    {
      Pool pool(2 + i % 2, 3);
      ran = pool.run_together([&](int worker, Barrier& barrier) { barrier.wait(worker), ++calls; });
    }
    EXPECT_EQ(calls.load(), ran ? 2 + i % 2 : 0);
  }
}

TEST(PoolRegion, NothingIsAllocated) {
#ifndef RNN_COUNT_ALLOCATIONS
  GTEST_SKIP() << "the sanitizer has its own malloc";
#else
  const int64_t start = allocations;
  { const Pool pool(2, 2); }
  ASSERT_GT(allocations, start) << "the counter sees the pool being made";
  Pool pool(3, 3);
  int together = 0;
  std::atomic<int64_t> sum{0};
  const int64_t before = allocations;
  for (int i = 0; i < 500; ++i) {
    together += pool.run_together([&](int worker, Barrier& barrier) { barrier.wait(worker), sum += worker; });
    pool.run([&](int worker) { sum += worker; });
    pool.parallel_for(100, 3, [&](int64_t begin, int64_t end) { sum += end - begin; });
    if (i % 100 == 99) std::this_thread::sleep_for(milliseconds(5));  // asleep and woken
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_EQ(sum.load(), 3 * together + 500 * (3 + 100));
#endif
}

TEST(Rest, LastsFourMillisecondsAndEnds) {
  Rest rest;
  EXPECT_FALSE(rest.active());
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const int64_t before = now_ns();
    rest.begin();
    const bool active = rest.active();
    if (now_ns() - before > 3'900'000) continue;  // this thread itself lost its core
    EXPECT_TRUE(active);
    break;
  }
  while (rest.active()) std::this_thread::sleep_for(milliseconds(1));
}

}  // namespace
}  // namespace rnn::core::test
