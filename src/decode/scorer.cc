// Why: the arithmetic that all scorers share: normalising, summing along a text, averaging several scorers.
#include "decode/scorer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/numbers.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

void log_softmax_row(const float* x, float* out, int n) noexcept {
  float top = kImpossible;
  for (int i = 0; i < n; ++i) top = x[i] > top ? x[i] : top;  // false for NaN
  if (!std::isfinite(top)) {
    const auto ties = [&](float v) { return v == top || (top == kImpossible && std::isnan(v)); };
    int count = 0;
    for (int i = 0; i < n; ++i) count += ties(x[i]);
    const auto share = static_cast<float>(-std::log(static_cast<double>(count)));
    for (int i = 0; i < n; ++i) out[i] = ties(x[i]) ? share : kImpossible;
    return;
  }
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    if (x[i] > kImpossible) sum += std::exp(static_cast<double>(x[i]) - top);
  }
  const double log_sum = top + std::log(sum);
  for (int i = 0; i < n; ++i) out[i] = x[i] > kImpossible ? static_cast<float>(x[i] - log_sum) : kImpossible;
}

// Whether the kernel can compute a softmax of this row.
bool has_softmax(const float* x, int n) noexcept {
  bool possible = false;
  for (int i = 0; i < n; ++i) {
    if (!(x[i] < -kImpossible)) return false;  // NaN, too
    possible = possible || x[i] > kImpossible;
  }
  return possible;
}

}  // namespace

View<const float> Scorer::read(std::span<const int32_t> ids) {
  View<const float> next;
  for (size_t i = 0; i < ids.size(); ++i) next = step(ids.subspan(i, 1));
  return next;
}

View<const float> start_behind(Scorer& scorer, int n, std::span<const int32_t> prompt) {
  scorer.start(n);
  if (n == 1) return scorer.read(prompt);
  View<const float> next;
  for (const int32_t id : prompt) next = scorer.step(std::vector<int32_t>(static_cast<size_t>(n), id));
  return next;
}

// In place: a row that is already done has a softmax, too.
void log_softmax(const Kernels<float>& kernels, Pool& pool, View<const float> logits, View<float> out) noexcept {
  if (kernels.log_softmax(pool, logits, out) == 0) return;
  for (int r = 0; r < logits.rows; ++r) {
    if (!has_softmax(host(logits).row(r), logits.cols)) log_softmax_row(host(logits).row(r), host(out).row(r), logits.cols);
  }
}

void log_softmax(View<const float> logits, View<float> out) noexcept {
  for (int r = 0; r < logits.rows; ++r) log_softmax_row(host(logits).row(r), host(out).row(r), logits.cols);
}

std::vector<std::vector<double>> continuation_log_probs(Scorer& scorer, std::span<const int32_t> prompt,
                                                        const std::vector<std::vector<int32_t>>& continuations) {
  std::vector<std::vector<double>> sums(continuations.size());
  View<const float> next = start_behind(scorer, 1, prompt);
  std::vector<int> going, from;  // unfinished continuations; the row after which each continues
  for (size_t i = 0; i < continuations.size(); ++i) {
    if (!continuations[i].empty()) going.push_back(static_cast<int>(i)), from.push_back(0);
  }
  for (size_t t = 0; !going.empty(); ++t) {
    std::vector<int> still, rows;
    std::vector<int32_t> ids;
    for (size_t k = 0; k < going.size(); ++k) {
      const auto i = static_cast<size_t>(going[k]);
      const int32_t id = continuations[i][t];
      sums[i].push_back(host(next)(from[k], id));
      if (t + 1 == continuations[i].size()) continue;
      still.push_back(going[k]), rows.push_back(from[k]), ids.push_back(id);
    }
    going = still;
    if (going.empty()) break;
    scorer.select(rows);
    next = scorer.step(ids);
    from.resize(going.size());
    for (size_t k = 0; k < from.size(); ++k) from[k] = static_cast<int>(k);
  }
  return sums;
}

