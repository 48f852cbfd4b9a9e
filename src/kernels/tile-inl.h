// Why: the innermost loop of everything: a register tile of a few rows by a few vectors of columns.
// Once per instruction set.
#if defined(RNN_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_TILE_INL_H_
#undef RNN_KERNELS_TILE_INL_H_
#else
#define RNN_KERNELS_TILE_INL_H_
#endif

#include <algorithm>
#include "hwy/cache_control.h"

#include "base/view.h"
#include "kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// The loops over a tile must unroll completely, or its accumulators leave the registers; g++ needs to be told.
#define RNN_UNROLL _Pragma("GCC unroll 32")

constexpr int kPanelVectors = 4;  // columns of a panel, in vectors; 3 where gates come in threes
// Rows of a tile: 24 accumulators with 32 vector registers, 12 with 16.
constexpr int max_rows(int vectors) {
  return HWY_TARGET == HWY_AVX3 ? (vectors == 4 ? 6 : 8) : (vectors == 4 ? 3 : vectors == 3 ? 4 : 6);
}
constexpr int kMaxRows = 8;

// The left side of a tile: element k of row r is rows[r][from + k * step].
struct TileRows {
  const float* const* rows;
  ptrdiff_t from = 0, step = 1;
};

// out[r, :] = init[r, :] + sum over k of a(r, k) * b[k, :], R rows, V vectors; b is [depth, V * L]; init null: zeros. init
// and out may be the same. Each element: one accumulator, k in ascending order.
template <int R, int V>
HWY_NOINLINE void tile(const TileRows& a, size_t depth, const float* HWY_RESTRICT b, const float* init,
                       ptrdiff_t init_stride, float* out, ptrdiff_t out_stride) {
  Vec sum[R][V];
  if (init) {
    RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] =
        load(init + r * init_stride + j * kLanes);
  } else {
    RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] = zero();
  }
  const float* row[R];
  RNN_UNROLL for (int r = 0; r < R; ++r) row[r] = a.rows[r] + a.from;
  const ptrdiff_t step = a.step;
  ptrdiff_t at = 0;
  for (size_t k = 0; k < depth; ++k, at += step) {
    Vec column[V];
    RNN_UNROLL for (int j = 0; j < V; ++j) column[j] = load(b + (k * V + j) * kLanes);
    RNN_UNROLL for (int r = 0; r < R; ++r) {
      const Vec x = set(row[r][at]);
      RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] = hn::MulAdd(x, column[j], sum[r][j]);
    }
  }
  RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j)
      store(sum[r][j], out + r * out_stride + j * kLanes);
}

using TileFunction = void (*)(const TileRows&, size_t, const float*, const float*, ptrdiff_t, float*, ptrdiff_t);

// Tile for `rows` x `vectors`, 1 <= rows <= max_rows(vectors), 1 <= vectors <= kPanelVectors.
HWY_INLINE TileFunction tile_for(int rows, int vectors) {
#define RNN_ROW(R) \
  { &tile<R, 1>, &tile<R, 2>, &tile<R, 3>, &tile<(R) <= max_rows(4) ? (R) : 1, 4> }
  static constexpr TileFunction kTiles[kMaxRows][kPanelVectors] = {RNN_ROW(1), RNN_ROW(2), RNN_ROW(3), RNN_ROW(4),
                                                                   RNN_ROW(5), RNN_ROW(6), RNN_ROW(7), RNN_ROW(8)};
#undef RNN_ROW
  return kTiles[rows - 1][vectors - 1];
}

// c = a b + bias, or c += a b, for a tile whose last vector may be partial: c has c.cols valid columns of `vectors` vectors,
// bias (null: zeros) has all of them.
inline void tile_into(const TileRows& a, int rows, int vectors, size_t depth, const float* b, const float* bias, bool add,
                      View<float> c) {
  const TileFunction run = tile_for(rows, vectors);
  const int width = vectors * kLanes;
  if (c.cols >= width) return run(a, depth, b, add ? c.address() : bias, add ? c.stride : 0, c.address(), c.stride);
  HWY_ALIGN float block[kMaxRows * kPanelVectors * kLanes] = {};
  for (int r = 0; r < rows && add; ++r) std::memcpy(block + r * width, c.address(r), c.cols * sizeof(float));
  run(a, depth, b, add ? block : bias, add ? width : 0, block, width);
  for (int r = 0; r < rows; ++r) std::memcpy(c.address(r), block + r * width, c.cols * sizeof(float));
}

