// Why: which sequences go together, and in which order batches come, is a function of (seed, epoch) and the lengths alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/rng.h"

namespace rnn {

// Batches of like lengths: shuffled, sorted by length within pools of 64 batches, cut, the batches shuffled. Batch b is
// order[starts[b]] and the batch - 1 behind it. shuffled = false: longest first.
struct LengthOrder {
  std::vector<uint32_t> order;   // [sequences]
  std::vector<uint32_t> starts;  // [batches]

  // `length_of(i)` of `count` sequences.
  template <class F>
  void plan(size_t count, size_t batch, bool shuffled, uint64_t seed, int64_t epoch, F&& length_of) {
    Random random(seed, Purpose::shuffle, static_cast<uint32_t>(epoch));
    order.resize(count);
    std::iota(order.begin(), order.end(), 0u);
    if (shuffled) shuffle(order, random);
    const size_t pool = shuffled ? 64 * batch : count;
    const auto longer = [&](uint32_t a, uint32_t b) { return length_of(a) > length_of(b); };
    for (size_t begin = 0; begin < count; begin += pool) {
      const auto first = order.begin() + static_cast<ptrdiff_t>(begin);
      std::stable_sort(first, first + static_cast<ptrdiff_t>(std::min(pool, count - begin)), longer);
    }
    starts.clear();
    for (size_t begin = 0; begin < count; begin += batch) starts.push_back(static_cast<uint32_t>(begin));
    if (shuffled) shuffle(starts, random);
  }

 private:
  static void shuffle(std::vector<uint32_t>& items, Random& random) {  // Fisher and Yates
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(static_cast<uint32_t>(i))]);
  }
};

}  // namespace rnn
