// Why: autoregression by least squares, from normal equations of centred values.
#include "series/autoregression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "series/naive.h"
#include "series/observed.h"

namespace rnn::core {
namespace {

using LagRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Sums over windows of the values less `mean`.
struct LagSums {
  Eigen::MatrixXd products;  // [order + horizon, order] oldest first; the lower triangle of the first rows
  Eigen::VectorXd sums;      // [order + horizon]
  double windows = 0;
};

LagSums lag_sums(std::span<const double> history, int order, int horizon, double mean) {
  const int width = order + horizon;
  constexpr int kBlock = 256;
  LagSums s{Eigen::MatrixXd::Zero(width, order), Eigen::VectorXd::Zero(width), 0};
  LagRows block(kBlock, width);
  int rows = 0;
  const auto add_block = [&] {
    const auto filled = block.topRows(rows);
    s.products.noalias() += filled.transpose() * filled.leftCols(order);
    s.sums += filled.colwise().sum().transpose();
    s.windows += rows, rows = 0;
  };
  int64_t run = 0;  // observed values in a row
  for (size_t end = 1; end <= history.size(); ++end) {
    run = observed(history[end - 1]) ? run + 1 : 0;
    if (run < width) continue;
    for (int i = 0; i < width; ++i) block(rows, i) = history[end - static_cast<size_t>(width - i)] - mean;
    if (++rows == kBlock) add_block();
  }
  add_block();
  return s;
}

// The last `order` values, oldest first, without gaps.
std::vector<double> latest_values(std::span<const double> history, size_t order) {
  std::vector<double> out(order, kMissing);
  const size_t n = std::min(order, history.size());
  std::copy(history.end() - static_cast<std::ptrdiff_t>(n), history.end(), out.end() - static_cast<std::ptrdiff_t>(n));
  double before = last_observed(history.first(history.size() - n));
  if (!observed(before)) {
    const std::span<const double> rest = from_first_observed(history);
    before = rest.empty() ? kMissing : rest.front();
  }
  for (double& y : out) {
    if (!observed(y)) y = before;
    before = y;
  }
  return out;
}

double value_of(const Autoregression& fitted, const std::vector<double>& values) {
  double sum = fitted.constant;
  for (size_t k = 0; k < fitted.weights.size(); ++k) sum += fitted.weights[k] * values[values.size() - 1 - k];
  return sum;
}

}  // namespace

std::vector<Autoregression> fit_direct_autoregression(std::span<const double> history, int order, int horizon) {
  const double centre = mean_observed(history);
  std::vector<Autoregression> out(static_cast<size_t>(horizon),
                                  {centre, std::vector<double>(static_cast<size_t>(order), 0)});
  LagSums s = lag_sums(history, order, horizon, observed(centre) ? centre : 0);
  if (s.windows == 0) return out;
  const Eigen::VectorXd mean = s.sums / s.windows;
  s.products.noalias() -= s.windows * mean * mean.head(order).transpose();
  Eigen::MatrixXd lags = s.products.topRows(order);
  const double largest = lags.diagonal().maxCoeff();
  lags.diagonal().array() += 1e-10 * largest;
  const Eigen::LLT<Eigen::MatrixXd> factor(lags);
  if (!(largest > 0) || factor.info() != Eigen::Success) return out;
  for (int h = 0; h < horizon; ++h) {
    const Eigen::VectorXd w = factor.solve(s.products.row(order + h).transpose());
    Autoregression& a = out[static_cast<size_t>(h)];
    a.constant = centre + mean[order + h] - w.dot(mean.head(order)) - centre * w.sum();
    for (int k = 0; k < order; ++k) a.weights[static_cast<size_t>(k)] = w[order - 1 - k];
  }
  return out;
}

Autoregression fit_autoregression(std::span<const double> history, int order) {
  return fit_direct_autoregression(history, order, 1).front();
}

std::vector<double> iterated_forecast(const Autoregression& fitted, std::span<const double> history, int horizon) {
  std::vector<double> values = latest_values(history, fitted.weights.size()), out;
  for (int h = 0; h < horizon; ++h) {
    out.push_back(value_of(fitted, values));
    values.push_back(out.back());
  }
  return out;
}

std::vector<double> autoregression_forecast(std::span<const double> history, int horizon, int season) {
  const std::span<const double> values = from_first_observed(history);
  const int64_t n = std::ssize(values), order = std::min<int64_t>(season > 1 ? 2 * int64_t{season} : 36, n / 4);
  if (order < 2) return naive_forecast(history, horizon, season);
  double low = last_observed(values), high = low;
  for (const double y : values) {
    if (observed(y)) low = std::min(low, y), high = std::max(high, y);
  }
  std::vector<double> out = iterated_forecast(fit_autoregression(values, static_cast<int>(order)), values, horizon);
  for (double& y : out) y = std::clamp(std::isfinite(y) ? y : last_observed(values), 2 * low - high, 2 * high - low);
  return out;
}

std::vector<double> direct_forecast(std::span<const Autoregression> fitted, std::span<const double> history) {
  std::vector<double> out;
  if (fitted.empty()) return out;
  const std::vector<double> values = latest_values(history, fitted.front().weights.size());
  for (const Autoregression& step : fitted) out.push_back(value_of(step, values));
  return out;
}

}  // namespace rnn::core
