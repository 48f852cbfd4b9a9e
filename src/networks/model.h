// Why: a model is immutable data: its configuration, its weights, the same weights packed, and how a batch runs through
// them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "networks/model_config.h"
#include "nn/layers/activation.h"

namespace rnn::core {

// T = float is used in production, double is the reference. Const and thread-safe after construction and pack().
template <class T>
class Model {
 public:
  // Weights are zero. `accept`, where there is one, sees their names and shapes before memory is taken for them, and may throw.
  explicit Model(const ModelConfig& config, const std::function<void(const ParamTable&)>& accept = nullptr);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelConfig& config() const { return config_; }
  bool is_language_model() const { return config_.task == "language-model"; }
  bool translates() const { return config_.encoder.present(); }
  bool writes_text() const {
    return is_language_model() || translates();
  }  // predicts ids of its own vocabulary, step by step
  bool reads_ids() const { return config_.vocabulary > 0; }
  bool has_head() const { return config_.task != "recurrent"; }
  bool answers_at_end() const { return config_.task == "classify" || config_.task == "regress"; }
  int outputs() const { return has_head() ? config_.output : width(); }
  int width() const {
    return encoder_decoder_ ? encoder_decoder_->width() : recurrent_->output();
  }  // of the output layer's input
  // Rows that forward returns for a batch.
  int output_rows(const Seq& seq) const { return answers_at_end() ? seq.streams() : seq.rows(); }
  const ParamTable& table() const { return table_; }
  Params<T>& params() { return params_; }
  const Params<T>& params() const { return params_; }
  ParamId embedding() const { return embedding_; }                // [vocabulary, input]; -1: a model that reads frames
  ParamId source_embedding() const { return source_embedding_; }  // of a translator; may be the same
  // Of the recurrent parameters; for a translator the decoder's.
  std::string stack() const { return translates() ? "decoder" : has_head() ? "rnn" : ""; }
  // For a translator: the decoder.
  const Recurrent<T>& recurrent() const { return encoder_decoder_ ? encoder_decoder_->decoder() : *recurrent_; }
  const EncoderDecoder<T>& encoder_decoder() const { return *encoder_decoder_; }  // only for translators
  const OutputLayer<T>& output_layer() const { return *output_; }                 // only for models with a head
  size_t packed_bytes() const { return packed_.bytes(); }

  // Brings the packed weights up to date: after loading, and after every change of params(). training: backward forms, too.
  void pack(Pool& pool, bool training) { pack(pool, training, -1); }
  // The same for training that needs the output matrix row by row (loss/sampled.h): pack and update skip its packed form,
  // which costs as much as the whole matrix, until pack_output() brings it up to date for outputs of all classes.
  void pack_for_samples(Pool& pool) { pack(pool, true, output_->weight()); }
  void pack_output(Pool& pool) { packed_.pack_late(pool, params_); }
  // Changes the weights and packs them in one pass: change(begin, end) is called once for every piece of params(), from any
  // thread. `sparse`: only these rows of these parameters change. pack() must have been called before.
  template <class Change>
  void update(Pool& pool, const Change& change, const SparseParams& sparse = {}) {
    packed_.update(pool, params_, change, sparse);
  }
  // Packs the recurrent matrices with a share of their weights dropped (RecurrentOptions::weight_drop), a function of seed
  // and update; pack() and update() restore the whole matrices. After backward, drop_gradients() turns the gradients w.r.t.
  // the remaining weights into those w.r.t. all weights. Without weight_drop both do nothing.
  void drop_weights(Pool& pool, uint64_t seed, uint32_t update);
  void drop_gradients(Pool& pool, Params<T>& grads) const;
  // The parameters whose gradient is zero except in some rows, and these rows: of the embedding those that a batch reads;
  // with `samples`, the classes of a sampled loss, also those of the output matrix that are samples or targets.
  SparseParams sparse_rows(const Batch& batch, const std::vector<int32_t>* samples = nullptr) const;
  // Frees the row-major weights: inference needs only the packed ones. params() is empty afterwards.
  void drop_params();

  // Zero state for n streams.
  State<T> initial(int n) const { return State<T>(n, state_width()); }
  int state_width() const { return encoder_decoder_ ? encoder_decoder_->state_width() : recurrent_->state_width(); }

