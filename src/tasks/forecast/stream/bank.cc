// Why: see bank.h.
#include "tasks/forecast/stream/bank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "series/observed.h"
#include "series/scores.h"

namespace rnn::core {
namespace {

constexpr double kLargest = 1e30;  // of a scaled number

float scaled(double value, double centre, double scale) {
  if (std::isnan(value)) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(std::clamp((value - centre) / scale, -kLargest, kLargest));
}

}  // namespace

SeriesScale fit_scale(const ForecastFront& front, const Series& series, int64_t count) {
  SeriesScale found;
  found.id = series.id;
  const std::span<const double> y =
      std::span(series.y).first(static_cast<size_t>(std::min<int64_t>(count, std::ssize(series.y))));
  const ErrorScale errors = error_scale(y, front.season);
  // Beyond what a number holds a scale is not defined, as for a constant series.
  found.absolute = std::isfinite(errors.absolute) ? errors.absolute : 0;
  found.squared = std::isfinite(errors.squared) ? errors.squared : 0;
  double sum = 0, squares = 0, number = 0;
  for (const double v : y) {
    if (observed(v)) sum += front.forward(v), ++number;
  }
  if (front.counts || number == 0) return found;
  found.centre = sum / number;
  for (const double v : y) {
    if (observed(v)) squares += (front.forward(v) - found.centre) * (front.forward(v) - found.centre);
  }
  const double deviation = std::sqrt(squares / number);
  if (deviation > 1e-9 * std::abs(found.centre) && std::isfinite(deviation)) found.scale = deviation;
  return found;
}

std::vector<std::vector<float>> SeriesBank::numbers_of(const ForecastFront& front, const Series& series, bool known) const {
  std::vector<std::vector<float>> channels;
  const size_t steps = series.y.size() + static_cast<size_t>(series.future);
  for (const InputChannel& c : front.channels) {
    if (c.known != known) continue;
    const std::vector<double>& from = series.covariates[static_cast<size_t>(c.covariate)];
    const bool fixed = front.covariates[static_cast<size_t>(c.covariate)].use == Covariate::Use::fixed;
    std::vector<float>& to = channels.emplace_back(known ? steps : series.y.size());
    for (size_t t = 0; t < to.size(); ++t) {
      const double value = fixed ? from[0] : t < from.size() ? from[t] : kMissing;
      to[t] = c.category < 0 ? scaled(value, c.centre, c.scale) : value == c.category ? 1.0f : 0.0f;
    }
  }
  return channels;
}

SeriesBank::SeriesBank(const ForecastFront& front, const SeriesSet& set, std::span<const int64_t> seen) {
  std::unordered_map<std::string_view, int> by_id;
  for (size_t i = 0; i < front.scales.size(); ++i) by_id.emplace(front.scales[i].id, static_cast<int>(i));
  y_.reserve(set.series.size());
  for (size_t s = 0; s < set.series.size(); ++s) {
    const Series& series = set.series[s];
    const auto found = by_id.find(series.id);
    numbers_.push_back(found == by_id.end() ? -1 : found->second);
    scales_.push_back(numbers_[s] >= 0 ? front.scales[static_cast<size_t>(numbers_[s])]
                                       : fit_scale(front, series, seen.empty() ? std::ssize(series.y) : seen[s]));
    const SeriesScale& scale = scales_.back();
    std::vector<float>& y = y_.emplace_back(series.y.size());
    std::transform(series.y.begin(), series.y.end(), y.begin(),
                   [&](double v) { return scaled(front.forward(v), scale.centre, scale.scale); });
    past_.push_back(numbers_of(front, series, false));
    known_.push_back(numbers_of(front, series, true));
    covered_.push_back(std::ssize(series.y) + series.future);
  }
  for (size_t s = 0; s < y_.size(); ++s) {
    WindowSeries& view = views_.emplace_back();
    view.y = y_[s], view.id = numbers_[s] + 1;
    view.past.assign(past_[s].begin(), past_[s].end());
    view.known.assign(known_[s].begin(), known_[s].end());
  }
}

}  // namespace rnn::core
