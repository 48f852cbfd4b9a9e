// Why: every use of a model of series begins alike: the model and its front from a file, the series of the user beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/model_file.h"
#include "tasks/forecast/stream/forecaster.h"
#include "tasks/forecast/stream/series_files.h"

namespace rnn::core {

// A model of series, ready to run. Owns everything. Throws Error{model, "model/task"} if it is for something else.
class ReadyForecaster {
 public:
  ReadyForecaster(ModelFile file, int threads);
  const ForecastFront& front() const { return front_; }
  Forecaster& forecaster() { return *forecaster_; }
  const SeriesOptions& options() const { return options_; }  // of its training: roles of columns, time zone
  const ModelFile& file() const { return file_; }
  const Model<float>& model() const { return *file_.model; }  // packed
  Pool& pool() { return pool_; }

  // Series with the steps and the covariates of the model. Throws as read_series_files() does, and Error{data}: "data/frequency" for other
  // steps than the model's.
  SeriesSet read(const std::vector<std::string>& paths, const SeriesOptions& options) const;
  // One window for each series: from its last value on. Throws Error{data, "data/known"} naming the date up to which a covariate that is
  // known ahead is needed, Error{data, "data/series"} for a series without a value.
  std::vector<Window> next_windows(const SeriesSet& set, const SeriesBank& bank) const;

 private:
  ModelFile file_;
  ForecastFront front_;
  SeriesOptions options_;
  Pool pool_;
  std::unique_ptr<Forecaster> forecaster_;
};

// Throws Error{data, "data/series"} for a series without a value.
void require_past(const SeriesSet& set);

}  // namespace rnn::core
