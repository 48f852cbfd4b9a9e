// Why: backpropagation through time of one direction of one layer, with the cell's adjoint at the end of its product: the
// mirror image of recurrent_forward-inl.h. Once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#undef RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#else
#define RNN_KERNELS_RECURRENT_BACKWARD_INL_H_
#endif

#include "kernels/gemm-inl.h"
#include "kernels/recurrent-inl.h"
#include "kernels/recurrent_norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

template <class Cell>
struct Backward {
  static constexpr bool kMatrix = has_matrix<Cell>();
  static constexpr int kLast = Cell::stages - 1;
  static constexpr bool kSplit = Cell::apart >= 0 || Cell::stages > 1;  // the recurrent gradient has buffers of its own

  // Gradients that pass from a step to the previous one outside the product: [streams, padded] each.
  struct Carry {
    float* state[2];
    int64_t padded;
    Carry(const Args& r, int threads) {
      const RecurrentScratch layout(r.streams, r.hidden, r.output, Cell::gates, threads, kLanes);
      for (int k = 0; k < 2; ++k) state[k] = r.scratch + layout.carried(threads, k);
      padded = static_cast<int64_t>(layout.padded);
    }
    float* at(int k, int row, int unit) const { return state[k] + row * padded + unit; }
    // The worker's units of a row.
    void clear(const Share& share, int row) const {
      for (int k = 0; k < Cell::states; ++k)
        std::fill_n(at(k, row, share.first * kLanes), (share.last - share.first) * kLanes, 0.0f);
    }
    // A row that does not continue in this pass: the gradient of the final state, or nothing.
    void start(const Args& r, const Share& share, int t, int row) const {
      clear(share, row);
      const int unit = share.first * kLanes, n = std::min(share.last * kLanes, r.hidden) - unit;
      if (Cell::states > 1 && r.dc_last && n > 0 && ends(r, t, row)) std::copy_n(r.dc_last[row] + unit, n, at(1, row, unit));
    }
  };

  // What step t passes to the previous step: the gradient w.r.t. the recurrent pre-activations of stage 0.
  static HWY_INLINE const float* handed(const Args& r, const Plan& plan, int64_t row) {
    constexpr int count = Cell::gate_count(0);
    if (r.norm) return r.norm->drecurrent[0] + row * plan.blocks * count * kLanes;
    if constexpr (kSplit) return r.recurrent[0] + row * plan.blocks * count * kLanes;
    return r.gates + row * plan.gate_width;
  }

  // Depth of a product whose operand is the gradient of `count` gates: one gate is in plain order, without padding
  // (PackForm).
  static int depth_of(const Args& r, const Plan& plan, int count) {
    return count > 1 ? plan.blocks * count * kLanes : r.hidden;
  }

  // Whether packed row `row` continues after step t; `next` is that step.
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

  // Whether a gradient passes from h to the old h outside the product.
  static HWY_INLINE bool carries_h(const Args& r) { return Cell::carries_h || r.keep_old[0]; }

  // Whether h was computed from a normalised state (Forward::show).
  static HWY_INLINE bool shows_later(const Args& r) { return Cell::shown >= 0 && r.norm; }

  // Gradient d w.r.t. the new state k, without the share that goes to the old one, which is stored in *kept.
  static HWY_INLINE Vec less_kept(const Args& r, int k, int64_t at, int unit, Vec d, Vec* kept) {
    if (!r.keep_old[k]) return d;
    *kept = hn::Mul(load(r.keep_old[k] + at * r.keep_old_stride + unit), d);
    return hn::Sub(d, *kept);
  }