  // One pass over packed token ids [rows] -> outputs [output_rows, K] before any softmax, in the context's arena; a model
  // that answers at the end gives row r for the packed row r of step 0. `state` in stream order: initial in, final out.
  // tape: null for inference; otherwise everything must stay in the arena until backward.
  View<T> forward(Context<T>& context, const Seq& seq, const int32_t* inputs, State<T>& state, Tape* tape) const;
  // The same for frames [rows, input]; task "recurrent": -> hidden states [rows, output].
  View<T> forward_frames(Context<T>& context, const Seq& seq, View<const T> frames, State<T>& state, Tape* tape) const;
  // The same for a batch of either kind. For a translator: `state` is overwritten with what its encoder makes of
  // batch.source; the batch must live until backward.
  View<T> forward(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const;
  // doutput: gradient w.r.t. the result of forward (overwritten; without data: zero). Adds to grads; an empty one is not
  // wanted.
  void backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> doutput, Params<T>& grads,
                const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;

  // Forward and backward in two halves, for callers that do not need all outputs at once (loss/loss.h): up to the output
  // layer's input, h [output_rows, width]; and the output layer for any rows of h, outputs [m, K], or one part of it
  // (output_layer.h). Only for models with a head.
  View<T> forward_hidden(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const;
  void forward_output(Context<T>& context, View<const T> h, View<T> outputs) const;
  // dh [m, width] is assigned; adds to grads; an empty one is not wanted.
  void backward_output(Context<T>& context, View<const T> h, View<const T> doutput, View<T> dh, Params<T>& grads) const;
  View<const T> forward_part(Context<T>& context, int part, View<const T> h, View<T> logits) const;
  void backward_part(Context<T>& context, int part, View<const T> h, View<const T> read, View<const T> dlogits, View<T> dh,
                     Params<T>& grads) const;
  // dh: gradient w.r.t. the result of forward_hidden (overwritten; without data: zero). Adds the gradient of
  // context.penalty.
  void backward_hidden(Context<T>& context, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                       const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;
  // A translator in two halves, for decoding. encode: source ids [source rows] -> what decode() attends to, in the arena,
  // and the decoder's initial state, a row per source. decode: ids [rows] -> h [rows, width] for forward_output; see
  // EncoderDecoder.
  Encoded<T> encode(Context<T>& context, const Seq& source, const int32_t* ids, State<T>& first) const;
  View<T> decode(Context<T>& context, const Seq& seq, const int32_t* inputs, const Encoded<T>& encoded, const int* sources,
                 State<T>& state, View<const T>* weights = nullptr) const;
  // The sums of AR and TAR over the pass that recorded this tape; call it before backward_hidden, in the context of the
  // pass.
  ActivationSums activations(Context<T>& context, const Seq& seq, const Tape& tape) const;

 private:
  struct NetworkRecord;
  // In place; does nothing outside training.
  void drop(Context<T>& context, const Seq& seq, double p, uint32_t site, View<T> x) const;
  void pack(Pool& pool, bool training, ParamId late);
  View<T> below_output(Context<T>& context, const Seq& seq, const int32_t* inputs, View<T> h, Tape* tape,
                       const Batch* batch = nullptr) const;
  View<T> below_output_backward(Context<T>& context, const Seq& seq, const NetworkRecord& record, View<T> dh) const;
  View<T> all_outputs(Context<T>& context, View<const T> h) const;
  // `source`: the encoder's input instead of the decoder's.
  View<T> embed(Context<T>& context, const Seq& seq, const int32_t* inputs, bool source = false) const;
  void embed_backward(Context<T>& context, const Seq& seq, const int32_t* inputs, View<T> dx, Params<T>& grads,
                      bool source = false) const;
  View<T> forward_translator(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const;
  void backward_translator(Context<T>& context, const Seq& seq, Tape& tape, const NetworkRecord& record, View<T> dh,
                           Params<T>& grads) const;
  std::vector<ParamId> recurrent_weights() const;
  View<const T> frames_of(Context<T>& context, const Batch& batch) const;

  ModelConfig config_;
  ParamTable table_;
  Packed<T> packed_;
  std::optional<Recurrent<T>> recurrent_;
  std::optional<EncoderDecoder<T>> encoder_decoder_;  // instead of recurrent_
  std::optional<OutputLayer<T>> output_;
  ParamId embedding_ = -1, source_embedding_ = -1;  // equal where both languages share one embedding
  Params<T> params_;
  Buffer<T> embedding_rows_, source_rows_;  // kept by drop_params()
  Buffer<T> weight_masks_, dropped_;        // of the recurrent matrices: 0 or 1 / (1 - p); weights times these
};

}  // namespace rnn::core