// How many of the `left` values of k are processed at a time: `size`, or all the rest where it is not much more.
constexpr int piece_of(int left, int size) { return left <= size * 3 / 2 ? left : size; }

// One row times P whole panels at once, the same sums as tile<1, V> one panel after the other: only with many accumulators
// does a single row keep the multipliers busy. init, out [P * V * L]; init null: zeros. kAhead: prefetches weights before
// they are needed.
template <int P, int V, bool kAhead>
HWY_NOINLINE void row_tile(const float* HWY_RESTRICT a, size_t depth, const float* HWY_RESTRICT b, const float* init,
                           float* out) {
  constexpr ptrdiff_t kDistance = 16 * kLanes;
  Vec sum[P][V];
  RNN_UNROLL for (int p = 0; p < P; ++p) RNN_UNROLL for (int j = 0; j < V; ++j) sum[p][j] =
      init ? load(init + (p * V + j) * kLanes) : zero();
  const float* panel[P];
  RNN_UNROLL for (int p = 0; p < P; ++p) panel[p] = b + p * depth * V * kLanes;
  for (size_t k = 0; k < depth; ++k) {
    const Vec x = set(a[k]);
    RNN_UNROLL for (int p = 0; p < P; ++p) RNN_UNROLL for (int j = 0; j < V; ++j) {
      const float* at = panel[p] + (k * V + j) * kLanes;
      if (kAhead) hwy::Prefetch(at + kDistance);
      sum[p][j] = hn::MulAdd(x, load(at), sum[p][j]);
    }
  }
  RNN_UNROLL for (int p = 0; p < P; ++p) RNN_UNROLL for (int j = 0; j < V; ++j) store(sum[p][j], out + (p * V + j) * kLanes);
}

using RowTileFunction = void (*)(const float*, size_t, const float*, const float*, float*);

// Vectors of a row tile: half of the registers hold sums, more where there are 16.
constexpr int kRowVectors = HWY_TARGET == HWY_AVX3 ? 16 : 12;
constexpr int max_row_panels(int vectors) { return kRowVectors / vectors; }

// Whether a pass over so many weights should prefetch. From the second-level cache a row tile reads twice as fast with it on
// Zen 5 (no difference on Zen 4); from the first level it gains nothing, and further away the processor's own prefetcher is
// better (by a quarter on Zen 4).
inline bool ask_ahead(size_t weights) { return weights > 8192 && weights <= 131072; }

// Row tile for `panels` panels of `vectors` vectors: 1 <= panels <= max_row_panels(vectors), more than 1 for whole panels
// only.
HWY_INLINE RowTileFunction row_tile_for(int panels, int vectors, bool ahead) {
#define RNN_ROW(P, V) \
  { &row_tile<P, V, false>, &row_tile<P, V, true> }
  static constexpr RowTileFunction kNarrow[][2] = {RNN_ROW(1, 1), RNN_ROW(1, 2)};
  static constexpr RowTileFunction kThree[][2] = {RNN_ROW(1, 3), RNN_ROW(2, 3), RNN_ROW(3, 3), RNN_ROW(4, 3),
                                                  RNN_ROW(max_row_panels(3), 3)};
  static constexpr RowTileFunction kFour[][2] = {RNN_ROW(1, 4), RNN_ROW(2, 4), RNN_ROW(3, 4), RNN_ROW(max_row_panels(4), 4)};
#undef RNN_ROW
  return (vectors == 4 ? kFour[panels - 1] : vectors == 3 ? kThree[panels - 1] : kNarrow[vectors - 1])[ahead];
}

// Cuts n rows into the fewest tiles of nearly equal height: tile i is rows [begin(i), begin(i + 1)).
struct RowTiles {
  int n, count;
  RowTiles(int rows, int vectors) : n(rows), count((rows + max_rows(vectors) - 1) / max_rows(vectors)) {}
  int begin(int i) const { return static_cast<int>(static_cast<int64_t>(n) * i / count); }
};

constexpr int panel_vectors(int gates) { return gates == 3 ? 3 : kPanelVectors; }

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
