// Why: what forward and backward through time have in common: which worker owns which rows and units, where the previous
// states are, the product of one stage. Included once per instruction set.
#if defined(RNN_KERNELS_RECURRENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_INL_H_
#undef RNN_KERNELS_RECURRENT_INL_H_
#else
#define RNN_KERNELS_RECURRENT_INL_H_
#endif

#include <algorithm>
#include <chrono>

#include "kernels/kernels.h"
#include "kernels/scratch.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

#define RNN_CELL HWY_INLINE
#include "cells/all.h"
#undef RNN_CELL

using Args = RecurrentArgs<float>;

// What one worker does of every step. Rows split: it owns the packed rows w, w + W, ..., so ragged batches stay balanced and
// no step needs a barrier. Units split: it owns some unit blocks of every row, reads only a part of the weights, and waits
// for the others after each stage.
struct Share {
  int worker = 0, workers = 1;
  int row0 = 0, stride = 1;    // packed rows row0, row0 + stride, ...
  int first = 0, last = 0;     // unit blocks
  Barrier* barrier = nullptr;  // where units are split and there is more than one step or stage

  int count(int active) const { return active > row0 ? (active - row0 + stride - 1) / stride : 0; }
  int row(int i) const { return row0 + i * stride; }
  void wait() const {
    if (barrier) barrier->wait(worker);
  }
  static Share rows(int worker, int workers, int blocks) { return {worker, workers, worker, workers, 0, blocks, nullptr}; }
  // `align`: number of unit blocks in one panel.
  static Share units(int worker, int workers, int blocks, int align, Barrier* barrier) {
    const auto cut = [&](int w) { return std::min(blocks, (blocks + align - 1) / align * w / workers * align); };
    return {worker, workers, 0, 1, cut(worker), cut(worker + 1), barrier};
  }
};

// Adds the lifetime of this object to the given seconds.
class Stopwatch {
  using Clock = std::chrono::steady_clock;

 public:
  Stopwatch(const Args& r, const Share& share) : seconds_(share.worker == 0 ? r.input_seconds : nullptr) {
    if (seconds_) begin_ = Clock::now();
  }
  ~Stopwatch() {
    if (seconds_) *seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double* seconds_;
  Clock::time_point begin_{};
};

// Sizes of one call, and the worker's part of the scratch.
struct Plan {
  int blocks, padded, gate_width;
  const float** h_old;  // old states of the worker's rows
  const float** c_old;
  const float** operand;
  const float* zeros;  // as long as any operand; backward, and forward with resets to zero

