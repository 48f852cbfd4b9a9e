// Why: what a network reads and what its heads are measured against, batch by batch.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/seq.h"

namespace rnn::core {

// The steps of some sequences, in packed order: symbols or numbers.
struct Rows {
  Seq seq;
  std::vector<int32_t> ids;   // [rows * columns], for a network that reads symbols
  std::vector<float> frames;  // [rows * width], for a network that reads numbers
  int width = 0;              // numbers of a frame; 0: symbols
  int columns = 1;            // ids of a step
};

// What the outputs are compared with: a target per row of the input or, for an answer after the last step, per stream, in packed
// order (target r belongs to stream in.seq.order[r]). Targets with lengths of their own have a shape of their own: of the same streams,
// by number, with a weight for each stream.
struct Targets {
  Seq seq = {};                    // of targets with lengths of their own; no streams: they have not
  std::vector<int32_t> ids = {};   // [targets], classes
  std::vector<float> values = {};  // [targets * width], numbers; NaN: missing, for the heads of numbers
  int width = 0;                   // numbers of a target; 0: classes
  std::vector<float> weights =
      {};  // [targets], with own lengths [streams] by number, or empty (all 1); 0 ignores the target
  std::vector<float> scales =
      {};  // [targets] or empty (all 1), above 0: the size of a count's series (heads/negative_binomial.h)
  std::vector<int32_t> whole =
      {};                  // [streams] in packed order: the class of a sequence beside those of its rows, -1: none; or empty
  bool last_step = false;  // one target per stream
  bool own_lengths() const { return seq.streams() > 0; }
  double weight(size_t target) const { return weights.empty() ? 1 : static_cast<double>(weights[target]); }
  double scale(size_t target) const { return scales.empty() ? 1 : static_cast<double>(scales[target]); }
};

// Streams of `in`, `source` and `to` match by number.
struct Batch {
  Rows in;
  Rows source;  // for a network with an encoder: one sequence per stream of `in`, in an order of its own
  std::vector<int32_t> stream_ids =
      {};  // [streams] or empty: what a stream is, for a network that knows some of them; by number
  Targets to;
  bool carried = false;  // true: the state of the previous batch is carried on (streams); false: it starts fresh (sentences)
  int64_t target_rows() const { return to.own_lengths() ? to.seq.rows() : to.last_step ? in.seq.streams() : in.seq.rows(); }
};

// The sub-batch of streams [first, first + count), renumbered from 0; keeps ids, so masks stay the same.
Batch select_streams(const Batch& batch, int first, int count);

}  // namespace rnn::core
