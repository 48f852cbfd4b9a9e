// Why: series as windows read them: transformed, scaled, with covariates as numbers; what a forecast may look at is decided here once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/window_batcher.h"
#include "series/series_set.h"
#include "tasks/forecast/stream/front.h"

namespace rnn::core {

// Where a series stands in a model: its number in front.scales, or -1 and a scale of its own.
struct SeriesPlace {
  int number = -1;
  SeriesScale scale;
};

// Series of a set in the units of a model. Owns its numbers; views() stay valid while it lives.
class SeriesBank {
 public:
  // `set` has the covariates of the front (apply_covariates()). seen[s]: how many values of series s its scale may be taken from, where
  // the front has no series of that name; empty: all of them.
  SeriesBank(const ForecastFront& front, const SeriesSet& set, std::span<const int64_t> seen = {});
  // The same for series whose places are known, [series]. grid: where Series::first is; of a model that reads the calendar.
  SeriesBank(const ForecastFront& front, const Grid& grid, std::span<const Series> series,
             std::span<const SeriesPlace> places);

  std::span<const WindowSeries> views() const { return views_; }
  size_t size() const { return views_.size(); }
  int64_t length(size_t series) const { return static_cast<int64_t>(views_[series].y.size()); }
  const SeriesScale& scale(size_t series) const { return scales_[series]; }
  int known_series(size_t series) const { return numbers_[series]; }  // its number in front.scales; -1: new to the model
  // Steps from its beginning for which all columns that are known ahead have rows: the last origin is this less a horizon.
  int64_t covered(size_t series) const { return covered_[series]; }

 private:
  void fill(const ForecastFront& front, const Grid& grid, std::span<const Series> all, std::span<const SeriesPlace> places);
  std::vector<std::vector<float>> numbers_of(const ForecastFront& front, const Series& series, bool known) const;
  std::vector<WindowSeries> views_;
  std::vector<std::vector<float>> y_;
  std::vector<std::vector<std::vector<float>>> past_, known_;  // [series][channels][steps]
  std::vector<SeriesScale> scales_;
  std::vector<int> numbers_;
  std::vector<int64_t> covered_;
};

// What weights of the waves of the calendar, the last of the known channels, say of a step; 0 where it is not covered.
double calendar_level(const WindowSeries& series, std::span<const float> weights, int64_t step);

}  // namespace rnn::core
