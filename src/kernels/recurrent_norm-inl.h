// Why: layer normalisation inside a step: statistics of one row over all units of a group of gates, forward and backward
// side by side (Ba, Kiros and Hinton 2016), and the gradients w.r.t. its gains. Once per instruction set.
//
// A row has one owner and its sums one order, so statistics depend on nothing else. Padding lanes stay zero.
#if defined(RNN_KERNELS_RECURRENT_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_RECURRENT_NORM_INL_H_
#undef RNN_KERNELS_RECURRENT_NORM_INL_H_
#else
#define RNN_KERNELS_RECURRENT_NORM_INL_H_
#endif

#include <cmath>
#include <utility>

#include "kernels/recurrent-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// Gates [kFirst, kLast) of a row in blocks of kCount gates.
template <int kCount, int kFirst, int kLast>
struct NormGroup {
  static constexpr int kGates = kLast - kFirst;

  // Calls f(g, offset, mask) for every vector: g from 0 on, the mask has the lanes of units that exist.
  template <class F>
  static HWY_INLINE void each(int hidden, F&& f) {
    const auto all = hn::FirstN(D(), kLanes);
    int unit = 0;
    ptrdiff_t offset = kFirst * kLanes;
    for (; unit + kLanes <= hidden; unit += kLanes, offset += kCount * kLanes) {
      RNN_UNROLL for (int g = 0; g < kGates; ++g) f(g, offset + g * kLanes, all);
    }
    if (unit == hidden) return;
    const auto some = hn::FirstN(D(), static_cast<size_t>(hidden - unit));
    RNN_UNROLL for (int g = 0; g < kGates; ++g) f(g, offset + g * kLanes, some);
  }
  // The mean over what the gates' vectors have summed.
  static HWY_INLINE float mean(const Vec* sums, int hidden) {
    Vec sum = sums[0];
    RNN_UNROLL for (int g = 1; g < kGates; ++g) sum = hn::Add(sum, sums[g]);
    return sum_lanes(sum) / static_cast<float>(hidden * kGates);
  }
};

// Of the gates [first, first + count): the number of those before the groups from `group` on.
template <class Cell>
constexpr int gates_below(int first, int count, int group) {
  int below = 0;
  for (int g = first; g < first + count; ++g) below += Cell::norm_group(g) < group;
  return below;
}

// Calls f(NormGroup, index) for the groups among `count` gates from `first` on.
template <class Cell, int first, int count, class F, int... group>
HWY_INLINE void for_groups(F&& f, std::integer_sequence<int, group...>) {
  const auto one = [&](auto of, int index) {
    if constexpr (decltype(of)::kGates > 0) f(of, index);
  };
  (one(NormGroup<count, gates_below<Cell>(first, count, group), gates_below<Cell>(first, count, group + 1)>(), group), ...);
}
// Of one stage, or (-1) of all gates.
template <class Cell, int stage = -1, class F>
HWY_INLINE void for_groups(F&& f) {
  constexpr int first = stage < 0 ? 0 : Cell::first_gate(stage),
                count = stage < 0 ? int(Cell::gates) : Cell::gate_count(stage);
  for_groups<Cell, first, count>(f, std::make_integer_sequence<int, Cell::norm_groups>());
}

// to = (x - mean) / deviation, possibly in place. Returns 1 / deviation.
template <class Group>
HWY_INLINE float normalise(Group, int hidden, const float* x, float* to) {
  Vec sums[Group::kGates], squares[Group::kGates];
  for (Vec& v : sums) v = zero();
  for (Vec& v : squares) v = zero();
  Group::each(hidden,
              [&](int g, ptrdiff_t at, auto mask) { sums[g] = hn::Add(sums[g], hn::IfThenElseZero(mask, load(x + at))); });
  const Vec mean = set(Group::mean(sums, hidden));
  Group::each(hidden, [&](int g, ptrdiff_t at, auto mask) {
    const Vec off = hn::IfThenElseZero(mask, hn::Sub(load(x + at), mean));
    squares[g] = hn::MulAdd(off, off, squares[g]);
  });
  const float scale = 1.0f / std::sqrt(Group::mean(squares, hidden) + static_cast<float>(kNormEpsilon));
  Group::each(hidden, [&](int, ptrdiff_t at, auto mask) {
    store(hn::IfThenElseZero(mask, hn::Mul(hn::Sub(load(x + at), mean), set(scale))), to + at);
  });
  return scale;
}

