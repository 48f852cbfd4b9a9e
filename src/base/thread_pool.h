// Why: our own pool, because recurrent steps last microseconds: workers spin, then sleep; results never depend on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/barrier.h"
#include "base/waiting.h"

namespace rnn::core {

// Denormal numbers are flushed to zero in the calling thread while this object lives (otherwise silence makes filters 20
// times slower). Restores the previous setting.
class FlushDenormals {
 public:
  FlushDenormals() noexcept;
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned saved_;
};

// Work is cut into size() numbered parts, so that the bits never depend on which thread computes them; the caller computes
// part 0. Any thread may call; a pool that is busy (another thread runs on it, or a nested call) leaves all parts to the
// caller. f must not throw. Nothing is allocated after construction.
//
// Behaviour on a busy machine: a part whose thread is late is computed by another one; a worker that lost its core while
// others waited for it rests for some milliseconds, and run_together() returns false. Idle workers spin for 50 us, then
// sleep; starting one that spins costs about two cache line transfers (0.2 us), waking one 10 us of the caller and 30 us
// until it runs.
class Pool {
 public:
  // threads = 0: RNN_THREADS, or else the number of cores. No more than `cores` of them run at once (0: those of the
  // machine).
  explicit Pool(int threads = 0, int cores = 0);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int size() const { return size_; }

  // Calls f(worker) once for every worker in [0, size()), in any order and perhaps several in one thread, and returns when
  // all are done: parts must not wait for each other.
  template <class F>
  void run(F&& f) noexcept {
    run_parts([](void* context, int worker) { (*static_cast<std::remove_reference_t<F>*>(context))(worker); },
              const_cast<void*>(static_cast<const void*>(&f)));
  }

  // Calls f(worker, barrier) for every worker in [0, size()), each in a thread of its own and all at the same time, so they
  // may meet in barrier.wait(worker), equally often, every few microseconds. Returns false, without a call of f, where that
  // cannot be guaranteed: one thread, fewer cores than threads, a pool that is busy, a machine that was busy in the last
  // milliseconds, workers that do not arrive. The caller then does the work in one thread.
  template <class F>
  [[nodiscard]] bool run_together(F&& f) noexcept {
    const auto part = [&](int worker) { f(worker, barrier_); };
    return run_region([](void* context, int worker) { (*static_cast<decltype(part)*>(context))(worker); },
                      const_cast<void*>(static_cast<const void*>(&part)));
  }

  // Cuts [0, n) into contiguous shares, multiples of `grain`, and calls f(begin, end) once for each non-empty share.
  template <class F>
  void parallel_for(int64_t n, int64_t grain, F&& f) noexcept {
    const int64_t units = (n + grain - 1) / grain;
    if (size_ == 1 || units <= 1) {
      if (n > 0) f(int64_t{0}, n);
      return;
    }
    run([&](int worker) {
      const int64_t begin = units * worker / size_ * grain, end = units * (worker + 1) / size_ * grain;
      if (begin < n && begin < end) f(begin, end < n ? end : n);
    });
  }

 private:
  using Part = void (*)(void* context, int worker);
  enum Phase : unsigned { kDone, kTaken, kAwaited, kOpen, kTogether, kStop };
  struct Slot;

  void run_parts(Part part, void* context) noexcept;
  bool run_region(Part part, void* context) noexcept;
  bool enter() noexcept;
  bool publish(Phase phase, Part part, void* context) noexcept;
  bool reported(int64_t limit) noexcept;
  bool gather() noexcept;
  void await(Slot& slot) noexcept;
  void wake_workers() noexcept;
  void wake(Slot& slot) noexcept;
  static bool claim(Slot& slot, Phase phase, Phase next) noexcept;
  bool take(int part, int worker) noexcept;
  void finish(Slot& slot, int worker) noexcept;
  void rest(Slot& slot) noexcept;
  void work(int worker) noexcept;
  void sleep(Slot& slot, uint64_t seen) noexcept;
  void join_region(Slot& slot, int worker) noexcept;
  void stop() noexcept;

  int size_, cores_;               // parts; threads, including the caller's
  std::unique_ptr<Slot[]> slots_;  // [size], the first unused
  Barrier barrier_;
  Rest crowded_;                   // no regions while it lasts
  std::atomic<bool> help_{false};  // threads are missing: a worker that is done looks for more parts
  // From here on written by callers, and by workers only where a thread sleeps.
  alignas(128) std::atomic<bool> busy_{false};
  bool short_handed_ = false;     // the caller of the last job computed other workers' parts
  uint64_t generation_ = 0;       // of the last job
  std::atomic<int> sleepers_{0};  // slots with `asleep` set
  std::atomic<uint32_t> done_bell_{0};
  alignas(128) std::atomic<uint64_t> gate_{0};  // of the last region of more than two: generation * 2 + whether all arrived
  std::vector<std::thread> threads_;
};

}  // namespace rnn::core
