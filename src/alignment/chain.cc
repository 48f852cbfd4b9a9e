// Why: see chain.h; the textbook recursions, with matrix-vector products of exponentials in their middle.
#include "alignment/chain.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "alignment/log_space.h"

namespace rnn::core {
namespace {

constexpr double kSmall = 1e-250;  // below it a product of exponentials has lost too much

double log_sum(const double* values, size_t count) {
  const double top = *std::max_element(values, values + count);
  if (top == kLogZero) return top;
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += std::exp(values[i] - top);
  return top + std::log(sum);
}

// to = the product of `row` [K] with `matrix` [K, K], row by row.
void multiply(const std::vector<double>& row, const std::vector<double>& matrix, std::vector<double>& to) {
  const size_t K = row.size();
  std::fill(to.begin(), to.end(), 0.0);
  for (size_t i = 0; i < K; ++i) {
    const double factor = row[i];
    if (factor == 0) continue;
    const double* from = matrix.data() + i * K;
    for (size_t j = 0; j < K; ++j) to[j] += factor * from[j];
  }
}

}  // namespace

void ChainCounts::clear(int labels) {
  const auto K = static_cast<size_t>(labels);
  transition.assign(K * K, 0), begin.assign(K, 0), end.assign(K, 0);
}

ChainSums::ChainSums(const ChainScores& scores)
    : scores_(scores), labels_(static_cast<size_t>(scores.labels)), p_(labels_), q_(labels_) {
  const size_t K = labels_;
  top_ = *std::max_element(scores.transition.begin(), scores.transition.end());
  if (top_ == kLogZero) top_ = 0;
  power_.resize(K * K), across_.resize(K * K);
  for (size_t i = 0; i < K; ++i)
    for (size_t j = 0; j < K; ++j) across_[j * K + i] = power_[i * K + j] = std::exp(scores.transition[i * K + j] - top_);
}

double ChainSums::forward(std::span<const double> emission) {
  const size_t K = labels_;
  assert(!emission.empty() && emission.size() % K == 0);
  steps_ = emission.size() / K, emission_ = emission;
  alpha_.resize(emission.size());
  for (size_t k = 0; k < K; ++k) alpha_[k] = scores_.begin[k] + emission[k];
  for (size_t t = 1; t < steps_; ++t) {
    const double* last = alpha(t - 1);
    const double top = *std::max_element(last, last + K);
    double* now = alpha_.data() + t * K;
    for (size_t i = 0; i < K; ++i) p_[i] = top == kLogZero ? 0 : std::exp(last[i] - top);
    multiply(p_, power_, q_);
    for (size_t j = 0; j < K; ++j) {
      double sum = q_[j] >= kSmall ? top + top_ + std::log(q_[j]) : kLogZero;
      if (q_[j] < kSmall && top != kLogZero) {
        sum = kLogZero;
        for (size_t i = 0; i < K; ++i) sum = log_add(sum, last[i] + scores_.transition[i * K + j]);
      }
      now[j] = std::isnan(q_[j]) ? q_[j] : sum + emission[t * K + j];
    }
  }
  for (size_t k = 0; k < K; ++k) p_[k] = alpha(steps_ - 1)[k] + scores_.end[k];
  if (std::any_of(p_.begin(), p_.end(), [](double x) { return std::isnan(x); })) return sum_ = std::nan("");
  return sum_ = log_sum(p_.data(), K);
}

void ChainSums::backward(std::span<double> marginals) {
  const size_t K = labels_;
  assert(marginals.size() == alpha_.size() && std::isfinite(sum_));
  beta_.resize(alpha_.size());
  std::copy(scores_.end.begin(), scores_.end.end(), beta_.begin() + static_cast<std::ptrdiff_t>((steps_ - 1) * K));
  std::vector<double> next(K);
  for (size_t t = steps_ - 1; t-- > 0;) {
    for (size_t j = 0; j < K; ++j) next[j] = emission_[(t + 1) * K + j] + beta(t + 1)[j];
    const double top = *std::max_element(next.begin(), next.end());
    for (size_t j = 0; j < K; ++j) p_[j] = top == kLogZero ? 0 : std::exp(next[j] - top);
    multiply(p_, across_, q_);
    for (size_t i = 0; i < K; ++i) {
      double sum = q_[i] >= kSmall ? top + top_ + std::log(q_[i]) : kLogZero;
      if (q_[i] < kSmall && top != kLogZero) {
        sum = kLogZero;
        for (size_t j = 0; j < K; ++j) sum = log_add(sum, scores_.transition[i * K + j] + next[j]);
      }
      beta_[t * K + i] = sum;
    }
  }
  for (size_t i = 0; i < marginals.size(); ++i) marginals[i] = std::exp(alpha_[i] + beta_[i] - sum_);
}

// Counts of the step from t - 1 to t by logarithms alone.
void ChainSums::add_exactly(size_t t, double scale, ChainCounts& counts) const {
  const size_t K = labels_;
  for (size_t i = 0; i < K; ++i) {
    for (size_t j = 0; j < K; ++j) {
      const double log_p = alpha(t - 1)[i] + scores_.transition[i * K + j] + emission_[t * K + j] + beta(t)[j] - sum_;
      counts.transition[i * K + j] += scale * std::exp(log_p);
    }
  }
}

void ChainSums::add_counts(double scale, ChainCounts& counts) {
  const size_t K = labels_;
  std::vector<double> outer(K * K,
                            0);  // sum over t of p r / S: times the exponentials it is the sum of the pairs' probabilities
  for (size_t t = 1; t < steps_; ++t) {
    const double top = *std::max_element(alpha(t - 1), alpha(t - 1) + K);
    for (size_t i = 0; i < K; ++i) p_[i] = std::exp(alpha(t - 1)[i] - top);
    std::vector<double> r(K);
    for (size_t j = 0; j < K; ++j) r[j] = emission_[t * K + j] + beta(t)[j];
    const double after = *std::max_element(r.begin(), r.end());
    for (double& x : r) x = std::exp(x - after);
    multiply(p_, power_, q_);
    double all = 0;
    for (size_t j = 0; j < K; ++j) all += q_[j] * r[j];
    if (!(all >= kSmall)) {
      add_exactly(t, scale, counts);
      continue;
    }
    for (size_t i = 0; i < K; ++i) {
      const double factor = p_[i] / all;
      double* to = outer.data() + i * K;
      for (size_t j = 0; j < K; ++j) to[j] += factor * r[j];
    }
  }
  for (size_t i = 0; i < K * K; ++i) counts.transition[i] += power_[i] == 0 ? 0 : scale * outer[i] * power_[i];
  for (size_t k = 0; k < K; ++k) {
    counts.begin[k] += scale * std::exp(alpha(0)[k] + beta(0)[k] - sum_);
    counts.end[k] += scale * std::exp(alpha(steps_ - 1)[k] + scores_.end[k] - sum_);
  }
}

double chain_score(const ChainScores& scores, std::span<const double> emission, std::span<const int32_t> labels) {
  const auto K = static_cast<size_t>(scores.labels);
  double sum = scores.begin[static_cast<size_t>(labels.front())] + scores.end[static_cast<size_t>(labels.back())];
  for (size_t t = 0; t < labels.size(); ++t) {
    const auto now = static_cast<size_t>(labels[t]);
    sum += emission[t * K + now];
    if (t > 0) sum += scores.transition[static_cast<size_t>(labels[t - 1]) * K + now];
  }
  return sum;
}

std::vector<int32_t> best_chain(const ChainScores& scores, std::span<const double> emission) {
  const auto K = static_cast<size_t>(scores.labels);
  const size_t T = emission.size() / K;
  std::vector<double> best(K), next(K);
  std::vector<int32_t> from(T * K, 0);
  for (size_t k = 0; k < K; ++k) best[k] = scores.begin[k] + emission[k];
  for (size_t t = 1; t < T; ++t) {
    std::fill(next.begin(), next.end(), kLogZero);
    for (size_t i = 0; i < K; ++i) {
      if (best[i] == kLogZero) continue;
      const double* transition = scores.transition.data() + i * K;
      for (size_t j = 0; j < K; ++j) {
        const double score = best[i] + transition[j];
        if (score > next[j]) next[j] = score, from[t * K + j] = static_cast<int32_t>(i);
      }
    }
    for (size_t j = 0; j < K; ++j) best[j] = next[j] + emission[t * K + j];
  }
  for (size_t k = 0; k < K; ++k) best[k] += scores.end[k];
  const auto last = std::max_element(best.begin(), best.end());
  if (*last == kLogZero) return {};
  std::vector<int32_t> labels(T);
  labels[T - 1] = static_cast<int32_t>(last - best.begin());
  for (size_t t = T - 1; t > 0; --t) labels[t - 1] = from[t * K + static_cast<size_t>(labels[t])];
  return labels;
}

}  // namespace rnn::core
