// Why: masks that depend on what they mask, never on the packed row, the thread or the order of calls.
#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "kernels/host.h"
#include "nn/layers/recurrent.h"
#include "nn/layers/weight_masks.h"

namespace rnn::core {
namespace {

constexpr uint32_t kWholeSequence = 0xFFFFFFFF;  // instead of a step

// Random numbers are below `threshold` with probability p.
uint32_t threshold_of(double p) { return static_cast<uint32_t>(std::min(4294967295.0, p * 4294967296.0)); }

uint64_t key_of(uint64_t seed, Purpose purpose) { return seed * 0x9E3779B97F4A7C15u + static_cast<uint32_t>(purpose); }

struct MaskKey {
  uint64_t key;
  uint32_t site, update;
  template <class T>
  MaskKey(const Context<T>& context, Purpose purpose, uint32_t place)
      : key(key_of(context.seed, purpose) ^ uint64_t{place >> 8} << 40), site(place & 0xFF), update(context.update) {}

  // Calls f(u, word) for the units [0, n) of a stream at a step.
  template <class F>
  void visit(uint32_t stream, uint32_t t, int n, F&& f) const {
    for (int u = 0; u < n; u += 4) {
      const auto words = philox({static_cast<uint32_t>(u / 4) | site << 24, t, stream, update}, key);
      for (int i = 0; i < std::min(4, n - u); ++i) f(u + i, words[static_cast<size_t>(i)]);
    }
  }
};

uint32_t stream_id(const Seq& seq, int row_of_step) {
  const int stream = seq.order[row_of_step];
  return seq.id.empty() ? static_cast<uint32_t>(stream) : seq.id[stream];
}

// Calls f(row, row within its step, t) for all packed rows, on all threads.
template <class T, class F>
void for_rows(Context<T>& context, const Seq& seq, const F& f) {
  context.pool.parallel_for(seq.rows(), 4, [&](int64_t begin, int64_t end) {
    int t = 0;
    for (int row = static_cast<int>(begin); row < end; ++row) {
      while (row >= seq.start[t + 1]) ++t;
      f(row, row - seq.start[t], t);
    }
  });
}

}  // namespace

template <class T>
void dropout(Context<T>& context, const Seq& seq, const Dropout& what, View<const T> x, View<T> y) {
  const ProfileScope profiled(context.profile, Phase::dropout);
  const ArenaScope scope(context.arena);
  if (what.variational) {
    const View<T> masks = sequence_masks<T>(context, seq, what.p, Purpose::dropout, what.site, x.cols);
    for_rows(context, seq, [&](int row, int stream, int) {
      const T *from = host(x).row(row), *mask = host(masks).row(stream);
      T* to = host(y).row(row);
      for (int u = 0; u < x.cols; ++u) to[u] = from[u] * mask[u];
    });
    return;
  }
  const T scale = T(1) / (T(1) - static_cast<T>(what.p));
  const uint32_t threshold = threshold_of(what.p);
  const MaskKey key(context, Purpose::dropout, what.site);
  for_rows(context, seq, [&](int row, int stream, int t) {
    const T* from = host(x).row(row);
    T* to = host(y).row(row);
    key.visit(stream_id(seq, stream), static_cast<uint32_t>(t), x.cols,
              [&](int u, uint32_t word) { to[u] = word < threshold ? T(0) : from[u] * scale; });
  });
}

template <class T>
View<T> sequence_masks(Context<T>& context, const Seq& seq, double p, Purpose purpose, uint32_t site, int width) {
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  const uint32_t threshold = threshold_of(p);
  const MaskKey key(context, purpose, site);
  const View<T> masks = context.arena.template matrix<T>(seq.streams(), width);
  context.pool.parallel_for(seq.streams(), 1, [&](int64_t begin, int64_t end) {
    for (int r = static_cast<int>(begin); r < end; ++r) {
      key.visit(stream_id(seq, r), kWholeSequence, width,
                [&](int u, uint32_t word) { host(masks).row(r)[u] = word < threshold ? T(0) : scale; });
    }
  });
  return masks;
}

template <class T>
View<T> zoneout_masks(Context<T>& context, const Seq& seq, double p, uint32_t site, int width, int padded) {
  const uint32_t threshold = threshold_of(p);
  const MaskKey key(context, Purpose::zoneout, site);
  const View<T> masks = context.arena.template matrix<T>(seq.rows(), padded);
  for_rows(context, seq, [&](int row, int stream, int t) {
    T* to = host(masks).row(row);
    key.visit(stream_id(seq, stream), static_cast<uint32_t>(t), width,
              [&](int u, uint32_t word) { to[u] = word < threshold ? T(1) : T(0); });
    std::fill(to + width, to + padded, T(0));
  });
  return masks;
}

template <class T>
void weight_masks(Pool& pool, uint64_t seed, uint32_t update, uint32_t parameter, double p, T* masks, int64_t size) {
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  const uint32_t threshold = threshold_of(p);
  const uint64_t key = key_of(seed, Purpose::weight_drop);
  pool.parallel_for(size, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += 4) {
      const auto words = philox({static_cast<uint32_t>(i / 4), static_cast<uint32_t>(i >> 34), parameter, update}, key);
      for (int64_t j = i; j < std::min(i + 4, end); ++j)
        masks[j] = words[static_cast<size_t>(j - i)] < threshold ? T(0) : scale;
    }
  });
}

template <class T>
void word_masks(const Context<T>& context, const int32_t* ids, int rows, double p, T* scales) {
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  const uint32_t threshold = threshold_of(p);
  const uint64_t key = key_of(context.seed, Purpose::embedding_dropout);
  for (int row = 0; row < rows; ++row) {
    const auto words = philox({static_cast<uint32_t>(ids[row]), 0, 0, context.update}, key);
    scales[row] = words[0] < threshold ? T(0) : scale;
  }
}

template <class T>
void dropped_steps(Context<T>& context, const Seq& seq, double p, uint32_t site, uint8_t* dropped) {
  const uint32_t threshold = threshold_of(p);
  const MaskKey key(context, Purpose::word_dropout, site);
  for_rows(context, seq, [&](int row, int stream, int t) {
    key.visit(stream_id(seq, stream), static_cast<uint32_t>(t), 1,
              [&](int, uint32_t word) { dropped[row] = word < threshold ? 1 : 0; });
  });
}

#define RNN_INSTANTIATE(T)                                                                     \
  template void dropout<T>(Context<T>&, const Seq&, const Dropout&, View<const T>, View<T>);   \
  template View<T> sequence_masks<T>(Context<T>&, const Seq&, double, Purpose, uint32_t, int); \
  template View<T> zoneout_masks<T>(Context<T>&, const Seq&, double, uint32_t, int, int);      \
  template void weight_masks<T>(Pool&, uint64_t, uint32_t, uint32_t, double, T*, int64_t);     \
  template void word_masks<T>(const Context<T>&, const int32_t*, int, double, T*);             \
  template void dropped_steps<T>(Context<T>&, const Seq&, double, uint32_t, uint8_t*);
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
