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

void Seq::lengths(int* lengths) const {
  int t = steps();
  for (int r = 0; r < streams(); ++r) {  // longest first
    while (t > 0 && active(t - 1) <= r) --t;
    lengths[r] = t;
  }
}

}  // namespace rnn::core
