// Why: reorders matrices into the layout that tiles read. Once per instruction set.
#if defined(RNN_KERNELS_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_PACK_INL_H_
#undef RNN_KERNELS_PACK_INL_H_
#else
#define RNN_KERNELS_PACK_INL_H_
#endif

#include <algorithm>

#include "hwy/cache_control.h"
#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// Transposes 4 x 4 numbers in each 128-bit block of r: r[j] then holds columns 4 b + j in its blocks b.
#if HWY_TARGET != HWY_SCALAR
HWY_INLINE void turn_blocks(Vec* r) {
  const D d;
  const hn::Repartition<double, D> dd;
  const auto t0 = hn::BitCast(dd, hn::InterleaveLower(d, r[0], r[1])),
             t1 = hn::BitCast(dd, hn::InterleaveUpper(d, r[0], r[1]));
  const auto t2 = hn::BitCast(dd, hn::InterleaveLower(d, r[2], r[3])),
             t3 = hn::BitCast(dd, hn::InterleaveUpper(d, r[2], r[3]));
  r[0] = hn::BitCast(d, hn::InterleaveLower(dd, t0, t2));
  r[1] = hn::BitCast(d, hn::InterleaveUpper(dd, t0, t2));
  r[2] = hn::BitCast(d, hn::InterleaveLower(dd, t1, t3));
  r[3] = hn::BitCast(d, hn::InterleaveUpper(dd, t1, t3));
}
#endif

// out[i * out_stride + j] = rows[j][i] for 4 rows and n columns; a null row gives zeros.
HWY_INLINE void transpose4(const float* const* rows, int n, float* out, ptrdiff_t out_stride) {
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  const D d;
  HWY_ALIGN float lanes[4 * kLanes];
  for (; i + kLanes <= n; i += kLanes) {
    Vec r[4];
    for (int j = 0; j < 4; ++j) r[j] = rows[j] ? load(rows[j] + i) : zero();
    turn_blocks(r);
    for (int j = 0; j < 4; ++j) hn::Store(r[j], d, lanes + j * kLanes);
    for (int column = 0; column < kLanes; ++column) {
      std::memcpy(out + (i + column) * out_stride, lanes + column % 4 * kLanes + column / 4 * 4, 4 * sizeof(float));
    }
  }
#endif
  for (; i < n; ++i) {
    for (int j = 0; j < 4; ++j) out[i * out_stride + j] = rows[j] ? rows[j][i] : 0.0f;
  }
}

HWY_INLINE void put(Vec v, float* to, bool streamed) { streamed ? hn::Stream(v, D(), to) : store(v, to); }

// out[i * out_stride + j] = rows[j][i] for L rows, whole vectors stored; n <= L columns are read and written; a null row
// gives zeros.
HWY_INLINE void transpose_square(const float* const* rows, int n, float* out, ptrdiff_t out_stride, bool streamed) {
  Vec r[kLanes];
  RNN_UNROLL for (int j = 0; j < kLanes; ++j) r[j] = rows[j] ? load_part(rows[j], n) : zero();
#if HWY_TARGET != HWY_SCALAR
  const D d;
  RNN_UNROLL for (int j = 0; j < kLanes; j += 4) turn_blocks(r + j);
  // Now block b of r[4 q + j] holds rows 4 q to 4 q + 3 of column 4 b + j; it remains to transpose the blocks.
  RNN_UNROLL for (int j = 0; j < 4 && kLanes > 4; ++j) {
    if constexpr (kLanes == 16) {
      const Vec p = r[j], q = r[4 + j], s = r[8 + j], t = r[12 + j];
      const Vec even0 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(q), p),
                odd0 = hn::OddEvenBlocks(q, hn::SwapAdjacentBlocks(p));
      const Vec even1 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(t), s),
                odd1 = hn::OddEvenBlocks(t, hn::SwapAdjacentBlocks(s));
      r[j] = hn::ConcatLowerLower(d, even1, even0), r[4 + j] = hn::ConcatLowerLower(d, odd1, odd0);
      r[8 + j] = hn::ConcatUpperUpper(d, even1, even0), r[12 + j] = hn::ConcatUpperUpper(d, odd1, odd0);
    } else {
      const Vec p = r[j], q = r[4 + j];
      r[j] = hn::ConcatLowerLower(d, q, p), r[4 + j] = hn::ConcatUpperUpper(d, q, p);
    }
  }
