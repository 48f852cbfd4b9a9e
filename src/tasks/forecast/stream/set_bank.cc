// Why: series of a set find their scales by their names, or from their own values.
#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "series/scores.h"
#include "tasks/forecast/stream/bank.h"
#include "tasks/forecast/stream/scale.h"

namespace rnn::core {

SeriesScale fit_scale(const ForecastFront& front, const Series& series, int64_t count) {
  const std::span<const double> y =
      std::span(series.y).first(static_cast<size_t>(std::min<int64_t>(count, std::ssize(series.y))));
  ScaleSums sums;
  for (const double v : y) sums.add(front.forward(v));
  SeriesScale found = scale_of(front, sums);
  found.id = series.id;
  const ErrorScale errors = error_scale(y, front.season);
  // Beyond what a number holds an error's size is not defined, as for a constant series.
  found.absolute = std::isfinite(errors.absolute) ? errors.absolute : 0;
  found.squared = std::isfinite(errors.squared) ? errors.squared : 0;
  return found;
}

SeriesBank::SeriesBank(const ForecastFront& front, const SeriesSet& set, std::span<const int64_t> seen) {
  std::unordered_map<std::string_view, int> by_id;
  for (size_t i = 0; i < front.scales.size(); ++i) by_id.emplace(front.scales[i].id, static_cast<int>(i));
  std::vector<SeriesPlace> places;
  for (size_t s = 0; s < set.series.size(); ++s) {
    const Series& series = set.series[s];
    const auto found = by_id.find(series.id);
    SeriesPlace place;
    if (found != by_id.end()) place.number = found->second;
    if (place.number < 0) place.scale = fit_scale(front, series, seen.empty() ? std::ssize(series.y) : seen[s]);
    places.push_back(std::move(place));
  }
  fill(front, set.grid, set.series, places);
}

}  // namespace rnn::core
