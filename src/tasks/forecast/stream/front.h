// Why: between a table's numbers and a network's stand a grid, transforms, scales, a linear part and widths of bands: one value, saved in
// the model's file.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "networks/model_config.h"
#include "series/calendar.h"
#include "series/frequency.h"
#include "series/ridge.h"
#include "series/series_set.h"
#include "tasks/forecast/stream/error_ranks.h"

namespace rnn::core {

// log: of the value plus `offset`, for positive series whose swings grow with their level.
enum class Transform { none, log };
inline constexpr std::string_view kTransformNames[] = {"none", "log"};

// A value v becomes (transform(v) - centre) / scale; both from the training rows of the series.
struct SeriesScale {
  std::string id;
  double centre = 0, scale = 1;
  double absolute = 0, squared = 0;  // ErrorScale of the rows before the test, in the values' own unit
};

// A number beside the values: a covariate, one category of it, or a wave of the calendar, which comes from the grid.
struct InputChannel {
  int covariate = 0;  // in ForecastFront::covariates; -1: of the calendar
  int category = -1;  // 1 if the covariate is this category, else 0; -1: the number itself
  double centre = 0, scale = 1;
  bool known = false;  // ahead; else up to the last value
  std::optional<CalendarWave> wave = std::nullopt;
};
InputChannel channel_of_wave(const CalendarWave& wave);

// Ridge regression on scaled values (series/ridge.h); its covariates are the columns that are known ahead, or none. With channels of the
// calendar it is of what they leave: their own regression comes first and is added to what is forecast.
struct LinearPart {
  enum class Kind { off, shared, own };
  Kind kind = Kind::off;
  std::vector<RidgeModel> models;         // one for all series, or one each in the order of the scales
  std::vector<std::vector<float>> waves;  // [models][waves of the calendar], or empty
  bool present() const { return kind != Kind::off; }
};
inline constexpr std::string_view kLinearNames[] = {"off", "shared", "own"};

// How far both ends of a band move outwards, per level and step, in scaled units (series/conformal.h).
struct Calibration {
  std::vector<double> levels;                // of central bands, ascending: .1 to .9, .95, .98, .99
  std::vector<std::vector<double>> margins;  // [levels][horizon]
  int64_t windows = 0;                       // that it rests on
};

struct ForecastFront {
  GridSpec grid;
  int season = 1;
  std::vector<Covariate> covariates;
  std::vector<InputChannel> channels;  // those of the calendar last
  int ahead = 0;                       // steps after the last value that channels of the calendar reach: the horizon
  Transform transform = Transform::none;
  double offset = 0;            // of the transform
  std::optional<double> least;  // no forecast is below it: 0 where every training value was at least 0
  bool whole = false;           // every training value was a whole number
  bool counts = false;          // the head reads counts as they are
  std::vector<SeriesScale> scales;
  LinearPart linear;
  double share = 1;  // of the network in a forecast
  Calibration calibration;
  ErrorRanks errors;  // of calibration windows; none in models of earlier versions
  double usual = 1;   // the largest score of a step of the calibration rows, or of those for choosing (anomalies.h)
  int64_t until = std::numeric_limits<int64_t>::min();  // Stamp::utc of the last row that anything was learnt from

  std::vector<CalendarWave> waves() const;  // of the channels
  std::vector<Cycle> cycles() const;        // that they are of, shortest first
  // The number of a series in `scales`, or -1.
  int find(std::string_view id) const;
  double forward(double value) const;   // transform
  double backward(double value) const;  // its inverse
};

nlohmann::json front_to_json(const ForecastFront& front);
// Throws Error{model}: "model/corrupt" for what no run writes, "model/zone" for a time zone that this machine lacks.
ForecastFront front_from_json(const nlohmann::json& json);
// Throws Error{model, "model/corrupt"} where front and network are not of one model.
void check_front(const ForecastFront& front, const ForecastOptions& network);

}  // namespace rnn::core
