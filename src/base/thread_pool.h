// Why: own pool, because a recurrent step lasts microseconds: workers spin for a moment, then sleep; results never depend on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace rnn {

// Denormal numbers are flushed to zero in the calling thread while this object lives (silence makes filters 20 times slower
// otherwise). Restores what was set before.
class FlushDenormals {
 public:
  FlushDenormals() noexcept;
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned saved_;
};

// A fixed number of workers; the caller is worker 0. run(f) calls f(worker) once for every worker in [0, size()) and returns
// when all are done. If the pool is busy (another thread runs on it, or a nested call), the caller runs all parts itself:
// work is cut by worker number, so the bits are the same. f must not throw.
struct Barrier { void wait(int) {} };
class Pool {
 public:
  template <class F> bool run_together(F&&) { return false; }
  // threads = 0: RNN_THREADS, or else the number of cores.
  explicit Pool(int threads = 0);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int size() const { return size_; }

  template <class F>
  void run(F&& f) {
    run_parts([](void* context, int worker) { (*static_cast<std::remove_reference_t<F>*>(context))(worker); },
              const_cast<void*>(static_cast<const void*>(&f)));
  }

  // Cuts [0, n) into contiguous shares, multiples of `grain`, and calls f(begin, end) once for each non-empty share.
  template <class F>
  void parallel_for(int64_t n, int64_t grain, F&& f) {
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
  void run_parts(Part part, void* context);
  void work(int worker);

  int size_;
  Part part_ = nullptr;
  void* context_ = nullptr;
  alignas(128) std::atomic<uint32_t> generation_{0};
  alignas(128) std::atomic<int> pending_{0};
  alignas(128) std::atomic<bool> busy_{false};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace rnn
