// Why: the shape of a ragged batch in time, and the batch that a network trains on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rnn::core {

// Sequences of different lengths, packed without padding: time-major, longest first (stable). Step t owns the packed rows
// [start[t], start[t+1]); row start[t] + r continues row start[t-1] + r. order[r] is the stream (caller's number) of row r.
struct Seq {
  std::vector<int> start{0};   // steps + 1 offsets
  std::vector<int> order;      // [streams], longest first
  std::vector<uint8_t> reset;  // [rows] or empty; 1: this row is reset to the initial state before its step
  std::vector<uint32_t> id;    // [streams] or empty; keys of the random masks; empty: the stream's number

  int steps() const { return static_cast<int>(start.size()) - 1; }
  int rows() const { return start.back(); }
  int streams() const { return static_cast<int>(order.size()); }
  // Sequences of length t + 1 or more; t >= 0.
  int active(int t) const { return t < steps() ? start[t + 1] - start[t] : 0; }
  bool uniform() const { return steps() == 0 || active(steps() - 1) == streams(); }

  // `streams` sequences of `steps` steps each, in stream order. Throws as checked_rows does, before it takes memory.
  static Seq uniform_batch(int streams, int steps);
  // One sequence per length (each >= 0; empty ones contribute only their state). Throws as checked_rows does, before it takes memory.
  static Seq ragged(const std::vector<int>& lengths);
  // Rows and lengths are counted in int. Throw Error{usage, "usage/batch_rows"} for a batch of more rows than that, Error{data,
  // "data/too_long"} for a sequence of more steps.
  static int checked_rows(int64_t rows);
  static int checked_length(size_t steps);
  // The packed row of (stream, t), for tests and callers; position[stream] is the inverse of order.
  std::vector<int> positions() const;
};

// What a model trains on: inputs per packed row, and targets per packed row or, for a model that answers after the last
// step, per stream (in packed order: target r belongs to stream seq.order[r]).
struct Batch {
  Seq seq;
  std::vector<int32_t> inputs;   // [rows] ids, for a model that reads symbols
  std::vector<float> frames;     // [rows * width] numbers, for a model that reads frames
  int width = 0;                 // numbers of a frame; 0: symbols
  std::vector<int32_t> targets;  // [targets] ids
  std::vector<float> values;     // [targets * outputs] numbers, for a regression
  int outputs = 0;               // numbers of a regression's target; 0: ids
  std::vector<float> weights;    // [targets] or empty (all 1); 0 ignores the target
  bool last_step = false;        // one target per stream
  bool carried = false;  // true: the state of the previous batch is carried on (streams); false: it starts fresh (sentences)
  // For a model with an encoder: the source of each stream of seq, one sequence per stream, in an order of its own.
  Seq source;
  std::vector<int32_t> source_ids;  // [source.rows()]
  int64_t target_rows() const { return last_step ? seq.streams() : seq.rows(); }
};

// The sub-batch of streams [first, first + count), renumbered from 0; keeps ids, so masks stay the same.
Batch select_streams(const Batch& batch, int first, int count);

}  // namespace rnn::core
