// Why: see importance.h.
#include "tasks/forecast/importance.h"

#include <algorithm>
#include <cmath>

#include "base/cancel.h"
#include "base/rng.h"
#include "series/observed.h"

namespace rnn::core {
namespace {

constexpr size_t kExcerptsAtOnce = 512;

// Steps [begin, end) of a covariate; NaN outside its rows. A fixed one has one value.
std::vector<double> excerpt_of(const std::vector<double>& values, bool fixed, int64_t begin, int64_t end) {
  if (fixed) return values;
  std::vector<double> found;
  for (int64_t t = begin; t < end; ++t)
    found.push_back(t >= 0 && t < std::ssize(values) ? values[static_cast<size_t>(t)] : kMissing);
  return found;
}

// Where a window takes a covariate from.
Window donor_of(const SeriesSet& set, int steps, int horizon, Random& random) {
  const auto s = random.below(static_cast<uint32_t>(set.series.size()));
  const Series& series = set.series[s];
  const int64_t length = std::ssize(series.y),
                last = std::max<int64_t>(std::min(length, length + series.future - horizon), 1);
  const int64_t first = std::clamp<int64_t>(steps, 1, last);
  return {static_cast<int32_t>(s), first + random.below(static_cast<uint32_t>(last - first + 1))};
}

// Windows as series of their own that end at the origin: what a forecast of them reads, and nothing else.
class Excerpts {
 public:
  Excerpts(const SeriesSet& set, const ForecastFront& front, std::span<const Window> windows, int steps, int horizon)
      : set_(set), windows_(windows), steps_(steps), horizon_(horizon) {
    for (const Series& s : set.series) known_.push_back(front.find(s.id) >= 0);
    first_.assign(set.series.size(), kAllSteps);
    for (const Window& w : windows) {
      int64_t& first = first_[static_cast<size_t>(w.series)];
      first = std::min(first, w.origin);
    }
  }

  // Mean absolute error, with covariate `spoilt` from elsewhere (-1: none) as draw `draw` says.
  double mae(const PointForecasts& forecast, int spoilt, const ImportanceOptions& o, int draw) const {
    double sum = 0, count = 0;
    for (size_t begin = 0; begin < windows_.size(); begin += kExcerptsAtOnce) {
      check_cancelled(nullptr);
      const auto some = windows_.subspan(begin, std::min(kExcerptsAtOnce, windows_.size() - begin));
      SeriesSet excerpts;
      excerpts.grid = set_.grid, excerpts.covariates = set_.covariates;
      std::vector<Window> own;
      std::vector<int64_t> seen;
      for (size_t i = 0; i < some.size(); ++i) {
        // The same window has the same donor for every covariate, so that their figures differ by what they are worth alone.
        Random random(o.seed, Purpose::shuffle, static_cast<uint32_t>((begin + i) * 64 + static_cast<size_t>(draw)));
        excerpts.series.push_back(excerpt(some[i], spoilt, donor_of(set_, steps_, horizon_, random)));
        own.push_back({static_cast<int32_t>(i), std::ssize(excerpts.series.back().y)});
        seen.push_back(first_[static_cast<size_t>(some[i].series)]);
      }
      const std::vector<std::vector<double>> points = forecast(excerpts, seen, own);
      for (size_t i = 0; i < some.size(); ++i) {
        const std::vector<double>& y = set_.series[static_cast<size_t>(some[i].series)].y;
        for (int64_t h = 0; h < horizon_ && some[i].origin + h < std::ssize(y); ++h) {
          const double target = y[static_cast<size_t>(some[i].origin + h)];
          if (observed(target)) sum += std::abs(target - points[i][static_cast<size_t>(h)]), ++count;
        }
      }
    }
    return count > 0 ? sum / count : kMissing;
  }

 private:
  Series excerpt(const Window& window, int spoilt, const Window& donor) const {
    const auto s = static_cast<size_t>(window.series);
    const Series& from = set_.series[s];
    Series series;
    // A series that is new to the model is scaled by its past, so that has to be there.
    const int64_t begin = known_[s] ? std::max<int64_t>(window.origin - steps_, 0) : 0;
    series.id = from.id, series.first = from.first + begin, series.future = horizon_;
    series.y.assign(from.y.begin() + begin, from.y.begin() + window.origin);
    for (size_t c = 0; c < set_.covariates.size(); ++c) {
      const bool other = static_cast<int>(c) == spoilt, fixed = set_.covariates[c].use == Covariate::Use::fixed;
      const Window& at = other ? donor : window;
      series.covariates.push_back(excerpt_of(set_.series[static_cast<size_t>(at.series)].covariates[c], fixed,
                                             at.origin - (window.origin - begin), at.origin + horizon_));
    }
    return series;
  }

  const SeriesSet& set_;
  std::span<const Window> windows_;
  int steps_, horizon_;
  std::vector<bool> known_;     // [series]
  std::vector<int64_t> first_;  // [series] the first origin
};

}  // namespace

std::vector<CovariateImportance> covariate_importance(const PointForecasts& forecast, const ForecastFront& known,
                                                      const SeriesSet& set, std::span<const Window> windows, int horizon,
                                                      const ImportanceOptions& o, double* mae) {
  const Excerpts excerpts(set, known, windows, o.steps, horizon);
  *mae = excerpts.mae(forecast, -1, o, 0);
  std::vector<CovariateImportance> found;
  for (size_t c = 0; c < set.covariates.size(); ++c) {
    double sum = 0;
    for (int draw = 0; draw < o.repeats; ++draw) sum += excerpts.mae(forecast, static_cast<int>(c), o, draw);
    found.push_back({set.covariates[c].name, set.covariates[c].use, sum / o.repeats - *mae});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.increase > b.increase; });
  return found;
}

}  // namespace rnn::core
