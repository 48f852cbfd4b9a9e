// Why: turns matrices into the order that tiles read. Once per instruction set.
#if defined(RNN_KERNELS_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_PACK_INL_H_
#undef RNN_KERNELS_PACK_INL_H_
#else
#define RNN_KERNELS_PACK_INL_H_
#endif

#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn {
namespace HWY_NAMESPACE {

// out[i * out_stride + j] = rows[j][i] for 4 rows and n columns; a null row gives zeros.
HWY_INLINE void transpose4(const float* const* rows, int n, float* out, ptrdiff_t out_stride) {
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  const D d;
  const hn::Repartition<double, D> dd;
  HWY_ALIGN static constexpr float kZero[kLanes] = {};
  HWY_ALIGN float lanes[4 * kLanes];
  for (; i + kLanes <= n; i += kLanes) {
    const Vec r0 = load(rows[0] ? rows[0] + i : kZero), r1 = load(rows[1] ? rows[1] + i : kZero);
    const Vec r2 = load(rows[2] ? rows[2] + i : kZero), r3 = load(rows[3] ? rows[3] + i : kZero);
    // In each 128-bit block: 4 x 4 numbers turned. Vector j then holds columns 4 b + j in its blocks b.
    const auto t0 = hn::BitCast(dd, hn::InterleaveLower(d, r0, r1)), t1 = hn::BitCast(dd, hn::InterleaveUpper(d, r0, r1));
    const auto t2 = hn::BitCast(dd, hn::InterleaveLower(d, r2, r3)), t3 = hn::BitCast(dd, hn::InterleaveUpper(d, r2, r3));
    hn::Store(hn::BitCast(d, hn::InterleaveLower(dd, t0, t2)), d, lanes);
    hn::Store(hn::BitCast(d, hn::InterleaveUpper(dd, t0, t2)), d, lanes + kLanes);
    hn::Store(hn::BitCast(d, hn::InterleaveLower(dd, t1, t3)), d, lanes + 2 * kLanes);
    hn::Store(hn::BitCast(d, hn::InterleaveUpper(dd, t1, t3)), d, lanes + 3 * kLanes);
    for (int column = 0; column < kLanes; ++column) {
      std::memcpy(out + (i + column) * out_stride, lanes + column % 4 * kLanes + column / 4 * 4, 4 * sizeof(float));
    }
  }
#endif
  for (; i < n; ++i) {
    for (int j = 0; j < 4; ++j) out[i * out_stride + j] = rows[j] ? rows[j][i] : 0.0f;
  }
}

// Panel of `vectors` vectors starting at vector `first`: out [depth, vectors * L].
inline void pack_panel(const PackForm& form, const float* source, int first, int vectors, float* out) {
  const int width = vectors * kLanes, depth = form.depth(kLanes);
  if (form.k_stride == 1 && form.k.gates == 1) {  // B = W^T: a column is a contiguous row of W
    const auto column = [&](int i) {
      const int row = form.n.row(first * kLanes + i, kLanes);
      return row < 0 ? nullptr : source + row * form.n_stride + static_cast<ptrdiff_t>(form.k.first) * form.k.units;
    };
    int i = 0;
    for (; i + 4 <= width; i += 4) {
      const float* rows[4] = {column(i), column(i + 1), column(i + 2), column(i + 3)};
      transpose4(rows, form.k.units, out + i, width);
    }
    for (; i < width; ++i) {
      const float* row = column(i);
      for (int k = 0; k < form.k.units; ++k) out[static_cast<ptrdiff_t>(k) * width + i] = row ? row[k] : 0.0f;
    }
    return;
  }
  // B = W or X: rows are contiguous, n is plain.
  const int begin = first * kLanes, valid = std::clamp(form.n.units - begin, 0, width);
  for (int k = 0; k < depth; ++k, out += width) {
    const int row = form.k.row(k, kLanes);
    if (row < 0) {
      std::fill_n(out, width, 0.0f);
      continue;
    }
    std::memcpy(out, source + row * form.k_stride + begin, valid * sizeof(float));
    std::fill(out + valid, out + width, 0.0f);
  }
}

inline void pack(Pool& pool, const PackForm& form, const float* source, float* out) {
  const int total = form.n.vectors(kLanes), wide = panel_vectors(form.n.gates), depth = form.depth(kLanes);
  const int panels = (total + wide - 1) / wide;
  const auto some = [&](int64_t begin, int64_t end) {
    for (int p = static_cast<int>(begin); p < end; ++p) {
      const int first = p * wide;
      pack_panel(form, source, first, std::min(wide, total - first), out + static_cast<size_t>(first) * kLanes * depth);
    }
  };
  if (static_cast<int64_t>(depth) * total < 2048) return some(0, panels);
  pool.parallel_for(panels, 1, some);
}

inline void pack_vector(const Columns& rows, const float* const* sources, int count, float* out) {
  const FlushDenormals flush;
  for (int i = 0; i < rows.padded(kLanes); ++i) {
    const int row = rows.row(i, kLanes);
    float sum = 0;
    for (int s = 0; s < count && row >= 0; ++s) sum += sources[s][row];
    out[i] = sum;
  }
}

inline void column_sums(Pool& pool, View<const float> a, const Columns& rows, float* out) {
  const FlushDenormals flush;
  const int vectors = rows.vectors(kLanes);
  const auto some = [&](int64_t begin, int64_t end) {
    for (int v = static_cast<int>(begin); v < end; ++v) {
      const int valid = std::min(kLanes, a.cols - v * kLanes);
      Vec total = zero();
      for (int m = 0; m < a.rows; m += 64) {  // fixed blocks: the sum's rounding grows with rows / 64 + 64
        Vec sum = zero();
        for (int i = m; i < std::min(a.rows, m + 64); ++i) sum = hn::Add(sum, load_part(a.row(i) + v * kLanes, valid));
        total = hn::Add(total, sum);
      }
      HWY_ALIGN float lanes[kLanes];
      hn::Store(total, D(), lanes);
      for (int i = 0; i < kLanes; ++i) {
        const int row = rows.row(v * kLanes + i, kLanes);
        if (row >= 0) out[row] += lanes[i];
      }
    }
  };
  if (static_cast<int64_t>(a.rows) * vectors < 512) return some(0, vectors);
  pool.parallel_for(vectors, 4, some);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn
HWY_AFTER_NAMESPACE();
#endif
