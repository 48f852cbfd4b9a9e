// Why: a network turns rows of symbols or numbers into hidden rows, step by step; heads stand on these.
#pragma once

#include <vector>

#include "nn/batch.h"
#include "nn/context.h"
#include "nn/layers/recurrent.h"
#include "nn/state.h"
#include "nn/weights.h"

namespace rnn::core {

template <class T>
class EncoderDecoder;

// What a network reads. Non-owning.
template <class T>
struct Input {
  const Seq& seq;
  const int32_t* ids = nullptr;         // [rows, columns], or
  View<const T> frames = {};            // [rows, input], or both
  const Rows* source = nullptr;         // a network with an encoder: lives until backward
  const int32_t* stream_ids = nullptr;  // [streams] by number, or null (Batch::stream_ids)
};

// What a network returns: hidden rows of every step, in the order of their own Seq. In the arena.
template <class T>
struct Hidden {
  View<T> rows;    // [seq rows, width]
  const Seq* seq;  // lives as long as the input
};

// Const and thread-safe after construction, which registers its parameters. T = float is used in production, double is the
// reference.
template <class T>
class Network {
 public:
  virtual ~Network() = default;
  virtual int width() const = 0;  // of a hidden row: `directions` parts of equal width, of which the second reads backwards
  virtual int directions() const { return 1; }
  virtual int state_width() const = 0;  // numbers of one stream's State
  // `state` in stream order: initial in, final out; a network with an encoder overwrites it with what it makes of the source.
  // tape: null for inference; otherwise everything must stay in the arena until backward.
  virtual Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                            Tape* tape) const = 0;
  // dh: gradient w.r.t. the hidden rows (overwritten). Adds to grads; an empty one is not wanted. dstate_last, dstate_first:
  // null, or the gradients w.r.t. the final and the initial state.
  virtual void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh,
                        Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first) const = 0;

  // The recurrent stacks, in the order of their parameters. The last one writes the hidden rows.
  virtual std::vector<const Recurrent<T>*> stacks() const = 0;
  const Recurrent<T>& last_stack() const { return *stacks().back(); }
  // What it can do.
  virtual const EncoderDecoder<T>* encoder_decoder() const { return nullptr; }  // not null: it reads a source
  virtual ParamId embedding() const { return -1; }                              // of the symbols that it reads; -1: numbers
  virtual ParamId source_embedding() const { return -1; }
  virtual bool reads_source() const { return encoder_decoder() != nullptr; }  // Batch::source
  // The parameters that forward reads row by row, not in packed form.
  virtual std::vector<ParamId> row_params() const;
  // The rows of its embeddings that a batch reads, appended to `touched` in the order of the parameters; a tied embedding has a
  // gradient in every row unless `sampled`.
  virtual void touched(const Batch& batch, bool sampled, SparseParams& touched) const = 0;
};

template <class T>
std::vector<ParamId> Network<T>::row_params() const {
  std::vector<ParamId> ids;
  if (embedding() >= 0) ids.push_back(embedding());
  if (source_embedding() >= 0 && source_embedding() != embedding()) ids.push_back(source_embedding());
  return ids;
}

// Adds `rows` to the last entry of `touched` if that is this parameter, else as a new one.
void add_touched(ParamId id, const std::vector<int32_t>& rows, SparseParams& touched);

}  // namespace rnn::core