  // One unit block of one row: incoming is dL/dh (last stage, without the direct parts) or dL/d(side), L lanes; by_state is
  // the gradient through the normalised state.
  template <int stage>
  static HWY_INLINE void lanes(const Args& r, const Plan& plan, const Carry& carry, int i, int64_t at, int row, int block,
                               Vec incoming, Vec by_state = zero()) {
    const int unit = block * kLanes, valid = r.hidden - unit;
    float* gates = r.gates + at * plan.gate_width + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
    Lane a[Cell::gates], q[Cell::sides + 1], s[Cell::states], s1[Cell::states], d[Cell::states], ds[Cell::states];
    Lane p[Cell::unit_weights + 1];
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) a[g].v = load(gates + g * kLanes);
    if constexpr (Cell::sides > 0) q[0].v = load(r.side + at * plan.padded + unit);
    if constexpr (Cell::carries_h) s[Cell::h].v = load_part(plan.h_old[i] + unit, valid);
    if constexpr (!Cell::carries_h && Cell::states == 1) {
      s1[Cell::h].v =
          r.keep_old[0] ? load(r.computed[0] + at * plan.padded + unit) : load_part(r.h + at * r.h_stride + unit, valid);
    }
    if constexpr (Cell::states > 1) {
      s[1].v = load_part(plan.c_old[i] + unit, valid);
      s1[1].v = load((r.keep_old[1] ? r.computed[1] : r.c) + at * plan.padded + unit);
    }
    for (int k = 0; k < Cell::unit_weights; ++k) {
      p[k].v = r.unit_weights ? load(r.unit_weights + (block * Cell::unit_weights + k) * kLanes) : zero();
    }
    float* carry_h = carry.at(0, row, unit);
    d[0].v = incoming;
    Vec kept[Cell::states];  // the zoneout share, which goes to the old state
    for (Vec& v : kept) v = zero();
    if constexpr (stage == kLast) {
      if (carries_h(r)) d[0].v = hn::Add(d[0].v, load(carry_h));
      if constexpr (Cell::states > 1) d[1].v = load(carry.at(1, row, unit));
      for (int k = 0; k < Cell::states; ++k) d[k].v = less_kept(r, k, at, unit, d[k].v, &kept[k]);
      if (shows_later(r)) d[Cell::states - 1].v = hn::Add(d[Cell::states - 1].v, by_state);
    } else {
      ds[Cell::h].v = load(carry_h);
    }
    Cell::template backward<stage>(r.settings(), a, q, s, s1, d, ds, p);
    RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) store(a[g].v, gates + g * kLanes);
    if constexpr (kSplit) {
      constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
      float* out = r.recurrent[stage] + (at * plan.blocks + block) * count * kLanes;
      for (int g = 0; g < count; ++g) store(first + g == Cell::apart ? q[0].v : a[first + g].v, out + g * kLanes);
    }
    if constexpr (stage == kLast) {
      if (r.keep_old[0]) ds[0].v = Cell::carries_h ? hn::Add(ds[0].v, kept[0]) : kept[0];
      if constexpr (Cell::states > 1) {
        if (r.keep_old[1]) ds[1].v = hn::Add(ds[1].v, kept[1]);
      }
    }
    if (carries_h(r)) store(ds[Cell::h].v, carry_h);
    if constexpr (Cell::states > 1) store(ds[1].v, carry.at(1, row, unit));
  }

  // Without a product: the lanes of step t.
  static void run_lanes(const Args& r, const Share& share, const Plan& plan, const Carry& carry, int t, int n) {
    for (int i = 0; i < n; ++i) {
      const int row = share.row(i);
      const int64_t at = r.start[t] + row;
      const float* dh = r.dh + at * r.dh_stride;
      const float* dh_last = r.dh_last && ends(r, t, row) ? r.dh_last[row] : nullptr;
      for (int block = share.first; block < share.last; ++block) {
        const int unit = block * kLanes, valid = r.hidden - unit;
        Vec incoming = load_part(dh + unit, valid);
        if (dh_last) incoming = hn::Add(incoming, load_part(dh_last + unit, valid));
        lanes<kLast>(r, plan, carry, i, at, row, block, incoming);
      }
    }
  }

  // The product of `operand` with the packed weights whose columns are the units, then the lanes of `stage`.
  template <int stage>
  static void run_stage(const Args& r, const Share& share, const Plan& plan, const Carry& carry, int t, int n, int depth,
                        const float* weights, bool add_dh) {
    product_tiles(plan.operand, n, {weights, depth, plan.blocks, kPanelVectors, share.first, share.last}, {},
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int row = share.row(i0 + i);
                      const int64_t at = r.start[t] + row;
                      const float* dh = r.dh + at * r.dh_stride;
                      const float* dh_last = add_dh && r.dh_last && ends(r, t, row) ? r.dh_last[row] : nullptr;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes, valid = r.hidden - unit;
                        Vec incoming = load(product + (i * vectors + v) * kLanes);
                        if (add_dh || stage < kLast) incoming = masked(r, row, unit, incoming);  // of the product's operand
                        if (add_dh) incoming = hn::Add(incoming, load_part(dh + unit, valid));
                        if (dh_last) incoming = hn::Add(incoming, load_part(dh_last + unit, valid));
                        if (stage == kLast && shows_later(r)) {
                          store(incoming, r.norm->incoming + static_cast<int64_t>(row) * plan.padded + unit);
                        } else {
                          lanes<stage>(r, plan, carry, i0 + i, at, row, first + v, incoming);
                        }
                      }
                    }
                  });
    for (int i = 0; i < n && r.norm; ++i) normed_row<stage>(r, plan, carry, i, r.start[t] + share.row(i), share.row(i));
    if constexpr (stage > 0) {
      share.wait();
      const int64_t width = static_cast<int64_t>(plan.blocks) * Cell::gate_count(stage) * kLanes;
      const float* by_product = r.norm ? r.norm->drecurrent[stage] : r.recurrent[stage];
      for (int i = 0; i < n; ++i) plan.operand[i] = by_product + (r.start[t] + share.row(i)) * width;
      run_stage<stage - 1>(r, share, plan, carry, t, n, depth_of(r, plan, Cell::gate_count(stage)), r.weights[stage], false);
    }
  }

  // The statistics of one row: from h to all units of the state, and from the lanes' gradients to all units of the product.
  template <int stage>
  static void normed_row(const Args& r, const Plan& plan, const Carry& carry, int i, int64_t at, int row) {
    const NormArgs<float>& norm = *r.norm;
    const float* scales = norm.scales + at * kNormScales;
    if constexpr (stage == kLast && Cell::shown >= 0) {
      const int64_t here = at * plan.padded;
      const float* incoming = norm.incoming + static_cast<int64_t>(row) * plan.padded;
      float* dstate = norm.dstate + here;
      for (int block = 0; block < plan.blocks; ++block) {
        const int unit = block * kLanes;
        float* gates = r.gates + at * plan.gate_width + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
        Vec dh = load(incoming + unit), kept = zero();
        if (carries_h(r)) dh = hn::Add(dh, load(carry.at(0, row, unit)));
        Lane a[Cell::gates];
        for (int g = 0; g < Cell::gates; ++g) a[g].v = load(gates + g * kLanes);
        const Lane view(normed_state(r, norm.state + here + unit, unit));
        store(Cell::dshow(a, view, Lane(less_kept(r, 0, at, unit, dh, &kept))).v, dstate + unit);
        for (int g = 0; g < Cell::gates; ++g) store(a[g].v, gates + g * kLanes);
      }
      using Units = NormGroup<1, 0, 1>;
      const NormGradient<Units> by_state(r.hidden, dstate, norm.state_gain, norm.state + here, scales[2 * kNormGroups]);
      Units::each(r.hidden, [&](int, ptrdiff_t unit, auto mask) {
        const int block = static_cast<int>(unit) / kLanes;
        lanes<stage>(r, plan, carry, i, at, row, block, load(incoming + unit), by_state.at(unit, mask));
      });
    }
    const int64_t from = at * plan.padded * Cell::gate_count(stage);
    const float* dy = kSplit ? r.recurrent[stage] : r.gates;
    for_groups<Cell, stage>([&](auto group, int index) {
      norm_gradient(group, r.hidden, dy + from, norm.recurrent_gain[stage], norm.recurrent[stage] + from,
                    scales[kNormGroups + index], norm.drecurrent[stage] + from);
    });
  }

  // Gradient w.r.t. W x of the worker's rows, after the walk through time.
  static void normed_input(const Args& r, const Share& share, const Plan& plan) {
    for (int t = 0; t < r.steps; ++t) {
      for (int i = 0; i < share.count(r.rows_of(t)); ++i) {
        const int64_t at = r.start[t] + share.row(i), from = at * plan.gate_width;
        for_groups<Cell>([&](auto group, int index) {
          norm_gradient(group, r.hidden, r.gates + from, r.norm->input_gain, r.norm->input + from,
                        r.norm->scales[at * kNormScales + index], r.norm->dinput + from);
        });
      }
    }
  }

  // Writes the whole gradient w.r.t. the projected h of step t to r.dprojected; its rows become the operand of the cell's
  // stage.
  static void project(const Args& r, const Share& share, const Plan& plan, int t, int n, int depth) {
    const int total = (r.output + kLanes - 1) / kLanes;
    product_tiles(plan.operand, n, {r.weights[0], depth, total, kPanelVectors, 0, total}, {},
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int row = share.row(i0 + i);
                      const int64_t at = r.start[t] + row;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes, valid = r.output - unit;
                        Vec sum = hn::Add(masked(r, row, unit, load(product + (i * vectors + v) * kLanes)),
                                          load_part(r.dh + at * r.dh_stride + unit, valid));
                        if (r.dh_last && ends(r, t, row)) sum = hn::Add(sum, load_part(r.dh_last[row] + unit, valid));
                        store_part(sum, r.dprojected + at * r.output + unit, valid);
                      }
                    }
                  });
    for (int i = 0; i < n; ++i)
      plan.operand[i] = r.dprojected + (r.start[t] + share.row(i)) * static_cast<int64_t>(r.output);
  }

  static void run_share(const Args& r, const Share& share, const Plan& plan, const Carry& carry) {
    const int depth = depth_of(r, plan, Cell::gate_count(0));
    for (int step = r.steps - 1; step >= 0; --step) {
      const int t = r.time(step), n = share.count(r.rows_of(t));
      find_old_states(r, share, t, Cell::states, plan);
      for (int i = 0; i < n; ++i) {
        const int row = share.row(i);
        int next;
        const bool on = goes_on(r, t, row, &next);
        if constexpr (kMatrix) plan.operand[i] = on ? handed(r, plan, r.start[next] + row) : plan.zeros;
        if (!on) carry.start(r, share, t, row);
      }
      if constexpr (!kMatrix) {
        run_lanes(r, share, plan, carry, t, n);
      } else if (n > 0 && r.projection) {
        project(r, share, plan, t, n, depth);
        run_stage<kLast>(r, share, plan, carry, t, n, r.output, r.projection, false);
      } else if (n > 0) {
        run_stage<kLast>(r, share, plan, carry, t, n, depth, r.weights[0], true);
      }
      if constexpr (kMatrix) share.wait();  // else units depend on themselves alone
    }
    if (r.dh0) initial_gradient(r, share, plan, carry, depth);
    if constexpr (!kMatrix) share.wait();
    if (r.norm) normed_input(r, share, plan);
    if (r.dx) input_gradient(r, share, plan);
  }

  // dx = dgates W: for the rows that this core has just computed, or for an even part where units were split.
  static void input_gradient(const Args& r, const Share& share, const Plan& plan) {
    const Stopwatch watch(r, share);
    const int panels = (r.dx.cols + kPanelVectors * kLanes - 1) / (kPanelVectors * kLanes);
    const auto some = [&](int64_t at, int rows, int stride) {
      const float* by_product = r.norm ? r.norm->dinput : r.gates;
      const View<const float> d{by_product + at * plan.gate_width, rows, depth_of(r, plan, Cell::gates),
                                stride * plan.gate_width};
      const View<float> dx{r.dx.address() + at * r.dx.stride, rows, r.dx.cols, stride * r.dx.stride};
      gemm_part({d, r.input_weights, nullptr, r.add_dx, {r.dx.cols}, dx}, 0, rows, 0, panels);
    };
    if (share.barrier) {
      const int64_t first = r.start[0], rows = r.start[r.steps] - first;
      const int64_t begin = first + rows * share.worker / share.workers,
                    end = first + rows * (share.worker + 1) / share.workers;
      some(begin, static_cast<int>(end - begin), 1);
    } else {
      for_runs(r, share, 0, r.steps, [&](int, int64_t at, int rows) { some(at, rows, share.stride); });
    }
  }

  static void initial_gradient(const Args& r, const Share& share, const Plan& plan, const Carry& carry, int depth) {
    const int n = share.count(r.rows_of(0));
    const int unit0 = share.first * kLanes, units = std::min(share.last * kLanes, r.hidden) - unit0;
    for (int i = 0; i < n; ++i) {
      const int row = share.row(i);
      int t = 0;  // the step that read the initial state
      if (r.reverse) {
        while (t + 1 < r.steps && row < r.rows_of(t + 1)) ++t;
      }
      const int64_t at = r.start[t] + row;
      const bool cut = r.reset && r.reset[at];
      if constexpr (kMatrix) plan.operand[i] = cut ? plan.zeros : handed(r, plan, at);
      if (cut) carry.clear(share, row);
      if (!kMatrix && units > 0)
        std::copy_n(carry.at(0, row, unit0), units, r.dh0 + static_cast<int64_t>(row) * r.output + unit0);
      if (Cell::states > 1 && units > 0)
        std::copy_n(carry.at(1, row, unit0), units, r.dc0 + static_cast<int64_t>(row) * r.hidden + unit0);
    }
    if constexpr (kMatrix) initial_product(r, share, plan, carry, n, depth);
  }

  // dh0 through the product of the step that read h0.
  static void initial_product(const Args& r, const Share& share, const Plan& plan, const Carry& carry, int n, int depth) {
    const int total = (r.output + kLanes - 1) / kLanes;
    const PackedPart part{r.weights[0], depth, total, kPanelVectors, share.first, r.projection ? total : share.last};
    product_tiles(plan.operand, n, part, {}, [&](int i0, int rows, int first, int vectors, const float* product) {
      for (int i = 0; i < rows; ++i) {
        const int row = share.row(i0 + i);
        for (int v = 0; v < vectors; ++v) {
          const int unit = (first + v) * kLanes;
          Vec sum = masked(r, row, unit, load(product + (i * vectors + v) * kLanes));
          if (carries_h(r)) sum = hn::Add(sum, load(carry.at(0, row, unit)));
          store_part(sum, r.dh0 + static_cast<int64_t>(row) * r.output + unit, r.output - unit);
        }
      }
    });
  }

  static void run(Pool& pool, const Args& r) {
    if (r.steps == 0 || r.start[r.steps] == 0) return;
    const int blocks = (r.hidden + kLanes - 1) / kLanes, threads = pool.size();
    std::fill_n(r.scratch, std::max(r.output + kLanes, blocks * kLanes * Cell::gates), 0.0f);
    const Carry carry(r, threads);
    const auto part = [&](int worker, const Share& share) {
      run_share(r, share, Plan(r, Cell::gates, threads, worker), carry);
    };
    const auto units = [&](int worker, Barrier& barrier) {
      part(worker, Share::units(worker, threads, blocks, kPanelVectors, &barrier));
    };
    const Split split = split_of(r, kMatrix, Cell::gates, threads, blocks / kPanelVectors);
    if (split == Split::none) return part(0, Share::rows(0, 1, blocks));
    if (split == Split::units && pool.run_together(units)) return;
    if (r.streams == 1) return part(0, Share::rows(0, 1, blocks));
    pool.run([&](int worker) { part(worker, Share::rows(worker, threads, blocks)); });
  }
};

inline void recurrent_backward(Pool& pool, const Args& r) {
  const FlushDenormals flush;
  for_cell<Backward>(AllCells(), r.cell, pool, r);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
