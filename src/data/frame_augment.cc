// Why: see frame_augment.h.
#include "data/frame_augment.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"

namespace rnn::core {

std::vector<float> resampled(const std::vector<float>& frames, size_t width, size_t count) {
  const size_t steps = frames.size() / width;
  std::vector<float> out;
  out.reserve(count * width);
  for (size_t p = 0; p < count; ++p) {
    const double at =
        count > 1 ? static_cast<double>(p) * static_cast<double>(steps - 1) / static_cast<double>(count - 1) : 0;
    const size_t first = std::min(static_cast<size_t>(at), steps - 1), second = std::min(first + 1, steps - 1);
    const auto share = static_cast<float>(at - static_cast<double>(first));
    for (size_t c = 0; c < width; ++c)
      out.push_back((1 - share) * frames[first * width + c] + share * frames[second * width + c]);
  }
  return out;
}

SequenceExample augmented(const SequenceExample& e, int width, const FrameAugment& how, uint64_t seed, int64_t epoch,
                          uint32_t example) {
  const auto own = random_words(seed, Purpose::augment, example, static_cast<uint32_t>(epoch));
  Random random(uint64_t{own[0]} << 32 | own[1], Purpose::augment);
  SequenceExample out = e;
  const auto w = static_cast<size_t>(width);
  if (how.time_warp > 0) {
    const double speed = random.uniform(1 - how.time_warp, 1 + how.time_warp);
    const auto steps = static_cast<double>(e.frames.size() / w);
    const auto count = static_cast<size_t>(std::max(1.0, std::round(steps / speed)));
    out.frames = resampled(e.frames, w, count);
  }
  if (how.amplitude > 0) {
    std::vector<float> factors;
    for (size_t c = 0; c < w; ++c) factors.push_back(static_cast<float>(1 + how.amplitude * random.normal()));
    for (size_t i = 0; i < out.frames.size(); ++i) out.frames[i] *= factors[i % w];
  }
  if (how.jitter > 0)
    for (float& x : out.frames) x += static_cast<float>(how.jitter * random.normal());
  return out;
}

}  // namespace rnn::core
