// Why: a network that says only the next value forecasts further by sampling: each value drawn is read as if it had been seen.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "heads/distribution.h"
#include "networks/model.h"
#include "tasks/forecast/stream/bank.h"

namespace rnn::core {

constexpr int kAncestralPaths = 200;  // behind the quantiles of a window (Salinas et al. 2020)

// [windows][steps * kSampleQuantiles] What kAncestralPaths futures of each window say of its first steps (at most the horizon), normalised by
// the window; counts: as they are. The random numbers depend on the values that the window reads and on nothing else, so a window has the same
// futures whatever runs beside it, and whether its past came at once or value by value.
std::vector<std::vector<float>> sample_windows(const Model<float>& model, Pool& pool, const SeriesBank& bank,
                                               std::span<const Window> windows, const WindowOptions& options, int steps);

// [count][horizon] Futures of one window, normalised as above. `key`: of the random numbers. The first futures of more are those of fewer.
std::vector<std::vector<double>> sample_futures(const Model<float>& model, Pool& pool, const SeriesBank& bank,
                                                const Window& window, const WindowOptions& options, uint64_t key, int count);

}  // namespace rnn::core
