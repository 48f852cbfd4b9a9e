// Why: everything that runs a model step by step goes through here: one stream or many, of one length or of unlike ones.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "networks/model.h"

namespace rnn::core {

// A sentence that a translator has read: what its decoder attends to. A value; made by Engine::read_sources.
struct EncodedSource {
  uint64_t number = 0;              // of this sentence in this process; 0: none
  int length = 0;                   // tokens, the end of line included
  std::vector<float> values, keys;  // [length, M], [length, A]; empty where the attention has none of its own
};

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

  // A translator, step by step, with sentences that come and go. read_sources: encodes sentences (as pack_sources() wants them) into
  // sources[i], and the decoder's first state into first[i], one row each. decode_step: row r reads ids[r] and attends to
  // *sources[source_of[r]]; state [rows] moves on -> outputs [rows, K], attention [rows, longest] or without rows. Valid until the
  // next pass.
  void read_sources(std::span<const std::span<const int32_t>> sentences, std::span<EncodedSource* const> sources,
                    std::span<State<float>* const> first);
  View<const float> decode_step(std::span<const int32_t> ids, std::span<EncodedSource* const> sources,
                                std::span<const int> source_of, State<float>& state, View<const float>* attention);

  // Streams that are at different points of sequences of their own, each with a state of one row: gathered, run as one ragged
  // pass, and scattered.
  struct Part {
    State<float>* state;                 // one row; moves on
    std::span<const int32_t> ids = {};   // [steps * columns], or
    std::span<const float> frames = {};  // [steps * input]
    int32_t fresh = -1;                  // at this id the state is cleared first
    bool wanted = true;                  // false: nobody looks at the outputs of this part
  };
  // -> outputs of the parts that are wanted; row(p, t) is that of step t of part p. Without a head: hidden rows.
  View<const float> run(std::span<const Part> parts);
  // The same up to what the head reads, of all parts; outputs_of() makes outputs of such rows until the next pass.
  View<const float> run_hidden(std::span<const Part> parts);
  int row(int part, int t) const {
    const int row = seq_.start[t] + position_[static_cast<size_t>(part)];
    return row_of_.empty() ? row : row_of_[static_cast<size_t>(row)];
  }

 private:
  void join(std::span<EncodedSource* const> sources);
  View<const float> pass_over(std::span<const Part> parts, bool up_to_head);
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
  // Of decode_step(): the sources of the last step one after another, kept as long as the same ones are asked for.
  std::vector<uint64_t> joined_;
  Matrix<float> values_, keys_;
  std::vector<int> begin_, begin_of_row_, length_of_row_;
};

}  // namespace rnn::core
