// Why: see ordinal.h; in double, row by row.
#include "heads/ordinal.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "heads/special.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr double kExplodedPlace = 1000;  // nats
constexpr double kWidestLogGap = 20;     // a gap of exp(20) between thresholds is as good as any larger one

// Thresholds in ascending order, and the gaps below them.
struct OrdinalScale {
  std::vector<double> theta;         // [K - 1]
  std::vector<double> gap, log_gap;  // [K - 1], from 1 on: theta[k] - theta[k - 1]
  std::vector<bool> cut;             // [K - 1]: the gap is the widest, its parameter has no gradient
  size_t classes() const { return theta.size() + 1; }
};

template <class T>
std::span<const T> numbers_of(const Weights<T>& weights, ParamId id, size_t size) {
  return {weights.rows(id), size};
}

template <class T>
OrdinalScale scale_of(std::span<const T> c) {
  const size_t n = c.size();
  const double K = static_cast<double>(n) + 1;
  const auto logit = [&](size_t k) { return std::log(static_cast<double>(k) / (K - static_cast<double>(k))); };
  OrdinalScale s{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n), std::vector<bool>(n)};
  s.theta[0] = logit(1) + static_cast<double>(c[0]);
  for (size_t k = 1; k < n; ++k) {
    const double wanted = std::log(logit(k + 1) - logit(k)) + static_cast<double>(c[k]);
    s.cut[k] = wanted > kWidestLogGap;
    s.log_gap[k] = std::min(wanted, kWidestLogGap);
    s.gap[k] = std::exp(s.log_gap[k]);
    s.theta[k] = s.theta[k - 1] + s.gap[k];
  }
  return s;
}

// log(1 - exp(-gap)), from the logarithm of a gap that may be too small to be a number.
double log_share(double gap, double log_gap) { return gap < 1e-8 ? log_gap - gap / 2 : std::log(-std::expm1(-gap)); }

// gap / (exp(gap) - 1), its derivative with respect to log gap.
double share_slope(double gap) { return gap < 1e-8 ? 1 - gap / 2 : gap / std::expm1(gap); }

// log P(y = k). With a = s - theta_k (the threshold below class k) and b = s - theta_k+1 (that above it):
// sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), so nothing cancels.
double log_probability(const OrdinalScale& scale, double s, size_t k) {
  double sum = 0;
  if (k > 0) sum -= softplus(scale.theta[k - 1] - s);
  if (k + 1 < scale.classes()) sum -= softplus(s - scale.theta[k]);
  if (k > 0 && k + 1 < scale.classes()) sum += log_share(scale.gap[k], scale.log_gap[k]);
  return sum;
}

template <class T>
double score_of(std::span<const T> w, const T* h) {
  double s = 0;
  for (size_t i = 0; i < w.size(); ++i) s += static_cast<double>(w[i]) * static_cast<double>(h[i]);
  return s;
}

// Adds `by` times the gradient of log P(y = k) to that of the thresholds and of the logarithms of the gaps; returns its part of ds.
double add_slopes(const OrdinalScale& scale, double s, size_t k, double by, std::vector<double>& dtheta,
                  std::vector<double>& dlog_gap) {
  double ds = 0;
  if (k > 0) {
    const double slope = by * logistic(scale.theta[k - 1] - s);
    ds += slope, dtheta[k - 1] -= slope;
  }
  if (k + 1 < scale.classes()) {
    const double slope = by * logistic(s - scale.theta[k]);
    ds -= slope, dtheta[k] += slope;
  }
  if (k > 0 && k + 1 < scale.classes()) dlog_gap[k] += by * share_slope(scale.gap[k]);
  return ds;
}

// The loss of a row with log-probabilities o [K], smoothed as PyTorch does: (1 - e) of the class, e of the mean over all.
template <class T>
double ordinal_row_loss(const T* o, int K, int32_t wanted, double smoothing) {
  double sum = -(1 - smoothing) * static_cast<double>(o[wanted]);
  for (int k = 0; k < K && smoothing > 0; ++k) sum -= smoothing / K * static_cast<double>(o[k]);
  return sum;
}

}  // namespace

template <class T>
OrdinalHead<T>::OrdinalHead(const HeadOptions& options, ParamTable& table, Packed<T>&)
    : reads_(options.reads), classes_(options.outputs), width_(options.width) {
  if (classes_ < 2)
    throw Error(Exit::usage, "model/ordinal", "a scale of " + std::to_string(classes_) + " label is none",
                "it needs two places at least");
  score_ = table.add_vector("output.score", width_, {.role = Role::score, .stack = "output", .inputs = width_});
  thresholds_ = table.add_vector("output.thresholds", classes_ - 1,
                                 {.role = Role::bias, .stack = "output", .inputs = width_, .init = InitAs::zeros});
}

