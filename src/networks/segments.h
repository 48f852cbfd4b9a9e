// Why: the future of a series in one stroke: segments of the past are the steps of a recurrence, and each segment of the future is one
// step from its last state.
#pragma once

#include <optional>

#include "networks/network.h"

namespace rnn::core {

struct SegmentsOptions {
  RecurrentOptions rnn;  // input: d, what a segment is mapped to; one direction
  int frame = 0;         // numbers of a segment of the past
  int known = 0;         // numbers known of a segment of the future; 0: none
  int positions = 0;     // M, the most segments of the future
  int channels = 0;      // ids of series, 0 for one that is unknown; 0: series have no ids
};

// SegRNN with parallel decoding (Lin, Lin, Wu, Zhao, Mo and Zhang 2023). Encoder and decoder are one stack of recurrent layers:
//   source  frames [segments of the past, frame]: relu(W x + b), d numbers each, are the encoder's steps
//   in      ids [rows], positions of segments of the future, from 0: what the decoder reads is the embedding of its position, d - d / 2
//           numbers, beside that of the series' id (Input::stream_ids), d / 2; all d are the position's without ids. With `known`,
//           frames [rows, known], whose linear map is added.
// The hidden row of a segment depends on the past, its own position, id and known numbers, not on other segments. A series without a
// segment in the past starts from its State; State is the encoder's, so that it can go on reading. Parameters segment.weight,
// segment.bias, position.weight, channel.weight, known.weight, rnn.*. An id out of range counts as unknown.
template <class T>
class Segments final : public Network<T> {
 public:
  Segments(const SegmentsOptions& options, ParamTable& table, Packed<T>& packed);
  int width() const override { return recurrent_->output(); }
  int state_width() const override { return recurrent_->state_width(); }
  bool reads_source() const override { return true; }
  std::vector<const Recurrent<T>*> stacks() const override { return {&*recurrent_}; }
  std::vector<ParamId> row_params() const override;
  void touched(const Batch& batch, bool sampled, SparseParams& touched) const override;

  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override;
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>* dstate_last, State<T>* dstate_first) const override;

 private:
  struct Record;
  struct Pairs;
  int channel(int32_t id) const { return id > 0 && id < options_.channels ? id : 0; }
  View<T> encode(Context<T>& context, const Weights<T>& weights, const Rows& source) const;
  void encode_backward(Context<T>& context, const Record& record, View<T> de, Params<T>& grads) const;
  Pairs pairs_of(Context<T>& context, const Input<T>& input) const;
  View<T> decoder_input(Context<T>& context, const Weights<T>& weights, const Input<T>& input, const Pairs& pairs) const;
  void decoder_input_backward(Context<T>& context, const Record& record, View<T> dx, Params<T>& grads) const;
  Seq decoder_steps(const Seq& seq, const int32_t* positions) const;

  SegmentsOptions options_;
  std::optional<Recurrent<T>> recurrent_;
  ParamId w_segment_, b_segment_, position_, channel_ = -1, w_known_ = -1;
  int segment_form_, segment_bias_form_, known_form_ = -1;
};

}  // namespace rnn::core
