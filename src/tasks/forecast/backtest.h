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
#include "series/methods.h"
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

// A model as it forecasts some of the windows. Non-owning.
struct BacktestMember {
  Forecaster& forecaster;
  const ForecastFront& front;
  const SeriesBank& bank;
};
// What stays the same for all windows. Non-owning.
struct BacktestPlan {
  const SeriesSet& set;
  const ForecastFront& front;  // of the first model
  const SeriesBank& bank;      // whose scales divide the errors of every row
  int horizon = 0;
  int64_t windows = 0;                  // that will be added
  std::vector<std::string> others;      // names of further models: each has a row, and the mean of all, "together"
  std::vector<double> weights = {1.0};  // of all models, their sum is 1
};

// The rows of a backtest, some windows at a time. Every method sees the values before an origin and nothing else.
class BacktestSums {
 public:
  using Each = std::function<void(const BacktestValue&)>;
  BacktestSums(BacktestPlan plan, const BacktestOptions& options, Each each = nullptr);
  ~BacktestSums();
  // members: the first model, then the others.
  void add(std::span<const BacktestMember> members, std::span<const Window> windows);
  Backtest result() const;

 private:
  struct Adder;
  void add_window(std::span<const BacktestMember> members, std::span<const ForecastParts> parts, const Window& window);
  BacktestPlan plan_;
  std::vector<double> levels_;
  std::vector<const ForecastMethod*> methods_;
  std::vector<Adder> adders_;
  bool linear_ = false;  // a row for the linear part of the first model
  std::string left_out_;
  Each each_;
};

// Every window by one model.
Backtest backtest(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank, const SeriesSet& set,
                  std::span<const Window> windows, const BacktestOptions& options, const BacktestSums::Each& each = nullptr);

// The quantile levels that these bands and WQL need, ascending.
std::vector<double> quantile_levels(std::span<const double> bands);
// The sentence that says which row is better than the model by MASE, else by MAE; empty: none is.
std::string winner_text(const Backtest& backtest);

}  // namespace rnn::core