template <class T>
HeadInfo OrdinalHead<T>::info() const {
  return {"ordinal", reads_, classes_, true, "nats", std::log(static_cast<double>(classes_)), kExplodedPlace};
}

template <class T>
void OrdinalHead<T>::outputs(Context<T>&, const Weights<T>& weights, View<const T> h, View<T> outputs) const {
  const OrdinalScale scale = scale_of(numbers_of(weights, thresholds_, static_cast<size_t>(classes_ - 1)));
  const std::span<const T> w = numbers_of(weights, score_, static_cast<size_t>(width_));
  for (int row = 0; row < h.rows; ++row) {
    const double s = score_of(w, host(h).row(row));
    for (int k = 0; k < classes_; ++k)
      host(outputs)(row, k) = static_cast<T>(log_probability(scale, s, static_cast<size_t>(k)));
  }
}

template <class T>
void OrdinalHead<T>::outputs_backward(Context<T>&, const Weights<T>& weights, View<const T> h, View<const T> doutputs,
                                      View<T> dh, Params<T>& grads) const {
  const OrdinalScale scale = scale_of(numbers_of(weights, thresholds_, static_cast<size_t>(classes_ - 1)));
  const std::span<const T> w = numbers_of(weights, score_, static_cast<size_t>(width_));
  const size_t n = scale.theta.size();
  std::vector<double> dw(w.size(), 0), dtheta(n, 0), dlog_gap(n, 0);
  for (int row = 0; row < h.rows; ++row) {
    const double s = score_of(w, host(h).row(row));
    double ds = 0;
    for (int k = 0; k < classes_; ++k) {
      const double by = static_cast<double>(host(doutputs)(row, k));
      if (by != 0) ds += add_slopes(scale, s, static_cast<size_t>(k), by, dtheta, dlog_gap);
    }
    for (size_t i = 0; i < w.size(); ++i) {
      dw[i] += ds * static_cast<double>(host(h).row(row)[i]);
      host(dh).row(row)[i] = static_cast<T>(ds * static_cast<double>(w[i]));
    }
  }
  if (grads.size() == 0) return;
  const std::span<T> score = grads.values(score_), thresholds = grads.values(thresholds_);
  for (size_t i = 0; i < w.size(); ++i) score[i] += static_cast<T>(dw[i]);
  double above = 0;  // of this threshold and all above it, which move with it
  for (size_t k = n; k-- > 0;) {
    above += dtheta[k];
    const double slope = k == 0 ? above : scale.cut[k] ? 0 : scale.gap[k] * above + dlog_gap[k];
    thresholds[k] += static_cast<T>(slope);
  }
}

template <class T>
LossSum OrdinalHead<T>::loss_of(Context<T>& context, View<T> outputs, const Targets& targets, const LossOptions& options,
                                std::vector<double>* rows) const {
  const ProfileScope profiled(context.profile, Phase::loss);
  if (rows) rows->assign(static_cast<size_t>(outputs.rows), 0);
  LossSum sum;
  double correct = 0;
  for (int row = 0; row < outputs.rows; ++row) {
    const auto target = static_cast<size_t>(row);
    const double weight = targets.weight(target), smoothing = options.label_smoothing;
    T* const o = host(outputs).row(row);
    const int32_t wanted = targets.ids[target];
    const double loss = weight != 0 ? weight * ordinal_row_loss(o, classes_, wanted, smoothing) : 0;
    sum.loss += loss, sum.weight += weight, sum.counted += weight != 0;
    if (rows) (*rows)[target] = loss;
    if (options.plain) options.plain[target] = weight != 0 ? -weight * static_cast<double>(o[wanted]) : 0;
    if (weight != 0 && std::max_element(o, o + classes_) - o == wanted) correct += weight;
    for (int k = 0; k < classes_ && options.gradient; ++k)
      o[k] = static_cast<T>(weight == 0 ? 0 : -weight * ((k == wanted ? 1 - smoothing : 0) + smoothing / classes_));
  }
  if (!options.gradient) sum.correct = correct;
  return sum;
}

template <class T>
LossSum OrdinalHead<T>::loss(Context<T>& context, const Weights<T>& weights, View<const T> h, const Targets& targets,
                             const LossArgs<T>& args) const {
  assert(!args.samples);
  const ArenaScope scope(context.arena);
  const View<T> outputs = context.arena.template matrix<T>(h.rows, classes_);
  this->outputs(context, weights, h, outputs);
  LossOptions options{args.label_smoothing, args.grads != nullptr};
  if (args.plain) args.plain->resize(static_cast<size_t>(h.rows)), options.plain = args.plain->data();
  const LossSum sum = loss_of(context, outputs, targets, options, args.rows);
  if (args.grads) outputs_backward(context, weights, h, outputs, args.dh, *args.grads);
  return sum;
}

template class OrdinalHead<float>;
template class OrdinalHead<double>;

}  // namespace rnn::core
