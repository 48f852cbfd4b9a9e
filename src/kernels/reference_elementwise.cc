// Why: softmax, losses and optimizer steps in double by plain loops, as in their papers.
#include "kernels/reference_elementwise.h"

#include <algorithm>
#include <cmath>

#include "kernels/host.h"

namespace rnn::core::reference {
namespace {

double gradient_of(const StepArgs<double>& s, size_t i) {
  const double g = s.g[i] * s.scale;
  return s.clip_value > 0 ? std::clamp(g, -s.clip_value, s.clip_value) : g;
}

void average(const StepArgs<double>& s, size_t i) {
  if (s.average) s.average[i] += s.average_rate * (s.p[i] - s.average[i]);
}

}  // namespace

void softmax_cross_entropy(Pool&, const SoftmaxArgs<double>& s) {
  const int n = s.logits.cols;
  for (int m = 0; m < s.logits.rows; ++m) {
    double* x = s.logits.address(m);
    const double weight = s.weights ? s.weights[m] : 1;
    if (weight == 0) {  // an ignored row: its target may not be a class at all
      s.loss[m] = 0;
      if (s.nll) s.nll[m] = 0;
      if (s.correct) s.correct[m] = 0;
      if (s.gradient) std::fill_n(x, n, 0.0);
      continue;
    }
    const double* best = std::max_element(x, x + n);
    const double top = *best;
    if (s.correct) s.correct[m] = best - x == s.targets[m];
    double sum = 0, mean = 0;
    for (int i = 0; i < n; ++i) sum += std::exp(x[i] - top);
    const double log_sum = std::log(sum), nll = log_sum - (x[s.targets[m]] - top);
    for (int i = 0; i < n; ++i) mean += (log_sum - (x[i] - top)) / n;
    s.loss[m] = weight * ((1 - s.smoothing) * nll + s.smoothing * mean);
    if (s.nll) s.nll[m] = weight * nll;
    for (int i = 0; i < n && s.gradient; ++i) {
      x[i] = weight * (std::exp(x[i] - top) / sum - s.smoothing / n - (i == s.targets[m] ? 1 - s.smoothing : 0));
    }
  }
}

int log_softmax(Pool&, View<const double> x, View<double> out) {
  int without = 0;
  for (int m = 0; m < x.rows; ++m) {
    const double top = *std::max_element(x.address(m), x.address(m) + x.cols);
    double sum = 0;
    for (int i = 0; i < x.cols; ++i) sum += std::exp(host(x)(m, i) - top);
    if (!std::isfinite(sum)) {
      ++without;
      continue;
    }
    const double log_sum = std::log(sum);
    for (int i = 0; i < x.cols; ++i) host(out)(m, i) = (host(x)(m, i) - top) - log_sum;
  }
  return without;
}

double sum_squares(Pool&, const double* x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

void tanh_rows(Pool&, View<double> x) {
  for (int m = 0; m < x.rows; ++m) {
    for (int i = 0; i < x.cols; ++i) host(x)(m, i) = std::tanh(host(x)(m, i));
  }
}

void sgd(const StepArgs<double>& s) {
  for (size_t i = 0; i < s.n; ++i) {
    double g = gradient_of(s, i) + s.weight_decay * s.p[i];
    s.g[i] = 0;
    if (s.m) g = s.m[i] = s.momentum * s.m[i] + g;
    s.p[i] -= s.lr * g;
    average(s, i);
  }
}

void adam(const StepArgs<double>& s) {
  for (size_t i = 0; i < s.n; ++i) {
    double g = gradient_of(s, i);
    s.g[i] = 0;
    if (s.decoupled) {
      s.p[i] -= s.lr * s.weight_decay * s.p[i];
    } else {
      g += s.weight_decay * s.p[i];
    }
    s.m[i] = s.beta1 * s.m[i] + (1 - s.beta1) * g;
    s.v[i] = s.beta2 * s.v[i] + (1 - s.beta2) * g * g;
    s.p[i] -= s.lr / s.correction1 * s.m[i] / (std::sqrt(s.v[i] / s.correction2) + s.epsilon);
    average(s, i);
  }
}

void rms(const StepArgs<double>& s) {
  for (size_t i = 0; i < s.n; ++i) {
    const double g = gradient_of(s, i) + s.weight_decay * s.p[i];
    s.g[i] = 0;
    s.v[i] = s.sum ? s.v[i] + g * g : s.beta2 * s.v[i] + (1 - s.beta2) * g * g;
    s.p[i] -= s.lr * g / (std::sqrt(s.v[i]) + s.epsilon);
    average(s, i);
  }
}

}  // namespace rnn::core::reference
