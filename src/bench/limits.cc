// Why: times the loops of kernels/limits on one and on all threads, over sizes that fit each cache, and a barrier of two threads.
#include "bench/limits.h"

#include <atomic>
#include <fstream>

#include "base/matrix.h"
#include "bench/timing.h"
#include "kernels/kernels.h"

namespace rnn::bench {
namespace {

constexpr double kSettle = 0.05;  // seconds until the system has given every new thread a processor of its own

struct Effort {
  double seconds;  // of one sample
  int samples;
};

// Median seconds of work() on every worker at once; each thread warms up by a call of its own.
template <class Work>
double together(Pool& pool, int samples, Work&& work) {
  std::vector<double> times;
  pool.run(work);
  for (int i = 0; i < samples; ++i) {
    const double begin = now();
    pool.run(work);
    times.push_back(now() - begin);
  }
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

// Keeps what the loops return, so that no call can be left out.
struct alignas(kAlignment) Sink {
  float value = 0;
};

Limit measure_fma(Pool& one, Pool& all, const Effort& effort) {
  const Kernels<float>& k = kernels<float>();
  std::vector<Sink> sinks(static_cast<size_t>(all.size()));
  const int64_t groups = calibrate(effort.seconds, [&](int64_t units) { sinks[0].value += k.fma_loop(units * kFmaGroup); });
  const double operations = 2.0 * k.lanes * kFmaGroup * static_cast<double>(groups);
  const auto work = [&](int worker) { sinks[static_cast<size_t>(worker)].value += k.fma_loop(groups * kFmaGroup); };
  for (const double end = now() + kSettle; now() < end;) all.run(work);
  return {operations / together(one, effort.samples, work), operations * all.size() / together(all, effort.samples, work)};
}

ReadLimit measure_read(Pool& one, Pool& all, const Effort& effort, std::string level, size_t bytes, size_t bytes_all) {
  const Kernels<float>& k = kernels<float>();
  const auto group = static_cast<size_t>(kReadGroup);
  const auto numbers = [&](size_t size) { return std::max(group, size / sizeof(float) / group * group); };
  std::vector<Buffer<float>> data(static_cast<size_t>(all.size()));
  std::vector<Sink> sinks(data.size());
  all.run([&](int worker) {  // every thread touches its own memory first
    auto& own = data[static_cast<size_t>(worker)];
    own = Buffer<float>(numbers(worker == 0 ? std::max(bytes, bytes_all) : bytes_all));
    std::fill(own.begin(), own.end(), 1.0f);
  });
  const auto speed = [&](Pool& pool, size_t size) {
    const auto n = static_cast<int64_t>(numbers(size));
    const auto read = [&](size_t worker, int64_t rounds) {
      sinks[worker].value += k.read_loop(data[worker].data(), n, rounds);
    };
    const int64_t rounds = calibrate(effort.seconds, [&](int64_t units) { read(0, units); });
    const double took = together(pool, effort.samples, [&](int worker) { read(static_cast<size_t>(worker), rounds); });
    return static_cast<double>(n) * sizeof(float) * static_cast<double>(rounds) * pool.size() / took;
  };
  return {std::move(level), numbers(bytes_all) * sizeof(float), {speed(one, bytes), speed(all, bytes_all)}};
}

std::vector<ReadLimit> measure_reads(Pool& one, Pool& all, const Effort& effort) {
  const std::vector<size_t> caches = cache_sizes();
  const size_t threads = static_cast<size_t>(all.size()), last = caches.back();
  std::vector<ReadLimit> reads;
  for (size_t i = 0; i < caches.size(); ++i) {
    const bool shared = i >= 2;  // the third level is shared by some or all cores
    const size_t below = i > 0 ? 2 * caches[i - 1] : 0;
    const auto size = [&](size_t parts) { return std::max(below, i == 0 ? caches[i] / 4 * 3 : caches[i] / (2 * parts)); };
    reads.push_back(measure_read(one, all, effort, "L" + std::to_string(i + 1), size(shared ? 2 : 1),
                                 size(shared ? std::max<size_t>(2, threads) : 1)));
  }
  const size_t memory = std::max(size_t{512} << 20, 4 * last);
  reads.push_back(measure_read(one, all, effort, "memory", memory, std::max(memory / threads, size_t{32} << 20)));
  return reads;
}

// A flag in a cache line of its own.
struct alignas(2 * kAlignment) Flag {
  std::atomic<int> value{0};
};

// Waits without a pause instruction, which would be a large part of the time; a machine with fewer processors than threads must
// let the other one run.
void wait_for(const Flag& flag, int value) {
  for (int spins = 0; flag.value.load(std::memory_order_acquire) < value; ++spins) {
    if (spins > 10000) std::this_thread::yield();
  }
}

double barrier_once(Pool& pool, int rounds) {
  Flag flags[2];
  double took = 0;
  pool.run([&](int worker) {
    if (worker > 1) return;
    Flag &own = flags[worker], &other = flags[1 - worker];
    const double begin = now();
    for (int i = 1; i <= rounds; ++i) {
      own.value.store(i, std::memory_order_release);
      wait_for(other, i);
    }
    if (worker == 0) took = now() - begin;
  });
  return took / rounds;
}

BarrierLimit measure_barrier(Pool& pool, bool quick) {
  if (pool.size() < 2) return {};
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) times.push_back(barrier_once(pool, quick ? 10000 : 50000));
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
    std::string type;
    size_t level = 0, kib = 0;  // the size is written as 32768K
    std::ifstream(folder + "type") >> type;
    std::ifstream(folder + "level") >> level;
    std::ifstream(folder + "size") >> kib;
    if (type != "Instruction" && level >= 1 && level <= sizes.size() && kib > 0) sizes[level - 1] = kib << 10;
  }
  return sizes;
}

Limits measure_limits(Pool& pool, bool all, bool quick) {
  const Effort effort = quick ? Effort{4e-3, 7} : Effort{2e-2, 9};
  Pool one(1);
  Limits limits;
  limits.fma = measure_fma(one, pool, effort);
  if (!all) return limits;
  limits.reads = measure_reads(one, pool, effort);
  limits.barrier = measure_barrier(pool, quick);
  limits.parallel_part = median_time(effort.seconds * effort.samples, [&] { pool.run([](int) {}); });
  return limits;
}

}  // namespace rnn::bench
