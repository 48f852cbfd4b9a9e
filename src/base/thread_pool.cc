// Why: which thread computes which part, how the threads of the pool wait, and their flush-to-zero mode.
#include "base/thread_pool.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "base/numbers.h"

namespace rnn::core {
namespace {

// All in ns. Waking takes about 30 us: spinning that long costs at most as much as sleeping would have.
constexpr int64_t kIdleSpin = 50'000;   // a worker without work
constexpr int64_t kJoinSpin = 300'000;  // the caller, for a part that another thread computes
constexpr int64_t kGrace = 1'000;       // the caller, before it looks for parts that nobody has begun
constexpr int64_t kComeSpin =
    1'000'000;  // the caller, for workers to enter a region; a virtual machine may need 0.5 ms to wake one
constexpr int kMostThreads = 1024;

int default_threads() {
  if (const char* text = std::getenv("RNN_THREADS")) {
    std::string_view digits = text;
    const int n = take_number<int>(digits).value_or(0);
    if (n >= 1) return std::min(n, kMostThreads);
  }
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Whether the scheduler has taken the core from the calling thread since the last call. A system call of 0.3 us.
bool lost_core() noexcept {
#if defined(RUSAGE_THREAD)
  static thread_local long seen = -1;
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return false;
  const bool lost = seen >= 0 && usage.ru_nivcsw != seen;
  seen = usage.ru_nivcsw;
  return lost;
#else
  return false;
#endif
}

// Words of a slot are generation * 8 + phase: a late thread with the word of an old job cannot take a part of a new one.
constexpr unsigned kPhaseBits = 3;
constexpr uint64_t word(uint64_t generation, unsigned phase) { return generation << kPhaseBits | phase; }
constexpr uint64_t generation_of(uint64_t word) { return word >> kPhaseBits; }
constexpr unsigned phase_of(uint64_t word) { return word & ((1u << kPhaseBits) - 1); }

}  // namespace

FlushDenormals::FlushDenormals() noexcept {
#if defined(__x86_64__)
  saved_ = _mm_getcsr();
  if ((saved_ & 0x8040) != 0x8040) _mm_setcsr(saved_ | 0x8040);  // flush to zero, denormals are zero
#else
  saved_ = 0;
#endif
}

FlushDenormals::~FlushDenormals() {
#if defined(__x86_64__)
  if ((saved_ & 0x8040) != 0x8040) _mm_setcsr(saved_);
#endif
}

// One part of the job, and the worker with the same number. The caller offers it: kOpen to everyone, kTogether to this
// worker. The thread that moves the claim from (last job, kDone) to (this job, kTaken) computes the part and alone may read
// it; the caller writes it again only after kDone. On a quiet machine each line has one writer and at most one reader, and
// the claim never leaves its worker.
struct Pool::Slot {
  alignas(128) std::atomic<uint64_t> offer{0};  // written by the caller
  Part part = nullptr;
  void* context = nullptr;
  alignas(128) std::atomic<uint64_t> claim{0};
  std::atomic<int64_t> awaited_since{0};  // written by the caller before kAwaited
  std::atomic<uint32_t> asleep{0};        // or not started yet: set by the worker, cleared by the thread that wakes it
  Rest resting;                           // must not be woken
  alignas(128) std::atomic<uint64_t> report{0};  // kTaken, kDone: what the caller polls; the claim decides
};

Pool::Pool(int threads, int cores)
    : size_(threads > 0 ? threads : default_threads()),
      cores_(cores > 0 ? cores : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))),
      slots_(new Slot[static_cast<size_t>(size_)]),
      barrier_(size_) {
  cores_ = std::min(cores_, size_);
  for (int worker = 1; worker < cores_; ++worker) slots_[worker].asleep.store(1, std::memory_order_relaxed);
  sleepers_.store(cores_ - 1, std::memory_order_relaxed);
  try {
    threads_.reserve(static_cast<size_t>(cores_));
    for (int worker = 1; worker < cores_; ++worker) threads_.emplace_back([this, worker] { work(worker); });
  } catch (...) {
    stop();
    throw;
  }
}

Pool::~Pool() { stop(); }

void Pool::stop() noexcept {
  publish(kStop, nullptr, nullptr);
  for (int worker = 1; worker < cores_; ++worker) wake(slots_[worker]);
  for (auto& t : threads_) t.join();
}

