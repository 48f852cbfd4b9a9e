// Why: see pooling.h; a sequence belongs to one thread, its steps are read in their order.
#include "nn/layers/pooling.h"

#include <algorithm>
#include <cmath>

#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr int64_t kStreamsAtOnce = 4, kUnitsAtOnce = 16;

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

template <class T>
T attend_row(const T* row, const T* query, int width, bool first, Attended<T>& so_far, T* sum) {
  double product = 0;
  for (int i = 0; i < width; ++i) product += static_cast<double>(row[i]) * static_cast<double>(query[i]);
  const T score = static_cast<T>(product);
  if (first || score > so_far.largest) {
    const T less = first ? T(0) : static_cast<T>(std::exp(static_cast<double>(so_far.largest) - static_cast<double>(score)));
    for (int i = 0; i < width; ++i) sum[i] = less * sum[i] + row[i];
    so_far = {score, less * so_far.total + 1};
    return score;
  }
  const T weight = static_cast<T>(std::exp(static_cast<double>(score) - static_cast<double>(so_far.largest)));
  for (int i = 0; i < width; ++i) sum[i] += weight * row[i];
  so_far.total += weight;
  return score;
}

template <class T>
void attention_rows(Context<T>& context, const Seq& seq, View<const T> h, const T* query, View<T> out, T* scores,
                    Attended<T>* found) {
  const ArenaScope scope(context.arena);
  const int* lengths = lengths_of(context.arena, seq);
  each_stream(context, seq.streams(), [&](int r) {
    T* to = host(out).row(r);
    std::fill_n(to, out.cols, T(0));
    found[r] = {};
    for (int t = 0; t < lengths[r]; ++t) {
      const int row = seq.start[static_cast<size_t>(t)] + r;
      scores[row] = attend_row(host(h).row(row), query, out.cols, t == 0, found[r], to);
    }
    for (int i = 0; i < out.cols && lengths[r] > 0; ++i) to[i] /= found[r].total;
  });
}

template <class T>
void attention_rows_backward(Context<T>& context, const Seq& seq, View<const T> h, const T* query, View<const T> out,
                             const T* scores, const Attended<T>* found, View<const T> dout, View<T> dh, T* dquery) {
  const ArenaScope scope(context.arena);
  const int* lengths = lengths_of(context.arena, seq);
  T* dscores = context.arena.template take<T>(static_cast<size_t>(seq.rows()));
  each_stream(context, seq.streams(), [&](int r) {
    const T *y = host(out).row(r), *dy = host(dout).row(r);
    double mean = 0;  // the part of every score
    for (int i = 0; i < out.cols; ++i) mean += static_cast<double>(dy[i]) * static_cast<double>(y[i]);
    for (int t = 0; t < lengths[r]; ++t) {
      const int row = seq.start[static_cast<size_t>(t)] + r;
      const T share = static_cast<T>(std::exp(static_cast<double>(scores[row]) - static_cast<double>(found[r].largest))) /
                      found[r].total;
      const T* x = host(h).row(row);
      double along = 0;
      for (int i = 0; i < out.cols; ++i) along += static_cast<double>(dy[i]) * static_cast<double>(x[i]);
      dscores[row] = share * static_cast<T>(along - mean);
      T* dx = host(dh).row(row);
      for (int i = 0; i < dh.cols; ++i) dx[i] = share * dy[i] + dscores[row] * query[i];
    }
  });
  if (!dquery) return;
  context.pool.parallel_for(dh.cols, kUnitsAtOnce, [&](int64_t begin, int64_t end) {
    for (int row = 0; row < seq.rows(); ++row)
      for (auto i = static_cast<int>(begin); i < static_cast<int>(end); ++i) dquery[i] += dscores[row] * host(h)(row, i);
  });
}

#define RNN_INSTANTIATE(T)                                                                                         \
  template void mean_rows(Context<T>&, const Seq&, View<const T>, View<T>);                                        \
  template void mean_rows_backward(Context<T>&, const Seq&, View<const T>, View<T>);                               \
  template void max_rows(Context<T>&, const Seq&, View<const T>, View<T>, int32_t*);                               \
  template void max_rows_backward(Context<T>&, View<const T>, const int32_t*, View<T>);                            \
  template T attend_row(const T*, const T*, int, bool, Attended<T>&, T*);                                          \
  template void attention_rows(Context<T>&, const Seq&, View<const T>, const T*, View<T>, T*, Attended<T>*);       \
  template void attention_rows_backward(Context<T>&, const Seq&, View<const T>, const T*, View<const T>, const T*, \
                                        const Attended<T>*, View<const T>, View<T>, T*);
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
