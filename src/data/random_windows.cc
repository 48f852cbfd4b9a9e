// Why: the window lengths of AWD-LSTM, drawn one after the other; each draw uses the same number of random words.
#include "data/random_windows.h"

#include <algorithm>

#include "base/rng.h"

namespace rnn::core {
namespace {

constexpr double kWholeChance = 0.95, kDeviation = 5;

}  // namespace

int64_t longest_window(int bptt) { return bptt + static_cast<int64_t>(4 * kDeviation); }

std::vector<int64_t> random_windows(uint64_t seed, int64_t epoch, int bptt, int64_t steps) {
  Random random(seed, Purpose::window_length, static_cast<uint32_t>(epoch));
  std::vector<int64_t> begins = {0};
  while (begins.back() < steps) {
    const double mean = random.uniform() < kWholeChance ? bptt : bptt / 2.0;
    const int64_t length = std::clamp(static_cast<int64_t>(mean + kDeviation * random.normal()), int64_t{kShortestWindow},
                                      longest_window(bptt));
    begins.push_back(std::min(steps, begins.back() + length));
  }
  return begins;
}

}  // namespace rnn::core
