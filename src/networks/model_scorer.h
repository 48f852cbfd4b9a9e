// Why: a language model as the decoders see it: a network with a state per hypothesis.
#pragma once

#include <vector>

#include "decode/scorer.h"
#include "networks/engine.h"

namespace rnn::core {

// A language model and one state per hypothesis. Step by step or all at once (read): the same bits.
class ModelScorer final : public Scorer {
 public:
  // `model` is packed; it and the pool must outlive the scorer. `fresh`: at this id the state of a hypothesis is reset first
  // (the end of a line, for a model of sentences); -1: never.
  ModelScorer(const Model<float>& model, Pool& pool, int32_t fresh = -1);
  int vocabulary() const override { return engine_.model().config().vocabulary; }
  void start(int n) override;
  View<const float> step(std::span<const int32_t> ids) override;
  void select(const std::vector<int>& rows) override;
  Pool* pool() const override { return &engine_.pool(); }
  View<const float> read(std::span<const int32_t> ids) override;

  // step() without the softmax -> [n, V] logits.
  View<const float> push(std::span<const int32_t> ids);
  // The output layer's input in the last call [n, width].
  View<const float> hidden() const { return hidden_; }
  // The memory of every hypothesis. start() starts from `start_from` (one row) instead of the zero state.
  const State<float>& state() const { return state_; }
  void set_state(const State<float>& state) { state_ = state; }
  void start_from(const State<float>& state) { first_ = state; }

 private:
  View<float> run(int rows, int steps, std::span<const int32_t> ids);
  View<const float> normalised(View<const float> outputs);

  Engine engine_;
  int32_t fresh_;
  Seq seq_;
  State<float> first_, state_, before_;  // before_: memory for the next state
  View<const float> hidden_;
  Matrix<float> log_probs_;
};

}  // namespace rnn::core
