// Why: heads whose targets have lengths of their own work stream by stream: where its rows and its labels are.
#pragma once

#include <algorithm>
#include <cassert>
#include <span>
#include <vector>

#include "alignment/ctc_lattice.h"
#include "kernels/rows.h"
#include "nn/batch.h"

namespace rnn::core {

// Of each stream, by number: its rows in packed order and its labels one after the other.
class StreamTargets {
 public:
  StreamTargets(const Seq& rows, const Targets& targets) : rows_(rows), targets_(targets) {
    assert(rows.streams() == targets.seq.streams());
    const auto streams = static_cast<size_t>(rows.streams());
    position_ = rows.positions(), rows_begin_.assign(streams + 1, 0), labels_begin_.assign(streams + 1, 0);
    lengths_of(rows, rows_begin_);
    lengths_of(targets.seq, labels_begin_);
    labels_.resize(targets.ids.size());
    const std::vector<int> position = targets.seq.positions();
    for (size_t s = 0; s < streams; ++s) {
      for (int u = 0; u < labels_begin_[s + 1] - labels_begin_[s]; ++u)
        labels_[static_cast<size_t>(labels_begin_[s] + u)] =
            targets.ids[static_cast<size_t>(targets.seq.start[static_cast<size_t>(u)] + position[s])];
    }
    assert(std::all_of(labels_.begin(), labels_.end(), [](int32_t label) { return label > kBlank; }));
  }

  int streams() const { return rows_.streams(); }
  int rows(int s) const { return rows_begin_[static_cast<size_t>(s) + 1] - rows_begin_[static_cast<size_t>(s)]; }
  // Rows of all streams before s, which is also where those of s begin once they lie stream after stream.
  int begin(int s) const { return rows_begin_[static_cast<size_t>(s)]; }
  std::span<const int32_t> labels(int s) const {
    const auto from = static_cast<size_t>(labels_begin_[static_cast<size_t>(s)]);
    return std::span(labels_).subspan(from, static_cast<size_t>(labels_begin_[static_cast<size_t>(s) + 1]) - from);
  }
  double weight(int s) const { return targets_.weight(static_cast<size_t>(s)); }
  int longest() const {
    int most = 0;
    for (int s = 0; s < streams(); ++s) most = std::max(most, rows(s));
    return most;
  }

  // Consecutive streams [s, end) of at most `most` rows, but at least one.
  int group_end(int s, int64_t most) const {
    int end = s + 1;
    while (end < streams() && begin(end + 1) - begin(s) <= most) ++end;
    return end;
  }
  // Rows of the streams [s, end), stream after stream, out of and into the packed order.
  template <class T>
  void gather(View<const T> packed, int s, int end, View<T> out) const {
    visit(s, end, [&](int row, int i) { copy_row(packed, row, out, i); });
  }
  template <class T>
  void scatter(View<const T> rows, int s, int end, View<T> packed) const {
    visit(s, end, [&](int row, int i) { copy_row(rows, i, packed, row); });
  }

 private:
  // begin[s + 1] becomes the number of steps of streams 0 to s.
  static void lengths_of(const Seq& seq, std::vector<int>& begin) {
    int t = seq.steps();
    for (int r = 0; r < seq.streams(); ++r) {  // longest first
      while (t > 0 && seq.active(t - 1) <= r) --t;
      begin[static_cast<size_t>(seq.order[static_cast<size_t>(r)]) + 1] = t;
    }
    for (size_t s = 1; s < begin.size(); ++s) begin[s] += begin[s - 1];
  }
  template <class F>
  void visit(int s, int end, const F& f) const {
    for (int i = 0; s < end; ++s) {
      for (int t = 0; t < rows(s); ++t, ++i) f(rows_.start[static_cast<size_t>(t)] + position_[static_cast<size_t>(s)], i);
    }
  }

  const Seq& rows_;
  const Targets& targets_;
  std::vector<int> position_, rows_begin_, labels_begin_;
  std::vector<int32_t> labels_;
};

}  // namespace rnn::core
