// Why: a decoder looks back at the encoder's outputs for a whole sentence; scores, weights and context are defined here.
#pragma once

#include <algorithm>
#include <string_view>

#include "nn/context.h"
#include "nn/packed.h"
#include "nn/seq.h"
#include "options/kinds.h"

namespace rnn::core {

// What a decoder attends to: encoder outputs of several sentences without padding, sentence after sentence. Non-owning.
template <class T>
struct Encoded {
  View<const T> values;         // [memory rows, M]
  View<const T> keys;           // [memory rows, A]; dot kinds: same as values; without data: no attention
  const int* begin = nullptr;   // [sentences or packed rows] first row of each
  const int* length = nullptr;  // [the same] its number of rows
  int longest = 0;              // the largest length
  // For the packed rows of seq instead of sentences: `sources` [streams] is the sentence of each stream, null: its own number.
  // Nothing is copied where the rows are in the order of the streams and sources is null.
  Encoded of_rows(Arena& arena, const Seq& seq, const int* sources) const;
};

// h~ = tanh(W_o [c; q]) (Luong et al. 2015, equation 5), c = sum of weights * m, weights = softmax of the scores over a
// sentence. Parameters: attention.query.weight [A, Q], attention.key.weight [A, M], attention.key.bias [A],
// attention.score.weight [A] for additive; attention.key.weight [Q, M] for general; attention.output.weight [Q, M + Q].
// Steps run one by one give the same bits.
template <class T>
class Attention {
 public:
  // query: Q, width of the decoder's outputs and of h~; memory: M; size: A, additive only.
  Attention(AttentionKind kind, int query, int memory, int size, ParamTable& table, Packed<T>& packed);
  int key_width() const { return key_width_; }

  // values [rows, M] -> keys [rows, A], in the arena; dot kinds: the values themselves.
  View<const T> keys(Context<T>& context, const Packed<T>& packed, View<const T> values) const;
  // Adds the gradient of the keys to dvalues (dot kinds: dkeys itself) and to grads (empty: not wanted).
  void keys_backward(Context<T>& context, const Packed<T>& packed, View<const T> values, View<const T> dkeys,
                     View<T> dvalues, Params<T>& grads) const;

  struct Saved {  // trivially copyable; in the arena
    AttentionArgs<T> args;
    View<const T> q;  // [rows, Q]
    View<T> read;     // [rows, M + Q] context and query
    View<T> h;        // [rows, Q] h~
  };
  // Allocates the memory of a pass over the rows of seq; the rows of q may be filled later, before their steps run.
  Saved begin(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Encoded<T>& memory, View<const T> q) const;
  // Steps [from, to).
  void forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, int from, int to, const Saved& saved) const;

  struct Back {
    AttentionArgs<T> args;
    View<T> dz;     // [rows, Q] w.r.t. the argument of tanh
    View<T> dread;  // [rows, M + Q]
    View<T> dq;     // [rows, Q] out
  };
  // dkeys, dvalues [memory rows, .] are added to; they must not share memory.
  Back begin_backward(Context<T>& context, const Seq& seq, const Saved& saved, View<T> dkeys, View<T> dvalues) const;
  // Steps [from, to), last first: dh [rows, Q], the gradient w.r.t. h~ -> rows of back.dq.
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, int from, int to, View<const T> dh,
                const Saved& saved, const Back& back) const;
  // Gradients w.r.t. the weights, once all steps are done. grads empty: not wanted.
  void end_backward(Context<T>& context, const Seq& seq, const Saved& saved, const Back& back, Params<T>& grads) const;

 private:
  bool additive() const { return kind_ == AttentionKind::additive; }
  int64_t grain() const { return std::max(1, 16384 / query_); }  // rows that are worth a thread
  AttentionArgs<T> steps(const Seq& seq, int from, int to, AttentionArgs<T> args) const;

  AttentionKind kind_;
  int query_, memory_, key_width_;
  ParamId w_query_ = -1, w_key_ = -1, b_key_ = -1, score_ = -1, w_out_ = -1;
  int query_form_ = -1, query_back_ = -1, key_form_ = -1, key_back_ = -1, key_bias_form_ = -1, score_form_ = -1,
      out_form_ = -1, out_back_ = -1;
};

}  // namespace rnn::core
