// Why: what the figures of a forecast mean, to the letter: scale, pooling, and what is left out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace rnn::core {

// What errors are measured against, from rows before the test only. 0: undefined (constant, or too short); then the score is excluded, and counted.
struct ErrorScale {
  double absolute = 0;  // mean |y_t - y_{t-m}| (MASE, Hyndman and Koehler 2006; MSIS)
  double squared = 0;   // mean (y_t - y_{t-1})^2 from the first value that is not 0 (RMSSE, M5)
};
// Over the pairs of which both are observed. season below 2: m = 1.
ErrorScale error_scale(std::span<const double> training, int season);

struct ScoreOptions {
  int horizon = 1;
  std::vector<double> quantiles;  // ascending levels of the quantile forecasts, in (0, 1); may be empty
  std::vector<double> bands;      // levels of central bands; each needs the quantiles (1 - level) / 2 and (1 + level) / 2
};

// One forecast from one origin.
struct ScoredWindow {
  int64_t series = 0;                // any number that names the series
  ErrorScale scale;                  // of the rows before the origin, or before the first origin: the caller's choice
  std::span<const double> target;    // at most [horizon]; NaN where there is none
  std::span<const double> point;     // as many
  std::span<const double> quantile;  // [as many, quantiles.size()] or empty
};

struct BandScore {
  double level = 0;
  double coverage = 0;         // share of the targets in [low, high]
  std::optional<double> msis;  // mean of (high - low + 2 / (1 - level) * distance outside) / scale.absolute
};

// Absent: not defined on these windows.
struct ForecastScores {
  // A window's is the mean over its targets (RMSSE: the root of it), a series' the mean over its windows, and the pooled one the mean over
  // series: no series counts more because it is longer.
  std::optional<double> mase, rmsse;
  // Over all targets.
  std::optional<double> mae, rmse;
  std::optional<double> smape;          // mean of 200 |y - f| / (|y| + |f|), from 0 to 200; 0/0 = 0
  std::optional<double> bias;           // mean of f - y
  std::optional<double> relative_bias;  // sum of f - y divided by the sum of |y|
  std::optional<double> pinball;        // mean over targets and all quantiles of max(q (y - f), (q - 1) (y - f))
  std::optional<double> wql;     // mean over q = .1 to .9 of 2 * sum of the pinball loss / sum of |y|; needs these nine
  std::vector<BandScore> bands;  // in the order of the options; empty without quantiles
  int64_t targets = 0, windows = 0, series = 0;
  int64_t excluded_from_mase = 0, excluded_from_rmsse = 0;  // windows whose scale is 0
};

// Adds up windows of many series. Values depend on the order of adding by rounding only.
class ScoreSums {
 public:
  explicit ScoreSums(ScoreOptions options);
  void add(const ScoredWindow& window);
  ForecastScores pooled() const;
  ForecastScores of_series(int64_t series) const;  // of one without windows: all absent
  std::vector<int64_t> series() const;             // ascending
  // [horizon] As if each window had that step alone; pooled over windows, whatever their series.
  std::vector<ForecastScores> per_step() const;

 private:
  struct Sums {
    double absolute = 0, squared = 0, smape = 0, error = 0, size = 0;  // over targets
    std::vector<double> pinball;                                       // [quantiles] over targets
    std::vector<double> covered;                                       // [bands] over targets
    double scaled = 0, scaled_root = 0;                                // MASE and RMSSE over windows
    std::vector<double> interval;  // [bands] MSIS over windows; of one window, before the scale
    int64_t scaled_windows = 0, rooted_windows = 0;
    int64_t targets = 0, quantile_targets = 0, windows = 0;
  };
  struct Ends {
    size_t low = 0, high = 0;  // positions among the quantiles
  };
  Sums nothing() const;
  void add_target(const ScoredWindow& window, size_t step, Sums& to) const;
  static void add_window(const Sums& window, const ErrorScale& scale, Sums& to);
  static void add_sums(const Sums& from, Sums& to);  // all but what is over windows
  ForecastScores scores(const Sums& sums) const;

  ScoreOptions options_;
  std::vector<Ends> ends_;    // [bands]
  std::vector<size_t> nine_;  // positions of .1 to .9 among the quantiles, or empty
  std::map<int64_t, Sums> by_series_;
  std::vector<Sums> by_step_;  // [horizon]
};

}  // namespace rnn::core
