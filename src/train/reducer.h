// Why: the shards of an update, wherever each is computed, are summed in one order, so that their number alone decides the bits.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "heads/head.h"
#include "nn/params.h"

namespace rnn::core {

// Gradients, loss and weight of an update as the sum over its shards. Shard 0 adds to the sum itself, so one shard is the plain
// update; every other one has a slab of its own, which is added in the order of the shards.
class Reducer {
 public:
  explicit Reducer(int shards = 1) : shards_(shards) {}
  int shards() const { return shards_; }

  // compute(shard, grads, sum) adds a shard's gradients to grads and its loss to sum. grads holds the sum of all shards afterwards.
  template <class Compute>
  void run(Pool& pool, Params<float>& grads, LossSum& total, const Compute& compute) {
    compute(0, grads, total);
    for (int shard = 1; shard < shards_; ++shard) {
      if (own_.size() == 0) own_ = Params<float>(grads.table());
      LossSum sum;
      compute(shard, own_, sum);
      total += sum;
      add(pool, grads);
    }
  }

 private:
  void add(Pool& pool, Params<float>& grads);  // own_ to grads; own_ is zero afterwards

  int shards_;
  Params<float> own_;
};

}  // namespace rnn::core
