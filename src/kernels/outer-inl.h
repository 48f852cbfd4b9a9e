// Why: the gradient of a weight matrix is one product over all rows of a pass, out += d^T x. Once per instruction set.
#if defined(RNN_KERNELS_OUTER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_OUTER_INL_H_
#undef RNN_KERNELS_OUTER_INL_H_
#else
#define RNN_KERNELS_OUTER_INL_H_
#endif

#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// Rows of a pass are processed kOuterDepth at a time, at most one and a half times that (kernels.h, outer_scratch). In such
// a block, x is packed once for all workers; each worker then goes through its own columns of d, up to kOuterColumns at a
// time, copied so that a vector of them is contiguous in k.
constexpr int kOuterVectors = kOuterColumns / kLanes;
static_assert(piece_of(kOuterMaxDepth, kOuterDepth) == kOuterMaxDepth &&
              piece_of(kOuterMaxDepth + 1, kOuterDepth) == kOuterDepth);

// x [depth, n] from row m0 on, vectors [first, first + vectors) -> out [depth, vectors * L], zeros after the last column.
inline void pack_right(View<const float> x, int m0, int depth, int first, int vectors, float* out) {
  const int column = first * kLanes, width = vectors * kLanes, valid = std::min(width, x.cols - column);
  for (int k = 0; k < depth; ++k, out += width) {
    const float* from = x.address(m0 + k) + column;
    for (int j = 0; j < width; j += kLanes) store(j < valid ? load_part(from + j, valid - j) : zero(), out + j);
  }
}

// Vectors [first, first + count) of d from row m0 on -> out, vector after vector [depth, L]; adds their sums over k to
// `sums`.
inline void copy_columns(View<const float> d, int m0, int depth, int first, int count, float* out, float* sums) {
  constexpr int kSide = 8;  // vectors at a time
  for (int v = 0; v < count; v += kSide) {
    const int some = std::min(kSide, count - v), column = (first + v) * kLanes;
    Vec total[kSide];
    for (int j = 0; j < some; ++j) total[j] = zero();
    for (int k = 0; k < depth; ++k) {
      const float* from = d.address(m0 + k) + column;
      float* to = out + (static_cast<ptrdiff_t>(v) * depth + k) * kLanes;
      for (int j = 0; j < some; ++j) {
        const Vec x = load_part(from + j * kLanes, d.cols - column - j * kLanes);
        total[j] = hn::Add(total[j], x);
        store(x, to + static_cast<ptrdiff_t>(j) * depth * kLanes);
      }
    }
    for (int j = 0; j < some; ++j) store(hn::Add(load(sums + (v + j) * kLanes), total[j]), sums + (v + j) * kLanes);
  }
}

// One block of k for the unit blocks [b0, b1) of d, copied to `columns`, times one packed x.
inline void outer_part(const OuterArgs<float>& o, int part, int depth, int b0, int b1, const float* columns,
                       const float* packed) {
  const View<float> out = o.parts[part].out;
  const int total = (out.cols + kLanes - 1) / kLanes, gates = o.rows.gates;
  const int unit0 = b0 * kLanes, units = std::min(b1 * kLanes, o.rows.units) - unit0;
  for (int first = 0; first < total; first += kPanelVectors) {
    const int vectors = std::min(kPanelVectors, total - first), column = first * kLanes, valid = out.cols - column;
    const float* panel = packed + static_cast<size_t>(column) * depth;
    const RowTiles tiles(units, vectors);
    for (int g = 0; g < gates; ++g) {
      for (int i = 0; i < tiles.count; ++i) {
        const int u0 = tiles.begin(i), n = tiles.begin(i + 1) - u0;
        const float* row[kMaxRows];
        for (int j = 0; j < n; ++j) {
          const int u = u0 + j;
          row[j] = columns + (static_cast<ptrdiff_t>(u / kLanes) * gates + g) * depth * kLanes + u % kLanes;
        }
        tile_into({row, 0, kLanes}, n, vectors, depth, panel, nullptr, true,
                  {out.address(g * o.rows.units + unit0 + u0) + column, n, valid, out.stride});
      }
    }
  }
}

// All of one worker's unit blocks [begin, end).
inline void outer_columns(const OuterArgs<float>& o, int m0, int depth, int begin, int end, const float* const* packed,
                          float* columns) {
  const int gates = o.rows.gates, step = std::max(1, kOuterVectors / gates);
  for (int b0 = begin; b0 < end; b0 += step) {
    const int b1 = std::min(end, b0 + step), vectors = (b1 - b0) * gates;
    HWY_ALIGN float sums[kOuterColumns > 4 * kLanes ? kOuterColumns : 4 * kLanes] = {};
    copy_columns(o.d, m0, depth, b0 * gates, vectors, columns, sums);
    for (float* to : o.sums) {
      if (!to) continue;
      for (int i = 0; i < vectors * kLanes; ++i) {
        const int row = o.rows.row(b0 * gates * kLanes + i, kLanes);
        if (row >= 0) to[row] += sums[i];
      }
    }
    for (int p = 0; p < 2; ++p) {
      if (o.parts[p].x) outer_part(o, p, depth, b0, b1, columns, packed[p]);
    }
  }
}

inline void outer(Pool& pool, const OuterArgs<float>& o) {
  const FlushDenormals flush;
  const int blocks = o.rows.blocks(kLanes), threads = pool.size();
  int panels[2] = {};
  float* packed[2] = {};
  float* at = o.scratch;
  for (int p = 0; p < 2; ++p) {
    if (!o.parts[p].x) continue;
    const int vectors = (o.parts[p].x.cols + kLanes - 1) / kLanes;
    panels[p] = (vectors + kPanelVectors - 1) / kPanelVectors;
    packed[p] = at;
    at += static_cast<size_t>(vectors) * kLanes * kOuterMaxDepth;
  }
  for (int m0 = 0, depth; m0 < o.d.rows; m0 += depth) {
    depth = piece_of(o.d.rows - m0, kOuterDepth);
    const auto pack_some = [&](int64_t begin, int64_t end) {
      for (int i = static_cast<int>(begin); i < end; ++i) {
        const int p = i < panels[0] ? 0 : 1, first = (p == 0 ? i : i - panels[0]) * kPanelVectors;
        const View<const float> x = o.parts[p].x;
        const int vectors = std::min(kPanelVectors, (x.cols + kLanes - 1) / kLanes - first);
        pack_right(x, m0, depth, first, vectors, packed[p] + static_cast<size_t>(first) * kLanes * depth);
      }
    };
    pool.parallel_for(panels[0] + panels[1], 1, pack_some);
    pool.run([&](int w) {
      const int begin = static_cast<int>(int64_t{blocks} * w / threads),
                end = static_cast<int>(int64_t{blocks} * (w + 1) / threads);
      outer_columns(o, m0, depth, begin, end, packed, at + static_cast<size_t>(w) * kOuterWorker);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
