// Why: see fit.h: the front's scales and channels; the share of the network; how wide bands must be.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "series/conformal.h"
#include "series/observed.h"
#include "tasks/forecast/cycles.h"
#include "tasks/forecast/fit.h"
#include "tasks/forecast/stream/scale.h"

namespace rnn::core {
namespace {

constexpr size_t kMostCategories = 16;  // of a covariate that get a channel each
constexpr double kBands[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};
constexpr double kShares[] = {0, 0.25, 0.5, 0.75, 1};
constexpr double kShareGain = 0.002;  // of the error: what more of the network must gain
constexpr double kFewestWindows = 3;  // that do not overlap, to judge by

// Mean and deviation of a covariate over the training rows of all series.
void scale_channel(const SeriesSet& set, const SeriesSplit& split, InputChannel& channel) {
  const auto c = static_cast<size_t>(channel.covariate);
  double sum = 0, squares = 0, count = 0;
  const auto each = [&](auto&& f) {
    for (size_t s = 0; s < set.series.size(); ++s) {
      const std::vector<double>& values = set.series[s].covariates[c];
      const size_t end = std::min(values.size(), static_cast<size_t>(split.train[s]));
      for (size_t t = 0; t < end; ++t)
        if (observed(values[t])) f(values[t]);
    }
  };
  each([&](double v) { sum += v, ++count; });
  if (count == 0) return;
  channel.centre = sum / count;
  each([&](double v) { squares += (v - channel.centre) * (v - channel.centre); });
  const double deviation = std::sqrt(squares / count);
  if (deviation > 1e-9 * std::abs(channel.centre) && std::isfinite(deviation)) channel.scale = deviation;
}

std::vector<InputChannel> fit_channels(const SeriesSet& set, const SeriesSplit& split) {
  std::vector<InputChannel> channels;
  for (size_t c = 0; c < set.covariates.size(); ++c) {
    const Covariate& covariate = set.covariates[c];
    InputChannel channel;
    channel.covariate = static_cast<int>(c), channel.known = covariate.use != Covariate::Use::past;
    if (covariate.kind == Covariate::Kind::number) {
      scale_channel(set, split, channel);
      channels.push_back(channel);
      continue;
    }
    for (size_t k = 1; k < std::min(covariate.categories.size(), kMostCategories + 1); ++k) {
      channel.category = static_cast<int>(k);
      channels.push_back(channel);
    }
  }
  return channels;
}

struct TrainingFacts {
  bool positive = true, nonnegative = true, whole = true;
};

TrainingFacts facts_of(const SeriesSet& set, const SeriesSplit& split) {
  TrainingFacts facts;
  for (size_t s = 0; s < set.series.size(); ++s) {
    for (int64_t t = 0; t < split.train[s]; ++t) {
      const double v = set.series[s].y[static_cast<size_t>(t)];
      if (!observed(v)) continue;
      facts.positive = facts.positive && v > 0, facts.nonnegative = facts.nonnegative && v >= 0;
      facts.whole = facts.whole && v == std::floor(v);
    }
  }
  return facts;
}

// The targets of a window, scaled.
float scaled_target(const SeriesBank& bank, const Window& window, int step) {
  const std::span<const float> y = bank.views()[static_cast<size_t>(window.series)].y;
  const int64_t t = window.origin + step;
  return t < std::ssize(y) ? y[static_cast<size_t>(t)] : std::numeric_limits<float>::quiet_NaN();
}

void add_scores(Forecaster& forecaster, const SeriesBank& bank, std::span<const Window> windows, double share,
                std::vector<ConformalScores>& scores) {
  for (size_t begin = 0; begin < windows.size(); begin += Forecaster::kWindowsAtOnce) {
    const auto some = windows.subspan(begin, std::min<size_t>(Forecaster::kWindowsAtOnce, windows.size() - begin));
    const std::vector<ForecastParts> parts = forecaster.parts(bank, some);
    for (size_t i = 0; i < some.size(); ++i) {
      for (int h = 0; h < forecaster.horizon(); ++h) {
        const double y = scaled_target(bank, some[i], h);
        if (!observed(y)) continue;
        for (size_t b = 0; b < std::size(kBands); ++b) {
          const double low = forecaster.raw_quantile(parts[i], h, (1 - kBands[b]) / 2, share);
          const double high = forecaster.raw_quantile(parts[i], h, (1 + kBands[b]) / 2, share);
          scores[b].add(h, band_score(y, low, high));
        }
      }
    }
  }
}

}  // namespace

void fit_training_categories(SeriesSet& set, const SeriesSplit& split) {
  std::vector<int64_t> last;
  for (size_t s = 0; s < set.series.size(); ++s) last.push_back(set.series[s].first + split.train[s] - 1);
  fit_categories(set, last);
}

SeriesScale fit_training_scale(const ForecastFront& front, const SeriesSet& set, const SeriesSplit& split, size_t series) {
  SeriesScale scale = fit_scale(front, set.series[series], split.train[series]);
  const SeriesScale before_test = fit_scale(front, set.series[series], split.calibration[series]);
  scale.absolute = before_test.absolute, scale.squared = before_test.squared;
  return scale;
}

ForecastFront fit_front(const SeriesSet& set, const SeriesSplit& split, const SeriesOptions& options, Transform transform,
                        bool counts) {
  ForecastFront front;
  front.grid = set.grid.spec(), front.season = options.season;
  front.covariates = set.covariates;
  front.channels = fit_channels(set, split);
  for (const Cycle cycle : cycles_of(options.calendar))
    for (const CalendarWave& wave : waves_of(front.grid, cycle)) front.channels.push_back(channel_of_wave(wave));
  if (!front.waves().empty()) front.ahead = options.horizon;
  front.transform = transform, front.counts = counts;
  const TrainingFacts facts = facts_of(set, split);
  if (facts.nonnegative) front.least = 0;
  front.whole = facts.whole;
  for (size_t s = 0; s < set.series.size(); ++s) front.scales.push_back(fit_training_scale(front, set, split, s));
  return front;
}

double choose_share(Forecaster& forecaster, const SeriesBank& bank, std::span<const Window> windows, bool squared,
                    double* without, double* with) {
  std::vector<std::array<double, std::size(kShares)>> errors;  // of each window
  for (size_t begin = 0; begin < windows.size(); begin += Forecaster::kWindowsAtOnce) {
    const auto some = windows.subspan(begin, std::min<size_t>(Forecaster::kWindowsAtOnce, windows.size() - begin));
    const std::vector<ForecastParts> parts = forecaster.parts(bank, some);
    for (size_t i = 0; i < some.size(); ++i) {
      std::array<double, std::size(kShares)> sums{};
      double count = 0;
      for (int h = 0; h < forecaster.horizon(); ++h) {
        const double y = static_cast<double>(scaled_target(bank, some[i], h));
        if (!observed(y)) continue;
        ++count;
        for (size_t k = 0; k < sums.size(); ++k) {
          const double error = y - forecaster.raw_quantile(parts[i], h, 0.5, kShares[k]);
          sums[k] += squared ? error * error : std::abs(error);
        }
      }
      for (double& sum : sums) sum /= count;
      if (count > 0) errors.push_back(sums);
    }
  }
  const auto n = static_cast<double>(errors.size());
  std::array<double, std::size(kShares)> means{};
  for (const auto& of : errors)
    for (size_t k = 0; k < means.size(); ++k) means[k] += of[k] / n;
  size_t best = 0;
  for (size_t k = 1; k < means.size(); ++k)
    if (means[k] < (1 - kShareGain) * means[best]) best = k;
  // Windows overlap: of n, about n / horizon are independent. The gain must be above its standard error.
  double squares = 0;
  for (const auto& of : errors) squares += std::pow(of[0] - of[best] - (means[0] - means[best]), 2);
  const double independent = n / forecaster.horizon();
  const bool sure = independent >= kFewestWindows && means[0] - means[best] > std::sqrt(squares / n / independent);
  if (!sure) best = 0;
  *without = n > 0 ? means[0] : kMissing, *with = n > 0 ? means[best] : kMissing;
  return kShares[best];
}

Calibration calibrate(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                      std::span<const Window> windows, std::span<const Window> more) {
  const int H = forecaster.horizon();
  Calibration found;
  found.levels.assign(std::begin(kBands), std::end(kBands));
  found.windows = std::ssize(windows);
  std::vector<ConformalScores> scores(std::size(kBands), ConformalScores(H));
  add_scores(forecaster, bank, windows, front.share, scores);
  int64_t count = 0;
  for (int h = 0; h < H; ++h) count += scores[0].count(h);
  if (count < fewest_scores(kBands[std::size(kBands) - 1])) add_scores(forecaster, bank, more, front.share, scores);
  std::vector<double> narrower(static_cast<size_t>(H), 0.0);
  for (size_t b = 0; b < std::size(kBands); ++b) {
    // Pooled as the widest band needs it, so that all have the same windows.
    std::vector<double> margins = scores[b].quantiles(std::vector{kBands[b], kBands[std::size(kBands) - 1]})[0];
    // Too few even together: as wide as the widest level that there were enough for.
    for (size_t h = 0; h < margins.size(); ++h) {
      if (!std::isfinite(margins[h])) margins[h] = narrower[h];
    }
    narrower = margins;
    found.margins.push_back(std::move(margins));
  }
  return found;
}

}  // namespace rnn::core
