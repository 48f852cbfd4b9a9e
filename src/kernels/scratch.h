// Why: the layout of a recurrent pass's scratch is defined once, for the caller that allocates it and for the kernel.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rnn::core {

// With more streams than this the units are never split over threads; each thread then owns rows.
constexpr int kMaxSharedRows = 64;

// In numbers of float or larger: zeros as long as any operand, then three lists of pointers per worker, then the gradients
// that pass from a step to the previous one.
struct RecurrentScratch {
  size_t depth, capacity, list, padded, streams;
  RecurrentScratch(int rows, int hidden, int output, int gates, int threads, int lanes)
      : padded((static_cast<size_t>(hidden) + lanes - 1) / lanes * lanes), streams(rows) {
    depth = (std::max<size_t>(output + lanes, padded * gates) + 15) / 16 * 16;
    capacity = std::max<size_t>((streams + threads - 1) / threads, std::min<size_t>(streams, kMaxSharedRows));
    list = (capacity * 2 + 15) / 16 * 16;  // a pointer takes the space of two floats
  }
  size_t pointers(int worker, int which) const { return depth + (static_cast<size_t>(worker) * 3 + which) * list; }
  size_t carried(int threads, int state) const {
    return pointers(threads, 0) + static_cast<size_t>(state) * streams * padded;
  }
  size_t size(int threads) const { return carried(threads, 2); }
};

}  // namespace rnn::core
