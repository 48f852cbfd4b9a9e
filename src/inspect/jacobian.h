// Why: the direction in which a memory survives best shows what a network could carry, not only what it does carry.
#pragma once

#include <utility>
#include <vector>

#include "networks/model.h"

namespace rnn::core {

struct WorstOptions {
  std::vector<int> lags = {1, 2, 5, 10, 20, 50, 100};
  int max_state = 2048;      // numbers of a state; larger ones are skipped: the matrix would not fit
  double max_work = 1.2e11;  // multiplications; lags that would take more are left out
};

// The largest singular value of ds_T/ds_{T-k} along a window of one stream, for the requested lags k < T: the largest factor
// by which a change of the state k steps earlier can appear in the last state. Every row of the matrix is computed (one
// backward pass per number of the state, many at a time), then power iteration. The model must be packed for training.
// Throws Error{model, "inspect/bidirectional"}.
template <class T>
std::vector<std::pair<int, double>> worst_directions(const Model<T>& model, Pool& pool, const Batch& window,
                                                     const WorstOptions& options = {});

}  // namespace rnn::core
