// Why: a batch of pairs is two ragged batches of the same streams: what the encoder reads and what the decoder is to say.
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
  int tokens = 0;       // > 0: instead as many pairs as have at most so many target tokens together, and at least one
  bool shuffle = true;  // false: longest first, the same in every epoch (evaluation)
  uint64_t seed = 1;
  bool reverse_source = false;  // x_m .. x_1 "\n" instead of x_1 .. x_m "\n" (Sutskever, Vinyals and Le 2014)
};

// Each pair once per epoch, states fresh, like lengths together: sorted by target, equally long ones by source. Batch::seq
// is of the targets: inputs "\n" y1 .. yn, targets y1 .. yn "\n"; seq.id is the number of the pair. Batch::source is of
// what the same streams read, in an order of its own, longest first (stable); source.id is seq.id. Tokens of an epoch are
// targets.
// Throws Error{data, "data/too_short"} when there are none, Error{usage, "usage/batch"}.
std::unique_ptr<Batcher> pair_batcher(std::vector<TokenPair> pairs, const PairBatchOptions& options);

}  // namespace rnn::core
