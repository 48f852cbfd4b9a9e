// Why: see transducer_lattice.h; forward over all points, backward over two rows at a time.
#include "alignment/transducer_lattice.h"

#include <algorithm>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// alpha [T, U + 1]: ln of the sum over ways to a point, without its own step. Returns ln P.
double transducer_forward(const TransducerLattice& l, double* alpha) {
  const int width = l.labels + 1;
  for (int t = 0; t < l.rows; ++t) {
    double* now = alpha + static_cast<ptrdiff_t>(t) * width;
    const double* label = l.label + static_cast<ptrdiff_t>(t) * width;
    for (int u = 0; u < width; ++u) {
      const double above = t > 0   ? now[u - width] + l.blank[(static_cast<ptrdiff_t>(t) - 1) * width + u]
                           : u > 0 ? kLogZero
                                   : 0;
      now[u] = u > 0 ? log_add(above, now[u - 1] + label[u - 1]) : above;
    }
  }
  const auto end = static_cast<ptrdiff_t>(l.points()) - 1;
  return alpha[end] + l.blank[end];
}

// beta [2, U + 1]: ln of the sum over ways from a point to the end, its own step included.
void transducer_backward(const TransducerLattice& l, const double* alpha, double log_p, double* beta) {
  const int width = l.labels + 1;
  double *after = beta, *now = beta + width;
  for (int t = l.rows - 1; t >= 0; --t) {
    for (int u = l.labels; u >= 0; --u) {
      const auto at = static_cast<ptrdiff_t>(t) * width + u;
      double rest = t + 1 < l.rows ? after[u] : u == l.labels ? 0 : kLogZero;
      const double by_blank = l.blank[at] + rest;
      double by_label = kLogZero;
      if (u < l.labels) by_label = l.label[at] + now[u + 1];
      now[u] = log_add(by_blank, by_label);
      l.blank[at] = -std::exp(alpha[at] + by_blank - log_p);
      l.label[at] = u < l.labels ? -std::exp(alpha[at] + by_label - log_p) : 0;
    }
    std::swap(now, after);
  }
}

}  // namespace

size_t transducer_scratch(int rows, int labels) noexcept {
  return (static_cast<size_t>(rows) + 2) * (static_cast<size_t>(labels) + 1);
}

double transducer_loss(const TransducerLattice& l, bool gradient) noexcept {
  const double log_p = l.rows > 0 ? transducer_forward(l, l.scratch) : kLogZero;
  const auto points = static_cast<size_t>(l.points());
  if (gradient && log_p == kLogZero) {
    std::fill_n(l.blank, points, 0.0);
    std::fill_n(l.label, points, 0.0);
  } else if (gradient) {
    transducer_backward(l, l.scratch, log_p, l.scratch + points);
  }
  return -log_p;
}

template <class T>
void read_points(LogProbs<T> log_probs, int64_t first, std::span<const int32_t> labels,
                 const TransducerLattice& l) noexcept {
  const Numbers<const T> y = host(log_probs.rows);
  for (int i = 0; i < y.rows; ++i) {
    const int64_t at = first + i;
    const auto u = static_cast<size_t>(at % (l.labels + 1));
    l.blank[at] = static_cast<double>(y(i, kBlank));
    l.label[at] = u < labels.size() ? static_cast<double>(y(i, labels[u])) : kLogZero;
  }
}

// The gradient w.r.t. a log-probability, d, becomes d_k - p_k * sum of d.
template <class T>
void points_gradient(LogProbs<T> log_probs, int64_t first, std::span<const int32_t> labels, const TransducerLattice& l,
                     double scale, View<T> gradient) noexcept {
  const Numbers<const T> y = host(log_probs.rows);
  for (int i = 0; i < y.rows; ++i) {
    const int64_t at = first + i;
    const auto u = static_cast<size_t>(at % (l.labels + 1));
    const double blank = scale * l.blank[at], label = u < labels.size() ? scale * l.label[at] : 0, sum = blank + label;
    const T* row = y.row(i);
    T* d = host(gradient).row(i);
    for (int k = 0; k < y.cols; ++k) {
      const double own = k == kBlank ? blank : u < labels.size() && k == labels[u] ? label : 0;
      d[k] = static_cast<T>(own - static_cast<double>(std::exp(row[k])) * sum);
    }
  }
}

template void read_points(LogProbs<float>, int64_t, std::span<const int32_t>, const TransducerLattice&) noexcept;
template void read_points(LogProbs<double>, int64_t, std::span<const int32_t>, const TransducerLattice&) noexcept;
template void points_gradient(LogProbs<float>, int64_t, std::span<const int32_t>, const TransducerLattice&, double,
                              View<float>) noexcept;
template void points_gradient(LogProbs<double>, int64_t, std::span<const int32_t>, const TransducerLattice&, double,
                              View<double>) noexcept;

}  // namespace rnn::core
