// Why: see effect_rows.h.
#include "tasks/effect/effect_rows.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "tasks/effect/evaluate_effect.h"

namespace rnn::core {
namespace {

constexpr int kTaps = 64, kCurveTaps = 32;
constexpr size_t kMostRows = 200000;
constexpr double kRidge = 1e-9;  // of the mean of the diagonal: loud and silent taps are nearly alike

}  // namespace

FilterRow::FilterRow(std::vector<int> powers, int taps, const std::vector<SoundPart>& parts)
    : powers_(std::move(powers)), taps_(taps) {
  size_t samples = 0;
  peak_ = 1e-9;
  for (const SoundPart& p : parts) {
    samples += p.in.size();
    for (const float x : p.in) peak_ = std::max(peak_, static_cast<double>(std::fabs(x)));
  }
  const auto n = static_cast<Eigen::Index>(powers_.size()) * taps_;
  // An odd step, so that no period of a tone is met at one phase only.
  const size_t step = samples / kMostRows | 1;
  constexpr Eigen::Index kRows = 256;
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(n), y(kRows);
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> x(kRows, n);
  Eigen::Index filled = 0;
  const auto flush = [&] {
    if (filled == 0) return;
    products.selfadjointView<Eigen::Lower>().rankUpdate(x.topRows(filled).transpose());
    sums += x.topRows(filled).transpose() * y.head(filled);
    filled = 0;
  };
  for (const SoundPart& p : parts) {
    for (size_t t = 0; t < p.in.size(); t += step) {
      features(p.in, t, x.row(filled).data());
      y[filled] = static_cast<double>(p.out[t]);
      if (++filled == kRows) flush();
    }
  }
  flush();
  const double ridge = kRidge * products.diagonal().mean() + 1e-12;
  for (Eigen::Index i = 0; i < n; ++i) products(i, i) += ridge;
  const Eigen::VectorXd w = products.selfadjointView<Eigen::Lower>().ldlt().solve(sums);
  weights_.assign(w.data(), w.data() + w.size());
}

void FilterRow::features(std::span<const float> in, size_t t, double* row) const {
  for (const int power : powers_) {
    for (int k = 0; k < taps_; ++k) {
      const double x = t >= static_cast<size_t>(k) ? static_cast<double>(in[t - static_cast<size_t>(k)]) / peak_ : 0;
      double value = x;
      for (int i = 1; i < power; ++i) value *= x;
      *row++ = value;
    }
  }
}

void FilterRow::run(std::span<const float> in, std::span<float> out) const {
  std::vector<double> row(weights_.size());
  for (size_t t = 0; t < in.size(); ++t) {
    features(in, t, row.data());
    double sum = 0;
    for (size_t i = 0; i < row.size(); ++i) sum += row[i] * weights_[i];
    out[t] = static_cast<float>(sum);
  }
}

std::vector<float> FilterRow::taps() const {
  std::vector<float> taps;
  for (int k = 0; k < taps_; ++k) taps.push_back(static_cast<float>(weights_[static_cast<size_t>(k)] / peak_));
  return taps;
}

FilterRow linear_filter(const std::vector<SoundPart>& train) { return {{1}, kTaps, train}; }

EffectRows fit_effect_rows(const std::vector<SoundPart>& train) {
  return {linear_filter(train), FilterRow({1, 2, 3, 5, 7}, kCurveTaps, train)};
}

std::vector<ResultRow> effect_rows(const EffectRows* filters, const std::vector<SoundPart>& parts) {
  const auto copy = [](std::span<const float> in, std::span<float> out) { std::copy(in.begin(), in.end(), out.begin()); };
  std::vector<ResultRow> rows = {effect_row("the dry signal", parts, copy)};
  if (!filters) return rows;
  rows.push_back(effect_row("a linear filter", parts, [&](auto in, auto out) { filters->linear.run(in, out); }));
  rows.push_back(effect_row("a curve and filters", parts, [&](auto in, auto out) { filters->curve.run(in, out); }));
  return rows;
}

}  // namespace rnn::core
