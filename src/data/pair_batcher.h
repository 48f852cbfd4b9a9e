// Why: a batch of pairs is two ragged batches of the same streams: what the encoder reads and what the decoder must write.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/batcher.h"

namespace rnn::core {

struct TokenPair {
  std::vector<int32_t> source, target;  // both end in the end-of-line id
};

struct PairBatchOptions {
  int batch = 64;       // pairs
  int tokens = 0;       // > 0: instead, as many pairs as fit into so many target tokens, at least one
  bool shuffle = true;  // false: longest first, the same in every epoch (evaluation)
  uint64_t seed = 1;
  bool reverse_source = false;  // x_m .. x_1 "\n" instead of x_1 .. x_m "\n" (Sutskever, Vinyals and Le 2014)
};

// Each pair once per epoch, from zero states, similar lengths together: sorted by target length, equal ones by source
// length. Batch::seq describes the targets: inputs "\n" y1 .. yn, targets y1 .. yn "\n"; seq.id is the number of the pair.
// Batch::source describes what the same streams read, in its own order, longest first (stable); source.id is seq.id. The
// tokens of an epoch are its targets. Throws Error{data, "data/too_short"} if there are none, Error{usage, "usage/batch"}.
std::unique_ptr<Batcher> pair_batcher(std::vector<TokenPair> pairs, const PairBatchOptions& options);

}  // namespace rnn::core
