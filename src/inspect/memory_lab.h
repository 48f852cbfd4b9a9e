// Why: two small experiments that show the effect of long sequences: recall of the first symbol, and an exploding run.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "inspect/explanation.h"
#include "networks/init.h"

namespace rnn::core {

// After k + 1 random symbols the first one has to be named. One network learns all k from 1 to the last of `lags`, mixed, and is
// measured at each of `lags`. The same recipe for every cell, that of recall-100 in docs/results.md: AdamW, clipping, and the
// initial weights of `rnn train`, with forget bias 1 where there are gates (Jozefowicz et al. 2015). A cell without gates gets
// orthogonal recurrent weights, the kindest start known for it (Saxe et al. 2014).
struct RecallOptions {
  std::vector<int> lags = {2, 5, 10, 20, 50, 100};
  int hidden = 64, symbols = 26, batch = 32;
  int64_t updates = 3000;                          // fewer if `seconds` run out first
  double seconds = 20;                             // per cell
  double lr = 5e-3;                                // falls to a tenth over the run
  int examples = 512;                              // unseen sequences per lag on which accuracy is measured
  InitOptions init = {InitKind::pytorch, 0.1, 1};  // the LSTM's forget bias is 1
  InitKind plain_init = InitKind::orthogonal;      // of cells without gates
  uint64_t seed = 1;
  const std::atomic<int>* stop = nullptr;  // not 0: stop training now
};
// cell: one of kCellNames.
RecallCurve train_recall(const std::string& cell, const RecallOptions& options, Pool& pool);
double recall_chance(const RecallOptions& options);

// A plain RNN with relu whose recurrent weights are a little too large learns the adding problem twice, from the same
// weights on the same data: once with the gradient clipped and once without. Losses and norms that are no longer numbers are
// infinite.
struct ClippingOptions {
  int length = 60, hidden = 64, batch = 16;
  int64_t updates = 150;
  double scale = 1.02;  // times the identity
  double clip = 1, lr = 0.01;
  uint64_t seed = 1;
};
Clipping try_clipping(const ClippingOptions& options, Pool& pool);

}  // namespace rnn::core