// ---- The caller.

bool Pool::enter() noexcept {
  return !busy_.load(std::memory_order_relaxed) && !busy_.exchange(true, std::memory_order_acquire);
}

void Pool::run_parts(Part part, void* context) noexcept {
  const FlushDenormals flush;
  if (cores_ == 1 || !enter()) {
    for (int worker = 0; worker < size_; ++worker) part(context, worker);
    return;
  }
  const bool missing = publish(kOpen, part, context);
  if (sleepers_.load(std::memory_order_relaxed) > 0) wake_workers();
  part(context, 0);
  bool took = false;
  if (missing || !reported(kGrace)) {
    for (int other = size_ - 1; other > 0; --other) took |= take(other, 0);
    for (int other = 1; other < size_; ++other) await(slots_[other]);
  }
  short_handed_ = took;
  busy_.store(false, std::memory_order_release);
}

bool Pool::run_region(Part part, void* context) noexcept {
  if (cores_ == 1 || cores_ < size_ || crowded_.active() || !enter()) return false;
  const FlushDenormals flush;
  publish(kTogether, part, context);
  if (sleepers_.load(std::memory_order_relaxed) > 0) wake_workers();
  const bool all = gather();
  if (all) {
    part(context, 0);
    if (!reported(kGrace)) barrier_.leave(0);
  }
  for (int other = 1; other < size_; ++other) await(slots_[other]);
  if (!all || barrier_.take_slow()) crowded_.begin();
  busy_.store(false, std::memory_order_release);
  return all;
}

// Offers a job to all. Returns whether threads are missing. The read-modify-write is the caller's half of going to sleep:
// either it sees the sleeper, or the sleeper sees the offer.
bool Pool::publish(Phase phase, Part part, void* context) noexcept {
  ++generation_;
  for (int other = 1; other < size_; ++other) {
    Slot& slot = slots_[other];
    slot.part = part, slot.context = context;
    slot.offer.store(word(generation_, phase), std::memory_order_release);
  }
  const bool missing = sleepers_.fetch_add(0, std::memory_order_acq_rel) > 0 || short_handed_ || cores_ < size_;
  if (missing != help_.load(std::memory_order_relaxed)) help_.store(missing, std::memory_order_relaxed);
  return missing;
}

// Whether all parts are reported done in time.
bool Pool::reported(int64_t limit) noexcept {
  const uint64_t done = word(generation_, kDone);
  for (int other = 1; other < size_; ++other) {
    const auto is_done = [&] { return slots_[other].report.load(std::memory_order_acquire) == done; };
    if (spin_until(is_done, limit) != 0) return false;
  }
  return true;
}

// Waits for the workers to take their own slots, then withdraws the offer from those that have not. A single worker starts
// at once; several must be told whether all arrived.
bool Pool::gather() noexcept {
  bool all = true;
  for (int other = 1; other < size_ && all; ++other) {
    const auto came = [&] { return generation_of(slots_[other].report.load(std::memory_order_acquire)) == generation_; };
    all = spin_until(came, kComeSpin) == 0;
  }
  if (!all) {
    all = true;
    for (int other = 1; other < size_; ++other) {
      if (!claim(slots_[other], kTogether, kDone)) continue;
      slots_[other].report.store(word(generation_, kDone), std::memory_order_relaxed);
      all = false;
    }
  }
  if (size_ > 2) gate_.store(generation_ << 1 | (all ? 1u : 0u), std::memory_order_release);
  return all;
}

void Pool::await(Slot& slot) noexcept {
  const uint64_t done = word(generation_, kDone);
  const int64_t waited = spin_until([&] { return slot.report.load(std::memory_order_acquire) == done; }, kJoinSpin);
  if (waited == 0) return;
  slot.awaited_since.store(now_ns() - waited, std::memory_order_relaxed);
  for (;;) {
    const uint32_t bell = done_bell_.load(std::memory_order_acquire);
    uint64_t state = slot.claim.load(std::memory_order_acquire);
    if (phase_of(state) == kTaken) slot.claim.compare_exchange_strong(state, word(generation_, kAwaited));
    if (state == done) return;
    done_bell_.wait(bell, std::memory_order_acquire);
  }
}

