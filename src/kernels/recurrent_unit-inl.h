// Why: gradients w.r.t. the weights that belong to one unit (peepholes, the IndRNN's own weight), after the walk through time.
// Once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_UNIT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_UNIT_INL_H_
#undef RNN_KERNELS_RECURRENT_UNIT_INL_H_
#else
#define RNN_KERNELS_RECURRENT_UNIT_INL_H_
#endif

#include "kernels/recurrent-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

template <class Cell>
struct UnitGradient {
  static void run(Pool& pool, const Args& r, float* out) {
    if constexpr (Cell::unit_weights > 0) {
      const int blocks = (r.hidden + kLanes - 1) / kLanes;
      pool.parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
        for (int block = static_cast<int>(begin); block < end; ++block) run_block(r, block, blocks, out);
      });
    }
  }

  // The state that a reset row starts from.
  static HWY_INLINE Vec old_at(const float* reset, int unit, int valid) {
    return reset ? load_part(reset + unit, valid) : zero();
  }

  static void run_block(const Args& r, int block, int blocks, float* out) {
    const int unit = block * kLanes, valid = std::min(kLanes, r.hidden - unit);
    const int64_t padded = static_cast<int64_t>(blocks) * kLanes;
    Vec total[Cell::unit_weights + 1];
    for (auto& v : total) v = zero();
    for (int t = 0; t < r.steps; ++t) {
      const Before before(r, t);
      for (int row = 0; row < r.start[t + 1] - r.start[t]; ++row) {
        const int64_t at = r.start[t] + row;
        Lane a[Cell::gates], s[Cell::states], s1[Cell::states], dp[Cell::unit_weights + 1];
        for (int g = 0; g < Cell::gates; ++g)
          a[g].v = load(r.gates + (at * blocks + block) * Cell::gates * kLanes + g * kLanes);
        const bool fresh = r.reset && r.reset[at], goes_on = !fresh && row < before.active;
        if constexpr (Cell::states > 1) {
          s1[1].v = load((r.keep_old[1] ? r.computed[1] : r.c) + at * padded + unit);
          s[1].v = goes_on ? load(r.c + (r.start[before.step] + row) * padded + unit)
                   : fresh ? old_at(r.c_reset, unit, valid)
                           : load_part(r.c0[row] + unit, valid);
        } else {
          s[Cell::h].v = goes_on ? load_part(r.h + (r.start[before.step] + row) * r.h_stride + unit, valid)
                         : fresh ? old_at(r.h_reset, unit, valid)
                                 : load_part(r.h0[row] + unit, valid);
        }
        Cell::unit_gradient(a, s, s1, dp);
        for (int k = 0; k < Cell::unit_weights; ++k) total[k] = hn::Add(total[k], dp[k].v);
      }
    }
    HWY_ALIGN float lanes[kLanes];
    for (int k = 0; k < Cell::unit_weights; ++k) {
      hn::Store(total[k], D(), lanes);
      for (int i = 0; i < valid; ++i) out[k * r.hidden + unit + i] += lanes[i];
    }
  }
};

inline void unit_gradient(Pool& pool, const Args& r, float* out) {
  const FlushDenormals flush;
  for_cell<UnitGradient>(AllCells(), r.cell, pool, r, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
