// Why: see fit.h: how the errors of past forecasts go together from step to step.
#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "series/observed.h"
#include "tasks/forecast/fit.h"

namespace rnn::core {
namespace {

constexpr double kSide = 0.1;  // errors are counted in distances of the median to the quantiles at this level and at 1 - it
constexpr int64_t kFewestRanked = 50;  // windows; with fewer those for choosing are added

// Where a value lies in what was forecast for its step. counts: with a random part of 1, so that equal counts have no order.
double relative_error(const Forecaster& forecaster, const ForecastParts& parts, int step, double y, double part) {
  const double z = y + part - forecaster.scaled_quantile(parts, step, 0.5);
  const double width = std::abs(forecaster.scaled_quantile(parts, step, z < 0 ? kSide : 1 - kSide) -
                                forecaster.scaled_quantile(parts, step, 0.5));
  return z / std::max(width, 1e-9);
}

}  // namespace

ErrorRanks rank_past_errors(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                            std::span<const Window> windows, std::span<const Window> more) {
  std::vector<Window> all(windows.begin(), windows.end());
  if (std::ssize(all) < kFewestRanked) all.insert(all.end(), more.begin(), more.end());
  std::vector<Window> some;  // evenly spaced
  const size_t n = std::min<size_t>(all.size(), ErrorRanks::kMost);
  for (size_t i = 0; i < n; ++i) some.push_back(all[i * all.size() / n]);
  const std::vector<ForecastParts> parts = forecaster.parts(bank, some);
  std::vector<std::vector<double>> errors;
  for (size_t i = 0; i < some.size(); ++i) {
    const std::span<const float> y = bank.views()[static_cast<size_t>(some[i].series)].y;
    std::vector<double>& of = errors.emplace_back();
    for (int h = 0; h < forecaster.horizon(); ++h) {
      const int64_t t = some[i].origin + h;
      const double value = t < std::ssize(y) ? static_cast<double>(y[static_cast<size_t>(t)]) : kMissing;
      const double part =
          static_cast<double>(to_unit(random_words(1, Purpose::sample, i, static_cast<uint32_t>(h))[1])) - 0.5;
      of.push_back(observed(value) ? relative_error(forecaster, parts[i], h, value, front.counts ? part : 0) : kMissing);
    }
  }
  return rank_errors(std::move(errors));
}

}  // namespace rnn::core