#endif
  for (int i = 0; i < n; ++i) put(r[i], out + i * out_stride, streamed);
}

// Rows [begin, end) of W become columns of B = W^T: L rows at a time are one vector of columns.
inline void pack_columns(const PackForm& form, const float* source, int begin, int end, float* out) {
  const int total = form.n.vectors(kLanes), wide = panel_vectors(form.n.gates), depth = form.k.units;
  for (int row = begin; row < end; row += kLanes) {
    const float* rows[kLanes];
    for (int j = 0; j < kLanes; ++j) rows[j] = row + j < end ? source + (row + j) * form.stride : nullptr;
    const int vector = form.n.position(row, kLanes) / kLanes, first = vector / wide * wide;
    const int width = std::min(wide, total - first) * kLanes;
    float* to = out + static_cast<size_t>(first) * kLanes * depth + (vector - first) * kLanes;
    for (int k = 0; k < depth; k += kLanes) {
      const int n = std::min(kLanes, depth - k), at = depth < kLanes ? 0 : k - (kLanes - n);  // the last ones twice: no tail
      const float* from[kLanes];
      for (int j = 0; j < kLanes; ++j) from[j] = rows[j] ? rows[j] + at : nullptr;
      transpose_square(from, depth < kLanes ? n : kLanes, to + static_cast<ptrdiff_t>(at) * width, width, form.streamed);
    }
  }
}

// Rows [begin, end) of W or X are rows of B: each is cut into the panels; padding after the last unit of a gate is zero.
inline void pack_lines(const PackForm& form, const float* source, int begin, int end, float* out) {
  const int total = form.n.vectors(kLanes), wide = panel_vectors(form.n.gates), depth = form.depth(kLanes);
  const int padded = form.k.gates > 1 ? (end - begin + kLanes - 1) / kLanes * kLanes : end - begin;
  for (int first = 0; first < total; first += wide) {
    const int width = std::min(wide, total - first) * kLanes, valid = std::min(width, form.n.units - first * kLanes);
    float* panel = out + static_cast<size_t>(first) * kLanes * depth;
    for (int i = 0; i < padded; ++i) {
      const int aligned = i / kLanes * kLanes;
      float* to = panel + static_cast<ptrdiff_t>(form.k.position(begin + aligned, kLanes) + i - aligned) * width;
      const float* from = begin + i < end ? source + (begin + i) * form.stride + first * kLanes : nullptr;
      for (int j = 0; j < width; j += kLanes) {
        put(from && j < valid ? load_part(from + j, valid - j) : zero(), to + j, form.streamed);
      }
    }
  }
}

inline void pack_rows(const PackForm& form, const float* source, int begin, int end, float* out) {
  (form.turned ? pack_columns : pack_lines)(form, source, begin, end, out);
  if (form.streamed) hwy::FlushStream();
}

inline void pack(Pool& pool, const PackForm& form, const float* source, float* out) {
  const Columns& rows = form.rows();
  const int blocks = rows.blocks(kLanes);
  const auto some = [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int gate = rows.first + static_cast<int>(i) / blocks, unit = static_cast<int>(i) % blocks * kLanes;
      pack_rows(form, source, gate * rows.units + unit, gate * rows.units + std::min(unit + kLanes, rows.units), out);
    }
  };
  const int64_t total = static_cast<int64_t>(blocks) * rows.gates;
  if (static_cast<int64_t>(form.size(kLanes)) < 32768) return some(0, total);
  pool.parallel_for(total, 1, some);
}

inline void pack_vector(const Columns& rows, const float* const* sources, int count, float* out) {
  const FlushDenormals flush;
  for (int i = 0; i < rows.padded(kLanes); i += kLanes) {
    const int row = rows.row(i, kLanes), valid = std::min(kLanes, rows.units - row % rows.units);
    Vec sum = zero();
    for (int s = 0; s < count; ++s) sum = hn::Add(sum, load_part(sources[s] + row, valid));
    store(sum, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
