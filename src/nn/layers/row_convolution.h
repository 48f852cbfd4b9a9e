// Why: a network that reads forward only learns here what a few steps of the future say of a step (Wang et al. 2016; Amodei et al. 2016, 3.7).
#pragma once

#include <string>

#include "nn/context.h"
#include "nn/params.h"
#include "nn/seq.h"
#include "nn/weights.h"

namespace rnn::core {

// r(t) = sum over j in [0, N] of W(j) * x(t + j), number by number. It comes out N steps late, at the step when x(t + N) is known, so that
// rows in any portions give the same bits:
//   y(t) = r(t - N) = sum over j of W(j) * x(t - N + j)
// What was read before is a history of N rows per stream, the latest first; zeros at the beginning of a sequence and after a reset.
template <class T>
class RowConvolution {
 public:
  // Adds STACK.weight [N + 1, width], which at first passes every step on as it is: random weights would blur the steps, and what
  // stands on them then hardly learns to tell them apart.
  RowConvolution(int steps, int width, const std::string& stack, ParamTable& table);
  int history_width() const { return steps_ * width_; }  // numbers
  ParamId weight() const { return weight_; }

  struct Saved {
    View<const T> x;
    const T* history;  // [streams, history_width()] before the first step, in the order of the packed rows
  };
  // x [rows, width] -> y [rows, width]; history [streams] in the order of the packed rows: moves on. x must live until backward.
  Saved forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, View<const T> x, View<T> y,
                T* const* history) const;
  // dy -> dx, assigned; adds to grads (empty: not wanted). dlast, dfirst: null, or the gradients w.r.t. the histories after and before,
  // assigned.
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const Saved& saved, View<const T> dy,
                View<T> dx, Params<T>& grads, const T* const* dlast, T* const* dfirst) const;

 private:
  struct Places;  // where the rows before and after a row are
  Places places(Arena& arena, const Seq& seq) const;
  const T* read_at(const Saved& saved, const Places& at, int row, int k) const;
  void move_on(const Seq& seq, const Places& at, View<const T> x, const T* before, T* const* history) const;
  void last_gradients(const Places& at, const Seq& seq, const T* const* dlast, View<T> dx, T* const* dfirst) const;

  int steps_, width_;
  ParamId weight_;
};

}  // namespace rnn::core
