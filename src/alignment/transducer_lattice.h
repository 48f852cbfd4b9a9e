// Why: the RNN transducer (Graves 2012): the sum over all ways through the lattice of rows and labels, and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "alignment/ctc_lattice.h"

namespace rnn::core {

// A point (t, u) of the lattice has u labels behind it at row t, number t (U + 1) + u. It goes on to (t + 1, u) with a blank, or to
// (t, u + 1) with the next label; the end is a blank at (T - 1, U).
struct TransducerLattice {
  int rows = 0, labels = 0;  // T, U
  double* blank =
      nullptr;  // [T (U + 1)] ln of the step's probability; with a gradient it becomes that of the loss w.r.t. it
  double* label = nullptr;    // [T (U + 1)] the same; not read at u = U, where its gradient is 0
  double* scratch = nullptr;  // transducer_scratch() numbers

  int64_t points() const { return static_cast<int64_t>(rows) * (labels + 1); }
};
size_t transducer_scratch(int rows, int labels) noexcept;

// -ln P, exact; infinite for no rows or where every way has a step of probability 0; the gradient is then 0.
double transducer_loss(const TransducerLattice& lattice, bool gradient) noexcept;

// Points [first, first + log_probs.rows): what the lattice needs of their distributions over K classes; and, from the gradient that
// transducer_loss left there, scale times that w.r.t. the logits of which these are the log softmax, which may lie in the same memory.
template <class T>
void read_points(LogProbs<T> log_probs, int64_t first, std::span<const int32_t> labels,
                 const TransducerLattice& lattice) noexcept;
template <class T>
void points_gradient(LogProbs<T> log_probs, int64_t first, std::span<const int32_t> labels, const TransducerLattice& lattice,
                     double scale, View<T> gradient) noexcept;

}  // namespace rnn::core
