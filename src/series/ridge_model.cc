// Why: running a ridge regression, apart from fitting it: a program that only forecasts links no linear algebra.
#include <algorithm>

#include "series/observed.h"
#include "series/ridge.h"

namespace rnn::core {

RidgeModel::RidgeModel(const RidgeModel& other) : RidgeModel(other.shape_, other.lambda_) {
  kind_ = other.kind_, constants_ = other.constants_;
  std::copy_n(other.weights_.data(), weights_.size(), weights_.data());
}

RidgeModel::RidgeModel(RidgeShape shape, double lambda)
    : shape_(shape),
      lambda_(lambda),
      kind_(shape.level ? RidgeKind::level : RidgeKind::direct),
      weights_(shape.horizon, shape.inputs()) {
  for (int h = 0; h < shape.horizon; ++h) std::fill_n(&weights_(h, 0), shape.inputs(), 0.0F);
}

void RidgeModel::predict(std::span<const double> window, std::span<const std::span<const double>> covariates, double scale,
                         std::span<double> out) const {
  const std::vector<double> values = [&] {
    std::vector<double> v(window.begin(), window.end());
    double before = from_first_observed(window).empty() ? kMissing : from_first_observed(window).front();
    for (double& y : v) y = before = observed(y) ? y : before;
    return v;
  }();
  const size_t L = values.size(), K = covariates.size();
  const double last = shape_.level && observed(values.back()) ? 0 : values.back();
  for (size_t h = 0; h < out.size(); ++h) {
    const float* w = &weights_(static_cast<int>(h), 0);
    double sum = last;
    for (size_t i = 0; i < L; ++i) sum += static_cast<double>(w[i]) * (values[i] - last);
    for (size_t k = 0; k < K; ++k) {
      sum += scale *
             (static_cast<double>(w[L + k]) * covariates[k][1 + h] + static_cast<double>(w[L + K + k]) * covariates[k][0]);
    }
    if (!constants_.empty()) sum += static_cast<double>(w[L - 1]) * last + scale * static_cast<double>(constants_[h]);
    out[h] = sum;
  }
}

}  // namespace rnn::core
