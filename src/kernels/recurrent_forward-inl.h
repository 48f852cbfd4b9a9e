// Why: one direction of one recurrent layer forward through time, the cell as the end of its product. Once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#undef RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#else
#define RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#endif

#include "kernels/recurrent-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

template <class Cell>
struct Forward {
  // One unit block of one row: product holds the recurrent parts of the stage's gates, L lanes each.
  template <int stage>
  static HWY_INLINE void lanes(const Args& r, const Plan& plan, int i, int64_t row, int block, const float* product) {
    constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
    const int unit = block * kLanes, valid = r.hidden - unit;
    float* gates = r.gates + row * plan.gate_width + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
    Lane a[Cell::gates], q[Cell::sides + 1], s[Cell::states], s1[Cell::states], p[Cell::unit_weights + 1];
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) a[g].v = load(gates + g * kLanes);
    RNN_UNROLL for (int g = 0; g < count; ++g) {
      const Vec part = load(product + g * kLanes);
      if (first + g == Cell::apart) {
        q[0].v = hn::Add(part, load(r.bias + unit));
      } else {
        a[first + g].v = hn::Add(a[first + g].v, part);
      }
    }
    if constexpr (Cell::carries_h) s[Cell::h].v = load_part(plan.h_old[i] + unit, valid);
    if constexpr (Cell::states > 1) s[1].v = load_part(plan.c_old[i] + unit, valid);
    for (int k = 0; k < Cell::unit_weights; ++k) {
      p[k].v = r.unit_weights ? load(r.unit_weights + (block * Cell::unit_weights + k) * kLanes) : zero();
    }
    Cell::template forward<stage>(r.flags, a, q, s, s1, p);
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) store(a[g].v, gates + g * kLanes);
    if constexpr (Cell::sides > 0 && stage == 0) store(q[0].v, r.side + row * plan.padded + unit);
    if constexpr (stage == Cell::stages - 1) {
      if (r.projection) {
        store(s1[Cell::h].v, r.m + row * plan.padded + unit);
      } else {
        store_part(s1[Cell::h].v, r.h + row * r.h_stride + unit, valid);
      }
      if constexpr (Cell::states > 1) store(s1[1].v, r.c + row * plan.padded + unit);
    }
  }

  template <int stage>
  static void run_stage(const Args& r, const Share& share, const Plan& plan, int t, int n, const float** operand) {
    constexpr int count = Cell::gate_count(stage);
    if constexpr (stage > 0) {
      for (int i = 0; i < n; ++i) operand[i] = r.side + (r.start[t] + share.row(i)) * static_cast<int64_t>(plan.padded);
    }
    const int depth = stage == 0 ? r.output : r.hidden;
    product_tiles(operand, n, depth, r.weights[stage], plan.blocks * count, panel_vectors(count),
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int64_t row = r.start[t] + share.row(i0 + i);
                      for (int b = 0; b < vectors / count; ++b) {
                        lanes<stage>(r, plan, i0 + i, row, first / count + b, product + (i * vectors + b * count) * kLanes);
                      }
                    }
                  });
    if constexpr (stage + 1 < Cell::stages) {
      // Stage 0's operand pointers are still needed as old states: the next operand list lies in c_old, unused by such cells.
      static_assert(Cell::states == 1);
      run_stage<stage + 1>(r, share, plan, t, n, plan.c_old);
    }
  }

  static void run_share(const Args& r, const Share& share) {
    const Plan plan(r, Cell::gates, share);
    for (int step = 0; step < r.steps; ++step) {
      const int t = r.reverse ? r.steps - 1 - step : step;
      const int n = share.count(r.start[t + 1] - r.start[t]);
      if (n == 0) continue;
      find_old_states(r, share, t, Cell::states, plan);
      run_stage<0>(r, share, plan, t, n, plan.h_old);
      if (r.projection) project(r, share, plan, t, n);
    }
  }

  // h = W_hr m (Sak, Senior and Beaufays 2014).
  static void project(const Args& r, const Share& share, const Plan& plan, int t, int n) {
    const int total = (r.output + kLanes - 1) / kLanes;
    for (int i = 0; i < n; ++i) plan.h_old[i] = r.m + (r.start[t] + share.row(i)) * static_cast<int64_t>(plan.padded);
    product_tiles(plan.h_old, n, r.hidden, r.projection, total, kPanelVectors,
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      float* h = r.h + (r.start[t] + share.row(i0 + i)) * r.h_stride;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes;
                        store_part(load(product + (i * vectors + v) * kLanes), h + unit, r.output - unit);
                      }
                    }
                  });
  }

  static void run(Pool& pool, const Args& r) {
    std::fill_n(r.scratch, std::max(r.output + kLanes, (r.hidden + kLanes - 1) / kLanes * kLanes * Cell::gates), 0.0f);
    const double work = static_cast<double>(r.start[r.steps]) * r.hidden * r.output * static_cast<int>(Cell::gates);
    if (r.streams == 1 || work < 30000 || pool.size() == 1) return run_share(r, {0, 1});
    pool.run([&](int worker) { run_share(r, {worker, pool.size()}); });
  }
};

inline void recurrent_forward(Pool& pool, const Args& r) {
  const FlushDenormals flush;
  for_cell<Forward>(AllCells(), r.cell, pool, r);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
