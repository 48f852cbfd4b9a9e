// Why: loops over rows and slabs: softmax cross-entropy, norms, optimizer steps. Once per instruction set.
#if defined(RNN_KERNELS_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RNN_KERNELS_ELEMENTWISE_INL_H_
#undef RNN_KERNELS_ELEMENTWISE_INL_H_
#else
#define RNN_KERNELS_ELEMENTWISE_INL_H_
#endif

#include <algorithm>
#include <atomic>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace rnn::core {
namespace HWY_NAMESPACE {

HWY_INLINE float max_of(const float* x, int n) {
  float best = x[0];
  int i = 0;
  if (n >= kLanes) {
    Vec m = load(x), m2 = m;
    for (i = kLanes; i + 2 * kLanes <= n; i += 2 * kLanes) {
      m = hn::Max(m, load(x + i)), m2 = hn::Max(m2, load(x + i + kLanes));
    }
    m = hn::Max(m, m2);
    if (i + kLanes <= n) m = hn::Max(m, load(x + i)), i += kLanes;
    HWY_ALIGN float lanes[kLanes];
    hn::Store(m, D(), lanes);
    best = *std::max_element(lanes, lanes + kLanes);
  }
  for (; i < n; ++i) best = std::max(best, x[i]);
  return best;
}

// Sums over a row: of the exponentials, and of the shifted logits where smoothing needs them.
struct RowSums {
  Vec exponentials, plain;
};

// Numbers [i, i + L) of a row, of which `valid` exist; replaces them with their exponentials where a gradient is wanted.
HWY_INLINE void softmax_part(const SoftmaxArgs<float>& s, float* x, int valid, Vec shift, RowSums& sums) {
  Vec raw = hn::Sub(load_part(x, valid), shift), e = exp_vector(raw);
  if (valid < kLanes) {
    const auto there = hn::FirstN(D(), static_cast<size_t>(valid));
    raw = hn::IfThenElseZero(there, raw), e = hn::IfThenElseZero(there, e);
  }
  sums.exponentials = hn::Add(sums.exponentials, e);
  if (s.smoothing > 0) sums.plain = hn::Add(sums.plain, raw);
  if (s.gradient) store_part(e, x, valid);
}

inline void softmax_row(const SoftmaxArgs<float>& s, int m) {
  float* x = s.logits.address(m);
  const int n = s.logits.cols, whole = n / kLanes * kLanes, target = s.targets[m];
  const float weight = s.weights ? s.weights[m] : 1.0f;
  if (weight == 0.0f) {
    s.loss[m] = 0;
    if (s.nll) s.nll[m] = 0;
    if (s.correct) s.correct[m] = 0;
    if (s.gradient) std::fill_n(x, n, 0.0f);
    return;
  }
  const float top = max_of(x, n), at_target = x[target];
  if (s.correct) s.correct[m] = at_target == top && std::find(x, x + target, top) == x + target;
  const Vec shift = set(top);
  RowSums sums{zero(), zero()};
  for (int i = 0; i < whole; i += kLanes) softmax_part(s, x + i, kLanes, shift, sums);
  if (whole < n) softmax_part(s, x + whole, n - whole, shift, sums);
  const double total = sum_lanes(sums.exponentials), log_total = std::log(total);
  const double nll = log_total - (static_cast<double>(at_target) - top);
  double loss = nll;
  if (s.smoothing > 0) {
    const double mean_nll = log_total - static_cast<double>(sum_lanes(sums.plain)) / n;
    loss = (1.0 - s.smoothing) * nll + s.smoothing * mean_nll;
  }
  s.loss[m] = weight * loss;
  if (s.nll) s.nll[m] = weight * nll;
  if (!s.gradient) return;
  const Vec scale = set(static_cast<float>(weight / total)), minus = set(-weight * s.smoothing / n);
  for (int i = 0; i < whole; i += kLanes) store(hn::MulAdd(load(x + i), scale, minus), x + i);
  if (whole < n) store_part(hn::MulAdd(load_part(x + whole, n - whole), scale, minus), x + whole, n - whole);
  x[target] -= weight * (1.0f - s.smoothing);
}

inline void softmax_cross_entropy(Pool& pool, const SoftmaxArgs<float>& s) {
  const FlushDenormals flush;
  const auto some = [&](int64_t begin, int64_t end) {
    for (int m = static_cast<int>(begin); m < end; ++m) softmax_row(s, m);
  };
  if (static_cast<int64_t>(s.logits.rows) * s.logits.cols < 8192) return some(0, s.logits.rows);
  pool.parallel_for(s.logits.rows, 1, some);
}

// Sums as softmax_row does. Returns false and writes nothing where the row has no softmax: NaN in it, or infinity minus
// infinity, makes the sum NaN.
inline bool log_softmax_row(const float* x, float* out, int n) {
  const float top = max_of(x, n);
  const Vec shift = set(top);
  Vec sum = zero();
  for (int i = 0; i < n; i += kLanes) {
    Vec e = exp_vector(hn::Sub(load_part(x + i, n - i), shift));
    if (n - i < kLanes) e = hn::IfThenElseZero(hn::FirstN(D(), static_cast<size_t>(n - i)), e);
    sum = hn::Add(sum, e);
  }
  const double total = sum_lanes(sum);
  if (!std::isfinite(total)) return false;
  const double log_total = std::log(total);
  for (int i = 0; i < n; ++i) out[i] = static_cast<float>((static_cast<double>(x[i]) - top) - log_total);
  return true;
}

inline int log_softmax(Pool& pool, View<const float> x, View<float> out) {
  const FlushDenormals flush;
  std::atomic<int> without{0};
  const auto some = [&](int64_t begin, int64_t end) {
    int count = 0;
    for (int m = static_cast<int>(begin); m < end; ++m) count += !log_softmax_row(x.address(m), out.address(m), x.cols);
    if (count > 0) without.fetch_add(count);
  };
  if (static_cast<int64_t>(x.rows) * x.cols < 8192) {
    some(0, x.rows);
  } else {
    pool.parallel_for(x.rows, 1, some);
  }
  return without.load();
}

inline void tanh_rows(Pool& pool, View<float> x) {
  const FlushDenormals flush;
  const auto some = [&](int64_t begin, int64_t end) {
    for (int m = static_cast<int>(begin); m < end; ++m) {
      float* row = x.address(m);
      for (int i = 0; i < x.cols; i += kLanes) store_part(tanh_vector(load_part(row + i, x.cols - i)), row + i, x.cols - i);
    }
  };
  if (static_cast<int64_t>(x.rows) * x.cols < 8192) return some(0, x.rows);
  pool.parallel_for(x.rows, 1, some);
}

// Blocks of fixed size, each summed in double by lanes of fixed order, joined block after block, whatever the threads.
inline double sum_squares(Pool& pool, const float* x, size_t n) {
  const FlushDenormals flush;
  constexpr size_t kBlock = 1 << 16;
  constexpr int kGroup = 256;  // blocks summed at a time
  double total = 0;
  double parts[kGroup];
  for (size_t begin = 0; begin < n; begin += kBlock * kGroup) {
    const int blocks = static_cast<int>(std::min<size_t>(kGroup, (n - begin + kBlock - 1) / kBlock));
    pool.parallel_for(blocks, 1, [&](int64_t first, int64_t last) {
      for (int64_t b = first; b < last; ++b) {
        const float* p = x + begin + b * kBlock;
        const size_t count = std::min(kBlock, n - begin - b * kBlock);
        double sum = 0;
        for (size_t i = 0; i < count; i += 1024) {
          Vec s = zero();
          const size_t stop = std::min(count, i + 1024);
          for (size_t j = i; j < stop; j += kLanes) {
            const Vec v = load_part(p + j, static_cast<int>(stop - j));
            s = hn::MulAdd(v, v, s);
          }
          sum += sum_lanes(s);
        }
        parts[b] = sum;
      }
    });
    for (int b = 0; b < blocks; ++b) total += parts[b];
  }
  return total;
}

// The next gradients, scaled and clipped; they are set to zero in memory.
HWY_INLINE Vec take_gradient(const StepArgs<float>& s, size_t i, int valid) {
  const Vec g = hn::Mul(load_part(s.g + i, valid), set(s.scale));
  store_part(zero(), s.g + i, valid);
  return s.clip_value > 0 ? keep_nan(g, hn::Min(set(s.clip_value), hn::Max(set(-s.clip_value), g))) : g;
}

HWY_INLINE void store_weights(const StepArgs<float>& s, size_t i, int valid, Vec p) {
  store_part(p, s.p + i, valid);
  if (!s.average) return;
  const Vec old = load_part(s.average + i, valid);
  store_part(s.average_rate == 1.0f ? p : hn::MulAdd(set(s.average_rate), hn::Sub(p, old), old), s.average + i, valid);
}

// p -= lr * (momentum * m + g + decay * p), m the running sum (PyTorch's SGD).
inline void sgd(const StepArgs<float>& s) {
  const FlushDenormals flush;
  for (size_t i = 0; i < s.n; i += kLanes) {
    const int valid = static_cast<int>(std::min<size_t>(kLanes, s.n - i));
    const Vec p = load_part(s.p + i, valid);
    Vec g = take_gradient(s, i, valid);
    if (s.weight_decay > 0) g = hn::MulAdd(p, set(s.weight_decay), g);
    if (s.m) {
      g = hn::MulAdd(load_part(s.m + i, valid), set(s.momentum), g);
      store_part(g, s.m + i, valid);
    }
    store_weights(s, i, valid, hn::NegMulAdd(set(s.lr), g, p));
  }
}

// Adam (Kingma and Ba 2015); decoupled: AdamW. correction1 = 1 - beta1^t, correction2 = 1 - beta2^t.
inline void adam(const StepArgs<float>& s) {
  const FlushDenormals flush;
  const Vec step = set(s.lr / s.correction1), root = set(1.0f / std::sqrt(s.correction2));
  for (size_t i = 0; i < s.n; i += kLanes) {
    const int valid = static_cast<int>(std::min<size_t>(kLanes, s.n - i));
    Vec p = load_part(s.p + i, valid);
    Vec g = take_gradient(s, i, valid);
    if (s.weight_decay > 0) {
      if (s.decoupled) {
        p = hn::NegMulAdd(set(s.lr * s.weight_decay), p, p);
      } else {
        g = hn::MulAdd(p, set(s.weight_decay), g);
      }
    }
    const Vec m = hn::MulAdd(hn::Sub(load_part(s.m + i, valid), g), set(s.beta1), g);
    const Vec v = hn::MulAdd(load_part(s.v + i, valid), set(s.beta2), hn::Mul(hn::Mul(g, g), set(1.0f - s.beta2)));
    store_part(m, s.m + i, valid);
    store_part(v, s.v + i, valid);
    const Vec bottom = hn::MulAdd(hn::Sqrt(v), root, set(s.epsilon));
    store_weights(s, i, valid, hn::NegMulAdd(step, hn::Div(m, bottom), p));
  }
}

// p -= lr * g / (sqrt(v) + epsilon), v the running mean of g^2 (RMSprop, Tieleman and Hinton 2012) or its sum (Adagrad,
// Duchi, Hazan and Singer 2011), as PyTorch defines them.
inline void rms(const StepArgs<float>& s) {
  const FlushDenormals flush;
  const Vec old = set(s.sum ? 1.0f : s.beta2), gain = set(s.sum ? 1.0f : 1.0f - s.beta2);
  for (size_t i = 0; i < s.n; i += kLanes) {
    const int valid = static_cast<int>(std::min<size_t>(kLanes, s.n - i));
    const Vec p = load_part(s.p + i, valid);
    Vec g = take_gradient(s, i, valid);
    if (s.weight_decay > 0) g = hn::MulAdd(p, set(s.weight_decay), g);
    const Vec v = hn::MulAdd(load_part(s.v + i, valid), old, hn::Mul(hn::Mul(g, g), gain));
    store_part(v, s.v + i, valid);
    store_weights(s, i, valid, hn::NegMulAdd(set(s.lr), hn::Div(g, hn::Add(hn::Sqrt(v), set(s.epsilon))), p));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace rnn::core
HWY_AFTER_NAMESPACE();
#endif
