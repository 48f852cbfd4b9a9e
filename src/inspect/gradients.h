// Why: how strongly a loss depends on the state k steps earlier: exact, for any task, step by step.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "inspect/explanation.h"
#include "networks/model.h"

namespace rnn::core {

// The gradient with respect to the states of all streams. For stream s it is gradient.row(s) * 2^exponent[s], so that a
// gradient that vanishes or explodes stays within the range of T.
template <class T>
struct StateGradient {
  State<T> gradient;
  std::vector<int> exponent;  // [streams]
};

template <class T>
struct WalkOptions {
  const State<T>* initial = nullptr;      // before the first step; null: zeros
  const State<T>* dstate_last = nullptr;  // gradient with respect to the last states; then no loss is computed
  // Overwrites the outputs of the last step [N, K] with the gradient with respect to them; empty: the gradient of the task's
  // own loss on the window's last targets.
  std::function<void(Context<T>&, View<T>)> last;
};

// `window`: N streams of T steps each, with a target at the last step (at every step if the task has them). Runs it step by
// step, then goes back: visit(k, g) for k = 0 (after the last step) to T (before the first), where g is the gradient of each
// stream's own loss with respect to its state T-k. Every number of that state is an independent variable, and only the
// computations after it count, so at lag 0 only the layer that the output reads has a gradient. Dropout is off. The model
// must be packed for training and have its row-major weights. Throws Error{model, "inspect/bidirectional"}.
template <class T>
void walk_back(const Model<T>& model, Pool& pool, const Batch& window, const WalkOptions<T>& options,
               const std::function<void(int lag, const StateGradient<T>& g)>& visit);

// Norms of these gradients for lags 0 to T-1.
struct GradientNorms {
  std::vector<Matrix<double>> h, c;  // [layer] of [streams, lags]; c: empty unless the cell has two states
  Matrix<double> state;              // [streams, lags] the whole state
};
template <class T>
GradientNorms gradient_norms(const Model<T>& model, Pool& pool, const Batch& window);

// Geometric means over the streams whose norm is not 0; 0 if these are fewer than half. `worst` stays empty.
GradientReach gradient_reach(const GradientNorms& norms);

// The half_life of GradientReach, from norms[lag].
double half_life(std::span<const double> norms);

// At most `targets` windows of `steps` inputs and a target each, spread evenly over the documents that are long enough; if
// none is, shorter windows (at least 2 inputs). They start from the zero state and read across line ends. If there are none:
// an empty batch.
Batch gradient_windows(const std::vector<std::vector<int32_t>>& documents, int steps, int targets);
// One window of all tokens but the last, which is its target.
Batch one_window(std::span<const int32_t> ids);

}  // namespace rnn::core
