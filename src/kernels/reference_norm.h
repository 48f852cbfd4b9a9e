// Why: layer normalisation as in the paper, in double by plain loops (Ba, Kiros and Hinton 2016, equation 3); adjoint.
#pragma once

#include <cmath>

#include "kernels/kernels.h"

namespace rnn::core::reference {

// Mean and deviation of the numbers x(i) for which in(i) is true, then to(i) = (x(i) - mean) / deviation. Returns 1 /
// deviation.
template <class In>
double normalise(int n, const In& in, const double* x, double* to) {
  double sum = 0, squares = 0, count = 0;
  for (int i = 0; i < n; ++i) {
    if (in(i)) sum += x[i], ++count;
  }
  const double mean = sum / count;
  for (int i = 0; i < n; ++i) {
    if (in(i)) squares += (x[i] - mean) * (x[i] - mean);
  }
  const double scale = 1 / std::sqrt(squares / count + kNormEpsilon);
  for (int i = 0; i < n; ++i) {
    if (in(i)) to[i] = (x[i] - mean) * scale;
  }
  return scale;
}

// dy w.r.t. gain * normed -> out w.r.t. x.
template <class In>
void normalise_gradient(int n, const In& in, const double* dy, const double* gain, const double* normed, double scale,
                        double* out) {
  double sum = 0, product = 0, count = 0;
  for (int i = 0; i < n; ++i) {
    if (in(i)) sum += dy[i] * gain[i], product += dy[i] * gain[i] * normed[i], ++count;
  }
  for (int i = 0; i < n; ++i) {
    if (in(i)) out[i] = scale * (dy[i] * gain[i] - sum / count - normed[i] * product / count);
  }
}

inline bool every(int) { return true; }
inline double normalise_all(int n, const double* x, double* to) { return normalise(n, every, x, to); }
inline void normalise_all_gradient(int n, const double* dy, const double* gain, const double* normed, double scale,
                                   double* out) {
  normalise_gradient(n, every, dy, gain, normed, scale, out);
}

// A row [H, count] of the gates from `first` on, group by group.
template <class Cell, class F>
void for_groups(int first, int count, const F& f) {
  for (int group = 0; group < Cell::norm_groups; ++group) {
    bool any = false;
    for (int g = first; g < first + count; ++g) any = any || Cell::norm_group(g) == group;
    if (any) f(group, [=](int i) { return Cell::norm_group(first + i % count) == group; });
  }
}
template <class Cell>
void normalise(int first, int count, int hidden, const double* x, double* to, double* scales) {
  for_groups<Cell>(first, count, [&](int group, auto in) { scales[group] = normalise(hidden * count, in, x, to); });
}
template <class Cell>
void normalise_gradient(int first, int count, int hidden, const double* dy, const double* gain, const double* normed,
                        const double* scales, double* out) {
  for_groups<Cell>(first, count, [&](int group, auto in) {
    normalise_gradient(hidden * count, in, dy, gain, normed, scales[group], out);
  });
}

// What h is computed from.
inline double shown(const NormArgs<double>& norm, const double* normed, int unit) {
  return normed[unit] * norm.state_gain[unit] + norm.state_bias[unit];
}

inline void column_sums(Pool&, const ColumnSumsArgs<double>& s) {
  const int width = s.columns.padded(1);
  for (int row = 0; row < s.rows; ++row) {
    for (int i = 0; i < width; ++i) {
      const int to = s.columns.row(i, 1);
      const double d = s.d[static_cast<ptrdiff_t>(row) * width + i];
      s.sums[to] += d, s.products[to] += d * s.x[static_cast<ptrdiff_t>(row) * width + i];
    }
  }
}

}  // namespace rnn::core::reference
