// Why: the part of the barrier that is more than a handful of instructions: spinning, sleeping and waking.
#include "base/barrier.h"

#include "base/waiting.h"

namespace rnn::core {
namespace {

// Longer than waking a thread takes (30 us), or two threads would put each other to sleep at every step.
constexpr int64_t kSpin = 100'000;

}  // namespace

// A sleeper marks the bell by a read-modify-write before it reads the count a last time. The owner of the line reads the
// mark after each count with a plain load, which may miss it, and by a read-modify-write before it sleeps or leaves:
// whichever of the two comes first in the order of the bell, either the sleeper sees the count or the owner sees the mark.
void Barrier::ring(Line& own) noexcept {
  if (own.bell.fetch_or(0, std::memory_order_acq_rel) % 2 == 0) return;
  own.bell.fetch_add(1, std::memory_order_release);
  own.bell.notify_all();
}

void Barrier::wait_longer(Line& own, Line& other, uint32_t count) noexcept {
  const auto ready = [&] {
    if (own.bell.load(std::memory_order_relaxed) % 2 != 0) ring(own);
    return reached(other, count);
  };
  const int64_t waited = spin_until(ready, kSpin);
  if (waited == 0) return;
  const int64_t start = now_ns() - waited;
  ring(own);
  for (;;) {
    const uint32_t marked = other.bell.fetch_or(1, std::memory_order_acq_rel) | 1;
    if (reached(other, count)) break;
    other.bell.wait(marked, std::memory_order_acquire);
  }
  if (now_ns() - start > kLongWait) slow_.store(true, std::memory_order_relaxed);
}

}  // namespace rnn::core
