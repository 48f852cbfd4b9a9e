// Why: how a table is read is said in the same way to every verb that reads series.
#pragma once

#include "command.h"
#include "settings.h"
#include "tasks/forecast/stream/forecast_ensemble.h"
#include "with_models.h"

namespace rnn::core::app {

// The options of the table (columns, dates, gaps), for a verb other than train; their values go to `values`.
void declare_series_options(Command& command, NamedValues& values);
// Those of a model, changed by what was given.
SeriesOptions series_options(const SeriesOptions& of_model, const NamedValues& values);
// A model of series and those of --with.
ForecastEnsemble ensemble_of(ModelFile file, WithArguments& with, int threads);

}  // namespace rnn::core::app
