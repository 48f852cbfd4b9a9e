// Why: the gradient of every weight matrix is one product over all rows of a pass.
#pragma once

#include "nn/context.h"

namespace rnn::core {

// gradient [gates * units, n] += d^T x: d [M, padded] in the order of `columns` (first = 0), x [M, n]; sums [gates * units],
// unless null: += the column sums of d. One order of summation per element, whatever the number of threads.
template <class T>
void add_outer_product(Context<T>& context, View<const T> d, const Columns& columns, View<const T> x, View<T> gradient,
                       T* sums = nullptr) {
  const ArenaScope scope(context.arena);
  OuterArgs<T> args{d, columns, {{x, gradient}, {}}, {sums, nullptr}, nullptr};
  args.scratch = context.arena.template take<T>(outer_scratch(x.cols, 0, context.pool.size(), context.kernels.lanes));
  context.kernels.outer(context.pool, args);
}

}  // namespace rnn::core
