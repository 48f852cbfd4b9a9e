// Why: backpropagation through time of one direction of one layer, the cell's adjoint as the end of its product: side by side
// with recurrent_forward-inl.h, in reverse. Once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#undef RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#else
#define RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#endif

#include "kernels/recurrent-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

template <class Cell>
struct Backward {
  static constexpr int kLast = Cell::stages - 1;
  static constexpr bool kSplit = Cell::apart >= 0 || Cell::stages > 1;  // the recurrent gradient has buffers of its own

  // Gradients that go from a step to the one before it, beside the product: [streams, padded] each, after the pointers.
  static float* carried(const Args& r, const Plan& plan, int state, int workers) {
    const size_t depth = (static_cast<size_t>(std::max(r.output + kLanes, plan.gate_width)) + 15) / 16 * 16;
    const size_t pointers = (static_cast<size_t>(plan.capacity) * 4 + 15) / 16 * 16;
    return r.scratch + depth + 2 * pointers * workers + static_cast<size_t>(state) * r.streams * plan.padded;
  }

  // What step t hands to the step before it: the gradient by the recurrent pre-activations of stage 0.
  static HWY_INLINE const float* handed(const Args& r, const Plan& plan, int64_t row) {
    constexpr int count = Cell::gate_count(0);
    if constexpr (kSplit) return r.recurrent[0] + row * plan.blocks * count * kLanes;
    return r.gates + row * plan.gate_width;
  }

  // Depth of a product whose operand is the gradient of `count` gates: one gate is in plain order, without padding (PackForm).
  static int depth_of(const Args& r, const Plan& plan, int count) {
    return count > 1 ? plan.blocks * count * kLanes : r.hidden;
  }

  // Whether packed row `row` goes on after step t; `next` is that step.
  static HWY_INLINE bool goes_on(const Args& r, int t, int row, int* next) {
    *next = r.reverse ? t - 1 : t + 1;
    if (*next < 0 || *next >= r.steps || row >= r.start[*next + 1] - r.start[*next]) return false;
    return !(r.reset && r.reset[r.start[*next] + row]);
  }
  // Whether step t is the last one of this row in walking order (its final state leaves the layer).
  static HWY_INLINE bool ends(const Args& r, int t, int row) {
    const int next = r.reverse ? t - 1 : t + 1;
    return next < 0 || next >= r.steps || row >= r.start[next + 1] - r.start[next];
  }

