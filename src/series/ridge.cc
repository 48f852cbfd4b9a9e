// Why: the weights of a ridge regression, and its error on windows that it was not fitted to, from their sums alone.
#include "series/ridge.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "series/observed.h"

namespace rnn::core {

using RidgeMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;
using RidgeMap = Eigen::Map<const RidgeMatrix>;

// The sums as matrices, column-major: what is [rows, n] there is n x rows here.
struct RidgeAlgebra {
  const RidgeSums& s;
  int L = s.shape_.context, H = s.shape_.horizon, K = s.shape_.covariates;

  RidgeMap xx() const { return {s.xx_.data(), L, L}; }
  RidgeMap xy() const { return {s.xy_.data(), L, H}; }
  // Of one step: the covariates at it, then those at the window's last step.
  RidgeMatrix x_with_covariates(int h) const {  // [L, 2 K]
    RidgeMatrix m(L, 2 * K);
    m << RidgeMap(s.xc_.data() + static_cast<std::ptrdiff_t>(h) * K * L, L, K), RidgeMap(s.xl_.data(), L, K);
    return m;
  }
  RidgeMatrix covariates(int h) const {  // [2 K, 2 K]
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(h) * K * K;
    const RidgeMap cc(s.cc_.data() + at, K, K), lc(s.cl_.data() + at, K, K), ll(s.ll_.data(), K, K);
    RidgeMatrix m(2 * K, 2 * K);
    m << cc, lc.transpose(), lc, ll;
    return m;
  }
  Eigen::VectorXd y_with_covariates(int h) const {  // [2 K]
    Eigen::VectorXd v(2 * K);
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(h) * K;
    v << Eigen::Map<const Eigen::VectorXd>(s.yc_.data() + at, K), Eigen::Map<const Eigen::VectorXd>(s.yl_.data() + at, K);
    return v;
  }
  double yy(int h) const { return s.yy_[static_cast<size_t>(h)]; }
};

RidgeModel solve_ridge(const RidgeSums& sums, double lambda) {
  const RidgeAlgebra a{sums};
  RidgeModel model(sums.shape(), lambda);
  // Rounding must not make the matrix indefinite. The last value less itself is always 0: its row needs a diagonal of its own.
  const double largest = a.xx().diagonal().maxCoeff();
  const double diagonal = std::max(lambda, 1e-10 * largest);
  if (!(diagonal > 0) || !std::isfinite(largest)) return model;
  RidgeMatrix matrix = a.xx();
  matrix.diagonal().array() += diagonal;
  const Eigen::LLT<RidgeMatrix> factor(std::move(matrix));
  if (factor.info() != Eigen::Success) return model;
  const RidgeMatrix alone = factor.solve(a.xy());  // [L, H] without covariates
  for (int h = 0; h < a.H; ++h) {
    Eigen::VectorXd w = alone.col(h);
    if (a.K > 0) {
      // Schur complement: the covariates differ from step to step, the window does not.
      const RidgeMatrix x = a.x_with_covariates(h), solved = factor.solve(x);
      RidgeMatrix left = a.covariates(h) - x.transpose() * solved;
      left.diagonal().array() += std::max(lambda, 1e-10 * left.diagonal().cwiseAbs().maxCoeff());
      const Eigen::LLT<RidgeMatrix> inner(std::move(left));
      if (inner.info() == Eigen::Success) {
        const Eigen::VectorXd beta = inner.solve(a.y_with_covariates(h) - x.transpose() * w);
        w -= solved * beta;
        for (int k = 0; k < 2 * a.K; ++k) model.weights()(h, a.L + k) = static_cast<float>(beta[k]);
      }
    }
    for (int i = 0; i < a.L; ++i) model.weights()(h, i) = static_cast<float>(w[i]);
  }
  return model;
}

RidgeModel iterate_ridge(const RidgeModel& one, int horizon) {
  const int L = one.shape().context;
  const Eigen::Map<const Eigen::Matrix<float, 1, Eigen::Dynamic>> floats(&one.weights()(0, 0), L);
  const Eigen::RowVectorXd w = floats.cast<double>();
  // What a step reads, each as weights of the window less its last value: the values of the window, then the forecasts.
  RidgeMatrix rows = RidgeMatrix::Zero(L + horizon, L);
  rows.topLeftCorner(L - 1, L - 1).setIdentity();  // the last value less itself is 0
  for (int h = 0; h < horizon; ++h) {
    const Eigen::RowVectorXd last = rows.row(L + h - 1);
    rows.row(L + h) = last + w * (rows.middleRows(h, L).rowwise() - last);
  }
  RidgeModel model({L, horizon, 0}, one.lambda());
  model.set_kind(RidgeKind::iterated);
  for (int h = 0; h < horizon; ++h) {
    for (int i = 0; i < L; ++i) model.weights()(h, i) = static_cast<float>(rows(L + h, i));
  }
  return model;
}

RidgeModel mean_of_window(int context, int horizon) {
  RidgeModel model({context, horizon, 0}, 0);
  model.set_kind(RidgeKind::mean);
  for (int h = 0; h < horizon; ++h) std::fill_n(&model.weights()(h, 0), context, 1.0F / static_cast<float>(context));
  return model;
}

RidgeModel model_of_autoregression(const Autoregression& one, int horizon) {
  const auto L = static_cast<int>(one.weights.size());
  Eigen::RowVectorXd w(L);
  for (int i = 0; i < L; ++i) w[i] = one.weights[static_cast<size_t>(L - 1 - i)];
  RidgeMatrix rows = RidgeMatrix::Zero(L + horizon, L + 1);  // the last column: the constant
  rows.topLeftCorner(L, L).setIdentity();
  RidgeModel model({L, horizon, 0}, 0);
  model.set_kind(RidgeKind::autoregression);
  for (int h = 0; h < horizon; ++h) {
    rows.row(L + h) = w * rows.middleRows(h, L);
    rows(L + h, L) += one.constant;
    for (int i = 0; i < L; ++i) model.weights()(h, i) = static_cast<float>(rows(L + h, i));
    model.weights()(h, L - 1) = static_cast<float>(rows.row(L + h).head(L).sum() - 1);
    model.constants().push_back(static_cast<float>(rows(L + h, L)));
  }
  return model;
}

std::vector<double> ridge_errors(const RidgeSums& sums, const RidgeModel& model) {
  const RidgeAlgebra a{sums};
  std::vector<double> out(static_cast<size_t>(a.H), kMissing);
  if (sums.windows() == 0) return out;
  RidgeMatrix w(a.L, a.H);
  for (int h = 0; h < a.H; ++h) {
    for (int i = 0; i < a.L; ++i) w(i, h) = static_cast<double>(model.weights()(h, i));
  }
  const RidgeMatrix xxw = a.xx() * w;
  for (int h = 0; h < a.H; ++h) {
    double error = a.yy(h) - 2 * w.col(h).dot(a.xy().col(h)) + w.col(h).dot(xxw.col(h));
    if (a.K > 0) {
      Eigen::VectorXd beta(2 * a.K);
      for (int k = 0; k < 2 * a.K; ++k) beta[k] = static_cast<double>(model.weights()(h, a.L + k));
      error += beta.dot(a.covariates(h) * beta) - 2 * beta.dot(a.y_with_covariates(h)) +
               2 * w.col(h).dot(a.x_with_covariates(h) * beta);
    }
    out[static_cast<size_t>(h)] = std::max(error / static_cast<double>(sums.windows()), 0.0);
  }
  return out;
}

RidgeChoice choose_ridge(const RidgeSums& training, const RidgeSums& validation, std::span<const double> lambdas) {
  RidgeChoice choice{RidgeModel(training.shape(), 0), {}};
  double least = std::numeric_limits<double>::infinity(), largest = -1;
  for (const double lambda : lambdas) {
    RidgeModel model = solve_ridge(training, lambda);
    double error = 0;
    for (const double e : ridge_errors(validation, model)) error += e / static_cast<double>(training.shape().horizon);
    choice.errors.push_back(error);
    const bool better = validation.windows() > 0 ? error < least : lambda > largest;
    if (better) least = error, largest = lambda, choice.model = std::move(model);
  }
  return choice;
}

}  // namespace rnn::core
