// Why: one sequence becomes another of its own length: the encoder reads, the bridge passes the state on, the decoder writes
// and attends to the source.
#pragma once

#include <optional>
#include <string_view>

#include "networks/embedded.h"
#include "networks/network.h"
#include "nn/layers/attention.h"
#include "options/kinds.h"

namespace rnn::core {

struct EncoderOptions {
  EncoderOptions() { rnn.layers = 0; }
  RecurrentOptions rnn;        // input: the embedding's size; hidden: of one direction; no layers: no encoder
  bool own_embedding = false;  // false: it uses the decoder's
  AttentionKind attention = AttentionKind::additive;
  int attention_size = 0;      // A, additive only
  bool input_feeding = false;  // the decoder also reads h~ of the previous step (Luong et al. 2015)
  bool reversed_source =
      false;  // sources are read last word first (Sutskever, Vinyals and Le 2014): the batcher must reverse them
  BridgeKind bridge = BridgeKind::copy;
  bool present() const { return rnn.layers > 0; }
  // Takes the cell, its flags and its dropout options from the decoder; sizes are kept.
  void match(const RecurrentOptions& decoder);
  int output() const { return rnn.output() * rnn.directions(); }  // M
};

// The position at which the encoder reads token i of a source of m tokens. m includes the end of line, which stays last. Its
// own inverse.
inline int place_read(const EncoderOptions& options, int i, int m) {
  return options.reversed_source && i < m - 1 ? m - 2 - i : i;
}

// Sources, each with its end of line, batched as an encoder reads them: stream s is sources[s].
Rows pack_sources(const EncoderOptions& options, const std::vector<std::vector<int32_t>>& sources);

// Encoder, bridge, decoder and attention. Parameters encoder.*, decoder.* (as torch.nn.LSTM names them), bridge.weight
// [state, M], bridge.bias, attention.*. Const after construction; thread-safe.
template <class T>
class EncoderDecoder final : public Network<T> {
 public:
  // decoder.input: the embedding's size; the width that input feeding needs is added here. `source`, `target`: the embeddings of
  // both inputs, of `vocabulary` symbols each; one and the same without options.own_embedding.
  EncoderDecoder(const EncoderOptions& options, const RecurrentOptions& decoder, int vocabulary, EmbeddedOptions source,
                 const EmbeddedOptions& target, ParamTable& table, Packed<T>& packed);
  const Recurrent<T>& encoder() const { return *encoder_; }
  const Recurrent<T>& decoder() const { return *decoder_; }
  int width() const override { return decoder_->output(); }  // of h~
  // Of one hypothesis: the decoder's states and, with input feeding, h~ of the previous step.
  int state_width() const override { return decoder_->state_width() + (options_.input_feeding ? width() : 0); }

  std::vector<const Recurrent<T>*> stacks() const override { return {&*encoder_, &*decoder_}; }
  const EncoderDecoder* encoder_decoder() const override { return this; }
  ParamId embedding() const override { return target_->id(); }
  ParamId source_embedding() const override { return source_->id(); }
  void touched(const Batch& batch, bool sampled, SparseParams& touched) const override;

  // input.source and input.ids; what decode() starts from is written to `state`.
  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override;
  // The state comes from the source: there are no gradients w.r.t. it.
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>* dstate_last, State<T>* dstate_first) const override;

  // The two halves, for decoding. ids [source rows]; `first`, out: the decoder's initial state, one row per source.
  Encoded<T> encode(Context<T>& context, const Weights<T>& weights, const Seq& source, const int32_t* ids, State<T>& first,
                    Tape* tape = nullptr) const;
  // ids [rows] -> h~ [rows, width()]. `sources` [streams]: the source that each stream of seq belongs to; null: its own
  // number. `state` in stream order: initial in, final out. attention: null, or out: [rows, longest] its weights, of
  // which each row uses as many as its source is long. One step at a time or all at once: the same bits.
  View<T> decode(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids,
                 const Encoded<T>& encoded, const int* sources, State<T>& state, Tape* tape = nullptr,
                 View<const T>* attention = nullptr) const;

 private:
  // dh: gradient w.r.t. h~ (overwritten). dx, dsource_x without data: not wanted. Adds to grads (empty: not wanted).
  void backward_both(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Seq& source, Tape& tape, View<T> dh,
                     View<T> dx, View<T> dsource_x, Params<T>& grads) const;
  struct EncodeRecord;
  struct DecodeRecord;
  void bridge(Context<T>& context, const Packed<T>& packed, const State<T>& last, State<T>& first,
              EncodeRecord* record) const;
  State<T> bridge_backward(Context<T>& context, const Packed<T>& packed, const EncodeRecord& record, const State<T>& dfirst,
                           Params<T>& grads) const;
  void decode_steps(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const Encoded<T>& memory,
                    State<T>& state, DecodeRecord* record) const;
  void decode_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape, const DecodeRecord& record,
                       View<T> dh, View<T> dkeys, View<T> dvalues, View<T> dx, State<T>& dfirst, Params<T>& grads) const;
  void steps_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const DecodeRecord& record,
                      const typename Attention<T>::Back& back, View<T> dh, View<T> dx, State<T>& dfirst,
                      Params<T>& grads) const;

  EncoderOptions options_;
  std::optional<Embedded<T>> source_, target_;
  std::optional<Recurrent<T>> encoder_, decoder_;
  std::optional<Attention<T>> attention_;
  ParamId w_bridge_ = -1, b_bridge_ = -1;
  int bridge_form_ = -1, bridge_back_ = -1, bridge_bias_form_ = -1;
};

}  // namespace rnn::core
