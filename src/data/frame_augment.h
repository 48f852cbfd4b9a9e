// Why: a sensor never measures the same movement twice; in training each sequence is a little different every time.
#pragma once

#include <cstdint>
#include <vector>

#include "data/sequences.h"

namespace rnn::core {

// Frames [steps * width], steps >= 1, read at `count` places from the first step to the last, straight lines between them.
std::vector<float> resampled(const std::vector<float>& frames, size_t width, size_t count);

// The frames of `e`, [steps * width], changed; time_warp changes their number (at least 1) and is only for one answer per sequence. The
// same numbers for the same seed, epoch and example, whatever else is in the batch.
SequenceExample augmented(const SequenceExample& e, int width, const FrameAugment& how, uint64_t seed, int64_t epoch,
                          uint32_t example);

}  // namespace rnn::core
