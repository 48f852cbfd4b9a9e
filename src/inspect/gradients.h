// Why: how much of a loss reaches back to what the model remembered k steps before: exact, for any task, step by step.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "inspect/explanation.h"
#include "networks/model.h"

namespace rnn::core {

// The gradient by the states of all streams. Of stream s it is gradient.row(s) * 2^exponent[s]: a gradient that vanishes or
// explodes stays within the range of T.
template <class T>
struct StateGradient {
  State<T> gradient;
  std::vector<int> exponent;  // [streams]
};

template <class T>
struct WalkOptions {
  const State<T>* initial = nullptr;      // before the first step; null: zeros
  const State<T>* dstate_last = nullptr;  // gradient by the last states; then no loss is looked at
  // Overwrites the outputs of the last step [N, K] with each stream's gradient by them; empty: the task's own loss of the window's
  // last targets.
  std::function<void(Context<T>&, View<T>)> last;
};

// `window`: N streams of equally many steps T, a target of the last step for each (of every step where the task has them). Runs it
// step by step and walks back: visit(k, g) for k = 0 (after the last step) to T (before the first), g the gradient of each stream's
// own loss by its state T-k: every number of that state is a variable of its own, and what the steps after it make of it counts.
// So at lag 0 only the layer that the output reads has a gradient. Dropout is off. The model is packed for training and has its
// row-major weights. Throws Error{model, "inspect/bidirectional"}.
template <class T>
void walk_back(const Model<T>& model, Pool& pool, const Batch& window, const WalkOptions<T>& options,
               const std::function<void(int lag, const StateGradient<T>& g)>& visit);

// Norms of these gradients, lags 0 to T-1.
struct GradientNorms {
  std::vector<Matrix<double>> h, c;  // [layer] of [streams, lags]; c: two-state cells, else empty
  Matrix<double> state;              // [streams, lags] the whole state
};
template <class T>
GradientNorms gradient_norms(const Model<T>& model, Pool& pool, const Batch& window);

// Geometric means over the streams whose norm is not 0; 0 where that is fewer than half of them. `worst` stays empty.
GradientReach gradient_reach(const GradientNorms& norms);

// The member of GradientReach; norms[lag].
double half_life(std::span<const double> norms);

// At most `targets` windows of `steps` inputs and a target each, spread evenly over the documents that are long enough; shorter
// ones (at least 2 inputs) where none is. Zero state at the beginning, line ends are read on. No windows: an empty batch.
Batch gradient_windows(const std::vector<std::vector<int32_t>>& documents, int steps, int targets);
// One window that ends with the prompt's last token but one; its target is the last.
Batch one_window(std::span<const int32_t> ids);

}  // namespace rnn::core
