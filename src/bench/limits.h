// Why: a figure means little without its limit: how fast this machine can compute, read and synchronise right now.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/thread_pool.h"

namespace rnn::core::bench {

// A figure for one thread, and for all threads of the pool together.
struct Limit {
  double one = 0, all = 0;
  double of(int threads) const { return threads == 1 ? one : all; }
};

struct ReadLimit {
  std::string level;  // L1, L2, L3, memory
  size_t bytes = 0;   // that each thread reads when all of them read
  Limit bandwidth;    // bytes per second
};

// Two threads that wait for each other, as kernels do between the steps of a split layer. On a virtual machine the time is
// bimodal and changes while programs run: near if both processors share a cache, far if they do not.
struct BarrierLimit {
  double seconds = 0;  // median; 0: one thread
  double fastest = 0, slowest = 0;
  bool far() const { return seconds > 150e-9; }
};

struct Limits {
  Limit fma;                     // operations per second, two per multiply-add, in the instruction set in use
  std::vector<ReadLimit> reads;  // with `all` only
  BarrierLimit barrier;
  double parallel_part = 0;  // seconds of an empty Pool::run
};

// The peak alone takes a tenth of a second, `all` about three seconds, `quick` a fifth of that.
Limits measure_limits(Pool& pool, bool all, bool quick);

// Sizes in bytes of the first processor's data caches, first level first; common sizes if the system does not report them.
std::vector<size_t> cache_sizes();

}  // namespace rnn::core::bench
