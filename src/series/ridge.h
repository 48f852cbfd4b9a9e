// Why: ridge regression from a window to the values that follow it is the strongest simple forecast of long series, and costs one Cholesky.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/matrix.h"
#include "series/autoregression.h"

namespace rnn::core {

// The next `horizon` values less the last one of the window are linear in the `context` values of the window less the last one (NLinear,
// Zeng et al. 2023, in closed form, without a bias). Covariates known ahead add, for each step of its own, their values at that step and at
// the last step of the window; values are then in units of the series' scale, because one weight of a covariate serves series of all sizes.
// `level`: the last value is not taken off, so that a forecast returns to the 0 of the scaled values; without covariates.
struct RidgeShape {
  int context = 0, horizon = 0, covariates = 0;
  bool level = false;
  int inputs() const { return context + 2 * covariates; }  // of a step of the horizon
  bool operator==(const RidgeShape&) const = default;
};

struct RidgeSeries {
  std::span<const double> values;  // NaN where missing
  // [covariates] Each as long as `values`; of a size near 1, for lambda is one for all.
  std::vector<std::span<const double>> covariates;
  double scale =
      1;  // values are divided by it: with their deviation series of all sizes count alike; 0 (constant) counts as 1
};

// The normal equations of any number of series, in double. Consecutive windows share all their products but one, so a series costs
// (context + horizon) x (its length + context) multiplications whatever its number of windows (with covariates that much for each). Windows
// in which a value or a covariate is missing are left out.
class RidgeSums {
 public:
  explicit RidgeSums(RidgeShape shape);
  // The windows whose targets all lie in rows [first, end); what they read may lie before.
  void add(const RidgeSeries& series, int64_t first, int64_t end);
  void add(const RidgeSums& other);  // of the same shape
  const RidgeShape& shape() const { return shape_; }
  int64_t windows() const { return windows_; }

 private:
  friend struct RidgeAlgebra;
  void add_run(const RidgeSeries& series, int64_t first_window, int64_t windows);
  void add_covariates(const RidgeSeries& series, const std::vector<double>& y, int64_t first_window, int64_t windows);

  RidgeShape shape_;
  int64_t windows_ = 0;
  // x: [context] window less last; y: [horizon] targets less last; c: [covariates] at the target's step; l: the same at the last of the window.
  std::vector<double> xx_;       // [context, context]
  std::vector<double> xy_;       // [horizon, context]
  std::vector<double> yy_;       // [horizon]
  std::vector<double> xc_;       // [horizon, covariates, context]
  std::vector<double> xl_;       // [covariates, context]
  std::vector<double> yc_, yl_;  // [horizon, covariates]
  std::vector<double> cc_, cl_;  // [horizon, covariates, covariates]
  std::vector<double> ll_;       // [covariates, covariates]
};

// A regression for every step; one of the next step that reads its own forecasts, by ridge or as an autoregression with constants; the mean of
// the window, which is not fitted; a regression for every step of a shape with `level`.
enum class RidgeKind { direct, iterated, autoregression, mean, level };
inline constexpr std::string_view kRidgeKindNames[] = {"direct", "iterated", "autoregression", "mean", "level"};

class RidgeModel {
 public:
  RidgeModel(RidgeShape shape, double lambda);
  RidgeModel(const RidgeModel& other);
  RidgeModel(RidgeModel&&) = default;
  RidgeModel& operator=(const RidgeModel& other) { return *this = RidgeModel(other); }
  RidgeModel& operator=(RidgeModel&&) = default;
  const RidgeShape& shape() const { return shape_; }
  double lambda() const { return lambda_; }
  // How it was made, to be fitted again in the same way.
  RidgeKind kind() const { return kind_; }
  void set_kind(RidgeKind kind) { kind_ = kind; }
  // [horizon] Only of an autoregression: the last value of the window counts beside the others, with its own weight, which otherwise meets a 0; and a
  // constant in the units of `scale` is added.
  const std::vector<float>& constants() const { return constants_; }
  std::vector<float>& constants() { return constants_; }
  // [horizon, inputs()]: the window, the covariates at the step, the covariates at the window's last step.
  const Matrix<float>& weights() const { return weights_; }
  Matrix<float>& weights() { return weights_; }
  // window: [context], missing values as the observed one before (else after) them; all missing: all NaN. covariates: [covariates], each
  // [1 + horizon] from the window's last step on. scale: of the series. out: [horizon].
  void predict(std::span<const double> window, std::span<const std::span<const double>> covariates, double scale,
               std::span<double> out) const;
  void predict(std::span<const double> window, std::span<double> out) const { predict(window, {}, 1, out); }

 private:
  RidgeShape shape_;
  double lambda_;
  RidgeKind kind_ = RidgeKind::direct;
  std::vector<float> constants_;
  Matrix<float> weights_;
};

// lambda: added to the diagonal of the sums over windows. Weights of 0, the naive forecast, where there is no window or nothing varies.
RidgeModel solve_ridge(const RidgeSums& sums, double lambda);

// A model of one step that forecasts `horizon` steps by reading its own forecasts: linear in the window all the same. With few rows its few
// weights are better known than those of a regression for every step. one: horizon 1, no covariates.
RidgeModel iterate_ridge(const RidgeModel& one, int horizon);

// The mean of the window at every step.
RidgeModel mean_of_window(int context, int horizon);
// The same as iterate_ridge of an autoregression, whose weights sum up to less than 1 where a series returns to its level.
RidgeModel model_of_autoregression(const Autoregression& one, int horizon);

// [horizon] The mean squared error over the windows of `sums`, in units of their scales, without running any of them: it is a quadratic form
// of the weights. NaN where there is no window. model: without constants.
std::vector<double> ridge_errors(const RidgeSums& sums, const RidgeModel& model);

// The model, fitted to `training`, whose mean error over `validation` is least, and the errors of all. Without validation windows: the
// largest lambda.
struct RidgeChoice {
  RidgeModel model;
  std::vector<double> errors;  // [lambdas]
};
RidgeChoice choose_ridge(const RidgeSums& training, const RidgeSums& validation, std::span<const double> lambdas);

}  // namespace rnn::core
