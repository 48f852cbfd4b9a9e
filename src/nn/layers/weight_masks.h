// Why: masks of weights come from the same place as those of values.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"

namespace rnn {

// masks [size]: 0 with chance p, else 1 / (1 - p); a function of (seed, update, parameter, index) (Merity, Keskar and Socher 2018).
template <class T>
void weight_masks(Pool& pool, uint64_t seed, uint32_t update, uint32_t parameter, double p, T* masks, int64_t size);

}  // namespace rnn
