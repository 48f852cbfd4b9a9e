// Why: what a device does to every sound alike is a filter: exact, cheap, and nothing that a network should have to learn.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

// out[t] = sum over taps k of taps[k] * in[t - k], silence before the first sample. One thread at a time.
class Filter {
 public:
  static constexpr int kMostTaps = 4096;
  // Without taps the sound passes as it is.
  explicit Filter(std::vector<float> taps = {});

  // Both spans have one size; they may be the same memory. The same bits in blocks of any sizes; no allocation.
  void process(std::span<const float> in, std::span<float> out) noexcept;
  void reset() noexcept;
  // The samples that are still to be heard, oldest first: [taps - 1].
  std::span<const float> past() const;
  void set_past(std::span<const float> past);  // of that size

 private:
  static constexpr size_t kBlock = 256;

  std::vector<float> taps_;
  std::vector<float> sound_;  // [taps - 1 + kBlock]: the past, then a block
};

}  // namespace rnn::core
