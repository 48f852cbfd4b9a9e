// Why: see sample_paths.h.
#include "tasks/forecast/stream/sample_paths.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/rng.h"
#include "data/hash.h"

namespace rnn::core {
namespace {

// Those of the bands that are shown most, so that the values of many paths have these bands, and a few further out.
constexpr double kLevels[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2,  0.25,  0.3,  0.4,  0.5,
                              0.6,   0.7,  0.75,  0.8,  0.9, 0.95, 0.975, 0.99, 0.995};

// A straight line between the quantiles, the last ones beyond them.
double quantile_at(std::span<const double> quantiles, double u) {
  const auto above = static_cast<size_t>(std::upper_bound(std::begin(kLevels), std::end(kLevels), u) - std::begin(kLevels));
  if (above == 0 || above == std::size(kLevels)) return quantiles[above == 0 ? 0 : above - 1];
  const double part = (u - kLevels[above - 1]) / (kLevels[above] - kLevels[above - 1]);
  return quantiles[above - 1] + part * (quantiles[above] - quantiles[above - 1]);
}

// The windows of a template in a random order, again and again.
class Turns {
 public:
  explicit Turns(const ErrorRanks& ranks) : ranks_(ranks), order_(ranks.windows.size()) {
    std::iota(order_.begin(), order_.end(), size_t{0});
  }
  const std::vector<uint8_t>& next(Random& random) {
    if (at_ == 0)
      for (size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random.below(static_cast<uint32_t>(i))]);
    const size_t window = order_[at_];
    at_ = (at_ + 1) % order_.size();
    return ranks_.windows[window];
  }

 private:
  const ErrorRanks& ranks_;
  std::vector<size_t> order_;
  size_t at_ = 0;
};

}  // namespace

std::span<const double> path_levels() { return kLevels; }

std::vector<std::vector<double>> sample_paths(const Forecast& forecast, std::span<const ErrorRanks* const> ranks,
                                              const PathOptions& o) {
  assert(!ranks.empty() && forecast.quantile.size() == forecast.point.size() * std::size(kLevels));
  Random random(o.seed, Purpose::sample, static_cast<uint32_t>(fnv1a64(o.series)));
  std::vector<Turns> turns;
  for (const ErrorRanks* of : ranks) turns.emplace_back(*of);
  std::vector<std::vector<double>> paths;
  for (int i = 0; i < o.count; ++i) {
    const size_t which = static_cast<size_t>(i) % ranks.size();
    const std::vector<uint8_t>& window = turns[which].next(random);
    const auto n = static_cast<double>(ranks[which]->windows.size());
    const double within = random.uniform();  // of a rank, the same at all steps
    std::vector<double>& path = paths.emplace_back();
    for (size_t h = 0; h < forecast.point.size(); ++h) {
      const double value = quantile_at(std::span(forecast.quantile).subspan(h * std::size(kLevels), std::size(kLevels)),
                                       (static_cast<double>(window[h]) + within) / n);
      path.push_back(o.whole ? std::round(value) : value);
    }
  }
  return paths;
}

}  // namespace rnn::core
