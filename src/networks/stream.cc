// Why: gathers what many streams want into one ragged pass.
#include "networks/stream.h"

#include <algorithm>
#include <vector>

#include "decode/sample.h"

namespace rnn::core {
namespace {

constexpr size_t kIdsAtOnce = 512;  // of a stream in one pass: limits memory, the bits do not depend on it

}  // namespace

bool step_streams(Engine& engine, std::span<Stream* const> streams) {
  std::vector<Engine::Part> parts;
  std::vector<Stream*> chosen;
  for (Stream* stream : streams) {
    const std::span<const int32_t> left = stream->want().subspan(stream->done_);
    if (left.empty()) continue;
    // The last id has a pass of its own, so that the state before it can be saved.
    const size_t count = left.size() == 1 ? 1 : std::min(left.size() - 1, kIdsAtOnce);
    if (count == left.size()) stream->before_ = stream->memory_;
    chosen.push_back(stream);
    parts.push_back({&stream->memory_, left.first(count), {}, stream->fresh_, count == left.size()});
    stream->done_ += count;
  }
  if (chosen.empty()) return false;
  const View<const float> outputs = engine.run(parts);
  engine.pool().parallel_for(static_cast<int64_t>(chosen.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      if (!parts[i].wanted) continue;
      chosen[i]->done_ = 0;
      chosen[i]->take(row_of(outputs, engine.row(static_cast<int>(i), 0)));
    }
  });
  return true;
}

}  // namespace rnn::core
