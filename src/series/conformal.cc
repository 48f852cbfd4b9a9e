// Why: split conformal calibration, step by step of the horizon.
#include "series/conformal.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

// So that 0.9 * 10, which is a little above 9 in binary, counts as 9.
double rounded_up(double x) { return std::ceil(x - 1e-9); }

}  // namespace

double conformal_quantile(std::vector<double> scores, double level) {
  const double rank = rounded_up(level * (static_cast<double>(scores.size()) + 1));
  if (rank > static_cast<double>(scores.size())) return std::numeric_limits<double>::infinity();
  const auto nth = scores.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(scores.begin(), nth, scores.end());
  return *nth;
}

int64_t fewest_scores(double level) { return static_cast<int64_t>(rounded_up(level / (1 - level))); }

double width_score(double y, double median, double width) {
  const double least = std::max(std::abs(y) * 1e-12, std::numeric_limits<double>::min());
  return std::abs(y - median) / std::max(width, least);
}

double band_score(double y, double low, double high) { return std::max(low - y, y - high); }

void ConformalScores::add(int step, double score) {
  if (!std::isnan(score)) scores_[static_cast<size_t>(step)].push_back(score);
}

std::vector<std::vector<double>> ConformalScores::quantiles(std::span<const double> levels) const {
  std::vector<std::vector<double>> out(levels.size(), std::vector<double>(scores_.size()));
  if (levels.empty()) return out;
  const auto horizon = static_cast<int64_t>(scores_.size());
  const auto enough = static_cast<size_t>(fewest_scores(*std::max_element(levels.begin(), levels.end())));
  for (int64_t step = 0; step < horizon; ++step) {
    std::vector<double> pooled = scores_[static_cast<size_t>(step)];
    for (int64_t distance = 1; pooled.size() < enough && distance < horizon; ++distance) {
      for (const int64_t other : {step - distance, step + distance}) {
        if (other < 0 || other >= horizon) continue;
        const std::vector<double>& more = scores_[static_cast<size_t>(other)];
        pooled.insert(pooled.end(), more.begin(), more.end());
      }
    }
    for (size_t i = 0; i < levels.size(); ++i) out[i][static_cast<size_t>(step)] = conformal_quantile(pooled, levels[i]);
  }
  return out;
}

}  // namespace rnn::core
