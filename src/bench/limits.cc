// Why: times the loops of kernels/limits on one and on all threads, over sizes that fit each cache, and a barrier.
#include "bench/limits.h"

#include <atomic>
#include <barrier>
#include <fstream>
#include <thread>

#include "base/matrix.h"
#include "base/numbers.h"
#include "bench/timing.h"
#include "kernels/kernels.h"

namespace rnn::core::bench {
namespace {

struct Effort {
  double seconds;  // of one sample
  int samples;
};

// Median seconds of work(thread) on `threads` threads at once. Uses its own threads, because a pool may let one thread do
// the work of two; they warm up until the system has given each its own processor.
template <class Work>
double together(int threads, int samples, Work&& work) {
  constexpr double kSettle = 0.02;
  std::barrier line(threads);
  std::vector<double> times, begin(static_cast<size_t>(threads)), end(begin);
  const auto run = [&](int thread) {
    for (const double settled = now() + kSettle; now() < settled;) work(thread);
    for (int i = 0; i < samples; ++i) {
      line.arrive_and_wait();
      begin[static_cast<size_t>(thread)] = now();
      work(thread);
      end[static_cast<size_t>(thread)] = now();
      line.arrive_and_wait();
      if (thread == 0)
        times.push_back(*std::max_element(end.begin(), end.end()) - *std::min_element(begin.begin(), begin.end()));
    }
  };
  std::atomic<int> all{0};  // 1: there; -1: the system has no more threads, so none begins
  const auto enter = [&](int thread) {
    all.wait(0);
    if (all.load() > 0) run(thread);
  };
  std::vector<std::thread> others;
  const auto let = [&](int state) {
    all.store(state);
    all.notify_all();
    if (state > 0) run(0);
    for (std::thread& other : others) other.join();
  };
  try {
    others.reserve(static_cast<size_t>(threads));
    for (int thread = 1; thread < threads; ++thread) others.emplace_back(enter, thread);
  } catch (...) {
    let(-1);
    throw;
  }
  let(1);
  return quantile(times, 0.5);
}

// Units of work that take about `seconds` on this thread.
template <class Work>
int64_t calibrate(double seconds, Work&& work) {
  for (int64_t units = 1;; units *= 2) {
    const double begin = now();
    work(units);
    const double took = now() - begin;
    if (took > seconds / 4 || units > (int64_t{1} << 40)) {
      return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(units) * seconds / std::max(took, 1e-9)));
    }
  }
}

// Keeps the results of the loops, so that the compiler cannot remove a call.
struct alignas(kAlignment) Sink {
  float value = 0;
};

Limit measure_fma(int threads, const Effort& effort) {
  const Kernels<float>& k = kernels<float>();
  std::vector<Sink> sinks(static_cast<size_t>(threads));
  const int64_t groups = calibrate(effort.seconds, [&](int64_t units) { sinks[0].value += k.fma_loop(units * kFmaGroup); });
  const double operations = 2.0 * k.lanes * kFmaGroup * static_cast<double>(groups);
  const auto speed = [&](int count) {
    return operations * count / together(count, effort.samples, [&](int thread) {
             sinks[static_cast<size_t>(thread)].value += k.fma_loop(groups * kFmaGroup);
           });
  };
  return {speed(1), speed(threads)};
}

// Bytes per second of `threads` threads, each of which reads its own `size` bytes again and again.
double read_speed(int threads, const Effort& effort, size_t size) {
  const Kernels<float>& k = kernels<float>();
  const int64_t n = static_cast<int64_t>(size / sizeof(float));
  std::vector<Buffer<float>> data(static_cast<size_t>(threads));
  std::vector<Sink> sinks(data.size());
  for (auto& own : data) own = Buffer<float>(static_cast<size_t>(n));
  const auto read = [&](int thread, int64_t rounds) {
    const auto own = static_cast<size_t>(thread);
    sinks[own].value += k.read_loop(data[own].data(), n, rounds);
  };
  const int64_t rounds = calibrate(effort.seconds, [&](int64_t units) { read(0, units); });
  const double took = together(threads, effort.samples, [&](int thread) { read(thread, rounds); });
  return static_cast<double>(size) * static_cast<double>(rounds) * threads / took;
}

