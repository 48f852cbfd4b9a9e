// Why: attention: scores of a query over the rows of its memory, softmax and context, forward and backward side by side.
// Once per instruction set.
//
// A query and a row of its memory are read together along their A numbers, so keys need no packing; a memory of some 50 rows
// stays in the second-level cache for all steps of its stream. Backward computes tanh again instead of keeping it.
#if defined(RNN_KERNELS_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_ATTENTION_INL_H_
#undef RNN_KERNELS_ATTENTION_INL_H_
#else
#define RNN_KERNELS_ATTENTION_INL_H_
#endif

#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

// a . b: four chains of vectors, as many as keep the multipliers busy, joined in one order; it depends on n alone.
inline float dot(const float* a, const float* b, int n) {
  constexpr int kChains = 4, kStep = kChains * kLanes;
  Vec sum[kChains];
  for (Vec& x : sum) x = zero();
  int i = 0;
  for (; i + kStep <= n; i += kStep) {
    RNN_UNROLL for (int k = 0; k < kChains; ++k) sum[k] =
        hn::MulAdd(load(a + i + k * kLanes), load(b + i + k * kLanes), sum[k]);
  }
  for (; i < n; i += kLanes) sum[0] = hn::MulAdd(load_part(a + i, n - i), load_part(b + i, n - i), sum[0]);
  return sum_lanes(hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3])));
}

// y += factor * x, n numbers.
inline void add_scaled(float factor, const float* x, float* y, int n) {
  const Vec f = set(factor);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) store(hn::MulAdd(f, load(x + i), load(y + i)), y + i);
  if (i < n) store_part(hn::MulAdd(f, load_part(x + i, n - i), load_part(y + i, n - i)), y + i, n - i);
}

// The operands of an additive score v . tanh(query + key), and where its gradients are added; all [A].
struct AdditivePair {
  const float *query, *key, *v;
  float *dquery = nullptr, *dkey = nullptr, *dv = nullptr;
};

// Numbers [i, i + L), of which `valid` exist. The other lanes are zero, and so is their tanh.
HWY_INLINE Vec additive_tanh(const AdditivePair& p, int i, int valid) {
  return tanh_vector(hn::Add(load_part(p.query + i, valid), load_part(p.key + i, valid)));
}
HWY_INLINE Vec additive_part(const AdditivePair& p, int i, int valid, Vec sum) {
  return hn::MulAdd(load_part(p.v + i, valid), additive_tanh(p, i, valid), sum);
}
HWY_INLINE void dadditive_part(const AdditivePair& p, int i, int valid, Vec d) {
  const Vec u = additive_tanh(p, i, valid);
  const Vec by_sum = hn::Mul(hn::Mul(d, load_part(p.v + i, valid)), hn::NegMulAdd(u, u, set(1.0f)));
  store_part(hn::Add(load_part(p.dquery + i, valid), by_sum), p.dquery + i, valid);
  store_part(hn::Add(load_part(p.dkey + i, valid), by_sum), p.dkey + i, valid);
  store_part(hn::MulAdd(d, u, load_part(p.dv + i, valid)), p.dv + i, valid);
}

// One chain of vectors is enough: its additions are hidden by computing tanh of the next ones.
inline float additive(const AdditivePair& p, int n) {
  Vec sum = zero();
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) sum = additive_part(p, i, kLanes, sum);
  if (i < n) sum = additive_part(p, i, n - i, sum);
  return sum_lanes(sum);
}
// d: the gradient w.r.t. the score.
inline void dadditive(const AdditivePair& p, int n, float d) {
  const Vec by_score = set(d);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) dadditive_part(p, i, kLanes, by_score);
  if (i < n) dadditive_part(p, i, n - i, by_score);
}

// Turns the scores p[n] into their softmax, in place. NaN among them makes all of them NaN.
inline void softmax(float* p, int n) {
  if (n == 0) return;
  const Vec top = set(*std::max_element(p, p + n));
  for (int i = 0; i < n; i += kLanes) store_part(exp_vector(hn::Sub(load_part(p + i, n - i), top)), p + i, n - i);
  double total = 0;
  for (int i = 0; i < n; ++i) total += p[i];
  const Vec scale = set(static_cast<float>(1 / total));
  for (int i = 0; i < n; i += kLanes) store_part(hn::Mul(load_part(p + i, n - i), scale), p + i, n - i);
}

