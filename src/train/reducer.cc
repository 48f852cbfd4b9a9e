// Why: one slab is added to another, number by number.
#include "train/reducer.h"

namespace rnn::core {

void Reducer::add(Pool& pool, Params<float>& grads) {
  float *to = grads.data(), *from = own_.data();
  pool.parallel_for(static_cast<int64_t>(grads.size()), 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] += from[i], from[i] = 0;
  });
}

}  // namespace rnn::core
