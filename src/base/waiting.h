// Why: threads that wait for microseconds spin, those that wait longer must give up their core: in pool and barrier.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace rnn::core {

// Nanoseconds of the steady clock.
inline int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline void cpu_pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// A wait for another thread that lasts this long, in ns, means that it lost its core: hiccups of an idle machine are
// shorter, time slices longer.
constexpr int64_t kLongWait = 1'000'000;

// Spins until ready() and returns 0, or gives up after `limit` ns and returns how long it waited: much longer than the limit
// means that the thread had lost its core. The first polls, for about the time of a cache line transfer, are back to back.
template <class Ready>
inline int64_t spin_until(Ready&& ready, int64_t limit) noexcept {
  for (int i = 0; i < 64; ++i) {
    if (ready()) return 0;
  }
  const int64_t start = now_ns();
  for (;;) {
    for (int i = 0; i < 16; ++i) {
      if (ready()) return 0;
      cpu_pause();
    }
    const int64_t waited = now_ns() - start;
    if (waited > limit) return ready() ? 0 : waited;
  }
}

// How long to stay away from cores that other programs use: from 4 ms, doubled whenever they are found busy again soon after
// the last time, up to 64 ms. Any thread may call.
class Rest {
 public:
  void begin() noexcept {
    const int64_t now = now_ns(), until = until_.load(std::memory_order_relaxed);
    int64_t length = length_.load(std::memory_order_relaxed);
    if (now > until) length = now - until < length ? std::min(2 * length, kLongest) : kShortest;
    length_.store(length, std::memory_order_relaxed);
    until_.store(now + length, std::memory_order_relaxed);
  }

  // Costs nothing if there was no rest lately.
  bool active() noexcept {
    const int64_t until = until_.load(std::memory_order_relaxed);
    if (until == 0) return false;
    const int64_t now = now_ns();
    if (now - until > length_.load(std::memory_order_relaxed)) until_.store(0, std::memory_order_relaxed);
    return now < until;
  }

 private:
  static constexpr int64_t kShortest = 4'000'000, kLongest = 64'000'000;  // ns; a time slice is about 3 ms
  std::atomic<int64_t> until_{0}, length_{kShortest};
};

}  // namespace rnn::core
