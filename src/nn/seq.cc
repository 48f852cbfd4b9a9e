// Why: builds packed shapes from lengths and cuts batches into micro-batches.
#include "nn/seq.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace rnn::core {
namespace {

constexpr int kMost = std::numeric_limits<int>::max();

}  // namespace

int Seq::checked_rows(int64_t rows) {
  if (rows <= kMost) return static_cast<int>(rows);
  throw Error(Exit::usage, "usage/batch_rows",
              "a batch would have " + std::to_string(rows) + " steps in all its sequences, at most " +
                  std::to_string(kMost) + " are possible",
              "use smaller batches (--batch), shorter windows (--bptt) or shorter sequences");
}

int Seq::checked_length(size_t steps) {
  if (steps <= static_cast<size_t>(kMost)) return static_cast<int>(steps);
  throw Error(Exit::data, "data/too_long",
              "a sequence has " + std::to_string(steps) + " steps, at most " + std::to_string(kMost) + " are possible",
              "cut it into shorter ones");
}

Seq Seq::uniform_batch(int streams, int steps) {
  checked_rows(int64_t{streams} * steps);
  Seq seq;
  seq.order.resize(streams);
  std::iota(seq.order.begin(), seq.order.end(), 0);
  seq.start.resize(static_cast<size_t>(steps) + 1);
  for (int64_t t = 0; t <= steps; ++t) seq.start[static_cast<size_t>(t)] = static_cast<int>(t * streams);
  return seq;
}

Seq Seq::ragged(const std::vector<int>& lengths) {
  checked_rows(std::accumulate(lengths.begin(), lengths.end(), int64_t{0}));
  Seq seq;
  seq.order.resize(lengths.size());
  std::iota(seq.order.begin(), seq.order.end(), 0);
  std::stable_sort(seq.order.begin(), seq.order.end(), [&](int a, int b) { return lengths[a] > lengths[b]; });
  const int longest = lengths.empty() ? 0 : lengths[seq.order[0]];
  int active = static_cast<int>(lengths.size());
  for (int t = 0; t < longest; ++t) {
    while (lengths[seq.order[active - 1]] <= t) --active;
    seq.start.push_back(seq.start.back() + active);
  }
  return seq;
}

std::vector<int> Seq::positions() const {
  std::vector<int> position(order.size());
  for (size_t r = 0; r < order.size(); ++r) position[order[r]] = static_cast<int>(r);
  return position;
}

namespace {

// Appends row `row` of `from` (`width` numbers; 0: nothing).
template <class V>
void append_row(const std::vector<V>& from, int64_t row, int64_t width, std::vector<V>& to) {
  if (!from.empty()) to.insert(to.end(), from.begin() + row * width, from.begin() + (row + 1) * width);
}

void append_target(const Batch& from, int64_t row, Batch& to) {
  append_row(from.targets, row, 1, to.targets);
  append_row(from.values, row, from.outputs, to.values);
  append_row(from.weights, row, 1, to.weights);
}

// The streams [first, first + count) of `from`, renumbered from 0; calls keep(row) for each of their packed rows, in order.
template <class Keep>
Seq select_sequences(const Seq& from, int first, int count, Keep&& keep) {
  Seq part;
  std::vector<int> rows;  // rows of `from` that are kept, in order
  for (int r = 0; r < from.streams(); ++r) {
    if (from.order[r] < first || from.order[r] >= first + count) continue;
    rows.push_back(r);
    part.order.push_back(from.order[r] - first);
  }
  for (int s = first; s < first + count; ++s) part.id.push_back(from.id.empty() ? static_cast<uint32_t>(s) : from.id[s]);
  for (int t = 0; t < from.steps(); ++t) {
    int active = 0;
    for (const int r : rows) {
      if (r >= from.active(t)) break;
      keep(from.start[t] + r);
      append_row(from.reset, from.start[t] + r, 1, part.reset);
      ++active;
    }
    if (active == 0) break;
    part.start.push_back(part.start.back() + active);
  }
  return part;
}

}  // namespace

Batch select_streams(const Batch& batch, int first, int count) {
  Batch part;
  part.carried = batch.carried, part.last_step = batch.last_step;
  part.width = batch.width, part.outputs = batch.outputs;
  for (int r = 0; r < batch.seq.streams() && batch.last_step; ++r) {
    if (batch.seq.order[r] >= first && batch.seq.order[r] < first + count) append_target(batch, r, part);
  }
  part.seq = select_sequences(batch.seq, first, count, [&](int row) {
    append_row(batch.inputs, row, 1, part.inputs);
    append_row(batch.frames, row, batch.width, part.frames);
    if (!batch.last_step) append_target(batch, row, part);
  });
  if (batch.source.streams() > 0) {
    part.source = select_sequences(batch.source, first, count,
                                   [&](int row) { append_row(batch.source_ids, row, 1, part.source_ids); });
  }
  return part;
}

}  // namespace rnn::core
