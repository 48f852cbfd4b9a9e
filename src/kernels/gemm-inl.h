// Why: the product of whole sequences: C = A B (+ bias) (+ C) with B packed, blocked for the caches.
// Once per instruction set.
#if defined(RNN_KERNELS_GEMM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_GEMM_INL_H_
#undef RNN_KERNELS_GEMM_INL_H_
#else
#define RNN_KERNELS_GEMM_INL_H_
#endif

#include <algorithm>
#include <cassert>

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// A block of kDepth x 64 columns (128 KiB; 64 KiB with 8 lanes) and kHeight rows of A (192 KiB) stay in the second-level
// cache: the first is read from there for each tile, so that C, which is further away, passes through as rarely as possible.
constexpr int kDepth = 512, kHeight = 96;

// Tile of `rows` rows, starting at `row`, for one panel block; the last panel of a plain C may end inside a vector.
inline void gemm_tile(const GemmArgs<float>& g, int row, int rows, int first, int vectors, int k0, int depth,
                      const float* b) {
  const float* a[kMaxRows];
  for (int r = 0; r < rows; ++r) a[r] = g.a.address(row + r);
  const int column = first * kLanes;
  tile_into({a, k0}, rows, vectors, depth, b, g.bias ? g.bias + column : nullptr, g.accumulate || k0 > 0,
            {g.c.address(row) + column, rows, g.c.cols - column, g.c.stride});
}

// Row m, panels [p_begin, p_end): many panels at a time.
inline void gemm_row(const GemmArgs<float>& g, int m, int p_begin, int p_end) {
  const int total = g.n.vectors(kLanes), wide = panel_vectors(g.n.gates), depth = g.a.cols;
  const bool ahead = ask_ahead(static_cast<size_t>(p_end - p_begin) * wide * kLanes * depth);
  for (int p = p_begin; p < p_end;) {
    const int first = p * wide, column = first * kLanes;
    const int whole = std::min(p_end - p, (std::min(total * kLanes, g.c.cols) - column) / (wide * kLanes));
    if (whole == 0) {
      gemm_tile(g, m, 1, first, std::min(wide, total - first), 0, depth, g.b + static_cast<size_t>(column) * depth);
      ++p;
      continue;
    }
    const int panels = std::min(whole, max_row_panels(wide));
    float* c = g.c.address(m) + column;
    const float* init = g.accumulate ? c : g.bias ? g.bias + column : nullptr;
    row_tile_for(panels, wide, ahead)(g.a.address(m), depth, g.b + static_cast<size_t>(column) * depth, init, c);
    p += panels;
  }
}

// Rows [m_begin, m_end), panels [p_begin, p_end).
inline void gemm_part(const GemmArgs<float>& g, int m_begin, int m_end, int p_begin, int p_end) {
  if (m_end - m_begin == 1) return gemm_row(g, m_begin, p_begin, p_end);
  const int total = g.n.vectors(kLanes), wide = panel_vectors(g.n.gates);
  for (int k0 = 0; k0 < g.a.cols || k0 == 0;) {
    const int depth = piece_of(g.a.cols - k0, kDepth);
    for (int m0 = m_begin; m0 < m_end; m0 += kHeight) {
      const int height = std::min(kHeight, m_end - m0);
      for (int p = p_begin; p < p_end; ++p) {
        const int first = p * wide, vectors = std::min(wide, total - first);
        const float* b = g.b + static_cast<size_t>(first) * kLanes * g.a.cols + static_cast<size_t>(k0) * vectors * kLanes;
        const RowTiles tiles(height, vectors);
        for (int i = 0; i < tiles.count; ++i) {
          gemm_tile(g, m0 + tiles.begin(i), tiles.begin(i + 1) - tiles.begin(i), first, vectors, k0, depth, b);
        }
      }
    }
    k0 += depth;
    if (depth == 0) break;
  }
}

inline void gemm(Pool& pool, const GemmArgs<float>& g) {
  assert(!(g.bias && g.accumulate));
  const FlushDenormals flush;
  const int wide = panel_vectors(g.n.gates), panels = (g.n.vectors(kLanes) + wide - 1) / wide, m = g.a.rows;
  if (m == 0 || panels == 0) return;
  const double work = static_cast<double>(m) * panels * wide * kLanes * g.a.cols;
  if (work < 30000 || pool.size() == 1) return gemm_part(g, 0, m, 0, panels);
  // Cut the longer side; each thread then reads all of the shorter one.
  if (panels >= 2 * pool.size() && static_cast<int64_t>(panels) * wide * kLanes >= m) {
    pool.parallel_for(panels, 1,
                      [&](int64_t b, int64_t e) { gemm_part(g, 0, m, static_cast<int>(b), static_cast<int>(e)); });
  } else if (m >= 2 * max_rows(wide)) {
    pool.parallel_for(m, max_rows(wide),
                      [&](int64_t b, int64_t e) { gemm_part(g, static_cast<int>(b), static_cast<int>(e), 0, panels); });
  } else {
    pool.parallel_for(panels, 1,
                      [&](int64_t b, int64_t e) { gemm_part(g, 0, m, static_cast<int>(b), static_cast<int>(e)); });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