// N vectors of the context of one row, from column i on: each element has one sum, over the memory rows in order. Only a
// single vector may be partial.
template <int N>
inline void context_part(const AttentionArgs<float>& a, int row, int r, int i) {
  const int valid = N > 1 ? kLanes : a.values.cols - i;
  const float* weights = a.weights.address(row);
  Vec sum[N];
  for (Vec& x : sum) x = zero();
  for (int j = 0; j < a.length[r]; ++j) {
    const Vec weight = set(weights[j]);
    const float* value = a.values.address(a.begin[r] + j) + i;
    RNN_UNROLL for (int k = 0; k < N; ++k) sum[k] = hn::MulAdd(weight, load_part(value + k * kLanes, valid), sum[k]);
  }
  float* out = a.context.address(row) + i;
  RNN_UNROLL for (int k = 0; k < N; ++k) store_part(sum[k], out + k * kLanes, valid);
}

// One row, that of stream r.
inline void attend(const AttentionArgs<float>& a, int row, int r) {
  constexpr int kWide = 8;  // vectors at a time
  const int n = a.queries.cols, length = a.length[r], values = a.values.cols;
  const float* query = a.queries.address(row);
  float* weights = a.weights.address(row);
  for (int j = 0; j < length; ++j) {
    const float* key = a.keys.address(a.begin[r] + j);
    weights[j] = a.v ? additive({query, key, a.v}, n) : a.scale * dot(query, key, n);
  }
  softmax(weights, length);
  int i = 0;
  for (; i + kWide * kLanes <= values; i += kWide * kLanes) context_part<kWide>(a, row, r, i);
  for (; i < values; i += kLanes) context_part<1>(a, row, r, i);
}

// The gradient w.r.t. score j is weight j * (dweight j - sum over k of weight k * dweight k). The sum must be known first,
// so the dweights of the first rows of the memory are kept in a small buffer and those of the others are computed again.
inline void dattend(const AttentionArgs<float>& a, int row, int r) {
  constexpr int kKept = 1024;
  float kept[kKept];
  const int n = a.queries.cols, length = a.length[r], values = a.values.cols, first = a.begin[r];
  const float *query = a.queries.address(row), *weights = a.weights.address(row), *dcontext = a.dcontext.address(row);
  float* dquery = a.dqueries.address(row);
  const auto dweight = [&](int j) { return dot(dcontext, a.values.address(first + j), values); };
  double mean = 0;
  for (int j = 0; j < length; ++j) {
    const float d = dweight(j);
    if (j < kKept) kept[j] = d;
    mean += static_cast<double>(weights[j]) * d;
    add_scaled(weights[j], dcontext, a.dvalues.address(first + j), values);
  }
  std::fill_n(dquery, n, 0.0f);
  for (int j = 0; j < length; ++j) {
    const float d = weights[j] * static_cast<float>((j < kKept ? kept[j] : dweight(j)) - mean);
    const float* key = a.keys.address(first + j);
    float* dkey = a.dkeys.address(first + j);
    if (a.v) {
      dadditive({query, key, a.v, dquery, dkey, a.dv + static_cast<ptrdiff_t>(r) * n}, n, d);
    } else {
      add_scaled(a.scale * d, key, dquery, n);
      add_scaled(a.scale * d, query, dkey, n);
    }
  }
}

// How many workers share a call that can be cut into `parts`: one where waking the others costs more than it saves. A tanh
// counts as 16 multiply-adds.
inline int attention_workers(const Pool& pool, const AttentionArgs<float>& a, int parts) {
  if (pool.size() == 1 || parts < 2) return 1;
  int64_t pairs = 0;
  for (int r = 0; r < a.streams(); ++r) pairs += int64_t{a.length[r]} * a.steps;
  return pairs * (a.values.cols + a.queries.cols * (a.v ? 16 : 1)) < 30000 ? 1 : pool.size();
}

// Stream after stream, so that its memory is in the cache for all of its steps. Worker w has those steps t of stream r for
// which (r + t) % W = w: so both one stream of many steps and many streams of one step are shared evenly.
inline void attention_forward(Pool& pool, const AttentionArgs<float>& a) {
  if (a.steps == 0) return;
  const FlushDenormals flush;
  const int threads = attention_workers(pool, a, a.start[a.steps] - a.start[0]);
  const auto part = [&](int worker) {
    for (int r = 0; r < a.streams(); ++r) {
      const int first = (worker + threads - r % threads) % threads;
      for (int t = first; t < a.steps && r < a.rows_of(t); t += threads) attend(a, a.start[t] + r, r);
    }
  };
  if (threads == 1) return part(0);
  pool.run(part);
}

// Worker r % W has stream r, with all of its steps: they add to the same rows.
inline void attention_backward(Pool& pool, const AttentionArgs<float>& a) {
  if (a.steps == 0) return;
  const FlushDenormals flush;
  const int threads = attention_workers(pool, a, a.streams());
  const auto part = [&](int worker) {
    for (int r = worker; r < a.streams(); r += threads) {
      for (int t = a.steps - 1; t >= 0; --t) {
        if (r < a.rows_of(t)) dattend(a, a.start[t] + r, r);
      }
    }
  };
  if (threads == 1) return part(0);
  pool.run(part);
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
