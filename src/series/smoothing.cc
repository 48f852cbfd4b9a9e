// Why: one level, smoothed exponentially.
#include "series/smoothing.h"

#include <algorithm>
#include <cmath>

#include "series/observed.h"

namespace rnn::core {

SimpleSmoothing smooth(std::span<const double> history, double alpha) {
  // With start 0 the errors are e; a start s makes them e - s b, b = (1 - alpha)^(observed values before).
  double level = 0, b = 1, eb = 0, bb = 0, ee = 0;
  for (const double y : history) {
    if (!observed(y)) continue;
    const double e = y - level;
    level += alpha * e;
    eb += e * b, bb += b * b, ee += e * e;
    b *= 1 - alpha;
  }
  if (!(bb > 0)) return {alpha, kMissing, kMissing, 0};
  const double start = eb / bb;
  return {alpha, start, level + b * start, std::max(0.0, ee - eb * start)};
}

SimpleSmoothing fit_smoothing(std::span<const double> history) {
  constexpr double kLow = 1e-4, kHigh = 0.9999;
  constexpr int kGrid = 40;
  const auto at = [&](int i) { return std::clamp(static_cast<double>(i) / kGrid, kLow, kHigh); };
  // Around the mean, so that rounding of large values does not hide differences.
  const double mean = mean_observed(history);
  std::vector<double> centred(history.begin(), history.end());
  for (double& y : centred) y -= mean;
  int best = 0;
  double least = smooth(centred, at(0)).squared_error;
  for (int i = 1; i <= kGrid; ++i) {
    const double error = smooth(centred, at(i)).squared_error;
    if (error < least) least = error, best = i;
  }
  double low = at(std::max(best - 1, 0)), high = at(std::min(best + 1, kGrid));
  constexpr double kGolden = 0.61803398874989485;
  double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
  double error_left = smooth(centred, left).squared_error, error_right = smooth(centred, right).squared_error;
  while (high - low > 1e-6) {
    if (error_left <= error_right) {
      high = right, right = left, error_right = error_left;
      left = high - kGolden * (high - low), error_left = smooth(centred, left).squared_error;
    } else {
      low = left, left = right, error_left = error_right;
      right = low + kGolden * (high - low), error_right = smooth(centred, right).squared_error;
    }
  }
  const double middle = (low + high) / 2;
  SimpleSmoothing found = smooth(centred, smooth(centred, middle).squared_error < least ? middle : at(best));
  found.start += mean, found.level += mean;
  return found;
}

std::vector<double> ses_forecast(std::span<const double> history, int horizon, int /*season*/) {
  return std::vector<double>(static_cast<size_t>(std::max(horizon, 0)), fit_smoothing(history).level);
}

}  // namespace rnn::core
