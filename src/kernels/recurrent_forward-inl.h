// Why: one direction of one recurrent layer forward through time, with the cell at the end of its product.
// Once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#undef RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#else
#define RNN_KERNELS_RECURRENT_FORWARD_INL_H_
#endif

#include "kernels/gemm-inl.h"
#include "kernels/recurrent-inl.h"
#include "kernels/recurrent_norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

template <class Cell>
struct Forward {
  static constexpr bool kMatrix = has_matrix<Cell>();

  // The product of a stage starts from the input part where all gates take part in it, in order.
  static constexpr bool from_input(int stage) { return Cell::apart < 0 && Cell::gate_count(stage) == Cell::gates; }

  // One unit block of one row: product holds the sums of the stage's gates, L lanes each; gates the input parts.
  template <int stage>
  static HWY_INLINE void lanes(const Args& r, const Plan& plan, int i, int row, int64_t at, int block, const float* product,
                               float* gates) {
    constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
    const int unit = block * kLanes, valid = r.hidden - unit;
    Lane a[Cell::gates], q[Cell::sides + 1], s[Cell::states], s1[Cell::states], p[Cell::unit_weights + 1];
    if constexpr (!from_input(stage)) {
      RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) a[g].v = load(gates + g * kLanes);
    }
    RNN_UNROLL for (int g = 0; g < count; ++g) {
      const Vec part = load(product + g * kLanes);
      if (first + g == Cell::apart) {
        q[0].v = hn::Add(part, load(r.bias + unit));
      } else {
        a[first + g].v = from_input(stage) ? part : hn::Add(a[first + g].v, part);
      }
    }
    if constexpr (Cell::carries_h) s[Cell::h].v = load_part(plan.h_old[i] + unit, valid);
    if constexpr (Cell::states > 1) s[1].v = load_part(plan.c_old[i] + unit, valid);
    for (int k = 0; k < Cell::unit_weights; ++k) {
      p[k].v = r.unit_weights ? load(r.unit_weights + (block * Cell::unit_weights + k) * kLanes) : zero();
    }
    Cell::template forward<stage>(r.settings(), a, q, s, s1, p);
    if (r.keep || stage + 1 < Cell::stages || shows_later(r)) {
      RNN_UNROLL for (int g = 0; g < Cell::gates; ++g) store(a[g].v, gates + g * kLanes);
    }
    if constexpr (Cell::sides > 0 && stage == 0) {
      if (Cell::stages > 1) q[0].v = masked(r, row, unit, q[0].v);  // the operand of the next stage
      if (r.keep || Cell::stages > 1) store(q[0].v, r.side + at * plan.padded + unit);
    }
    if constexpr (stage == Cell::stages - 1) {
      if (shows_later(r)) {
        store(s1[Cell::states - 1].v, r.c + at * plan.padded + unit);
      } else {
        finish(r, plan, i, row, at, unit, s1);
      }
    }
  }

  // Whether h must wait for the statistics of the state from which it is computed.
  static HWY_INLINE bool shows_later(const Args& r) { return Cell::shown >= 0 && r.norm; }

  // Stores the new states of one unit block.
  static HWY_INLINE void finish(const Args& r, const Plan& plan, int i, int row, int64_t at, int unit, Lane* s1) {
    const int valid = r.hidden - unit;
    if (r.keep_old[0] || r.keep_old[1]) keep_old(r, plan, i, at, unit, s1);
    if (r.projection) {
      store(s1[Cell::h].v, r.m + at * plan.padded + unit);
    } else {
      store_part(s1[Cell::h].v, r.h + at * r.h_stride + unit, valid);
      if (r.h_mask) store_part(masked(r, row, unit, s1[Cell::h].v), r.masked + at * r.output + unit, valid);
    }
    if constexpr (Cell::states > 1) store(s1[1].v, r.c + at * plan.padded + unit);
  }

  // The share of the old states that is kept (zoneout).
  static HWY_INLINE void keep_old(const Args& r, const Plan& plan, int i, int64_t at, int unit, Lane* s1) {
    const float* old[2] = {plan.h_old[i], plan.c_old[i]};
    for (int k = 0; k < Cell::states; ++k) {
      if (!r.keep_old[k]) continue;
      if (r.computed[k]) store(s1[k].v, r.computed[k] + at * plan.padded + unit);
      const Vec change = hn::Sub(load_part(old[k] + unit, r.hidden - unit), s1[k].v);
      s1[k].v = hn::MulAdd(load(r.keep_old[k] + at * r.keep_old_stride + unit), change, s1[k].v);
    }
  }

  // Where the gates of the worker's rows of one step are: row i at data + i * stride.
  struct StepGates {
    float* data;
    ptrdiff_t stride;
  };
  // Walks over the steps of a block up or down in time: gates that are kept are in their packed rows, others one after the
  // other in the worker's scratch.
  struct GateWalk {
    const Args& r;
    const Share& share;
    int64_t width;
    bool down;
    float* scratch;  // null: the gates are kept
    GateWalk(const Args& args, const Share& of, const Plan& plan, int share_rows, int from, int to, bool down_in_time)
        : r(args), share(of), width(plan.gate_width), down(down_in_time), scratch(nullptr) {
      if (!r.x || r.keep) return;
      scratch = r.gates + (of.stride > 1 ? int64_t{of.worker} * share_rows * width : 0);
      for (int i = from; i < to && down; ++i) scratch += share.count(r.rows_of(r.time(i))) * width;
    }
    // Of the worker's `rows` rows from step t on.
    StepGates next(int t, int rows) {
      if (!scratch) return {r.gates + (r.start[t] + share.row0) * width, share.stride * width};
      const int64_t size = rows * width;
      if (down) return {scratch -= size, width};
      scratch += size;
      return {scratch - size, width};
    }
  };

  // Step t of the worker's n rows.
  template <int stage>
  static void run_stage(const Args& r, const Share& share, const Plan& plan, int t, int n, StepGates gates) {
    constexpr int count = Cell::gate_count(stage);
    const float** operand = stage == 0 && !r.h_mask ? plan.h_old : plan.operand;
    if constexpr (stage > 0) {
      for (int i = 0; i < n; ++i) operand[i] = r.side + (r.start[t] + share.row(i)) * static_cast<int64_t>(plan.padded);
    }
    const PackedPart part{r.weights[stage],    stage == 0 ? r.output : r.hidden,
                          plan.blocks * count, panel_vectors(count),
                          share.first * count, share.last * count};
    if (r.norm) {
      run_normed<stage>(r, share, plan, t, n, gates, operand, part);
    } else {
      run_fused<stage>(r, share, plan, t, n, gates, operand, part);
    }
    if constexpr (stage + 1 < Cell::stages) {
      share.wait();
      run_stage<stage + 1>(r, share, plan, t, n, gates);
    }
  }

  // Without a product: the lanes over the input part.
  static void run_lanes(const Args& r, const Share& share, const Plan& plan, int t, int n, StepGates gates) {
    for (int i = 0; i < n; ++i) {
      const int row = share.row(i);
      for (int block = share.first; block < share.last; ++block) {
        float* of_block = gates.data + i * gates.stride + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
        lanes<0>(r, plan, i, row, r.start[t] + row, block, of_block, of_block);
      }
    }
  }

  // Product and lanes together, panel after panel.
  template <int stage>
  static HWY_INLINE void run_fused(const Args& r, const Share& share, const Plan& plan, int t, int n, StepGates gates,
                                   const float* const* operand, const PackedPart& part) {
    constexpr int count = Cell::gate_count(stage);
    const Init init = from_input(stage) ? Init{gates.data, gates.stride} : Init{};
    product_tiles(operand, n, part, init, [&](int i0, int rows, int first, int vectors, const float* product) {
      for (int i = 0; i < rows; ++i) {
        const int row = share.row(i0 + i);
        const int64_t at = r.start[t] + row;
        float* row_gates = gates.data + (i0 + i) * gates.stride;
        for (int b = 0; b < vectors / count; ++b) {
          const int block = first / count + b;
          lanes<stage>(r, plan, i0 + i, row, at, block, product + (i * vectors + b * count) * kLanes,
                       row_gates + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes);
        }
      }
    });
  }

  // Layer normalisation: the product of all units, row statistics, lanes; with a shown state then its statistics, and h.
  template <int stage>
  static void run_normed(const Args& r, const Share& share, const Plan& plan, int t, int n, StepGates gates,
                         const float* const* operand, const PackedPart& part) {
    constexpr int count = Cell::gate_count(stage);
    const int64_t width = static_cast<int64_t>(plan.padded) * count;
    const auto normed = [&](int i) { return r.norm->recurrent[stage] + r.norm_row(t, share.row(i)) * width; };
    product_tiles(operand, n, part, {}, [&](int i0, int rows, int first, int vectors, const float* product) {
      for (int i = 0; i < rows; ++i)
        std::memcpy(normed(i0 + i) + first * kLanes, product + i * vectors * kLanes, vectors * kLanes * sizeof(float));
    });
    for (int i = 0; i < n; ++i) {
      const int row = share.row(i);
      float *x = normed(i), *scales = r.norm->scales + r.norm_row(t, row) * kNormScales + kNormGroups;
      float* row_gates = gates.data + i * gates.stride;
      for_groups<Cell, stage>([&](auto group, int index) { scales[index] = normalise(group, r.hidden, x, x); });
      for (int block = 0; block < plan.blocks; ++block) {
        float* of_block = row_gates + static_cast<ptrdiff_t>(block) * Cell::gates * kLanes;
        HWY_ALIGN float product[count * kLanes];
        for (int g = 0; g < count; ++g) {
          const ptrdiff_t from = (static_cast<ptrdiff_t>(block) * count + g) * kLanes;
          const Vec sum = hn::Mul(load(x + from), load(r.norm->recurrent_gain[stage] + from));
          store(from_input(stage) ? hn::Add(load(of_block + g * kLanes), sum) : sum, product + g * kLanes);
        }
        lanes<stage>(r, plan, i, row, r.start[t] + row, block, product, of_block);
      }
      if constexpr (stage == Cell::stages - 1 && Cell::shown >= 0) show(r, plan, i, t, row, row_gates);
    }
  }

  // h of a row from its normalised state.
  static void show(const Args& r, const Plan& plan, int i, int t, int row, const float* gates) {
    const int64_t at = r.start[t] + row, kept = r.norm_row(t, row);
    const float* c = r.c + at * plan.padded;
    float* normed = r.norm->state + kept * plan.padded;
    r.norm->scales[kept * kNormScales + 2 * kNormGroups] = normalise(NormGroup<1, 0, 1>(), r.hidden, c, normed);
    for (int block = 0; block < plan.blocks; ++block) {
      const int unit = block * kLanes;
      Lane a[Cell::gates], s1[Cell::states];
      for (int g = 0; g < Cell::gates; ++g)
        a[g].v = load(gates + (static_cast<ptrdiff_t>(block) * Cell::gates + g) * kLanes);
      s1[Cell::states - 1].v = load(c + unit);
      if constexpr (Cell::shown >= 0) s1[Cell::h] = Cell::show(a, Lane(normed_state(r, normed + unit, unit)));
      finish(r, plan, i, row, at, unit, s1);
    }
  }

  // Steps [from, to) of the walk.
  static void run_steps(const Args& r, const Share& share, const Plan& plan, int from, int to, GateWalk gates) {
    for (int step = from; step < to; ++step) {
      const int t = r.time(step), n = share.count(r.rows_of(t));
      if (n > 0) {
        find_old_states(r, share, t, Cell::states, plan);
        if constexpr (kMatrix) {
          run_stage<0>(r, share, plan, t, n, gates.next(t, n));
          if (r.projection) project(r, share, plan, t, n);
        } else {
          run_lanes(r, share, plan, t, n, gates.next(t, n));
        }
      }
      if constexpr (kMatrix) share.wait();  // else units depend on themselves alone
    }
  }

  // h = W_hr m (Sak, Senior and Beaufays 2014).
  static void project(const Args& r, const Share& share, const Plan& plan, int t, int n) {
    const int total = (r.output + kLanes - 1) / kLanes;
    for (int i = 0; i < n; ++i) plan.operand[i] = r.m + (r.start[t] + share.row(i)) * static_cast<int64_t>(plan.padded);
    product_tiles(plan.operand, n, {r.projection, r.hidden, total, kPanelVectors, 0, total}, {},
                  [&](int i0, int rows, int first, int vectors, const float* product) {
                    for (int i = 0; i < rows; ++i) {
                      const int row = share.row(i0 + i);
                      const int64_t at = r.start[t] + row;
                      for (int v = 0; v < vectors; ++v) {
                        const int unit = (first + v) * kLanes, valid = r.output - unit;
                        const Vec h = load(product + (i * vectors + v) * kLanes);
                        store_part(h, r.h + at * r.h_stride + unit, valid);
                        if (r.h_mask) store_part(masked(r, row, unit, h), r.masked + at * r.output + unit, valid);
                      }
                    }
                  });
  }

  // The input part of the worker's rows and units in steps [first, last): a core projects what it will read itself. Layer
  // normalisation follows immediately.
  static void project_input(const Args& r, const Share& share, int first, int last, GateWalk gates) {
    const Stopwatch watch(r, share);
    constexpr int wide = panel_vectors(Cell::gates);
    const int first_panel = share.first * Cell::gates / wide, last_panel = (share.last * Cell::gates + wide - 1) / wide;
    const int width = static_cast<int>(gates.width);
    for_runs(r, share, first, last, [&](int t, int64_t at, int rows) {
      const StepGates to = gates.next(t, rows);
      const View<const float> x{r.x.address() + at * r.x.stride, rows, r.x.cols, share.stride * r.x.stride};
      if (r.x) {
        gemm_part({x,
                   r.input_weights,
                   r.norm ? nullptr : r.input_bias,
                   false,
                   {r.hidden, int(Cell::gates), 0},
                   {to.data, rows, width, static_cast<int>(to.stride)}},
                  0, rows, first_panel, last_panel);
      }
      for (int i = 0; i < rows && r.norm; ++i)
        normalise_input(r, to.data + i * to.stride, r.keep ? at + static_cast<int64_t>(i) * share.stride : -1);
    });
  }

  // Turns W x of one row, in place, into gain * normalised W x + b; with `keep` its packed row is `at`.
  static void normalise_input(const Args& r, float* gates, int64_t at) {
    const int vectors = (r.hidden + kLanes - 1) / kLanes * Cell::gates;
    float unused[kNormGroups];
    float* normed = at < 0 ? gates : r.norm->input + at * vectors * kLanes;
    float* scales = at < 0 ? unused : r.norm->scales + at * kNormScales;
    for_groups<Cell>([&](auto group, int index) { scales[index] = normalise(group, r.hidden, gates, normed); });
    for (int v = 0; v < vectors; ++v) {
      const Vec bias = r.input_bias ? load(r.input_bias + v * kLanes) : zero();
      store(hn::MulAdd(load(normed + v * kLanes), load(r.norm->input_gain + v * kLanes), bias), gates + v * kLanes);
    }
  }

  // All steps of a worker, block after block. With split units it waits for the others after each step.
  static void run_share(const Args& r, const Share& share, const Plan& plan, int threads) {
    const int share_rows = recurrent_gate_rows(r.streams, r.block_rows, threads) / threads;
    const int limit = share.stride > 1 ? share_rows : r.block_rows;
    for (int from = 0, to; from < r.steps; from = to) {
      to = r.x ? r.block_end(from, limit, [&](int t) { return share.count(r.rows_of(t)); }) : r.steps;
      if (r.x || r.norm) {
        const int first = r.reverse ? r.time(to - 1) : from;
        project_input(r, share, first, first + to - from, {r, share, plan, share_rows, from, to, false});
      }
      run_steps(r, share, plan, from, to, {r, share, plan, share_rows, from, to, r.reverse});
    }
  }

  static void run(Pool& pool, const Args& r) {
    if (r.steps == 0 || r.start[r.steps] == 0) return;
    if (r.reset) std::fill_n(r.scratch, std::max(r.output, r.hidden) + kLanes, 0.0f);
    const int blocks = (r.hidden + kLanes - 1) / kLanes, threads = pool.size();
    constexpr int align = unit_align<Cell>();
    const auto part = [&](int worker, const Share& share) {
      run_share(r, share, Plan(r, Cell::gates, threads, worker), threads);
    };
    const auto units = [&](int worker, Barrier* barrier) {
      part(worker, Share::units(worker, threads, blocks, align, barrier));
    };
    const Split split = split_of(r, kMatrix, Cell::gates, threads, blocks / align);
    if (split == Split::units) {
      if (!kMatrix || (r.steps == 1 && Cell::stages == 1)) return pool.run([&](int worker) { units(worker, nullptr); });
      if (pool.run_together([&](int worker, Barrier& barrier) { units(worker, &barrier); })) return;
    }
    if (split == Split::none || r.streams == 1) return part(0, Share::rows(0, 1, blocks));
    pool.run([&](int worker) { part(worker, Share::rows(worker, threads, blocks)); });
  }
};

inline void recurrent_forward(Pool& pool, const Args& r) {
  const FlushDenormals flush;
  for_cell<Forward>(AllCells(), r.cell, pool, r);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
