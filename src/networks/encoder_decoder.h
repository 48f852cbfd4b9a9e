// Why: one sequence becomes another of its own length: the encoder reads, the bridge passes the state on, the decoder writes
// and attends to the source.
#pragma once

#include <optional>
#include <string_view>

#include "nn/layers/attention.h"
#include "nn/layers/recurrent.h"
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
struct PackedSources {
  Seq seq;
  std::vector<int32_t> ids;  // [rows]
};
PackedSources pack_sources(const EncoderOptions& options, const std::vector<std::vector<int32_t>>& sources);

// The result of encode(), for any number of decode() calls; in the arena.
template <class T>
struct Encoded {
  View<T> values;               // [memory rows, M], source after source in stream order
  View<const T> keys;           // [memory rows, A]; without data: no attention
  const int* begin = nullptr;   // [sources]
  const int* length = nullptr;  // [sources]
  int longest = 0;
};

// Encoder, bridge, decoder and attention. Parameters encoder.*, decoder.* (as torch.nn.LSTM names them), bridge.weight
// [state, M], bridge.bias, attention.*. Const after construction; thread-safe.
template <class T>
class EncoderDecoder {
 public:
  // decoder.input: the embedding's size; the width that input feeding needs is added here.
  EncoderDecoder(const EncoderOptions& options, const RecurrentOptions& decoder, ParamTable& table, Packed<T>& packed);
  const Recurrent<T>& encoder() const { return *encoder_; }
  const Recurrent<T>& decoder() const { return *decoder_; }
  int width() const { return decoder_->output(); }  // of h~
  // Of one hypothesis: the decoder's states and, with input feeding, h~ of the previous step.
  int state_width() const { return decoder_->state_width() + (options_.input_feeding ? width() : 0); }

  // x [source rows, E]; `first`, out: the decoder's initial state, one row per source.
  Encoded<T> encode(Context<T>& context, const Packed<T>& packed, const Seq& source, View<const T> x, State<T>& first,
                    Tape* tape) const;
  // x [rows, E] -> h~ [rows, width()]. `sources` [streams]: the source that each stream of seq belongs to; null: its own
  // number. `state` in stream order: initial in, final out. weights: null, or out: [rows, longest] attention weights, of
  // which each row uses as many as its source is long. One step at a time or all at once: the same bits.
  View<T> decode(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const Encoded<T>& encoded,
                 const int* sources, State<T>& state, Tape* tape, View<const T>* weights = nullptr) const;
  // Backward through both. dh: gradient w.r.t. h~ (overwritten). dx, dsource_x without data: not wanted. Adds to grads
  // (empty: not wanted).
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Seq& source, Tape& tape, View<T> dh,
                View<T> dx, View<T> dsource_x, Params<T>& grads) const;

 private:
  struct EncodeRecord;
  struct DecodeRecord;
  void bridge(Context<T>& context, const Packed<T>& packed, const State<T>& last, State<T>& first,
              EncodeRecord* record) const;
  State<T> bridge_backward(Context<T>& context, const Packed<T>& packed, const EncodeRecord& record, const State<T>& dfirst,
                           Params<T>& grads) const;
  void decode_steps(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const Memory<T>& memory,
                    State<T>& state, DecodeRecord* record) const;
  void decode_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape, const DecodeRecord& record,
                       View<T> dh, View<T> dkeys, View<T> dvalues, View<T> dx, State<T>& dfirst, Params<T>& grads) const;
  void steps_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const DecodeRecord& record,
                      const typename Attention<T>::Back& back, View<T> dh, View<T> dx, State<T>& dfirst,
                      Params<T>& grads) const;

  EncoderOptions options_;
  std::optional<Recurrent<T>> encoder_, decoder_;
  std::optional<Attention<T>> attention_;
  ParamId w_bridge_ = -1, b_bridge_ = -1;
  int bridge_form_ = -1, bridge_back_ = -1, bridge_bias_form_ = -1;
};

}  // namespace rnn::core
