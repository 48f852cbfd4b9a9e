// Why: masks of weights are generated in the same way as those of values.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "nn/context.h"
#include "nn/seq.h"

namespace rnn::core {

// masks [size]: 0 with probability p, else 1 / (1 - p); a function of (seed, update, parameter, index) (Merity, Keskar and
// Socher 2018).
template <class T>
void weight_masks(Pool& pool, uint64_t seed, uint32_t update, uint32_t parameter, double p, T* masks, int64_t size);

// scales [rows]: 0 with probability p, else 1 / (1 - p), a function of (seed, update, id of the row): a dropped word is
// dropped everywhere in the window (Gal and Ghahramani 2016).
template <class T>
void word_masks(const Context<T>& context, const int32_t* ids, int rows, double p, T* scales);

// dropped [rows]: 1 with probability p, a function of (seed, update, site, stream, t).
template <class T>
void dropped_steps(Context<T>& context, const Seq& seq, double p, uint32_t site, uint8_t* dropped);

}  // namespace rnn::core
