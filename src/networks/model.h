// Why: a model is immutable data: its configuration, a network, a head on it, their weights; and how a batch runs through them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "heads/list.h"
#include "networks/encoder_decoder.h"
#include "networks/model_config.h"
#include "networks/network.h"
#include "nn/layers/activation.h"

namespace rnn::core {

// What a model is made of. Both register their parameters in the table, the network's first.
template <class T>
struct ModelParts {
  std::function<std::unique_ptr<Network<T>>(ParamTable&, Packed<T>&)> network;
  std::function<std::unique_ptr<Head<T>>(const Network<T>&, ParamTable&, Packed<T>&)>
      head;  // empty: hidden rows are the result
};

// T = float is used in production, double is the reference. Const and thread-safe after construction and pack().
template <class T>
class Model {
 public:
  // Weights are zero. `accept`, where there is one, sees their names and shapes before memory is taken for them, and may throw.
  explicit Model(const ModelConfig& config, const std::function<void(const ParamTable&)>& accept = nullptr);
  // From other parts than those that the configuration names (networks/list.h, heads/list.h).
  Model(const ModelConfig& config, const ModelParts<T>& parts,
        const std::function<void(const ParamTable&)>& accept = nullptr);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelConfig& config() const { return config_; }
  const Network<T>& network() const { return *network_; }
  bool has_head() const { return head_ != nullptr; }
  const Head<T>& head() const { return *head_; }  // only for models with a head
  const Weights<T>& weights() const { return weights_; }
  Weights<T>& weights() { return weights_; }

  bool is_language_model() const { return config_.form().running(); }
  bool translates() const { return network_->encoder_decoder() != nullptr; }
  bool writes_text() const { return config_.form().writes; }  // predicts ids of its own vocabulary, step by step
  bool reads_ids() const { return network_->embedding() >= 0; }
  bool answers_at_end() const { return has_head() && head_->info().reads != RowsRead::every; }
  int outputs() const { return has_head() ? head_->info().outputs : width(); }
  int width() const { return network_->width(); }           // of the head's input
  const T* query() const { return weights_.rows(query_); }  // [width], only of a model that pools by attention
  // Rows that forward returns for a batch.
  int output_rows(const Seq& seq) const { return answers_at_end() ? seq.streams() : seq.rows(); }
  const ParamTable& table() const { return table_; }
  Params<T>& params() { return weights_.params(); }
  const Params<T>& params() const { return weights_.params(); }
  ParamId embedding() const { return network_->embedding(); }                // [vocabulary, input]; -1: it reads frames
  ParamId source_embedding() const { return network_->source_embedding(); }  // of a translator; may be the same
  // The recurrent stack that writes the hidden rows, for a translator the decoder; and the name of its parameters' stack.
  const Recurrent<T>& recurrent() const { return network_->last_stack(); }
  std::string stack() const { return translates() ? "decoder" : has_head() ? "rnn" : ""; }
  const EncoderDecoder<T>& encoder_decoder() const { return *network_->encoder_decoder(); }  // only for translators
  size_t packed_bytes() const { return weights_.packed().bytes(); }
  const Kernels<T>& kernels() const { return weights_.packed().kernels(); }  // that the weights are packed for

  // See Weights.
  void pack(Pool& pool, bool training) { weights_.pack(pool, training); }
  void pack_for_samples(Pool& pool) { weights_.pack(pool, true, head_->sampled_matrix()); }
  void pack_output(Pool& pool) { weights_.pack_late(pool); }
  template <class Change>
  void update(Pool& pool, const Change& change, const SparseParams& sparse = {}) {
    weights_.update(pool, change, sparse);
  }
  // A share of the recurrent matrices' weights (RecurrentOptions::weight_drop); without that option both do nothing.
  void drop_weights(Pool& pool, uint64_t seed, uint32_t update);
  void drop_gradients(Pool& pool, Params<T>& grads) const;
  // The parameters whose gradient is zero except in some rows, and these rows: of the embedding those that a batch reads;
  // with `samples`, the classes of a sampled loss, also those of the output matrix that are samples or targets.
  SparseParams sparse_rows(const Batch& batch, const std::vector<int32_t>* samples = nullptr) const;
  // Frees the row-major weights: inference needs only the packed ones. params() is empty afterwards.
  void drop_params();

