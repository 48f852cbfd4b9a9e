// Why: the innermost loop of everything: a register tile of a few rows by a few vectors of columns. Once per instruction set.
#if defined(RNN_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_TILE_INL_H_
#undef RNN_KERNELS_TILE_INL_H_
#else
#define RNN_KERNELS_TILE_INL_H_
#endif

#include "kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

// The loops over a tile must unroll completely, or its accumulators leave the registers; g++ needs to be told.
#define RNN_UNROLL _Pragma("GCC unroll 32")

constexpr int kPanelVectors = 4;  // columns of a panel, in vectors; 3 where gates come in threes
// Rows of a tile: 24 accumulators with 32 vector registers, 12 with 16.
constexpr int max_rows(int vectors) {
  return HWY_TARGET == HWY_AVX3 ? (vectors == 4 ? 6 : 8) : (vectors == 4 ? 3 : vectors == 3 ? 4 : 6);
}
constexpr int kMaxRows = 8;

// out[r, :] = init[r, :] + sum over k of a[r][k] * b[k, :], R rows, V vectors; b is [k, V * L]; init null: zeros. init and out may
// be the same. Each element: one accumulator, k in rising order.
template <int R, int V>
HWY_NOINLINE void tile(const float* const* HWY_RESTRICT a, size_t depth, const float* HWY_RESTRICT b, const float* init,
                       ptrdiff_t init_stride, float* out, ptrdiff_t out_stride) {
  Vec sum[R][V];
  if (init) {
    RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] =
        load(init + r * init_stride + j * kLanes);
  } else {
    RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] = zero();
  }
  const float* row[R];
  RNN_UNROLL for (int r = 0; r < R; ++r) row[r] = a[r];
  for (size_t k = 0; k < depth; ++k) {
    Vec column[V];
    RNN_UNROLL for (int j = 0; j < V; ++j) column[j] = load(b + (k * V + j) * kLanes);
    RNN_UNROLL for (int r = 0; r < R; ++r) {
      const Vec x = set(row[r][k]);
      RNN_UNROLL for (int j = 0; j < V; ++j) sum[r][j] = hn::MulAdd(x, column[j], sum[r][j]);
    }
  }
  RNN_UNROLL for (int r = 0; r < R; ++r) RNN_UNROLL for (int j = 0; j < V; ++j)
      store(sum[r][j], out + r * out_stride + j * kLanes);
}

using TileFunction = void (*)(const float* const*, size_t, const float*, const float*, ptrdiff_t, float*, ptrdiff_t);

// Tile for `rows` x `vectors`, 1 <= rows <= max_rows(vectors), 1 <= vectors <= kPanelVectors.
HWY_INLINE TileFunction tile_for(int rows, int vectors) {
#define RNN_ROW(R) \
  { &tile<R, 1>, &tile<R, 2>, &tile<R, 3>, &tile<(R) <= max_rows(4) ? (R) : 1, 4> }
  static constexpr TileFunction kTiles[kMaxRows][kPanelVectors] = {RNN_ROW(1), RNN_ROW(2), RNN_ROW(3), RNN_ROW(4),
                                                                   RNN_ROW(5), RNN_ROW(6), RNN_ROW(7), RNN_ROW(8)};
#undef RNN_ROW
  return kTiles[rows - 1][vectors - 1];
}

// Cuts n rows into the fewest tiles of nearly even height: tile i is rows [begin(i), begin(i + 1)).
struct RowTiles {
  int n, count;
  RowTiles(int rows, int vectors) : n(rows), count((rows + max_rows(vectors) - 1) / max_rows(vectors)) {}
  int begin(int i) const { return static_cast<int>(static_cast<int64_t>(n) * i / count); }
};

HWY_INLINE int panel_vectors(int gates) { return gates == 3 ? 3 : kPanelVectors; }

}  // namespace HWY_NAMESPACE
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
