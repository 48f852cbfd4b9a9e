// Why: rnn eval of a model of series: a rolling backtest beside forecasts that need no training.
#pragma once

#include "io/model_file.h"
#include "settings.h"
#include "with_models.h"

namespace rnn::core::app {

struct SeriesEvalArguments {
  std::string output;   // of every number, as a table; empty: none
  std::string methods;  // names between commas; empty: those that fit
  NamedValues series;   // how the table is read
  int64_t windows = 8, stride = 0, last = 0, threads = 0;
  int64_t seed = 1;  // of importance
  bool json = false, rows = true, importance = false, refit = false;
};

// Evaluates and prints.
void eval_series(ModelFile file, WithArguments& with, const std::vector<std::string>& paths, const SeriesEvalArguments& a);

}  // namespace rnn::core::app
