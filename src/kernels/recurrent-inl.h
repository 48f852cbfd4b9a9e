// Why: what forward and backward through time share: who owns which rows, where a row's past lies, the product of one stage.
// Included once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_INL_H_
#undef RNN_KERNELS_RECURRENT_INL_H_
#else
#define RNN_KERNELS_RECURRENT_INL_H_
#endif

#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

#define RNN_CELL HWY_INLINE
#include "cells/all.h"
#undef RNN_CELL

using Args = RecurrentArgs<float>;

// Worker w of W owns the packed rows w, w + W, ...: ragged batches stay balanced, and no step needs a barrier.
struct Share {
  int worker, workers;
  int count(int active) const { return active > worker ? (active - worker + workers - 1) / workers : 0; }
  int row(int i) const { return worker + i * workers; }
};

// Sizes of one call, and the share's part of the scratch: pointers to the old states of its rows, and carried gradients.
struct Plan {
  int blocks, padded, gate_width, capacity;
  const float** h_old;  // [capacity]
  const float** c_old;
  const float* zeros;  // as long as any operand

  Plan(const Args& r, int gates, const Share& share)
      : blocks((r.hidden + kLanes - 1) / kLanes),
        padded(blocks * kLanes),
        gate_width(blocks * gates * kLanes),
        capacity((r.streams + share.workers - 1) / share.workers) {
    const size_t depth = static_cast<size_t>(std::max(r.output + kLanes, gate_width));
    zeros = r.scratch;
    float* own = r.scratch + (depth + 15) / 16 * 16;
    const size_t pointers = (static_cast<size_t>(capacity) * 4 + 15) / 16 * 16;  // floats that hold 2 * capacity pointers
    own += share.worker * 2 * pointers;
    h_old = reinterpret_cast<const float**>(own);
    c_old = reinterpret_cast<const float**>(own + pointers);
  }
};

// The step whose state step t starts from, or -1: `active` rows of it go on.
struct Before {
  int step, active;
  Before(const Args& r, int t) : step(r.reverse ? t + 1 : t - 1), active(0) {
    if (step < 0 || step >= r.steps) {
      step = -1;
    } else {
      active = std::min(rows_of(r, step), rows_of(r, t));
    }
  }
  static int rows_of(const Args& r, int t) { return r.start[t + 1] - r.start[t]; }
};

// Points h_old and c_old of the share's rows at the states that step t starts from.
HWY_INLINE void find_old_states(const Args& r, const Share& share, int t, int states, const Plan& plan) {
  const Before before(r, t);
  const int n = share.count(r.start[t + 1] - r.start[t]);
  for (int i = 0; i < n; ++i) {
    const int row = share.row(i);
    if (r.reset && r.reset[r.start[t] + row]) {
      plan.h_old[i] = r.h_reset ? r.h_reset : plan.zeros;
      plan.c_old[i] = r.c_reset ? r.c_reset : plan.zeros;
    } else if (row < before.active) {
      const int64_t from = r.start[before.step] + row;
      plan.h_old[i] = r.h + from * r.h_stride;
      if (states > 1) plan.c_old[i] = r.c + from * plan.padded;
    } else {
      plan.h_old[i] = r.h0[row];
      if (states > 1) plan.c_old[i] = r.c0[row];
    }
  }
}

// Calls use(i0, rows, first, vectors, product) for every tile of operand[0..n) times the packed weights [depth, total vectors];
// product is [rows, vectors * L].
template <class Use>
HWY_INLINE void product_tiles(const float* const* operand, int n, int depth, const float* weights, int total, int wide,
                              Use&& use) {
  HWY_ALIGN float product[kMaxRows * kPanelVectors * kLanes];
  for (int first = 0; first < total; first += wide) {
    const int vectors = std::min(wide, total - first);
    const float* panel = weights + static_cast<size_t>(first) * kLanes * depth;
    const RowTiles tiles(n, vectors);
    for (int i = 0; i < tiles.count; ++i) {
      const int i0 = tiles.begin(i), rows = tiles.begin(i + 1) - i0;
      tile_for(rows, vectors)(operand + i0, depth, panel, nullptr, 0, product, vectors * kLanes);
      use(i0, rows, first, vectors, product);
    }
  }
}

// Runs f<Cell>(args...) for the cell of `kind`: the list of cells, once.
template <template <class> class F, class... Cells, class... A>
HWY_INLINE void for_cell(CellTypes<Cells...>, CellKind kind, A&&... args) {
  int index = 0;
  const bool found = ((index++ == static_cast<int>(kind) ? (F<Cells>::run(args...), true) : false) || ...);
  (void)found;
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
