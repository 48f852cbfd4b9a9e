// Why: one sequence becomes another of its own length: an encoder reads, a bridge hands over, a decoder writes and looks back.
#pragma once

#include <optional>
#include <string_view>

#include "nn/layers/attention.h"
#include "nn/layers/recurrent.h"
#include "options/kinds.h"

namespace rnn::core {

struct EncoderOptions {
  EncoderOptions() { rnn.layers = 0; }
  RecurrentOptions rnn;        // input: the embedding's size; hidden: of one direction; no layers: there is no encoder
  bool own_embedding = false;  // else it reads the decoder's
  AttentionKind attention = AttentionKind::additive;
  int attention_size = 0;      // A of additive
  bool input_feeding = false;  // the decoder reads h~ of the step before, too (Luong et al. 2015)
  bool reversed_source =
      false;  // sources come last word first (Sutskever, Vinyals and Le 2014): who makes batches sees to it
  BridgeKind bridge = BridgeKind::copy;
  bool present() const { return rnn.layers > 0; }
  // The cell, its flags and what it drops are the decoder's; sizes stay.
  void match(const RecurrentOptions& decoder);
  int output() const { return rnn.output() * rnn.directions(); }  // M
};

// Where the encoder reads token i of a source of m, its end of line included, which stays last; its own inverse.
inline int place_read(const EncoderOptions& options, int i, int m) {
  return options.reversed_source && i < m - 1 ? m - 2 - i : i;
}

// Sources, each with its end of line, as an encoder reads them side by side: stream s is sources[s].
struct PackedSources {
  Seq seq;
  std::vector<int32_t> ids;  // [rows]
};
PackedSources pack_sources(const EncoderOptions& options, const std::vector<std::vector<int32_t>>& sources);

// What encode() made of some sources, for any number of decode() calls; in the arena.
template <class T>
struct Encoded {
  View<T> values;               // [memory rows, M], source after source in the order of their streams
  View<const T> keys;           // [memory rows, A]; without data: no attention
  const int* begin = nullptr;   // [sources]
  const int* length = nullptr;  // [sources]
  int longest = 0;
};

// Encoder, bridge, decoder and attention. Parameters encoder.*, decoder.* (as torch.nn.LSTM names them), bridge.weight [state, M],
// bridge.bias, attention.*. Const after construction; thread-safe.
template <class T>
class EncoderDecoder {
 public:
  // decoder.input: the embedding's size; what input feeding adds to it is added here.
  EncoderDecoder(const EncoderOptions& options, const RecurrentOptions& decoder, ParamTable& table, Packed<T>& packed);
  const Recurrent<T>& encoder() const { return *encoder_; }
  const Recurrent<T>& decoder() const { return *decoder_; }
  int width() const { return decoder_->output(); }  // of h~
  // Of a hypothesis: the decoder's states and, with input feeding, h~ of the step before.
  int state_width() const { return decoder_->state_width() + (options_.input_feeding ? width() : 0); }

  // x [source rows, E]; `first`: a row per source, out: what its decoder starts from.
  Encoded<T> encode(Context<T>& context, const Packed<T>& packed, const Seq& source, View<const T> x, State<T>& first,
                    Tape* tape) const;
  // x [rows, E] -> h~ [rows, width()]. `sources` [streams]: which source each stream of seq belongs to; null: its own number.
  // `state` in stream order: initial in, final out. weights: null, or out: [rows, longest] of the attention, of which a row has the
  // length of its source. One step at a time or all at once: the same bits.
  View<T> decode(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const Encoded<T>& encoded,
                 const int* sources, State<T>& state, Tape* tape, View<const T>* weights = nullptr) const;
  // Of both. dh: gradient by h~ (overwritten). dx, dsource_x without data: not wanted. Adds to grads (empty: not wanted).
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
