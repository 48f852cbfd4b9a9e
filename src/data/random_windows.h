// Why: windows of random lengths are the same in every run that asks: a function of seed, epoch and the window's number.
#pragma once

#include <cstdint>
#include <vector>

namespace rnn::core {

// Windows about half as long as `bptt` must still have kShortestWindow steps.
constexpr int kShortestWindow = 5, kShortestRandomBptt = 2 * kShortestWindow;

// No window has more steps: memory is bounded.
int longest_window(int bptt);

// Cuts `steps` steps into windows: bptt with chance 0.95, else bptt / 2, and a normal deviation of 5, from kShortestWindow to
// longest_window steps (Merity, Keskar and Socher 2018); the last takes what is left. Returns where each begins, then `steps`.
std::vector<int64_t> random_windows(uint64_t seed, int64_t epoch, int bptt, int64_t steps);

}  // namespace rnn::core
