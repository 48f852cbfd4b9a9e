// Why: everything that runs a model step by step goes through here: one stream or many, of one length or of unlike ones.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "networks/model.h"

namespace rnn::core {

// A model (packed; it must outlive the engine) and scratch. Streaming is a sequence of length one: the same bits as a whole text at
// once, whatever runs beside it. One thread at a time; many engines may share a model.
class Engine {
 public:
  // pool null: only the caller's thread.
  explicit Engine(const Model<float>& model, Pool* pool = nullptr) : model_(model), pool_(pool ? *pool : own_pool_) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  const Model<float>& model() const { return model_; }
  Pool& pool() const { return pool_; }

  // One pass over all steps of `input`; state [streams], in stream order, moves on. The results are valid until the next pass.
  // Without allocation once the scratch has grown to what a pass of this shape needs.
  View<float> outputs(const Input<float>& input, State<float>& state) noexcept;  // of the head, or hidden rows without one
  View<float> hidden(const Input<float>& input, State<float>& state) noexcept;   // what the head reads
  View<float> outputs_of(View<const float> hidden) noexcept;                     // in the scratch of the pass that made them
  // What the head reads of a translator's target ids; see EncoderDecoder::decode. Each stream of seq has its row of `encoded`.
  View<float> decode(const Seq& seq, const int32_t* ids, const Encoded<float>& encoded, State<float>& state,
                     View<const float>* attention) noexcept;

  // Streams that are at different points of sequences of their own, each with a state of one row: gathered, run as one ragged
  // pass, and scattered.
  struct Part {
    State<float>* state;                 // one row; moves on
    std::span<const int32_t> ids = {};   // [steps], or
    std::span<const float> frames = {};  // [steps * input]
    int32_t fresh = -1;                  // at this id the state is cleared first
    bool wanted = true;                  // false: nobody looks at the outputs of this part
  };
  // -> outputs of the parts that are wanted; row(p, t) is that of step t of part p. Without a head: hidden rows.
  View<const float> run(std::span<const Part> parts);
  int row(int part, int t) const {
    const int row = seq_.start[t] + position_[static_cast<size_t>(part)];
    return row_of_.empty() ? row : row_of_[static_cast<size_t>(row)];
  }

 private:
  View<const float> wanted_outputs(std::span<const Part> parts, const Input<float>& input, State<float>& states);
  Context<float> new_pass() {
    arena_.clear();
    return {pool_, arena_};
  }

  const Model<float>& model_;
  Pool own_pool_{1};
  Pool& pool_;
  Arena arena_;
  // Of run().
  Seq seq_;
  std::vector<int> position_;
  std::vector<int> row_of_;  // of every packed row its row of the outputs, where some are not wanted; empty: the same
  std::vector<int32_t> ids_;
  Matrix<float> frames_;
};

}  // namespace rnn::core
