// Why: steps of a small recurrent network last a microsecond; a barrier must cost no more than cache line transfers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace rnn::core {

// All of `threads` threads wait for each other, thousands of times: wait(worker) returns when every worker has called it as
// often. Writes before a wait are visible to all threads after it. Dissemination (Hensgen, Finkel, Manber 1988): in round k
// worker w waits for w - 2^k, so log2(threads) rounds; each thread writes its own line and reads another's. A thread that
// waits long sleeps. noexcept, no allocation after construction.
class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads), lines_(new Line[static_cast<size_t>(threads)]) {}

  void wait(int worker) noexcept {
    Line& own = lines_[worker];
    uint32_t count = own.count.load(std::memory_order_relaxed);
    for (int step = 1; step < threads_; step *= 2) {
      own.count.store(++count, std::memory_order_release);
      const int from = worker - step < 0 ? worker - step + threads_ : worker - step;
      if (!reached(lines_[from], count) || own.bell.load(std::memory_order_relaxed) % 2 != 0)
        wait_longer(own, lines_[from], count);
    }
  }

  // After a worker's last wait: wakes any thread that sleeps on its line. Not needed where all are known to have returned.
  void leave(int worker) noexcept { ring(lines_[worker]); }

  // Whether any wait since the last call lasted a millisecond or more.
  bool take_slow() noexcept {
    return slow_.load(std::memory_order_relaxed) && slow_.exchange(false, std::memory_order_relaxed);
  }

 private:
  struct alignas(128) Line {
    std::atomic<uint32_t> count{0};  // rounds this worker has entered, wrapping
    std::atomic<uint32_t> bell{0};   // odd: a thread sleeps, or is about to, until the owner rings, which makes it even
  };

  static bool reached(const Line& line, uint32_t count) noexcept {
    return static_cast<int32_t>(line.count.load(std::memory_order_acquire) - count) >= 0;
  }
  void wait_longer(Line& own, Line& other, uint32_t count) noexcept;
  static void ring(Line& own) noexcept;

  int threads_;
  std::unique_ptr<Line[]> lines_;
  alignas(128) std::atomic<bool> slow_{false};
};

}  // namespace rnn::core