std::vector<double> ensemble_weights(size_t members, const std::vector<double>& weights) {
  if (weights.empty()) return std::vector<double>(members, 1.0 / static_cast<double>(members));
  if (weights.size() != members) {
    throw Error(Exit::usage, "ensemble/weights",
                std::to_string(weights.size()) + " weights do not fit " + std::to_string(members) + " models",
                "give one weight per model, in the order of the models");
  }
  double sum = 0;
  for (const double w : weights) {
    if (!(w > 0) || !std::isfinite(w))
      throw Error(Exit::usage, "ensemble/weights", "a weight of an ensemble is " + number_text(w) + ", it must be above 0",
                  "leave the model out instead");
    sum += w;
  }
  std::vector<double> shares = weights;
  for (double& w : shares) w /= sum;
  return shares;
}

EnsembleScorer::EnsembleScorer(std::vector<Scorer*> members, const std::vector<double>& weights)
    : members_(std::move(members)), weights_(ensemble_weights(members_.size(), weights)) {
  for (const Scorer* member : members_) {
    if (member->vocabulary() == vocabulary()) continue;
    throw Error(Exit::model, "ensemble/tokens",
                "an ensemble needs one vocabulary, but its models have " + std::to_string(vocabulary()) + " and " +
                    std::to_string(member->vocabulary()) + " tokens");
  }
}

void EnsembleScorer::start(int n) {
  for (Scorer* member : members_) member->start(n);
}

void EnsembleScorer::select(const std::vector<int>& rows) {
  for (Scorer* member : members_) member->select(rows);
}

template <class Ask>
View<const float> EnsembleScorer::mean(int rows, const Ask& ask) {
  const int V = vocabulary();
  sum_.assign(static_cast<size_t>(rows) * V, 0.0);
  for (size_t k = 0; k < members_.size(); ++k) {
    const View<const float> log_p = ask(*members_[k]);
    for (int r = 0; r < rows; ++r) {
      double* sum = sum_.data() + static_cast<ptrdiff_t>(r) * V;
      for (int i = 0; i < V; ++i) sum[i] += weights_[k] * std::exp(static_cast<double>(host(log_p)(r, i)));
    }
  }
  if (log_probs_.rows() < rows) log_probs_ = Matrix<float>(rows, V);
  const View<float> out = log_probs_.view().middle(0, rows);
  for (size_t i = 0; i < sum_.size(); ++i) host(out).data[i] = static_cast<float>(std::log(sum_[i]));
  mean_attention(rows);
  return out;
}

void EnsembleScorer::mean_attention(int rows) {
  looked_ = {};
  int longest = 0;
  std::vector<View<const float>> all;
  for (const Scorer* member : members_) {
    all.push_back(member->attention());
    if (all.back().rows != rows) return;
    for (int r = 0; r < rows; ++r) {
      if (member->looked_at(r) != members_[0]->looked_at(r)) return;
      longest = std::max(longest, member->looked_at(r));
    }
  }
  if (shares_.rows() < rows || shares_.cols() < longest) shares_ = Matrix<float>(rows, longest);
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < members_[0]->looked_at(r); ++j) {
      double sum = 0;
      for (size_t k = 0; k < all.size(); ++k) sum += weights_[k] * host(all[k])(r, j);
      shares_(r, j) = static_cast<float>(sum);
    }
  }
  looked_ = {shares_.data(), rows, longest, shares_.cols()};
}

View<const float> EnsembleScorer::step(std::span<const int32_t> ids) {
  return mean(static_cast<int>(ids.size()), [&](Scorer& member) { return member.step(ids); });
}

View<const float> EnsembleScorer::read(std::span<const int32_t> ids) {
  return mean(1, [&](Scorer& member) { return member.read(ids); });
}

}  // namespace rnn::core
