// Why: see filter.h.
#include "tasks/effect/stream/filter.h"

#include <algorithm>
#include <cassert>

namespace rnn::core {

Filter::Filter(std::vector<float> taps) : taps_(std::move(taps)), sound_(taps_.empty() ? 0 : taps_.size() - 1 + kBlock) {}

void Filter::process(std::span<const float> in, std::span<float> out) noexcept {
  if (taps_.empty()) {
    std::copy(in.begin(), in.end(), out.begin());
    return;
  }
  const size_t past = taps_.size() - 1;
  for (size_t at = 0; at < in.size(); at += kBlock) {
    const size_t n = std::min(kBlock, in.size() - at);
    float* const now = sound_.data() + past;
    float* const made = out.data() + at;
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(at), n, now);
    std::fill_n(made, n, 0.0F);
    for (size_t k = 0; k < taps_.size(); ++k)  // of every sample in this order, whatever the block
      for (size_t i = 0; i < n; ++i) made[i] += taps_[k] * *(now + i - k);
    std::copy_n(sound_.data() + n, past, sound_.data());
  }
}

void Filter::reset() noexcept { std::fill(sound_.begin(), sound_.end(), 0.0F); }

std::span<const float> Filter::past() const { return {sound_.data(), taps_.empty() ? 0 : taps_.size() - 1}; }

void Filter::set_past(std::span<const float> past) {
  assert(past.size() == this->past().size());
  std::copy(past.begin(), past.end(), sound_.begin());
}

}  // namespace rnn::core
