// Why: lookup and its adjoint need the same ids and scales, so one function computes them for both.
#include "nn/layers/embedding.h"

#include <algorithm>

#include "kernels/host.h"
#include "nn/layers/weight_masks.h"

namespace rnn::core {
namespace {

// What a pass reads: ids [rows * columns], -1 for zeros, and scales [rows * columns] or null (all 1); both in the arena where words are dropped.
template <class T>
struct Reading {
  const int32_t* ids;
  const T* scales;
};

template <class T>
Reading<T> reading(Context<T>& context, const Seq& seq, const int32_t* ids, const InputDrops& drops, uint32_t site,
                   int columns) {
  if (!context.training) return {ids, nullptr};
  const auto rows = static_cast<size_t>(seq.rows());
  if (drops.words > 0) {
    auto* dropped = context.arena.template take<uint8_t>(rows);
    const auto step = static_cast<size_t>(columns);
    auto* read = context.arena.template take<int32_t>(rows * step);
    dropped_steps(context, seq, drops.words, site, dropped);
    std::copy_n(ids, rows * step, read);
    for (size_t r = 0; r < rows; ++r)
      if (dropped[r]) read[r * step] = drops.unknown;
    ids = read;
  }
  if (drops.rows <= 0) return {ids, nullptr};
  const int count = seq.rows() * columns;
  auto* scales = context.arena.template take<T>(static_cast<size_t>(count));
  word_masks(context, ids, count, drops.rows, scales);
  return {ids, scales};
}

// Several ids of a step: their rows added up, in their order.
template <class T>
void embed_sums(const Reading<T>& read, int rows, int columns, const T* weights, View<T> x) {
  for (int r = 0; r < rows; ++r) {
    T* to = host(x).row(r);
    std::fill_n(to, x.cols, T(0));
    for (int64_t at = int64_t{r} * columns; at < int64_t{r + 1} * columns; ++at) {
      if (read.ids[at] < 0) continue;
      const T* from = weights + static_cast<int64_t>(read.ids[at]) * x.cols;
      const T scale = read.scales ? read.scales[at] : T(1);
      for (int i = 0; i < x.cols; ++i) to[i] += from[i] * scale;
    }
  }
}

}  // namespace

template <class T>
void embed(Context<T>& context, const Seq& seq, const int32_t* ids, const T* weights, const InputDrops& drops, View<T> x,
           uint32_t site, int columns) {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const ArenaScope scope(context.arena);
  const Reading<T> read = reading(context, seq, ids, drops, site, columns);
  if (columns > 1) return embed_sums(read, seq.rows(), columns, weights, x);
  for (int r = 0; r < seq.rows(); ++r) {
    T* to = host(x).row(r);
    if (read.ids[r] < 0 || (read.scales && read.scales[r] == T(0))) {
      std::fill_n(to, x.cols, T(0));
      continue;
    }
    std::copy_n(weights + static_cast<int64_t>(read.ids[r]) * x.cols, x.cols, to);
    if (!read.scales) continue;
    for (int i = 0; i < x.cols; ++i) to[i] *= read.scales[r];
  }
}

template <class T>
void embed_backward(Context<T>& context, const Seq& seq, const int32_t* ids, const InputDrops& drops, View<const T> dx,
                    View<T> gradient, uint32_t site, int columns) {
  const ProfileScope profiled(context.profile, Phase::embedding);
  const ArenaScope scope(context.arena);
  const Reading<T> read = reading(context, seq, ids, drops, site, columns);
  context.pool.parallel_for(dx.cols, 16, [&](int64_t begin, int64_t end) {
    for (int at = 0; at < seq.rows() * columns; ++at) {
      if (read.ids[at] < 0) continue;
      const T scale = read.scales ? read.scales[at] : T(1);
      T* to = host(gradient).row(read.ids[at]);
      const T* from = host(dx).row(at / columns);
      for (int64_t i = begin; i < end; ++i) to[i] += from[i] * scale;
    }
  });
}

#define RNN_INSTANTIATE(T)                                                                                              \
  template void embed<T>(Context<T>&, const Seq&, const int32_t*, const T*, const InputDrops&, View<T>, uint32_t, int); \
  template void embed_backward<T>(Context<T>&, const Seq&, const int32_t*, const InputDrops&, View<const T>, View<T>,   \
                                  uint32_t, int);
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
