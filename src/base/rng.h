// Why: random numbers depend on what they are for, never on who asks first: f(seed, purpose, counters).
#pragma once

#include <array>
#include <cstdint>

namespace rnn::core {

// What a random number is for: no two purposes share a stream.
enum class Purpose : uint32_t {
  init = 1,
  dropout = 2,
  shuffle = 3,
  sample = 4,
  test = 5,
  split = 6,
  problem = 7,
  state_dropout = 8,
  zoneout = 9,
  weight_drop = 10,
  embedding_dropout = 11,
  word_dropout = 12,
  window_length = 13,
  class_samples = 14,
  trial = 15,
  augment = 16,
  bootstrap = 18
};

// Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four 32-bit words from a 128-bit
// counter and a 64-bit key.
inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, uint64_t key) {
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * counter[0], p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += 0x9E3779B9, k1 += 0xBB67AE85;
  }
  return counter;
}

// Four words for (seed, purpose; a, b, c): `a` up to 64 bits.
inline std::array<uint32_t, 4> random_words(uint64_t seed, Purpose purpose, uint64_t a, uint32_t b = 0) {
  const uint64_t key = seed * 0x9E3779B97F4A7C15u + static_cast<uint32_t>(purpose);
  return philox({static_cast<uint32_t>(a), static_cast<uint32_t>(a >> 32), b, static_cast<uint32_t>(purpose)}, key);
}

// In [0, 1), 24 bits: exact in float.
inline float to_unit(uint32_t word) { return static_cast<float>(word >> 8) * (1.0f / 16777216.0f); }

// A sequence of random numbers: a counter over random_words. A value; copy it to replay.
class Random {
 public:
  Random(uint64_t seed, Purpose purpose, uint32_t stream = 0) : seed_(seed), purpose_(purpose), stream_(stream) {}
  uint32_t word() {
    if (position_ % 4 == 0) words_ = random_words(seed_, purpose_, position_ / 4, stream_);
    return words_[position_++ % 4];
  }
  // In [0, 1), 53 bits.
  double uniform() {
    const uint64_t hi = word() >> 5, lo = word() >> 6;
    return static_cast<double>(hi * 67108864 + lo) * (1.0 / 9007199254740992.0);
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal();             // mean 0, deviation 1 (Box and Muller 1958)
  uint32_t below(uint32_t n);  // in [0, n), n >= 1, without bias (Lemire 2019)

 private:
  uint64_t seed_, position_ = 0;
  Purpose purpose_;
  uint32_t stream_;
  std::array<uint32_t, 4> words_{};
};

}  // namespace rnn::core