  // Zero state for n streams.
  State<T> initial(int n) const { return State<T>(n, state_width()); }
  int state_width() const { return network_->state_width(); }

  // One pass over packed token ids [rows] -> outputs [output_rows, K] before any softmax, in the context's arena; a model
  // that answers at the end gives row r for the packed row r of step 0. `state` in stream order: initial in, final out.
  // tape: null for inference; otherwise everything must stay in the arena until backward.
  View<T> forward(Context<T>& context, const Seq& seq, const int32_t* ids, State<T>& state, Tape* tape) const;
  // The same for frames [rows, input]; a model without a head: -> hidden states [rows, output].
  View<T> forward_frames(Context<T>& context, const Seq& seq, View<const T> frames, State<T>& state, Tape* tape) const;
  View<T> forward(Context<T>& context, const Input<T>& input, State<T>& state, Tape* tape) const;
  // The same for a batch of either kind. For a translator: `state` is overwritten with what its encoder makes of
  // batch.source; the batch must live until backward.
  View<T> forward(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape) const;
  // doutput: gradient w.r.t. the result of forward (overwritten; without data: zero). Adds to grads; an empty one is not
  // wanted.
  void backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> doutput, Params<T>& grads,
                const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;

  // Forward and backward in two halves, for callers that do not need all outputs at once: up to the head's input, h
  // [output_rows, width]; and the head for any rows of h. Only for models with a head. seq: null, or out: the steps of the network's
  // rows, for LossArgs::seq.
  View<T> forward_hidden(Context<T>& context, const Batch& batch, State<T>& state, Tape* tape,
                         const Seq** seq = nullptr) const;
  View<T> forward_hidden(Context<T>& context, const Input<T>& input, State<T>& state, Tape* tape,
                         const Seq** seq = nullptr) const;
  void forward_output(Context<T>& context, View<const T> h, View<T> outputs) const {
    head_->outputs(context, weights_, h, outputs);
  }
  // dh [m, width] is assigned; adds to grads; an empty one is not wanted.
  void backward_output(Context<T>& context, View<const T> h, View<const T> doutput, View<T> dh, Params<T>& grads) const {
    head_->outputs_backward(context, weights_, h, doutput, dh, grads);
  }
  LossSum loss(Context<T>& context, View<const T> h, const Targets& targets, const LossArgs<T>& args = {}) const {
    return head_->loss(context, weights_, h, targets, args);
  }
  // dh: gradient w.r.t. the result of forward_hidden (overwritten; without data: zero). Adds the gradient of
  // context.penalty.
  void backward_hidden(Context<T>& context, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                       const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;
  // A translator in two halves, for decoding: see EncoderDecoder.
  Encoded<T> encode(Context<T>& context, const Seq& source, const int32_t* ids, State<T>& first) const {
    return encoder_decoder().encode(context, weights_, source, ids, first);
  }
  View<T> decode(Context<T>& context, const Seq& seq, const int32_t* ids, const Encoded<T>& encoded, const int* sources,
                 State<T>& state, View<const T>* attention = nullptr) const {
    return encoder_decoder().decode(context, weights_, seq, ids, encoded, sources, state, nullptr, attention);
  }
  // The sums of AR and TAR over the pass that recorded this tape; call it before backward_hidden, in the context of the
  // pass.
  ActivationSums activations(Context<T>& context, const Seq& seq, const Tape& tape) const;

 private:
  struct HeadRecord;
  void build(const ModelParts<T>& parts, const std::function<void(const ParamTable&)>& accept);
  View<T> head_input(Context<T>& context, const Hidden<T>& hidden, Tape* tape) const;
  View<T> head_input_backward(Context<T>& context, const HeadRecord& record, View<T> dh, Params<T>& grads) const;
  View<T> all_outputs(Context<T>& context, View<const T> h) const;
  Input<T> input_of(Context<T>& context, const Batch& batch) const;

  ModelConfig config_;
  ParamTable table_;
  std::unique_ptr<Network<T>> network_;
  std::unique_ptr<Head<T>> head_;
  ParamId query_ = -1;                      // of pooling by attention
  std::vector<ParamId> recurrent_weights_;  // of all stacks
  Weights<T> weights_;
};

}  // namespace rnn::core