std::vector<ReadLimit> measure_reads(int threads, const Effort& effort) {
  const std::vector<size_t> caches = cache_sizes();
  std::vector<ReadLimit> reads;
  const auto add = [&](std::string level, size_t size_one, size_t size_all) {
    constexpr size_t kGroup = kReadGroup * sizeof(float);
    size_one = size_one / kGroup * kGroup, size_all = size_all / kGroup * kGroup;
    reads.push_back({std::move(level), size_all, {read_speed(1, effort, size_one), read_speed(threads, effort, size_all)}});
  };
  add("L1", caches[0] / 4 * 3, caches[0] / 4 * 3);
  add("L2", std::max(2 * caches[0], caches[1] / 2), std::max(2 * caches[0], caches[1] / 2));
  // The third level is shared by some or all cores; half of it leaves room for other users of the machine.
  const size_t parts = static_cast<size_t>(2 * std::max(2, threads));
  add("L3", std::max(2 * caches[1], caches[2] / 4), std::max(2 * caches[1], caches[2] / parts));
  const size_t memory = std::max(size_t{512} << 20, 4 * caches[2]);
  add("memory", memory, std::max(memory / static_cast<size_t>(threads), size_t{32} << 20));
  return reads;
}

// A flag in a cache line of its own.
struct alignas(2 * kAlignment) Flag {
  std::atomic<int> value{0};
};

// Waits without a pause instruction, which would be a large part of the time. If there are fewer processors than threads, it
// must let the other thread run.
void wait_for(const Flag& flag, int value) {
  for (int spins = 0; flag.value.load(std::memory_order_acquire) < value; ++spins) {
    if (spins > 10000) std::this_thread::yield();
  }
}

double barrier_once(int rounds) {
  Flag flags[2];
  const auto meet = [&](int thread) {
    Flag &own = flags[thread], &other = flags[1 - thread];
    for (int i = 1; i <= rounds; ++i) {
      own.value.store(i, std::memory_order_release);
      wait_for(other, i);
    }
  };
  std::thread second(meet, 1);
  wait_for(flags[1], 1);  // it has started
  const double begin = now();
  meet(0);
  const double took = now() - begin;
  second.join();
  return took / rounds;
}

BarrierLimit measure_barrier(bool quick) {
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) times.push_back(barrier_once(quick ? 20000 : 100000));
  const auto [fastest, slowest] = std::minmax_element(times.begin(), times.end());
  BarrierLimit limit{0, *fastest, *slowest};
  limit.seconds = quantile(times, 0.5);
  return limit;
}

}  // namespace

std::vector<size_t> cache_sizes() {
  std::vector<size_t> sizes{32 << 10, 1 << 20, 32 << 20};
  for (int i = 0; i < 8; ++i) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    const auto line = [&](const char* name) {
      std::string text;
      std::getline(std::ifstream(folder + name), text);
      return text;
    };
    const auto number = [&](const char* name) -> size_t {  // the size is written as 32768K
      const std::string text = line(name);
      std::string_view digits = text;
      return take_number<uint64_t>(digits).value_or(0);
    };
    const size_t level = number("level"), kib = number("size");
    if (line("type") != "Instruction" && level >= 1 && level <= sizes.size() && kib > 0) sizes[level - 1] = kib << 10;
  }
  return sizes;
}

Limits measure_limits(Pool& pool, bool all, bool quick) {
  const Effort effort = quick ? Effort{4e-3, 7} : Effort{2e-2, 9};
  Limits limits;
  limits.fma = measure_fma(pool.size(), effort);
  if (!all) return limits;
  limits.reads = measure_reads(pool.size(), effort);
  if (pool.size() > 1) limits.barrier = measure_barrier(quick);
  limits.parallel_part = median_time(effort.seconds * effort.samples, [&] { pool.run([](int) {}); });
  return limits;
}

}  // namespace rnn::core::bench
