// Why: everything that the report of a forecast shows, as data: what comes next, and what past forecasts were worth; no drawing here.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "series/scores.h"
#include "tasks/forecast/stream/ready_forecaster.h"

namespace rnn::core {

constexpr size_t kMostDrawn = 12, kMostListed = 200;  // series with charts; series in the table

// Numbers of series are rounded to the six digits that `rnn forecast` prints; NaN: missing.
struct ReportBand {
  double level = 0;               // 0.9: of the central 90 %
  std::vector<double> low, high;  // [horizon]
};

struct PastForecast {
  std::string cutoff;                    // the last date that it knew
  int first = 0;                         // its first step, in DrawnSeries::stamps
  std::vector<double> point, low, high;  // [horizon]; low and high of ForecastReport::level
};

struct DrawnSeries {
  std::string id;
  std::vector<std::string> stamps;    // of the history and of what comes
  std::vector<double> history;        // the latest values
  std::vector<double> point, simple;  // [horizon]: the model's, the simple rule's; empty: there is no forecast
  std::vector<ReportBand> bands;      // 50 %, then ForecastReport::level
  std::vector<PastForecast> past;     // within the history, in time
};

// The simple rule is the seasonal naive forecast; where there is no season, the naive one.
struct SeriesFigures {
  std::string id, last;  // last: the date of its last value
  int64_t values = 0;
  std::optional<double> error, simple_error;  // MASE, or MAE where ForecastReport::scaled is false
  std::optional<double> ratio;                // error / simple_error
  std::optional<double> mae, coverage, relative_bias;
  std::string best;  // the row with the least error
};

struct ReportRow {
  std::string name;
  ForecastScores scores;
  std::vector<std::optional<double>> by_step;  // [horizon] MASE or MAE
};

// Forecast less value; of several series each in units of its own (the error of the simple rule on the training rows).
struct Residuals {
  bool scaled = false;
  int64_t count = 0;
  std::vector<double> edges;         // ascending, 0 among them
  std::vector<double> shares;        // [edges + 1]: below the first edge, between two, from the last one on
  double too_high = 0, too_low = 0;  // shares of the forecasts that were
};

struct ForecastReport {
  std::string name, path, task, cell, network;  // network: as --network has it
  int64_t parameters = 0;
  double share = 1;         // of the network; the rest is the linear part's
  std::string linear_kind;  // of kRidgeKindNames; empty: there is no linear part
  bool has_linear() const { return !linear_kind.empty(); }
  bool linear_waves = false;  // what the calendar says is taken off before it
  std::vector<std::string> files;
  std::string frequency, step;                   // "daily", "day"
  std::string first, last;                       // dates of the first and the last value
  std::string next_first, next_last, not_ahead;  // of the forecast; why there is none
  int64_t series_count = 0, values = 0, missing = 0;
  int horizon = 0, season = 1;
  double level = 0.9;  // of the band that is judged

  int64_t windows = 0, learnt_windows = 0;  // all; those that begin within what the model was trained on
  std::string learnt_until, left_out;       // the last date of training; methods that were not run
  bool scaled = true;                       // errors are MASE, else MAE
  std::vector<ReportRow> rows;              // this model, its linear part, then the methods
  size_t best = 0;                          // the row with the least error
  std::optional<size_t> simple, runner_up;  // the row of the simple rule; the best one of the others
  std::optional<double> ratio,
      best_ratio;  // error of this model to that of the simple rule; of the best row to that of this model
  int64_t compared_windows = 0, won_windows = 0;        // of this model against the simple rule, by mean absolute error
  std::vector<std::optional<double>> coverage_by_step;  // of the band of `level`
  std::optional<size_t> worst_step;                     // from 0
  Residuals residuals;
  std::vector<SeriesFigures> series;               // largest error first; at most kMostListed
  int64_t measured_series = 0, beaten_series = 0;  // with an error; those where the simple rule is better than this model
  std::vector<DrawnSeries> drawn;
};

nlohmann::ordered_json to_json_object(const ForecastReport& report);

struct ReportOptions {
  double level = 0.9;
  int64_t windows = 8;               // of each series; 0: all
  std::vector<std::string> methods;  // as BacktestOptions::methods
  std::vector<std::string> show;     // ids of series to be drawn; empty: the largest ones
};
// Throws Error{usage, "usage/series"} for a series to be shown that is not there; else as backtest() and windows_to_measure() do.
ForecastReport forecast_report(ReadyForecaster& ready, const SeriesSet& set, const ReportOptions& options);

}  // namespace rnn::core
