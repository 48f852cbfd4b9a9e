// Why: several models of one table forecast better than each of them: every quantile is the mean of theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tasks/forecast/stream/error_ranks.h"
#include "tasks/forecast/stream/ready_forecaster.h"

namespace rnn::core {

// The mean of forecasts of one window, step by step and level by level: bands are as wide as the members' on average. weights: one each,
// their sum is 1.
Forecast mean_forecast(std::span<const Forecast> members, std::span<const double> weights);

// One model or several.
class ForecastEnsemble {
 public:
  // weights: as ensemble_weights() takes them. Throws Error{model, "ensemble/series"} unless all forecast as many of the same steps and read
  // the same columns; what ReadyForecaster and ensemble_weights() throw.
  ForecastEnsemble(std::vector<ModelFile> files, const std::vector<double>& weights, int threads);

  size_t size() const { return members_.size(); }
  ReadyForecaster& first() { return *members_[0]; }
  ReadyForecaster& member(size_t i) { return *members_[i]; }
  std::span<const double> weights() const { return weights_; }

  // After the last values of a set that first().read() gave; throws as next_windows() does.
  std::vector<Forecast> forecast_next(const SeriesSet& set, std::span<const double> levels);
  // Of all members. Throws Error{model, "model/paths"} for a model that has none.
  std::vector<const ErrorRanks*> error_ranks() const;

 private:
  std::vector<std::unique_ptr<ReadyForecaster>> members_;
  std::vector<double> weights_;
};

}  // namespace rnn::core