// Wakes sleeping workers, except those that rest.
void Pool::wake_workers() noexcept {
  for (int worker = 1; worker < cores_; ++worker) {
    Slot& slot = slots_[worker];
    if (slot.asleep.load(std::memory_order_relaxed) != 0 && !slot.resting.active()) wake(slot);
  }
}

void Pool::wake(Slot& slot) noexcept {
  if (slot.asleep.exchange(0, std::memory_order_acq_rel) == 0) return;
  sleepers_.fetch_sub(1, std::memory_order_relaxed);
  slot.asleep.notify_one();
}

// ---- Both.

// Moves the claim of what is offered as `phase` from the last job to (this job, next), unless another thread was faster.
bool Pool::claim(Slot& slot, Phase phase, Phase next) noexcept {
  const uint64_t offer = slot.offer.load(std::memory_order_acquire), generation = generation_of(offer);
  uint64_t last = word(generation - 1, kDone);
  return phase_of(offer) == phase && slot.claim.load(std::memory_order_relaxed) == last &&
         slot.claim.compare_exchange_strong(last, word(generation, next), std::memory_order_acq_rel,
                                            std::memory_order_relaxed);
}

// Computes the part in the thread of `worker` if no thread has started it.
bool Pool::take(int part, int worker) noexcept {
  Slot& slot = slots_[part];
  if (!claim(slot, kOpen, kTaken)) return false;
  slot.part(slot.context, part);
  finish(slot, worker);
  return true;
}

// A worker that others had to wait for because it lost its core rests.
void Pool::finish(Slot& slot, int worker) noexcept {
  const uint64_t done = word(generation_of(slot.offer.load(std::memory_order_relaxed)), kDone);
  const uint64_t state = slot.claim.exchange(done, std::memory_order_acq_rel);
  slot.report.store(done, std::memory_order_release);
  if (phase_of(state) != kAwaited) return;
  const bool long_wait = now_ns() - slot.awaited_since.load(std::memory_order_relaxed) > kLongWait;
  done_bell_.fetch_add(1, std::memory_order_release);
  done_bell_.notify_one();
  if (long_wait && lost_core()) rest(slots_[worker]);
}

void Pool::rest(Slot& slot) noexcept {
  slot.resting.begin();
  crowded_.begin();
}

// ---- The worker.

void Pool::work(int worker) noexcept {
  const FlushDenormals flush;
  Slot& slot = slots_[worker];
  uint64_t seen = 0;
  wake(slot);
  lost_core();
  for (;;) {
    const auto offered = [&] { return slot.offer.load(std::memory_order_acquire) != seen; };
    const int64_t waited = slot.resting.active() ? kIdleSpin : spin_until(offered, kIdleSpin);
    if (waited > kLongWait) rest(slot);
    if (waited > 0) sleep(slot, seen);
    seen = slot.offer.load(std::memory_order_acquire);
    if (phase_of(seen) == kStop) return;
    if (claim(slot, kTogether, kTaken)) {
      join_region(slot, worker);
    } else if ((take(worker, worker) && help_.load(std::memory_order_relaxed)) || waited > 0) {
      for (int i = 1; i < size_; ++i) take((worker + i) % size_, worker);
    }
  }
}

// Until another thread wakes this worker. One that rests leaves its work to others, but must notice the end.
void Pool::sleep(Slot& slot, uint64_t seen) noexcept {
  slot.asleep.store(1, std::memory_order_relaxed);
  sleepers_.fetch_add(1, std::memory_order_acq_rel);
  const uint64_t offer = slot.offer.load(std::memory_order_acquire);
  if (phase_of(offer) == kStop || (offer != seen && !slot.resting.active())) {
    wake(slot);
  } else {
    slot.asleep.wait(1, std::memory_order_acquire);
  }
  lost_core();
}

void Pool::join_region(Slot& slot, int worker) noexcept {
  const uint64_t generation = generation_of(slot.claim.load(std::memory_order_relaxed));
  slot.report.store(word(generation, kTaken), std::memory_order_release);
  bool all = true;
  if (size_ > 2) {
    const auto decided = [&] { return gate_.load(std::memory_order_acquire) >> 1 == generation; };
    while (spin_until(decided, kIdleSpin) > 0) std::this_thread::yield();
    all = (gate_.load(std::memory_order_relaxed) & 1) != 0;
  }
  if (all) slot.part(slot.context, worker);
  finish(slot, worker);
  barrier_.leave(worker);
}

}  // namespace rnn::core
