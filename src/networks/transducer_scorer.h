// Why: the transducer head of a model as its decoders see it: a predictor's memory per hypothesis, and the joiner.
#pragma once

#include <vector>

#include "decode/transducer_search.h"
#include "heads/transducer.h"

namespace rnn::core {

// Rows that it reads are hidden rows of the network, what the head reads. Whatever is asked at once: the same bits.
class TransducerScorer final : public LabelScorer {
 public:
  // All three must outlive the scorer; the weights are packed.
  TransducerScorer(const TransducerHead<float>& head, const Weights<float>& weights, Pool& pool)
      : head_(head), weights_(weights), pool_(pool) {}
  void start(int slots) override;
  void step(std::span<const SlotStep> steps) override;
  void read(View<const float> rows) override;
  View<const float> next(int row, std::span<const int> slots) override;

 private:
  Context<float> context() { return Context<float>{pool_, arena_, weights_.packed().kernels()}; }

  const TransducerHead<float>& head_;
  const Weights<float>& weights_;
  Pool& pool_;
  Arena arena_;
  State<float> memory_, moved_;          // [slots], [steps]
  std::vector<int> from_;                // [steps]
  std::vector<int32_t> ids_;             // [steps]
  Matrix<float> predicted_, said_;       // [slots, J], [steps, J]
  Matrix<float> encoded_;                // [rows, J]
  Matrix<float> joined_[2], log_probs_;  // encoded and predicted side by side [hypotheses, J]; [hypotheses, K]
};

}  // namespace rnn::core
