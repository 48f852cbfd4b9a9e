// Why: windows of random lengths are the same in every run: they depend only on seed, epoch and the window's number.
#pragma once

#include <cstdint>
#include <vector>

namespace rnn::core {

// Windows about half as long as `bptt` must still have kShortestWindow steps.
constexpr int kShortestWindow = 5, kShortestRandomBptt = 2 * kShortestWindow;

// The most steps that a window can have, so that memory is bounded.
int64_t longest_window(int bptt);

// Splits `steps` steps into windows: normally distributed around bptt (probability 0.95) or bptt / 2, with a standard
// deviation of 5, from kShortestWindow to longest_window steps (Merity, Keskar and Socher 2018); the last takes the rest.
// Returns where each begins, then `steps`.
std::vector<int64_t> random_windows(uint64_t seed, int64_t epoch, int bptt, int64_t steps);

}  // namespace rnn::core
