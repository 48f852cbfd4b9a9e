// Why: the layout of a recurrent pass's scratch is defined once, for the caller that allocates it and for the kernel.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rnn::core {

// With more streams than this the units are never split over threads; each thread then owns rows.
constexpr int kMaxSharedRows = 64;

// In numbers of float or larger: zeros as long as any operand, then three lists of pointers per worker, then the gradients
// that pass from a step to the previous one. Worker 0 has room for all streams: a pass that is too small to be divided is its own.
struct RecurrentScratch {
  size_t depth, whole, list, padded, streams;
  RecurrentScratch(int rows, int hidden, int output, int gates, int threads, int lanes)
      : padded((static_cast<size_t>(hidden) + lanes - 1) / lanes * lanes), streams(rows) {
    depth = (std::max<size_t>(output + lanes, padded * gates) + 15) / 16 * 16;
    const auto pointers_of = [](size_t count) { return (count * 2 + 15) / 16 * 16; };  // one takes the space of two floats
    whole = pointers_of(streams);
    list = pointers_of(std::max<size_t>((streams + threads - 1) / threads, std::min<size_t>(streams, kMaxSharedRows)));
  }
  size_t pointers(int worker, int which) const {
    return worker == 0 ? depth + which * whole : depth + 3 * whole + (static_cast<size_t>(worker - 1) * 3 + which) * list;
  }
  size_t carried(int threads, int state) const {
    return pointers(threads, 0) + static_cast<size_t>(state) * streams * padded;
  }
  size_t size(int threads) const { return carried(threads, 2); }
};

}  // namespace rnn::core
