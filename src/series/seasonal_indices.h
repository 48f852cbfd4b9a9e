// Why: Theta and Holt-Winters begin with the classical seasonal indices, and ask whether there is a season at all.
#pragma once

#include <span>
#include <vector>

namespace rnn::core {

enum class SeasonForm { additive, multiplicative };

// The centred moving average over one season (of an even season the two ends count half); NaN within half a season of either end and
// where a value of the window is missing. Same length as `history`.
std::vector<double> moving_average(std::span<const double> history, int season);

// [season] Classical decomposition: the mean of what is left of each position when the moving average is taken away, centred on 0
// (additive) or 1 (multiplicative); position i is that of history[i]. Windows with missing values are skipped. All 0 or 1, no season,
// where some position has nothing left or an index is not finite, or not positive (multiplicative).
std::vector<double> seasonal_indices(std::span<const double> history, int season, SeasonForm form);

// The test of the M4 competition, 90 %: at least three seasons, and |r_m| > 1.645 sqrt((1 + 2 sum_{i<m} r_i^2) / n), r: autocorrelations,
// over the pairs that are observed.
bool is_seasonal(std::span<const double> history, int season);

}  // namespace rnn::core
