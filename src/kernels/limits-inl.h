// Why: what an instruction set can achieve at best: multiply-adds in registers and reads from memory, with nothing else in
// the loop. Included once per instruction set.
#if defined(RNN_KERNELS_LIMITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_LIMITS_INL_H_
#undef RNN_KERNELS_LIMITS_INL_H_
#else
#define RNN_KERNELS_LIMITS_INL_H_
#endif

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// As many chains as a tile of a product has accumulators: more than latency times units of every processor known to us.
inline float fma_loop(int64_t n) {
  constexpr int kChains = 4 * max_rows(4);
  static_assert(kFmaGroup % kChains == 0);
  const Vec a = set(0.999f), b = set(1e-3f);  // x = a x + b tends to 1: neither large nor denormal
  Vec x[kChains];
  RNN_UNROLL for (int i = 0; i < kChains; ++i) x[i] = set(static_cast<float>(i));
  for (int64_t k = 0; k < n; k += kChains) {
    RNN_UNROLL for (int i = 0; i < kChains; ++i) x[i] = hn::MulAdd(x[i], a, b);
  }
  Vec sum = zero();
  RNN_UNROLL for (int i = 0; i < kChains; ++i) sum = hn::Add(sum, x[i]);
  return sum_lanes(sum);
}

inline float read_loop(const float* data, int64_t n, int64_t rounds) {
  constexpr int kChains = 4, kStep = 2 * kChains * kLanes;
  static_assert(kReadGroup % kStep == 0);
  Vec x[kChains];
  RNN_UNROLL for (int i = 0; i < kChains; ++i) x[i] = zero();
  for (int64_t round = 0; round < rounds; ++round) {
    for (const float* p = data; p < data + n; p += kStep) {
      RNN_UNROLL for (int i = 0; i < 2 * kChains; ++i) x[i % kChains] = hn::Xor(x[i % kChains], load(p + i * kLanes));
    }
  }
  return sum_lanes(hn::Xor(hn::Xor(x[0], x[1]), hn::Xor(x[2], x[3])));
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
