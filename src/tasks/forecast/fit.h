// Why: what is fitted in closed form before a network is trained: which steps are for what, transform, scales, linear part; and after it,
// the share of the network and the width of bands. Nothing here looks at a step that is not its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "options/options.h"
#include "series/series_set.h"
#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

// Where the parts of every series end, in steps from its beginning: training [0, train), choosing [train, valid), calibration
// [valid, calibration), test [calibration, steps). A series too short to be split is for training alone.
struct SeriesSplit {
  std::vector<int64_t> train, valid, calibration, all;
  int64_t whole = 0;  // series that are not split
};
// By the options, or a tenth each for choosing and calibration, a horizon at least. Throws Error{data, "data/too_short"} naming the longest
// series where none can be split.
SeriesSplit split_series(const SeriesSet& set, const SeriesOptions& options);
// The same for series of these lengths; `file`: for the message.
SeriesSplit split_steps(std::span<const int64_t> lengths, const std::string& file, const SeriesOptions& options);

// Horizon, season, segment, context ... : what the options leave open, from the data. Fills them in.
void decide_series_options(const SeriesSet& set, SeriesOptions* options);

// Keeps the categories that training rows have. Once, before fit_front().
void fit_training_categories(SeriesSet& set, const SeriesSplit& split);
// Of the training rows; errors are measured against all rows before the test.
SeriesScale fit_training_scale(const ForecastFront& front, const SeriesSet& set, const SeriesSplit& split, size_t series);
// The front without linear part and calibration: covariates, channels, scales. SeriesOptions::calendar: "auto" is none.
ForecastFront fit_front(const SeriesSet& set, const SeriesSplit& split, const SeriesOptions& options, Transform transform,
                        bool counts);

// The shortest window that fit_linear() tries.
int shortest_context(const SeriesSplit& split, const SeriesOptions& options);
// What --linear, --ridge and --context ask for, the rest by the least squared error on the validation windows, in scaled units.
struct LinearFit {
  LinearPart part;
  double error = 0;     // mean squared, of the chosen one; infinite without validation windows
  int64_t windows = 0;  // of validation
  std::array<double, 2>
      halves{};      // the same error in the first and in the second half of the validation rows; NaN where it has no window
  std::string note;  // for people: "ridge regression on 336 steps, penalty 100, shared by 7 series"
};
// level: also a regression that returns to the level that the calendar gives (RidgeShape::level).
LinearFit fit_linear(const ForecastFront& front, const SeriesBank& bank, const SeriesSplit& split,
                     const SeriesOptions& options, bool level = false);
// Its mean squared error, in scaled units, in the first and in the second half of the validation rows; NaN where there is no window.
std::array<double, 2> half_errors(const LinearPart& part, const SeriesBank& bank, const SeriesSplit& split);
// The same shapes and penalties, from all steps before `end`; naive where there are too few. A part of a series that the bank does not have
// stays as it is.
LinearPart refit_linear(const LinearPart& part, const SeriesBank& bank, std::span<const int64_t> end);

// The share of the network, of 0, 1/4, 1/2, 3/4 and 1, with the least mean error of the validation windows, by squares or by sizes; 0 unless
// the gain is above its standard error, counting windows that do not overlap.
double choose_share(Forecaster& forecaster, const SeriesBank& bank, std::span<const Window> windows, bool squared,
                    double* without, double* with);
// Of bands on windows that choose nothing else. Where they are too few for a level, the validation windows are added.
Calibration calibrate(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                      std::span<const Window> windows, std::span<const Window> more);

// How errors go together from step to step, from the same windows once the bands are calibrated: at most ErrorRanks::kMost of them.
ErrorRanks rank_past_errors(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                            std::span<const Window> windows, std::span<const Window> more);

}  // namespace rnn::core