  Plan(const Args& r, int gates, int threads, int worker)
      : blocks((r.hidden + kLanes - 1) / kLanes), padded(blocks * kLanes), gate_width(padded * gates), zeros(r.scratch) {
    const RecurrentScratch layout(r.streams, r.hidden, r.output, gates, threads, kLanes);
    const auto list = [&](int i) { return reinterpret_cast<const float**>(r.scratch + layout.pointers(worker, i)); };
    h_old = list(0), c_old = list(1), operand = list(2);
  }
};

// Whether a step has recurrent products.
template <class Cell>
constexpr bool has_matrix() {
  static_assert(Cell::info.recurrence == Recurrence::matrix || (Cell::stages == 1 && Cell::apart < 0 && Cell::carries_h));
  return Cell::info.recurrence == Recurrence::matrix;
}

// Number of unit blocks in one panel of some stage, which therefore belong to one worker.
template <class Cell>
constexpr int unit_align() {
  int align = 1;
  for (int s = 0; s < Cell::stages; ++s) align = std::max(align, panel_vectors(Cell::gate_count(s)) / Cell::gate_count(s));
  return align;
}

enum class Split { none, rows, units };

// How a pass is divided among threads; measured on two cores (docs/kernels.md). With few rows a core waits for weights, and
// split units let each core read only a part of them; many rows need no barrier. `pieces`: into how many parts the units can
// be cut.
inline Split split_of(const Args& r, bool matrix, int gates, int threads, int pieces) {
  const int depth = matrix ? r.output : std::max({r.x.cols, r.dx.cols, 16});  // of the product, or the cost of the lanes
  const double weights = static_cast<double>(r.hidden) * depth * gates, rows = r.start[r.steps] - r.start[0];
  if (threads == 1 || weights * rows < 30000) return Split::none;
  const double active = rows / r.steps;
  const bool units = !r.projection && !r.norm && r.streams <= kMaxSharedRows && pieces >= threads;
  if (r.streams == 1) return units && weights >= (r.steps == 1 ? 30000 : 10000) ? Split::units : Split::none;
  if (units && (active < 2 * threads || weights >= 3e6)) return Split::units;
  return Split::rows;
}

// The step whose state step t starts from, or -1: `active` of its rows continue.
struct Before {
  int step, active;
  Before(const Args& r, int t) : step(r.reverse ? t + 1 : t - 1), active(0) {
    if (step < 0 || step >= r.steps) {
      step = -1;
    } else {
      active = std::min(r.rows_of(step), r.rows_of(t));
    }
  }
};

// Points h_old and c_old of the worker's rows at the states that step t starts from, and `operand` at h times the mask, if any.
HWY_INLINE void find_old_states(const Args& r, const Share& share, int t, int states, const Plan& plan) {
  const Before before(r, t);
  const int n = share.count(r.rows_of(t));
  for (int i = 0; i < n; ++i) {
    const int row = share.row(i);
    if (r.reset && r.reset[r.start[t] + row]) {
      plan.h_old[i] = r.h_reset ? r.h_reset : plan.zeros;
      plan.c_old[i] = r.c_reset ? r.c_reset : plan.zeros;
      if (r.h_mask) plan.operand[i] = plan.zeros;
    } else if (row < before.active) {
      const int64_t from = r.start[before.step] + row;
      plan.h_old[i] = r.h + from * r.h_stride;
      if (states > 1) plan.c_old[i] = r.c + from * plan.padded;
      if (r.h_mask) plan.operand[i] = r.masked + from * r.output;
    } else {
      plan.h_old[i] = r.h0[row];
      if (states > 1) plan.c_old[i] = r.c0[row];
      if (r.h_mask) plan.operand[i] = r.h0_masked[row];
    }
  }
}

// Calls f(t, at, rows) for every run of the steps [first, last) in which the worker's packed rows at, at + stride, ... are
// evenly spaced; t is its first step.
template <class F>
HWY_INLINE void for_runs(const Args& r, const Share& share, int first, int last, F&& f) {
  for (int t = first; t < last;) {
    const int begin = t;
    int rows = share.count(r.rows_of(t));
    while (++t < last && share.count(r.rows_of(t - 1)) * share.stride == r.rows_of(t - 1)) rows += share.count(r.rows_of(t));
    if (rows > 0) f(begin, r.start[begin] + share.row0, rows);
  }
}

// `value` as the products see it: times the mask of packed row `row`, columns from `unit` on.
HWY_INLINE Vec masked(const Args& r, int row, int unit, Vec value) {
  return r.h_mask ? hn::Mul(value, load_part(r.h_mask + static_cast<int64_t>(row) * r.output + unit, r.output - unit))
                  : value;
}

// A packed right-hand side, and which of its vectors are wanted: whole panels of `wide`; the last one of `total` may be
// narrower.
struct PackedPart {
  const float* weights;
  int depth, total, wide, first, last;
};

// Initial values of the sums: row i begins at base + i * stride; base null: zeros.
struct Init {
  const float* base = nullptr;
  ptrdiff_t stride = 0;
};

constexpr int kGroupRows = 48;  // rows whose products stay in the first-level cache until the lanes read them
constexpr int kChunk = 128;     // of the depth: a piece of a panel that is read once for all tiles of a group

// One row times the wanted vectors; see product_tiles.
template <class Use>
HWY_INLINE void product_row(const float* operand, const PackedPart& b, Init init, Use&& use) {
  HWY_ALIGN float product[kRowVectors * kLanes];
  const bool ahead = ask_ahead(static_cast<size_t>(b.last - b.first) * kLanes * b.depth);
  for (int v = b.first; v < b.last;) {
    const int panels = std::clamp((b.last - v) / b.wide, 1, max_row_panels(b.wide));
    const int wide = std::min(b.wide, b.last - v);
    row_tile_for(panels, wide, ahead)(operand, b.depth, b.weights + static_cast<size_t>(v) * kLanes * b.depth,
                                      init.base ? init.base + v * kLanes : nullptr, product);
    use(0, 1, v, panels * wide, product);
    v += panels * wide;
  }
}

// Calls use(i0, rows, first, vectors, product) for every group of rows and panel of operand[0..n) times the packed weights;
// product is [rows, vectors * L].
template <class Use>
HWY_INLINE void product_tiles(const float* const* operand, int n, const PackedPart& b, Init init, Use&& use) {
  if (n == 1) return product_row(operand[0], b, init, use);
  HWY_ALIGN float product[kGroupRows * kPanelVectors * kLanes];
  const int groups = (n + kGroupRows - 1) / kGroupRows;
  for (int first = b.first; first < b.last; first += b.wide) {
    const int vectors = std::min(b.wide, b.last - first);
    const ptrdiff_t width = vectors * kLanes;
    const float* panel = b.weights + static_cast<size_t>(first) * kLanes * b.depth;
    for (int g = 0; g < groups; ++g) {
      const int i0 = n * g / groups, rows = n * (g + 1) / groups - i0;
      const RowTiles tiles(rows, vectors);
      const float* from = init.base ? init.base + i0 * init.stride + first * kLanes : nullptr;
      ptrdiff_t from_stride = init.stride;
      for (int k = 0; k < b.depth;) {
        const int depth = tiles.count == 1 ? b.depth : piece_of(b.depth - k, kChunk);
        for (int i = 0; i < tiles.count; ++i) {
          const int row = tiles.begin(i);
          tile_for(tiles.begin(i + 1) - row, vectors)({operand + i0 + row, k}, depth, panel + k * width,
                                                      from ? from + row * from_stride : nullptr, from_stride,
                                                      product + row * width, width);
        }
        from = product, from_stride = width;
        k += depth;
      }
      use(i0, rows, first, vectors, product);
    }
  }
}

// Runs f<Cell>(args...) for the cell of `kind`: the only place that lists the cells.
template <template <class> class F, class... Cells, class... A>
HWY_INLINE void for_cell(CellTypes<Cells...>, CellKind kind, A&&... args) {
  int index = 0;
  const bool found = ((index++ == static_cast<int>(kind) ? (F<Cells>::run(args...), true) : false) || ...);
  (void)found;
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
