// Why: which sequences go together, and the order of the batches, depends only on (seed, epoch) and the lengths.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "base/rng.h"

namespace rnn::core {

struct OrderOptions {
  size_t batch = 1;      // sequences per batch
  size_t tokens = 0;     // > 0: instead, as many sequences as fit into so many tokens, at least one
  bool shuffled = true;  // false: longest first, the same in every epoch
  uint64_t seed = 1;
  int64_t epoch = 0;
};

// Batches of similar lengths: shuffled, sorted by length within pools of about 64 batches, split, the batches shuffled.
struct LengthOrder {
  std::vector<uint32_t> order;         // [sequences]
  std::vector<uint32_t> starts, ends;  // [batches] positions in `order`

  // The sequences of batch b, longest first.
  std::span<const uint32_t> batch(int64_t b) const {
    const size_t start = starts[static_cast<size_t>(b)];
    return std::span<const uint32_t>(order).subspan(start, ends[static_cast<size_t>(b)] - start);
  }

  // `length_of(i)` of each of `count` sequences: any comparable value. `tokens_of(i)` is only called if o.tokens > 0.
  template <class Length, class Tokens>
  void plan(size_t count, const OrderOptions& o, Length&& length_of, Tokens&& tokens_of) {
    const size_t room = o.tokens > 0 ? o.tokens : o.batch;
    const auto size_of = [&](uint32_t i) { return o.tokens > 0 ? static_cast<size_t>(tokens_of(i)) : size_t{1}; };
    const auto longer = [&](uint32_t a, uint32_t b) { return length_of(a) > length_of(b); };
    Random random(o.seed, Purpose::shuffle, static_cast<uint32_t>(o.epoch));
    order.resize(count);
    std::iota(order.begin(), order.end(), 0u);
    if (o.shuffled) shuffle(order, random);
    size_t all = 0;
    for (const uint32_t i : order) all += size_of(i);
    const size_t pool = o.shuffled && count > 0 ? 64 * std::max<size_t>(1, room * count / all) : count;
    starts.clear(), ends.clear();
    for (size_t begin = 0; begin < count; begin += pool) {
      const size_t end = std::min(begin + pool, count);
      std::stable_sort(order.begin() + static_cast<ptrdiff_t>(begin), order.begin() + static_cast<ptrdiff_t>(end), longer);
      cut(begin, end, room, size_of);
    }
    if (!o.shuffled) return;
    Random again = random;  // the ends are shuffled like their starts
    shuffle(starts, random);
    shuffle(ends, again);
  }
  template <class Length>
  void plan(size_t count, const OrderOptions& o, Length&& length_of) {
    plan(count, o, length_of, [](uint32_t) { return size_t{1}; });
  }

 private:
  // Splits order[begin, end) into batches of at most `room`.
  template <class Size>
  void cut(size_t begin, size_t end, size_t room, Size&& size_of) {
    size_t filled = 0;
    for (size_t i = begin; i < end; ++i) {
      const size_t size = size_of(order[i]);
      if (i == begin || filled + size > room) {
        if (i > begin) ends.push_back(static_cast<uint32_t>(i));
        starts.push_back(static_cast<uint32_t>(i));
        filled = 0;
      }
      filled += size;
    }
    ends.push_back(static_cast<uint32_t>(end));
  }
  static void shuffle(std::vector<uint32_t>& items, Random& random) {  // Fisher and Yates
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(static_cast<uint32_t>(i))]);
  }
};

}  // namespace rnn::core
