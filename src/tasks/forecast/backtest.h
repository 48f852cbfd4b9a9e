// Why: a forecast is judged by windows that it has not seen, beside forecasts that need no training, by figures whose meaning is fixed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/figure.h"
#include "series/scores.h"
#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

struct BacktestOptions {
  std::vector<std::string> methods;  // of series/methods.h; empty: those that fit the season and the number of windows
  std::vector<double> bands = {0.5, 0.8, 0.9, 0.95};  // central, ascending
  bool rows = true;                                   // false: the model alone
};

// One value of one forecast, as windows.csv has it.
struct BacktestValue {
  const Window& window;
  int step;
  std::string_view model;
  double target, point;
  std::span<const double> quantile;  // of Backtest::levels; empty for a method without bands
};

struct BacktestRow {
  std::string name;
  ForecastScores scores;
  std::optional<double>
      scaled_squares;  // mean squared error in units of the deviation of each series' training rows, as papers give it
  std::vector<ForecastScores> steps;   // [horizon]
  std::vector<ForecastScores> series;  // [series of the set]; all absent where there was no window
  ResultRow row() const;               // its figures
};

struct Backtest {
  std::vector<BacktestRow> rows;  // this model, its linear part, then the methods
  int64_t windows = 0;
  std::string left_out;  // methods that were not run, and why
  bool counts = false;   // whole numbers from 0 on: rows are compared by their squared errors
};

// Every window forecast by the model and by each method, which sees the values before the origin and nothing else.
Backtest backtest(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank, const SeriesSet& set,
                  std::span<const Window> windows, const BacktestOptions& options,
                  const std::function<void(const BacktestValue&)>& each = nullptr);

// The quantile levels that these bands and WQL need, ascending.
std::vector<double> quantile_levels(std::span<const double> bands);
// The sentence that says which row is better than the model by MASE, else by MAE; empty: none is.
std::string winner_text(const Backtest& backtest);

}  // namespace rnn::core