// The adjoint: dy is the gradient w.r.t. gain * normed, at() that w.r.t. the number that was normalised, L lanes.
template <class Group>
class NormGradient {
 public:
  HWY_INLINE NormGradient(int hidden, const float* dy, const float* gain, const float* normed, float scale)
      : dy_(dy), gain_(gain), normed_(normed), scale_(scale) {
    Vec sums[Group::kGates], products[Group::kGates];
    for (Vec& v : sums) v = zero();
    for (Vec& v : products) v = zero();
    Group::each(hidden, [&](int g, ptrdiff_t at, auto mask) {
      const Vec d = hn::IfThenElseZero(mask, hn::Mul(load(dy + at), load(gain + at)));
      sums[g] = hn::Add(sums[g], d);
      products[g] = hn::MulAdd(d, load(normed + at), products[g]);
    });
    mean_ = Group::mean(sums, hidden), slope_ = Group::mean(products, hidden);
  }
  template <class Mask>
  HWY_INLINE Vec at(ptrdiff_t at, Mask mask) const {
    const Vec d = hn::Sub(hn::Mul(load(dy_ + at), load(gain_ + at)), set(mean_));
    return hn::IfThenElseZero(mask, hn::Mul(hn::NegMulAdd(load(normed_ + at), set(slope_), d), set(scale_)));
  }

 private:
  const float *dy_, *gain_, *normed_;
  float scale_, mean_, slope_;
};

template <class Group>
HWY_INLINE void norm_gradient(Group, int hidden, const float* dy, const float* gain, const float* normed, float scale,
                              float* out) {
  const NormGradient<Group> gradient(hidden, dy, gain, normed, scale);
  Group::each(hidden, [&](int, ptrdiff_t at, auto mask) { store(gradient.at(at, mask), out + at); });
}

// What h is computed from: L lanes of the normalised state from `unit` on.
HWY_INLINE Vec normed_state(const Args& r, const float* normed, int unit) {
  return hn::MulAdd(load(normed), load(r.norm->state_gain + unit), load(r.norm->state_bias + unit));
}

// N vectors of columns from v on, over the rows in their order.
template <int N>
inline void column_sums(const ColumnSumsArgs<float>& s, int v) {
  const int64_t width = s.columns.padded(kLanes);
  Vec sum[N], product[N];
  for (Vec& x : sum) x = zero();
  for (Vec& x : product) x = zero();
  for (int64_t at = int64_t{v} * kLanes; at < s.rows * width; at += width) {
    RNN_UNROLL for (int j = 0; j < N; ++j) {
      const Vec d = load(s.d + at + j * kLanes);
      sum[j] = hn::Add(sum[j], d);
      product[j] = hn::MulAdd(d, load(s.x + at + j * kLanes), product[j]);
    }
  }
  HWY_ALIGN float lanes[2][kLanes];
  for (int j = 0; j < N; ++j) {
    hn::Store(sum[j], D(), lanes[0]), hn::Store(product[j], D(), lanes[1]);
    for (int i = 0; i < kLanes; ++i) {
      const int to = s.columns.row((v + j) * kLanes + i, kLanes);
      if (to >= 0) s.sums[to] += lanes[0][i], s.products[to] += lanes[1][i];
    }
  }
}

inline void column_sums(Pool& pool, const ColumnSumsArgs<float>& s) {
  const FlushDenormals flush;
  pool.parallel_for(s.columns.vectors(kLanes), 4, [&](int64_t begin, int64_t end) {
    int v = static_cast<int>(begin);
    for (; v + 4 <= end; v += 4) column_sums<4>(s, v);
    for (; v < end; ++v) column_sums<1>(s, v);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
