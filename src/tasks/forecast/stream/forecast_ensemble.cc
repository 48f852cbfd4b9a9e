// Why: see forecast_ensemble.h.
#include "tasks/forecast/stream/forecast_ensemble.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "decode/scorer.h"

namespace rnn::core {
namespace {

std::string columns_text(const ForecastFront& front) {
  std::string text;
  for (const Covariate& c : front.covariates) text += concat(text.empty() ? "" : ", ", c.name);
  return text.empty() ? "no other columns" : text;
}

bool same_columns(const ForecastFront& a, const ForecastFront& b) {
  return std::equal(a.covariates.begin(), a.covariates.end(), b.covariates.begin(), b.covariates.end(),
                    [](const Covariate& x, const Covariate& y) {
                      return x.name == y.name && x.kind == y.kind && x.use == y.use && x.categories == y.categories;
                    });
}

void require_same_series(ReadyForecaster& a, ReadyForecaster& b) {
  const auto refuse = [&](const std::string& how) {
    throw Error(Exit::model, "ensemble/series",
                concat(a.file().path, " and ", b.file().path, " do not forecast the same: ", how),
                "train them on one table with the same --horizon and columns");
  };
  const int ahead = a.forecaster().horizon(), other = b.forecaster().horizon();
  if (ahead != other) refuse(concat(counted(ahead, "step"), " against ", other));
  const std::string steps = Grid(a.front().grid).name(), others = Grid(b.front().grid).name();
  if (steps != others) refuse(concat("steps are ", steps, " against ", others));
  if (!same_columns(a.front(), b.front())) {
    const std::string columns = columns_text(a.front()), against = columns_text(b.front());
    refuse(columns == against ? "categories or use of " + columns : concat(columns, " against ", against));
  }
}

}  // namespace

Forecast mean_forecast(std::span<const Forecast> members, std::span<const double> weights) {
  assert(!members.empty() && members.size() == weights.size());
  if (members.size() == 1) return members[0];
  Forecast mean;
  mean.point.resize(members[0].point.size()), mean.quantile.resize(members[0].quantile.size());
  for (size_t m = 0; m < members.size(); ++m) {
    for (size_t i = 0; i < mean.point.size(); ++i) mean.point[i] += weights[m] * members[m].point[i];
    for (size_t i = 0; i < mean.quantile.size(); ++i) mean.quantile[i] += weights[m] * members[m].quantile[i];
  }
  return mean;
}

ForecastEnsemble::ForecastEnsemble(std::vector<ModelFile> files, const std::vector<double>& weights, int threads)
    : weights_(ensemble_weights(files.size(), weights)) {
  for (ModelFile& file : files) members_.push_back(std::make_unique<ReadyForecaster>(std::move(file), threads));
  for (size_t i = 1; i < members_.size(); ++i) require_same_series(*members_[0], *members_[i]);
}

std::vector<Forecast> ForecastEnsemble::forecast_next(const SeriesSet& set, std::span<const double> levels) {
  std::vector<std::vector<Forecast>> of;  // [members][series]
  for (const auto& member : members_) {
    const SeriesBank bank(member->front(), set);
    of.push_back(member->forecaster().forecast(bank, member->next_windows(set, bank), levels));
  }
  std::vector<Forecast> found;
  for (size_t s = 0; s < set.series.size(); ++s) {
    std::vector<Forecast> members;
    for (auto& forecasts : of) members.push_back(std::move(forecasts[s]));
    found.push_back(mean_forecast(members, weights_));
  }
  return found;
}

std::vector<const ErrorRanks*> ForecastEnsemble::error_ranks() const {
  std::vector<const ErrorRanks*> found;
  for (const auto& member : members_) {
    if (!member->front().errors.present())
      throw Error(Exit::model, "model/paths",
                  member->file().path + " does not say how the errors of one step go with those of the next",
                  "train it again with this version");
    found.push_back(&member->front().errors);
  }
  return found;
}

}  // namespace rnn::core
