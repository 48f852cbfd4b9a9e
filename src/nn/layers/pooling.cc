// Why: see pooling.h; a sequence belongs to one thread, its steps are read in their order.
#include "nn/layers/pooling.h"

#include <algorithm>

#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr int64_t kStreamsAtOnce = 4;

int* lengths_of(Arena& arena, const Seq& seq) {
  int* lengths = arena.take<int>(static_cast<size_t>(seq.streams()));
  seq.lengths(lengths);
  return lengths;
}

template <class T, class F>
void each_stream(Context<T>& context, int streams, const F& f) {
  context.pool.parallel_for(streams, kStreamsAtOnce, [&](int64_t begin, int64_t end) {
    for (auto r = static_cast<int>(begin); r < static_cast<int>(end); ++r) f(r);
  });
}

}  // namespace

template <class T>
void mean_rows(Context<T>& context, const Seq& seq, View<const T> h, View<T> out) {
  const ArenaScope scope(context.arena);
  const int* lengths = lengths_of(context.arena, seq);
  each_stream(context, seq.streams(), [&](int r) {
    T* to = host(out).row(r);
    std::fill_n(to, out.cols, T(0));
    for (int t = 0; t < lengths[r]; ++t) {
      const T* from = host(h).row(seq.start[static_cast<size_t>(t)] + r);
      for (int i = 0; i < out.cols; ++i) to[i] += from[i];
    }
    for (int i = 0; i < out.cols && lengths[r] > 0; ++i) to[i] /= static_cast<T>(lengths[r]);
  });
}

template <class T>
void mean_rows_backward(Context<T>& context, const Seq& seq, View<const T> dout, View<T> dh) {
  const ArenaScope scope(context.arena);
  const int* lengths = lengths_of(context.arena, seq);
  each_stream(context, seq.streams(), [&](int r) {
    const T* from = host(dout).row(r);
    for (int t = 0; t < lengths[r]; ++t) {
      T* to = host(dh).row(seq.start[static_cast<size_t>(t)] + r);
      for (int i = 0; i < dh.cols; ++i) to[i] = from[i] / static_cast<T>(lengths[r]);
    }
  });
}

template <class T>
void max_rows(Context<T>& context, const Seq& seq, View<const T> h, View<T> out, int32_t* at) {
  const ArenaScope scope(context.arena);
  const int* lengths = lengths_of(context.arena, seq);
  each_stream(context, seq.streams(), [&](int r) {
    T* to = host(out).row(r);
    int32_t* own = at + static_cast<int64_t>(r) * out.cols;
    std::fill_n(to, out.cols, T(0));
    std::fill_n(own, out.cols, -1);
    for (int t = 0; t < lengths[r]; ++t) {
      const int row = seq.start[static_cast<size_t>(t)] + r;
      const T* from = host(h).row(row);
      for (int i = 0; i < out.cols; ++i) {
        const bool better = t == 0 || from[i] > to[i] || from[i] != from[i];  // what is no number is not hidden
        if (better) to[i] = from[i], own[i] = row;
      }
    }
  });
}

template <class T>
void max_rows_backward(Context<T>& context, View<const T> dout, const int32_t* at, View<T> dh) {
  for (int row = 0; row < dh.rows; ++row) std::fill_n(host(dh).row(row), dh.cols, T(0));
  each_stream(context, dout.rows, [&](int r) {  // streams share no row
    for (int i = 0; i < dout.cols; ++i) {
      const int32_t row = at[static_cast<int64_t>(r) * dout.cols + i];
      if (row >= 0) host(dh)(row, i) = host(dout)(r, i);
    }
  });
}

#define RNN_INSTANTIATE(T)                                                           \
  template void mean_rows(Context<T>&, const Seq&, View<const T>, View<T>);          \
  template void mean_rows_backward(Context<T>&, const Seq&, View<const T>, View<T>); \
  template void max_rows(Context<T>&, const Seq&, View<const T>, View<T>, int32_t*); \
  template void max_rows_backward(Context<T>&, View<const T>, const int32_t*, View<T>);
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
