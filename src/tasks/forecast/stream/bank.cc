// Why: see bank.h.
#include "tasks/forecast/stream/bank.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "series/observed.h"

namespace rnn::core {
namespace {

constexpr double kLargest = 1e30;  // of a scaled number

float scaled(double value, double centre, double scale) {
  if (std::isnan(value)) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(std::clamp((value - centre) / scale, -kLargest, kLargest));
}

void add_waves(const Grid& grid, std::span<const CalendarWave> waves, const Series& series, int ahead,
               std::vector<std::vector<float>>& channels) {
  std::vector<std::span<float>> to;
  const size_t before = channels.size();
  channels.resize(before + waves.size(), std::vector<float>(series.y.size() + static_cast<size_t>(ahead)));
  for (size_t w = 0; w < waves.size(); ++w) to.emplace_back(channels[before + w]);
  fill_waves(grid, waves, series.first, to);
}

}  // namespace

std::vector<std::vector<float>> SeriesBank::numbers_of(const ForecastFront& front, const Series& series, bool known) const {
  std::vector<std::vector<float>> channels;
  const size_t steps = series.y.size() + static_cast<size_t>(series.future);
  for (const InputChannel& c : front.channels) {
    if (c.known != known || c.wave) continue;
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

SeriesBank::SeriesBank(const ForecastFront& front, const Grid& grid, std::span<const Series> series,
                       std::span<const SeriesPlace> places) {
  fill(front, grid, series, places);
}

void SeriesBank::fill(const ForecastFront& front, const Grid& grid, std::span<const Series> all,
                      std::span<const SeriesPlace> places) {
  const std::vector<CalendarWave> waves = front.waves();
  y_.reserve(all.size());
  for (size_t s = 0; s < all.size(); ++s) {
    const Series& series = all[s];
    numbers_.push_back(places[s].number);
    scales_.push_back(numbers_[s] >= 0 ? front.scales[static_cast<size_t>(numbers_[s])] : places[s].scale);
    const SeriesScale& scale = scales_.back();
    std::vector<float>& y = y_.emplace_back(series.y.size());
    std::transform(series.y.begin(), series.y.end(), y.begin(),
                   [&](double v) { return scaled(front.forward(v), scale.centre, scale.scale); });
    past_.push_back(numbers_of(front, series, false));
    known_.push_back(numbers_of(front, series, true));
    add_waves(grid, waves, series, std::max(series.future, front.ahead), known_.back());
    covered_.push_back(std::ssize(series.y) + series.future);
  }
  for (size_t s = 0; s < y_.size(); ++s) {
    WindowSeries& view = views_.emplace_back();
    view.y = y_[s], view.id = numbers_[s] + 1;
    view.past.assign(past_[s].begin(), past_[s].end());
    view.known.assign(known_[s].begin(), known_[s].end());
  }
}

double calendar_level(const WindowSeries& series, std::span<const float> weights, int64_t step) {
  double level = 0;
  for (size_t k = 0; k < weights.size(); ++k) {
    const std::span<const float> wave = series.known[series.known.size() - weights.size() + k];
    if (step < std::ssize(wave))
      level += static_cast<double>(weights[k]) * static_cast<double>(wave[static_cast<size_t>(step)]);
  }
  return level;
}

}  // namespace rnn::core
