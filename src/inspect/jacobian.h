// Why: the one direction in which a memory survives best says what a network could carry, not only what it does.
#pragma once

#include <utility>
#include <vector>

#include "networks/model.h"

namespace rnn::core {

struct WorstOptions {
  std::vector<int> lags = {1, 2, 5, 10, 20, 50, 100};
  int max_state = 2048;      // numbers of a state; a larger one is skipped: its square would not fit
  double max_work = 1.2e11;  // multiplications; long lags are left out before it takes longer
};

// The largest singular value of ds_T/ds_{T-k} along a window of one stream, for the lags k < T asked for: how much the change of
// the last state can be of a change k steps before. Every row of the matrix is computed (a backward pass per number of the state,
// many at a time), then power iteration. The model is packed for training. Throws Error{model, "inspect/bidirectional"}.
template <class T>
std::vector<std::pair<int, double>> worst_directions(const Model<T>& model, Pool& pool, const Batch& window,
                                                     const WorstOptions& options = {});

}  // namespace rnn::core