  // One unit block of one row: incoming is dL/dh (last stage, without the direct parts) or dL/d(side), L lanes.
  template <int stage>
  static HWY_INLINE void lanes(const Args& r, const Plan& plan, float* const* carry, int i, int t, int row, int block,
                               Vec incoming) {
    const int unit = block * kLanes, valid = r.hidden - unit;
    const int64_t at = r.start[t] + row;
    float* gates = r.gates + at * plan.gate_width + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
    Lane a[Cell::gates], q[Cell::sides + 1], s[Cell::states], s1[Cell::states], d[Cell::states], ds[Cell::states];
    Lane p[Cell::unit_weights + 1];
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) a[g].v = load(gates + g * kLanes);
    if constexpr (Cell::sides > 0) q[0].v = load(r.side + at * plan.padded + unit);
    if constexpr (Cell::carries_h) s[Cell::h].v = load_part(plan.h_old[i] + unit, valid);
    if constexpr (!Cell::carries_h && Cell::states == 1) s1[Cell::h].v = load_part(r.h + at * r.h_stride + unit, valid);
    if constexpr (Cell::states > 1) {
      s[1].v = load_part(plan.c_old[i] + unit, valid);
      s1[1].v = load(r.c + at * plan.padded + unit);
    }
    for (int k = 0; k < Cell::unit_weights; ++k) {
      p[k].v = r.unit_weights ? load(r.unit_weights + (block * Cell::unit_weights + k) * kLanes) : zero();
    }
    float* carry_h = carry[0] + static_cast<int64_t>(row) * plan.padded + unit;
    d[0].v = incoming;
    if constexpr (stage == kLast) {
      if constexpr (Cell::carries_h) d[0].v = hn::Add(d[0].v, load(carry_h));
      if constexpr (Cell::states > 1) d[1].v = load(carry[1] + static_cast<int64_t>(row) * plan.padded + unit);
    } else {
      ds[Cell::h].v = load(carry_h);
    }
    Cell::template backward<stage>(r.flags, a, q, s, s1, d, ds, p);
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) store(a[g].v, gates + g * kLanes);
    if constexpr (kSplit) {
      constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
      float* out = r.recurrent[stage] + (at * plan.blocks + block) * count * kLanes;
      for (int g = 0; g < count; ++g) store(first + g == Cell::apart ? q[0].v : a[first + g].v, out + g * kLanes);
    }
    if constexpr (Cell::carries_h) store(ds[Cell::h].v, carry_h);
    if constexpr (Cell::states > 1) store(ds[1].v, carry[1] + static_cast<int64_t>(row) * plan.padded + unit);
  }

  // Product of `operand` with the packed weights whose columns are the units, then the lanes of `stage`.
  template <int stage>
  static void run_stage(const Args& r, const Share& share, const Plan& plan, float* const* carry, int t, int n, int depth,
                        const float* const* operand, const float* weights, bool add_dh) {
    product_tiles(operand, n, depth, weights, plan.blocks, kPanelVectors,
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int row = share.row(i0 + i);
                      const float* dh = r.dh + (r.start[t] + row) * r.dh_stride;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes;
                        Vec incoming = load(product + (i * vectors + v) * kLanes);
                        if (add_dh) {
                          incoming = hn::Add(incoming, load_part(dh + unit, r.hidden - unit));
                          if (r.dh_last && ends(r, t, row)) {
                            incoming = hn::Add(incoming, load_part(r.dh_last[row] + unit, r.hidden - unit));
                          }
                        }
                        lanes<stage>(r, plan, carry, i0 + i, t, row, first + v, incoming);
                      }
                    }
                  });
    if constexpr (stage > 0) {
      const float** next = plan.c_old;  // unused by cells of two stages
      const int64_t width = static_cast<int64_t>(plan.blocks) * Cell::gate_count(stage) * kLanes;
      for (int i = 0; i < n; ++i) next[i] = r.recurrent[stage] + (r.start[t] + share.row(i)) * width;
      run_stage<stage - 1>(r, share, plan, carry, t, n, depth_of(r, plan, Cell::gate_count(stage)), next, r.weights[stage],
                           false);
    }
  }

  // Whole gradient by the projected h of step t into r.dprojected; its rows become the operand of the cell's stage.
  static void project(const Args& r, const Share& share, int t, int n, int depth, const float** operand) {
    const int total = (r.output + kLanes - 1) / kLanes;
    product_tiles(operand, n, depth, r.weights[0], total, kPanelVectors,
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int row = share.row(i0 + i);
                      const int64_t at = r.start[t] + row;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes, valid = r.output - unit;
                        Vec sum = hn::Add(load(product + (i * vectors + v) * kLanes),
                                          load_part(r.dh + at * r.dh_stride + unit, valid));
                        if (r.dh_last && ends(r, t, row)) sum = hn::Add(sum, load_part(r.dh_last[row] + unit, valid));
                        store_part(sum, r.dprojected + at * r.output + unit, valid);
                      }
                    }
                  });
    for (int i = 0; i < n; ++i) operand[i] = r.dprojected + (r.start[t] + share.row(i)) * static_cast<int64_t>(r.output);
  }

  static void run_share(const Args& r, const Share& share, const float** operand) {
    const Plan plan(r, Cell::gates, share);
    float* const carry[2] = {carried(r, plan, 0, share.workers), carried(r, plan, 1, share.workers)};
    const int depth = depth_of(r, plan, Cell::gate_count(0));
    for (int step = r.steps - 1; step >= 0; --step) {
      const int t = r.reverse ? r.steps - 1 - step : step;
      const int n = share.count(r.start[t + 1] - r.start[t]);
      if (n == 0) continue;
      find_old_states(r, share, t, Cell::states, plan);
      for (int i = 0; i < n; ++i) {
        const int row = share.row(i);
        int next;
        const bool on = goes_on(r, t, row, &next);
        operand[i] = on ? handed(r, plan, r.start[next] + row) : plan.zeros;
        if (!on) start_carry(r, plan, carry, t, row);
      }
      if (r.projection) {
        project(r, share, t, n, depth, operand);
        run_stage<kLast>(r, share, plan, carry, t, n, r.output, operand, r.projection, false);
      } else {
        run_stage<kLast>(r, share, plan, carry, t, n, depth, operand, r.weights[0], true);
      }
    }
    if (r.dh0) initial_gradient(r, share, plan, carry, depth, operand);
  }

  // The carried gradients of a row whose future lies outside: the final states' gradient, or nothing.
  static void start_carry(const Args& r, const Plan& plan, float* const* carry, int t, int row) {
    clear_carry(plan, carry, row);
    if (Cell::states > 1 && r.dc_last && ends(r, t, row)) {
      std::copy_n(r.dc_last[row], r.hidden, carry[1] + static_cast<int64_t>(row) * plan.padded);
    }
  }
  static void clear_carry(const Plan& plan, float* const* carry, int row) {
    for (int k = 0; k < Cell::states; ++k)
      std::fill_n(carry[k] + static_cast<int64_t>(row) * plan.padded, plan.padded, 0.0f);
  }

  static void initial_gradient(const Args& r, const Share& share, const Plan& plan, float* const* carry, int depth,
                               const float** operand) {
    const int n = share.count(r.start[1] - r.start[0]);
    for (int i = 0; i < n; ++i) {
      const int row = share.row(i);
      int t = 0;  // the step that read the initial state
      if (r.reverse) {
        while (t + 1 < r.steps && row < r.start[t + 2] - r.start[t + 1]) ++t;
      }
      const int64_t at = r.start[t] + row;
      const bool cut = r.reset && r.reset[at];
      operand[i] = cut ? plan.zeros : handed(r, plan, at);
      if (cut) clear_carry(plan, carry, row);
      if (Cell::states > 1)
        std::copy_n(carry[1] + static_cast<int64_t>(row) * plan.padded, r.hidden,
                    r.dc0 + static_cast<int64_t>(row) * r.hidden);
    }
    const int total = (r.output + kLanes - 1) / kLanes;
    product_tiles(operand, n, depth, r.weights[0], total, kPanelVectors,
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int64_t row = share.row(i0 + i);
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes;
                        Vec sum = load(product + (i * vectors + v) * kLanes);
                        if constexpr (Cell::carries_h) sum = hn::Add(sum, load(carry[0] + row * plan.padded + unit));
                        store_part(sum, r.dh0 + row * r.output + unit, r.output - unit);
                      }
                    }
                  });
  }

  static void run(Pool& pool, const Args& r) {
    const int padded = (r.hidden + kLanes - 1) / kLanes * kLanes;
    std::fill_n(r.scratch, std::max(r.output + kLanes, padded * Cell::gates), 0.0f);
    const double work = static_cast<double>(r.start[r.steps]) * r.hidden * r.output * static_cast<int>(Cell::gates);
    const bool alone = r.streams == 1 || work < 30000 || pool.size() == 1;
    const int workers = alone ? 1 : pool.size();
    // The operand pointers lie behind everything else in the scratch.
    const Plan plan(r, Cell::gates, {0, workers});
    float* tail = carried(r, plan, 2, workers);
    const size_t pointers = (static_cast<size_t>(plan.capacity) * 2 + 15) / 16 * 16;
    const auto part = [&](int worker) {
      run_share(r, {worker, workers}, reinterpret_cast<const float**>(tail + worker * pointers));
    };
    if (alone) return part(0);
    pool.run(part);
  }
};

inline void recurrent_backward(Pool& pool, const Args& r) {
  const FlushDenormals flush;
  for_cell<Backward>(AllCells(), r.cell, pool, r);
}

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
        s1[1].v = load(r.c + at * padded + unit);
        if (r.reset && r.reset[at]) {
          s[1].v = r.c_reset ? load_part(r.c_reset + unit, valid) : zero();
        } else if (row < before.active) {
          s[1].v = load(r.c + (r.start[before.step] + row) * padded + unit);
        } else {
          s[1].v = load_part(r.c0[row] + unit, valid);
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
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
