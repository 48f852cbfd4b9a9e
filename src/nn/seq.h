// Why: the shape of a ragged batch in time.
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
  // lengths [streams] out: the steps of the sequence that has packed row r of step 0.
  void lengths(int* lengths) const;
};

}  // namespace rnn::core
