// Why: rows that read the same input share its product: one product per input, copied to its rows, and their gradients added up.
#include <algorithm>

#include "kernels/rows.h"
#include "nn/layers/recurrent.h"

namespace rnn::core {

// saved.gates [rows, blocks(G)] out: W x + b of the row of x that each packed row reads; with layer normalisation W x.
template <class T>
void RecurrentLayer<T>::project_shared(Context<T>& context, const Packed<T>& packed, int rows, const Saved& saved) const {
  const ProfileScope profiled(context.profile, Phase::input_projection, 2 * products(saved.x.rows, input_));
  const Columns all{options_.hidden, gates_, 0};
  const int width = all.padded(context.kernels.lanes);
  const View<T> shared = context.arena.template matrix<T>(saved.x.rows, width);
  const T* bias = normed() ? nullptr : packed[bias_form_];
  context.kernels.gemm(context.pool, {saved.x, packed[input_form_], bias, false, all, shared});
  const View<T> gates{saved.gates, rows, width, width};
  context.pool.parallel_for(rows, std::max(1, 4096 / width), [&](int64_t begin, int64_t end) {
    for (auto row = static_cast<int>(begin); row < end; ++row) copy_row(shared, saved.x_rows[row], gates, row);
  });
}

// The rows of dgates [rows, blocks(G)] summed per row of x, in the order of the rows, in the arena. Every thread adds all rows, for
// columns of its own.
template <class T>
View<const T> RecurrentLayer<T>::shared_gradients(Context<T>& context, const Saved& saved, View<const T> dgates) const {
  const View<T> sums = context.arena.template matrix<T>(saved.x.rows, dgates.cols);
  fill_rows(sums, T(0));
  context.pool.parallel_for(dgates.cols, 64, [&](int64_t begin, int64_t end) {
    const int first = static_cast<int>(begin), count = static_cast<int>(end - begin);
    for (int row = 0; row < dgates.rows; ++row)
      add_row<T>(dgates.columns(first, count), row, sums.columns(first, count), saved.x_rows[row]);
  });
  return sums;
}

template void RecurrentLayer<float>::project_shared(Context<float>&, const Packed<float>&, int, const Saved&) const;
template void RecurrentLayer<double>::project_shared(Context<double>&, const Packed<double>&, int, const Saved&) const;
template View<const float> RecurrentLayer<float>::shared_gradients(Context<float>&, const Saved&, View<const float>) const;
template View<const double> RecurrentLayer<double>::shared_gradients(Context<double>&, const Saved&,
                                                                     View<const double>) const;

}  // namespace rnn::core
