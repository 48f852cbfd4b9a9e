// Why: gathers what many streams want into one ragged pass.
#include "networks/stream.h"

#include <algorithm>
#include <vector>

#include "decode/sample.h"
#include "networks/step_ids.h"

namespace rnn::core {
namespace {

constexpr size_t kStepsAtOnce = 512;  // of a stream in one pass: limits memory, the bits do not depend on it

// What a stream gets in this pass: steps [done, done + count) of what it wants.
struct Share {
  Stream* stream;
  Wanted wanted;
  size_t count;
  bool last;
};

}  // namespace

// Every hypothesis of every stream is a row of one step.
bool step_translations(Engine& engine, std::span<Stream* const> streams) {
  std::vector<Stream*> chosen;
  std::vector<EncodedSource*> sources, unread;
  std::vector<std::span<const int32_t>> sentences;
  std::vector<State<float>*> beginnings;
  for (Stream* stream : streams) {
    const Wanted wanted = stream->want();
    if (wanted.ids.empty()) continue;
    chosen.push_back(stream);
    sources.push_back(&stream->source_);
    if (wanted.source.empty()) continue;
    sentences.push_back(wanted.source);
    unread.push_back(&stream->source_);
    beginnings.push_back(&stream->memory_);
  }
  if (chosen.empty()) return false;
  if (!unread.empty()) engine.read_sources(sentences, unread, beginnings);
  std::vector<int32_t> ids;
  std::vector<int> source_of, first;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Wanted wanted = chosen[i]->want();
    first.push_back(static_cast<int>(ids.size()));
    ids.insert(ids.end(), wanted.ids.begin(), wanted.ids.end());
    source_of.insert(source_of.end(), wanted.ids.size(), static_cast<int>(i));
  }
  State<float> state(static_cast<int>(ids.size()), engine.model().state_width());
  const auto width = static_cast<size_t>(state.width());
  for (size_t i = 0; i < chosen.size(); ++i) {
    int to = first[i];
    for (const int row : chosen[i]->want().rows) std::copy_n(chosen[i]->memory_.row(row), width, state.row(to++));
  }
  View<const float> attention;
  const View<const float> outputs = engine.decode_step(ids, sources, source_of, state, &attention);
  engine.pool().parallel_for(static_cast<int64_t>(chosen.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      Stream& stream = *chosen[i];
      const auto rows = static_cast<int>(stream.want().ids.size());
      stream.memory_ = State<float>(rows, state.width());
      for (int r = 0; r < rows; ++r) std::copy_n(state.row(first[i] + r), width, stream.memory_.row(r));
      for (int r = 0; r < rows; ++r) {
        const int row = first[i] + r;
        if (attention.rows > 0) stream.look(row_of(attention, row).first(static_cast<size_t>(sources[i]->length)));
        stream.take(row_of(outputs, row));
      }
    }
  });
  return true;
}

bool step_streams(Engine& engine, std::span<Stream* const> streams) {
  if (engine.model().translates()) return step_translations(engine, streams);
  const size_t width = engine.model().reads_ids() ? 0 : static_cast<size_t>(engine.model().config().rnn.input);
  const auto columns = static_cast<size_t>(ids_of_step(engine.model().config()));
  std::vector<Engine::Part> parts;
  std::vector<Share> shares;
  for (Stream* stream : streams) {
    const Wanted wanted = stream->want();
    const size_t steps = width > 0 ? wanted.frames.size() / width : wanted.ids.size() / columns;
    const size_t left = steps - stream->done_;
    if (steps == 0) continue;
    size_t count = wanted.one_pass ? left : std::min(left, kStepsAtOnce);
    if (wanted.last_apart && left > 1) count = std::min(count, left - 1);
    const bool last = count == left;
    if (last && wanted.last_apart) stream->before_ = stream->memory_;
    Engine::Part part{&stream->memory_, {}, {}, stream->fresh_, last || wanted.every_row};
    if (width > 0) {
      part.frames = wanted.frames.subspan(stream->done_ * width, count * width);
    } else {
      part.ids = wanted.ids.subspan(stream->done_ * columns, count * columns);
    }
    parts.push_back(part);
    shares.push_back({stream, wanted, count, last});
    stream->done_ = last ? 0 : stream->done_ + count;
  }
  if (shares.empty()) return false;
  const View<const float> outputs = engine.run(parts);
  const bool at_end = engine.model().answers_at_end();
  engine.pool().parallel_for(static_cast<int64_t>(shares.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<int>(begin); i < static_cast<int>(end); ++i) {
      const Share& share = shares[static_cast<size_t>(i)];
      const int steps = static_cast<int>(share.count);
      if (at_end) {
        if (share.last) share.stream->take(row_of(outputs, engine.row(i, 0)));
        continue;
      }
      if (!share.last && !share.wanted.every_row) continue;
      for (int t = share.wanted.every_row ? 0 : steps - 1; t < steps; ++t)
        share.stream->take(row_of(outputs, engine.row(i, t)));
    }
  });
  return true;
}

}  // namespace rnn::core
