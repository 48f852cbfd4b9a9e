// Why: a history may have missing values (NaN); what every method asks about them stands here once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace rnn::core {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

inline bool observed(double value) { return !std::isnan(value); }

// From the first observed value on; empty where there is none.
inline std::span<const double> from_first_observed(std::span<const double> history) {
  const auto first = std::find_if(history.begin(), history.end(), observed);
  return history.subspan(static_cast<size_t>(first - history.begin()));
}

// NaN where there is none.
inline double last_observed(std::span<const double> history) {
  const auto last = std::find_if(history.rbegin(), history.rend(), observed);
  return last == history.rend() ? kMissing : *last;
}

// NaN where there is none.
inline double mean_observed(std::span<const double> history) {
  double sum = 0;
  int64_t count = 0;
  for (const double y : history) {
    if (observed(y)) sum += y, ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : kMissing;
}

inline bool all_positive(std::span<const double> history) {
  return std::none_of(history.begin(), history.end(), [](double y) { return y <= 0; });
}

// Gaps closed by straight lines; before the first and after the last observed value, that value. All NaN: stays so.
inline std::vector<double> interpolated(std::span<const double> history) {
  std::vector<double> out(history.begin(), history.end());
  size_t before = out.size();  // the last observed position; out.size(): none yet
  for (size_t i = 0; i < out.size(); ++i) {
    if (!observed(out[i])) continue;
    for (size_t k = before == out.size() ? 0 : before + 1; k < i; ++k) {
      out[k] = before == out.size() ? out[i]
                                    : out[before] + (out[i] - out[before]) * static_cast<double>(k - before) /
                                                        static_cast<double>(i - before);
    }
    before = i;
  }
  if (before != out.size()) std::fill(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), out[before]);
  return out;
}

}  // namespace rnn::core
