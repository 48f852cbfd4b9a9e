// Why: a band holds for each step by itself; sums, highest values and what else depends on several steps need whole futures.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tasks/forecast/stream/error_ranks.h"
#include "tasks/forecast/stream/forecaster.h"

namespace rnn::core {

// The levels of the quantiles that a path is read from, ascending.
std::span<const double> path_levels();

// [count][horizon] Futures whose values at each step are spread as `forecast` says, which has the quantiles at path_levels(), and go
// together from step to step as the errors of past windows did: path i has the ranks of one of them, all windows in turn in a random order.
// Several templates, each present, take turns. The first paths of a longer list are those of a shorter one.
std::vector<std::vector<double>> sample_paths(const Forecast& forecast, std::span<const ErrorRanks* const> ranks,
                                              const PathOptions& options);

}  // namespace rnn::core
