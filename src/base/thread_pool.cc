// Why: the waiting strategy of the pool (spin, yield, sleep) and the flush-to-zero mode of its threads.
#include "base/thread_pool.h"

#include <algorithm>
#include <cstdlib>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rnn {
namespace {

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// Waits until value != old: about 20 us of spinning (a training step starts hundreds of parts, microseconds apart), a few
// yields for a busy machine, then sleep.
uint32_t wait_change(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < 2000; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    pause();
  }
  for (int i = 0; i < 50; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    std::this_thread::yield();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

int default_threads() {
  if (const char* text = std::getenv("RNN_THREADS")) {
    const int n = std::atoi(text);
    if (n >= 1) return std::min(n, 1024);
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

FlushDenormals::FlushDenormals() noexcept {
#if defined(__x86_64__)
  saved_ = _mm_getcsr();
  _mm_setcsr(saved_ | 0x8040);  // flush to zero, denormals are zero
#else
  saved_ = 0;
#endif
}

FlushDenormals::~FlushDenormals() {
#if defined(__x86_64__)
  _mm_setcsr(saved_);
#endif
}

Pool::Pool(int threads) : size_(threads > 0 ? threads : default_threads()) {
  for (int worker = 1; worker < size_; ++worker) threads_.emplace_back([this, worker] { work(worker); });
}

Pool::~Pool() {
  stop_.store(true);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (auto& t : threads_) t.join();
}

void Pool::work(int worker) {
  const FlushDenormals flush;
  uint32_t seen = 0;
  for (;;) {
    seen = wait_change(generation_, seen);
    if (stop_.load(std::memory_order_relaxed)) return;
    part_(context_, worker);
    pending_.fetch_sub(1, std::memory_order_release);
  }
}

void Pool::run_parts(Part part, void* context) {
  const FlushDenormals flush;
  bool idle = false;
  if (size_ == 1 || !busy_.compare_exchange_strong(idle, true, std::memory_order_acquire)) {
    for (int worker = 0; worker < size_; ++worker) part(context, worker);
    return;
  }
  part_ = part, context_ = context;
  pending_.store(size_ - 1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  part(context, 0);
  // The shares are even, so the others end at about the same time; yield when the machine is busy.
  for (int spins = 0; pending_.load(std::memory_order_acquire) > 0; ++spins) {
    if (spins < 20000) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
  busy_.store(false, std::memory_order_release);
}

}  // namespace rnn
