// Why: the recursions over states: a blank before, between and after the labels, S = 2 U + 1 of them.
#include "alignment/ctc_lattice.h"

#include <algorithm>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// The labels with blanks between them. A path stays in a state, goes to the next one, or skips a blank between two different labels.
struct CtcStates {
  std::span<const int32_t> labels;
  int rows;

  int count() const { return 2 * static_cast<int>(labels.size()) + 1; }
  int32_t label(int s) const { return s % 2 == 0 ? kBlank : labels[static_cast<size_t>(s / 2)]; }
  // Into s from s - 2.
  bool skips(int s) const { return s >= 3 && s % 2 == 1 && label(s) != label(s - 2); }
  // States that both ends can reach: no others are on a path at row t.
  int first(int t) const { return std::max(0, count() - 2 - 2 * (rows - 1 - t)); }
  int last(int t) const { return std::min(count() - 1, 2 * t + 1); }
};

constexpr int kMargin = 2;  // states beside the first and the last, never reached

// alpha [rows, S + margin]: ln of the sum over paths to state s at row t, the row's own included; returns ln P.
template <class T>
double ctc_forward(const CtcStates& states, Numbers<const T> y, double* alpha) {
  const int S = states.count(), stride = S + kMargin;
  for (int t = 0; t < states.rows; ++t) {
    double* now = alpha + static_cast<ptrdiff_t>(t) * stride + kMargin;
    const double* before = now - stride;
    std::fill_n(now - kMargin, stride, kLogZero);
    const T* row = y.row(t);
    for (int s = states.first(t); s <= states.last(t); ++s) {
      const double into = t == 0 ? 0 : log_add(before[s], before[s - 1], states.skips(s) ? before[s - 2] : kLogZero);
      now[s] = into + static_cast<double>(row[states.label(s)]);
    }
  }
  const double* end = alpha + static_cast<ptrdiff_t>(states.rows - 1) * stride + kMargin;
  return S == 1 ? end[0] : log_add(end[S - 1], end[S - 2]);
}

// The gradient, from the last row to the first. beta [2, S + margin] of the row after t and of t, the row's own included; share [K].
template <class T>
void ctc_backward(const CtcStates& states, Numbers<const T> y, const double* alpha, double log_p, double scale, double* beta,
                  double* share, Numbers<T> gradient) {
  const int S = states.count(), stride = S + kMargin;
  double *after = beta, *now = beta + stride;
  std::fill_n(after, stride, kLogZero);
  for (int t = states.rows - 1; t >= 0; --t) {
    const double* a = alpha + static_cast<ptrdiff_t>(t) * stride + kMargin;
    const T* row = y.row(t);
    std::fill_n(now, stride, kLogZero);
    std::fill_n(share, y.cols, 0.0);
    for (int s = states.first(t); s <= states.last(t); ++s) {
      const bool ends = t == states.rows - 1;
      const double rest =
          ends ? 0 : log_add(after[s], after[s + 1], s + 2 < S && states.skips(s + 2) ? after[s + 2] : kLogZero);
      const int32_t label = states.label(s);
      now[s] = rest + static_cast<double>(row[label]);
      share[label] += std::exp(a[s] + rest - log_p);
    }
    T* d = gradient.row(t);
    for (int k = 0; k < y.cols; ++k) d[k] = static_cast<T>(scale * (static_cast<double>(std::exp(row[k])) - share[k]));
    std::swap(now, after);
  }
}

}  // namespace

int ctc_rows_needed(std::span<const int32_t> labels) noexcept {
  int rows = static_cast<int>(labels.size());
  for (size_t u = 1; u < labels.size(); ++u) rows += labels[u] == labels[u - 1];
  return rows;
}

size_t ctc_scratch(int rows, int labels, int classes) noexcept {
  const size_t stride = 2 * static_cast<size_t>(labels) + 1 + kMargin;
  return (static_cast<size_t>(rows) + 2) * stride + static_cast<size_t>(classes);
}

template <class T>
double ctc_loss(LogProbs<T> log_probs, std::span<const int32_t> labels, double* scratch, View<T> gradient,
                double scale) noexcept {
  const Numbers<const T> y = host(log_probs.rows);
  const CtcStates states{labels, y.rows};
  double log_p = labels.empty() ? 0 : kLogZero;
  if (y.rows > 0 && y.rows >= ctc_rows_needed(labels)) log_p = ctc_forward(states, y, scratch);
  if (gradient && log_p == kLogZero) {
    for (int t = 0; t < y.rows; ++t) std::fill_n(host(gradient).row(t), y.cols, T(0));
  } else if (gradient && y.rows > 0) {
    const size_t stride = static_cast<size_t>(states.count() + kMargin);
    double* beta = scratch + static_cast<size_t>(y.rows) * stride;
    ctc_backward(states, y, scratch, log_p, scale, beta, beta + 2 * stride, host(gradient));
  }
  return -log_p;
}

template <class T>
std::optional<CtcAlignment> ctc_align(LogProbs<T> log_probs, std::span<const int32_t> labels) {
  const Numbers<const T> y = host(log_probs.rows);
  const CtcStates states{labels, y.rows};
  if (y.rows < ctc_rows_needed(labels)) return std::nullopt;
  if (y.rows == 0) return CtcAlignment{};
  const int S = states.count();
  std::vector<double> best(static_cast<size_t>(S), kLogZero), before(best);
  std::vector<uint8_t> came(static_cast<size_t>(y.rows) * static_cast<size_t>(S));  // by how many states
  for (int t = 0; t < y.rows; ++t) {
    std::swap(best, before);
    std::fill(best.begin(), best.end(), kLogZero);
    for (int s = states.first(t); s <= states.last(t); ++s) {
      const auto at = static_cast<size_t>(s);
      uint8_t by = 0;
      double into = t == 0 ? 0 : before[at];
      if (t > 0 && s > 0 && before[at - 1] > into) into = before[at - 1], by = 1;
      if (t > 0 && states.skips(s) && before[at - 2] > into) into = before[at - 2], by = 2;
      best[at] = into + static_cast<double>(y(t, states.label(s)));
      came[static_cast<size_t>(t) * static_cast<size_t>(S) + at] = by;
    }
  }
  int s = S - 1;
  if (S > 1 && best[static_cast<size_t>(S - 2)] >= best[static_cast<size_t>(S - 1)]) s = S - 2;
  CtcAlignment path{std::vector<LabelRows>(labels.size()), best[static_cast<size_t>(s)]};
  if (path.log_prob == kLogZero) return std::nullopt;
  for (int t = y.rows - 1, above = -1; t >= 0; --t) {
    if (s % 2 == 1) {
      LabelRows& label = path.labels[static_cast<size_t>(s / 2)];
      if (s != above) label.last = t;
      label.first = t;
      label.log_prob += static_cast<double>(y(t, states.label(s)));
    }
    above = s;
    s -= came[static_cast<size_t>(t) * static_cast<size_t>(S) + static_cast<size_t>(s)];
  }
  return path;
}

template double ctc_loss(LogProbs<float>, std::span<const int32_t>, double*, View<float>, double) noexcept;
template double ctc_loss(LogProbs<double>, std::span<const int32_t>, double*, View<double>, double) noexcept;
template std::optional<CtcAlignment> ctc_align(LogProbs<float>, std::span<const int32_t>);
template std::optional<CtcAlignment> ctc_align(LogProbs<double>, std::span<const int32_t>);

}  // namespace rnn::core
