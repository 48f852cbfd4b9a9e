// Why: the shape of a ragged batch in time, and the batch that a network trains on.
#pragma once

#include <cstdint>
#include <vector>

namespace rnn {

// Sequences of unlike lengths, packed without padding: time-major, longest first (stable). Step t owns the packed rows
// [start[t], start[t+1]); row start[t] + r continues row start[t-1] + r. order[r] is the stream (caller's number) of row r.
struct Seq {
  std::vector<int> start{0};   // steps + 1 offsets
  std::vector<int> order;      // [streams], longest first
  std::vector<uint8_t> reset;  // [rows] or empty; 1: this row takes the initial state before its step
  std::vector<uint32_t> id;    // [streams] or empty; what random masks are keyed by; empty: the stream's number

  int steps() const { return static_cast<int>(start.size()) - 1; }
  int rows() const { return start.back(); }
  int streams() const { return static_cast<int>(order.size()); }
  int active(int t) const { return start[t + 1] - start[t]; }  // sequences that are t + 1 long or more
  bool uniform() const { return steps() == 0 || active(steps() - 1) == streams(); }

  // `streams` sequences of `steps` steps each, in stream order.
  static Seq uniform_batch(int streams, int steps);
  // One sequence per length (each >= 0; empty ones take part with their state only).
  static Seq ragged(const std::vector<int>& lengths);
  // The packed row of (stream, t), for tests and front ends: position[stream] is the inverse of order.
  std::vector<int> positions() const;
};

// What a language model trains on: one input and one target per packed row.
struct Batch {
  Seq seq;
  std::vector<int32_t> inputs;   // [rows] token ids
  std::vector<int32_t> targets;  // [rows] token ids
  std::vector<float> weights;    // [rows] or empty (all 1); 0 ignores the row
  bool carried = false;          // the state of the batch before goes on (streams), or starts fresh (sentences)
  int64_t tokens() const { return static_cast<int64_t>(targets.size()); }
};

// The sub-batch of streams [first, first + count), renumbered from 0; keeps ids, so masks stay the same.
Batch select_streams(const Batch& batch, int first, int count);

}  // namespace rnn
