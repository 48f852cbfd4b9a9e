// Why: see wave_sums.h. A constant and a line are taken off by a regression of their own before the products (Frisch and Waugh 1933).
#include "series/wave_sums.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "series/observed.h"

namespace rnn::core {
namespace {

constexpr double kRounding = 1e-9;  // of the largest diagonal: what keeps waves that a grid cannot tell apart from growing

// Takes its mean and its line in `times`, which have mean 0, off a column.
void remove_line(std::span<const double> times, std::span<double> column) {
  double mean = 0, slope = 0, squares = 0;
  for (const double v : column) mean += v / static_cast<double>(column.size());
  for (size_t i = 0; i < column.size(); ++i) slope += times[i] * column[i], squares += times[i] * times[i];
  if (squares > 0) slope /= squares;
  for (size_t i = 0; i < column.size(); ++i) column[i] -= mean + slope * times[i];
}

}  // namespace

WaveSums::WaveSums(int waves) : waves_(static_cast<size_t>(waves)), ww_(waves_ * waves_), wy_(waves_) {}

void WaveSums::add(std::span<const double> values, std::span<const std::span<const float>> waves) {
  std::vector<double> times, y;
  std::vector<std::vector<double>> w(waves_);
  double mean = 0;
  for (size_t t = 0; t < values.size(); ++t) {
    if (!observed(values[t])) continue;
    times.push_back(static_cast<double>(t)), y.push_back(values[t]), mean += static_cast<double>(t);
    for (size_t k = 0; k < waves_; ++k) w[k].push_back(static_cast<double>(waves[k][t]));
  }
  for (double& t : times) t -= mean / static_cast<double>(times.size());
  remove_line(times, y);
  for (std::vector<double>& wave : w) remove_line(times, wave);
  for (size_t t = 0; t < y.size(); ++t) {
    for (size_t k = 0; k < waves_; ++k) {
      wy_[k] += w[k][t] * y[t];
      for (size_t l = 0; l < waves_; ++l) ww_[k * waves_ + l] += w[k][t] * w[l][t];
    }
  }
}

std::vector<float> WaveSums::solve() const {
  const auto n = static_cast<Eigen::Index>(waves_);
  std::vector<float> found(waves_, 0.0f);
  Eigen::MatrixXd matrix = Eigen::Map<const Eigen::MatrixXd>(ww_.data(), n, n);
  const double largest = n > 0 ? matrix.diagonal().maxCoeff() : 0;
  if (!(largest > 0) || !std::isfinite(largest)) return found;
  matrix.diagonal().array() += kRounding * largest;
  const Eigen::LLT<Eigen::MatrixXd> factor(matrix);
  if (factor.info() != Eigen::Success) return found;
  const Eigen::VectorXd weights = factor.solve(Eigen::Map<const Eigen::VectorXd>(wy_.data(), n));
  for (Eigen::Index k = 0; k < n; ++k)
    if (std::isfinite(weights[k])) found[static_cast<size_t>(k)] = static_cast<float>(weights[k]);
  return found;
}

}  // namespace rnn::core
