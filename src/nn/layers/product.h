// Why: the gradient of every weight matrix is one product over all rows of a pass.
#pragma once

#include "nn/context.h"

namespace rnn {

// gradient [gates * units, n] += d^T x: d [M, padded] in the order of `columns` (first = 0), x [M, n]. One order of summation
// per element, whatever the number of threads. Scratch: about the size of d and x.
template <class T>
void add_outer_product(Context<T>& context, View<const T> d, const Columns& columns, View<const T> x, View<T> gradient) {
  const ArenaScope scope(context.arena);
  const View<T> turned = context.arena.template matrix<T>(columns.units * columns.gates, d.rows);
  context.kernels.transpose(context.pool, d, columns, turned);
  const PackForm form = PackForm::plain(x.rows, x.cols, x.stride);
  T* packed = context.arena.template take<T>(form.size(context.kernels.lanes));
  context.kernels.pack(context.pool, form, x.data, packed);
  context.kernels.gemm(context.pool, {turned, packed, nullptr, true, {x.cols}, gradient});
}

}  // namespace rnn
