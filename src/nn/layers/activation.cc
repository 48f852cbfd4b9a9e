// Why: the two sums of squares and their gradients over packed rows; each row is summed on its own, the rows in their order.
#include "nn/layers/activation.h"

#include <algorithm>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// For each packed row the row of the previous step, -1: none. [rows] in the arena.
template <class T>
const int* rows_before(Context<T>& context, const Seq& seq) {
  int* before = context.arena.template take<int>(static_cast<size_t>(seq.rows()));
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) {
      const int row = seq.start[t] + r;
      const bool fresh = t == 0 || (!seq.reset.empty() && seq.reset[row]);
      before[row] = fresh ? -1 : seq.start[t - 1] + r;
    }
  }
  return before;
}

// The row of the next step, -1: none; from rows_before.
template <class T>
const int* rows_after(Context<T>& context, const Seq& seq, const int* before) {
  int* after = context.arena.template take<int>(static_cast<size_t>(seq.rows()));
  std::fill_n(after, seq.rows(), -1);
  for (int row = 0; row < seq.rows(); ++row) {
    if (before[row] >= 0) after[before[row]] = row;
  }
  return after;
}

}  // namespace

int64_t following_rows(const Seq& seq) {
  int64_t pairs = 0;
  for (int t = 1; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) pairs += seq.reset.empty() || !seq.reset[seq.start[t] + r];
  }
  return pairs;
}

template <class T>
ActivationSums activation_sums(Context<T>& context, const Seq& seq, View<const T> dropped_rows, View<const T> raw_rows) {
  const Numbers<const T> dropped = host(dropped_rows), raw = host(raw_rows);
  const ProfileScope profiled(context.profile, Phase::loss);
  const ArenaScope scope(context.arena);
  const int* before = rows_before(context, seq);
  auto* rows = context.arena.template take<ActivationSums>(static_cast<size_t>(seq.rows()));
  context.pool.parallel_for(seq.rows(), 16, [&](int64_t begin, int64_t end) {
    for (int row = static_cast<int>(begin); row < end; ++row) {
      ActivationSums sums;
      for (int i = 0; i < raw.cols; ++i) sums.squares += static_cast<double>(dropped.row(row)[i]) * dropped.row(row)[i];
      for (int i = 0; i < raw.cols && before[row] >= 0; ++i) {
        const double change = static_cast<double>(raw.row(row)[i]) - raw.row(before[row])[i];
        sums.changes += change * change;
      }
      rows[row] = sums;
    }
  });
  ActivationSums sums;
  for (int row = 0; row < seq.rows(); ++row) sums.squares += rows[row].squares, sums.changes += rows[row].changes;
  return sums;
}

template <class T>
void add_activation_gradient(Context<T>& context, View<const T> dropped, double factor, View<T> gradient) {
  const Numbers<const T> h = host(dropped);
  const Numbers<T> d = host(gradient);
  const ProfileScope profiled(context.profile, Phase::loss);
  const T twice = static_cast<T>(2 * factor);
  context.pool.parallel_for(d.rows, 16, [&](int64_t begin, int64_t end) {
    for (int row = static_cast<int>(begin); row < end; ++row) {
      for (int i = 0; i < d.cols; ++i) d(row, i) += twice * h(row, i);
    }
  });
}

template <class T>
void add_change_gradient(Context<T>& context, const Seq& seq, View<const T> rows, double factor, View<T> gradient) {
  const Numbers<const T> raw = host(rows);
  const Numbers<T> d = host(gradient);
  const ProfileScope profiled(context.profile, Phase::loss);
  const ArenaScope scope(context.arena);
  const int *before = rows_before(context, seq), *after = rows_after(context, seq, before);
  const T twice = static_cast<T>(2 * factor);
  context.pool.parallel_for(d.rows, 16, [&](int64_t begin, int64_t end) {
    for (int row = static_cast<int>(begin); row < end; ++row) {
      const T* h = raw.row(row);
      const T* from = before[row] >= 0 ? raw.row(before[row]) : nullptr;
      const T* to = after[row] >= 0 ? raw.row(after[row]) : nullptr;
      for (int i = 0; i < d.cols; ++i) {
        T slope = from ? h[i] - from[i] : T(0);
        if (to) slope -= to[i] - h[i];
        d.row(row)[i] += twice * slope;
      }
    }
  });
}

#define RNN_INSTANTIATE(T)                                                                           \
  template ActivationSums activation_sums<T>(Context<T>&, const Seq&, View<const T>, View<const T>); \
  template void add_activation_gradient<T>(Context<T>&, View<const T>, double, View<T>);             \
  template void add_change_gradient<T>(Context<T>&, const Seq&, View<const T>, double, View<T>);
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
