// Why: whatever answers for a sequence may not depend on what else is in the batch; tests of heads and of networks ask that in one way.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.h"
#include "kernels/host.h"
#include "networks/model.h"

namespace rnn::core::test {

// Row r of a last-step batch belongs to stream order[r]: the same outputs, to the bit, as the sequence alone. Random weights.
inline void expect_one_by_one(const ModelConfig& config, const Batch& all, int threads) {
  Model<float> model(config);
  Random random(6, Purpose::test);
  for (size_t i = 0; i < model.params().size(); ++i)
    model.params().data()[i] = static_cast<float>(random.uniform(-0.6, 0.6));
  Pool pool(threads);
  model.pack(pool, false);
  const auto outputs = [&](const Batch& b) {
    Arena arena;
    Context<float> context{pool, arena};
    State<float> state = model.initial(b.in.seq.streams());
    const View<float> y = model.forward(context, b, state, nullptr);
    EXPECT_EQ(y.rows, b.target_rows());
    return std::vector<float>(host(y).data, host(y).data + static_cast<size_t>(y.rows) * static_cast<size_t>(y.cols));
  };
  const std::vector<float> together = outputs(all);
  const std::vector<int> position = all.in.seq.positions();
  const auto K = static_cast<size_t>(model.outputs());
  for (int s = 0; s < all.in.seq.streams(); ++s) {
    const Batch one = select_streams(all, s, 1);
    const std::vector<float> alone = outputs(one);
    for (int64_t row = 0; row < one.target_rows(); ++row) {
      const auto t = static_cast<size_t>(row);
      const auto from = static_cast<size_t>(all.to.last_step ? position[static_cast<size_t>(s)]
                                                             : all.in.seq.start[t] + position[static_cast<size_t>(s)]);
      for (size_t k = 0; k < K; ++k) EXPECT_EQ(alone[t * K + k], together[from * K + k]) << s;
    }
  }
}

}  // namespace rnn::core::test
