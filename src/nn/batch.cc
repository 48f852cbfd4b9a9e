// Why: part of a batch is a batch: micro-batches of an update.
#include "nn/batch.h"

namespace rnn::core {
namespace {

// Appends row `row` of `from` (`width` numbers; 0: nothing).
template <class V>
void append_row(const std::vector<V>& from, int64_t row, int64_t width, std::vector<V>& to) {
  if (!from.empty()) to.insert(to.end(), from.begin() + row * width, from.begin() + (row + 1) * width);
}

void append_target(const Targets& from, int64_t row, Targets& to) {
  append_row(from.ids, row, 1, to.ids);
  append_row(from.values, row, from.width, to.values);
  append_row(from.weights, row, 1, to.weights);
  append_row(from.scales, row, 1, to.scales);
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
  part.carried = batch.carried, part.to.last_step = batch.to.last_step;
  part.in.width = batch.in.width, part.in.columns = batch.in.columns, part.to.width = batch.to.width;
  for (int r = 0; r < batch.in.seq.streams(); ++r) {
    if (batch.in.seq.order[r] < first || batch.in.seq.order[r] >= first + count) continue;
    if (batch.to.last_step) append_target(batch.to, r, part.to);
    append_row(batch.to.whole, r, 1, part.to.whole);
  }
  part.in.seq = select_sequences(batch.in.seq, first, count, [&](int row) {
    append_row(batch.in.ids, row, batch.in.columns, part.in.ids);
    append_row(batch.in.frames, row, batch.in.width, part.in.frames);
    if (!batch.to.last_step && !batch.to.own_lengths()) append_target(batch.to, row, part.to);
  });
  if (batch.to.own_lengths()) {
    part.to.seq =
        select_sequences(batch.to.seq, first, count, [&](int row) { append_row(batch.to.ids, row, 1, part.to.ids); });
    for (int s = first; s < first + count; ++s) append_row(batch.to.weights, s, 1, part.to.weights);
  }
  if (batch.source.seq.streams() > 0) {
    part.source.width = batch.source.width;
    part.source.seq = select_sequences(batch.source.seq, first, count, [&](int row) {
      append_row(batch.source.ids, row, 1, part.source.ids);
      append_row(batch.source.frames, row, batch.source.width, part.source.frames);
    });
  }
  if (!batch.stream_ids.empty())
    part.stream_ids.assign(batch.stream_ids.begin() + first, batch.stream_ids.begin() + first + count);
  return part;
}

}  // namespace rnn::core
