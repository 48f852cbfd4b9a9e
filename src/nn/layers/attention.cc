// Why: attention over ragged memories, forward and backward side by side, for all steps at once or one at a time.
#include "nn/layers/attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/rows.h"
#include "nn/layers/product.h"

namespace rnn::core {

template <class T>
Encoded<T> Encoded<T>::of_rows(Arena& arena, const Seq& seq, const int* sources) const {
  if (!sources && std::is_sorted(seq.order.begin(), seq.order.end())) return *this;
  const int n = seq.streams();
  int* row_begin = arena.take<int>(n);
  int* row_length = arena.take<int>(n);
  for (int r = 0; r < n; ++r) {
    const int source = sources ? sources[seq.order[r]] : seq.order[r];
    row_begin[r] = begin[source], row_length[r] = length[source];
  }
  Encoded rows = *this;
  rows.begin = row_begin, rows.length = row_length;
  return rows;
}

template <class T>
Attention<T>::Attention(AttentionKind kind, int query, int memory, int size, ParamTable& table, Packed<T>& packed)
    : kind_(kind), query_(query), memory_(memory), key_width_(query) {
  const auto use = [](Role role, int inputs) { return ParamUse{.role = role, .stack = "attention", .inputs = inputs}; };
  if (additive()) {
    key_width_ = size;
    w_query_ = table.add_matrix("attention.query.weight", size, query, use(Role::linear, query));
    query_form_ = packed.add_forward(w_query_, {size}, query);
    query_back_ = packed.add_backward(w_query_, {size}, query);
  }
  if (additive() || kind == AttentionKind::general) {
    w_key_ = table.add_matrix("attention.key.weight", key_width_, memory, use(Role::linear, memory));
    key_form_ = packed.add_forward(w_key_, {key_width_}, memory);
    key_back_ = packed.add_backward(w_key_, {key_width_}, memory);
  }
  if (additive()) {
    b_key_ = table.add_vector("attention.key.bias", size, use(Role::bias, memory));
    key_bias_form_ = packed.add_vector({size}, b_key_);
    score_ = table.add_vector("attention.score.weight", size, use(Role::score, size));
    score_form_ = packed.add_vector({size}, score_);
  }
  w_out_ = table.add_matrix("attention.output.weight", query, memory + query, use(Role::linear, memory + query));
  out_form_ = packed.add_forward(w_out_, {query}, memory + query);
  out_back_ = packed.add_backward(w_out_, {query}, memory + query);
}

template <class T>
View<const T> Attention<T>::keys(Context<T>& context, const Packed<T>& packed, View<const T> values) const {
  if (w_key_ < 0) return values;
  const ProfileScope profiled(context.profile, Phase::attention, 2.0 * values.rows * key_width_ * memory_);
  const View<T> keys = context.arena.template matrix<T>(values.rows, key_width_);
  const T* bias = key_bias_form_ >= 0 ? packed[key_bias_form_] : nullptr;
  context.kernels.gemm(context.pool, {values, packed[key_form_], bias, false, {key_width_}, keys});
  return keys;
}

template <class T>
void Attention<T>::keys_backward(Context<T>& context, const Packed<T>& packed, View<const T> values, View<const T> dkeys,
                                 View<T> dvalues, Params<T>& grads) const {
  if (w_key_ < 0) {
    return add_rows<T>(dvalues, dkeys, dvalues, 0, values.rows);
  }
  const ProfileScope profiled(context.profile, Phase::attention, 4.0 * values.rows * key_width_ * memory_);
  context.kernels.gemm(context.pool, {dkeys, packed[key_back_], nullptr, true, {memory_}, dvalues});
  if (grads.size() == 0) return;
  add_outer_product<T>(context, dkeys, {key_width_}, values, grads.view(w_key_),
                       b_key_ >= 0 ? grads.view(b_key_).address() : nullptr);
}

template <class T>
auto Attention<T>::begin(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Encoded<T>& memory,
                         View<const T> q) const -> Saved {
  Arena& arena = context.arena;
  const int rows = seq.rows();
  Saved s;
  s.q = q, s.read = arena.matrix<T>(rows, memory_ + query_), s.h = arena.matrix<T>(rows, query_);
  AttentionArgs<T>& a = s.args;
  a.begin = memory.begin, a.length = memory.length;
  a.keys = memory.keys, a.values = memory.values;
  a.queries = additive() ? arena.matrix<T>(rows, key_width_) : q;
  if (additive()) a.v = packed[score_form_];
  if (kind_ == AttentionKind::scaled_dot) a.scale = static_cast<T>(1 / std::sqrt(static_cast<double>(memory_)));
  a.weights = arena.matrix<T>(rows, std::max(1, memory.longest));
  a.context = s.read.columns(0, memory_);
  return s;
}

template <class T>
AttentionArgs<T> Attention<T>::steps(const Seq& seq, int from, int to, AttentionArgs<T> args) const {
  args.start = seq.start.data() + from, args.steps = to - from;
  return args;
}

template <class T>
void Attention<T>::forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, int from, int to,
                           const Saved& s) const {
  const int first = seq.start[from], rows = seq.start[to] - first;
  const double products = additive() ? static_cast<double>(key_width_) * query_ : 0;
  const ProfileScope profiled(context.profile, Phase::attention, 2.0 * rows * (products + s.read.cols * query_));
  const View<const T> q = s.q.middle(first, rows);
  if (additive()) {
    const View<const T> own = s.args.queries.middle(first, rows);
    const View<T> queries = {const_cast<T*>(own.address()), rows, key_width_, own.stride};
    context.kernels.gemm(context.pool, {q, packed[query_form_], nullptr, false, {key_width_}, queries});
  }
  context.kernels.attention_forward(context.pool, steps(seq, from, to, s.args));
  const View<T> read = s.read.middle(first, rows), h = s.h.middle(first, rows);
  context.pool.parallel_for(rows, grain(), [&](int64_t begin, int64_t end) {
    for (auto r = static_cast<int>(begin); r < end; ++r) copy_row(q, r, read.columns(memory_, query_), r);
  });
  context.kernels.gemm(context.pool, {read, packed[out_form_], nullptr, false, {query_}, h});
  context.kernels.tanh(context.pool, h);
}

template <class T>
auto Attention<T>::begin_backward(Context<T>& context, const Seq& seq, const Saved& s, View<T> dkeys, View<T> dvalues) const
    -> Back {
  Arena& arena = context.arena;
  const int rows = seq.rows();
  Back b;
  b.dz = arena.matrix<T>(rows, query_), b.dread = arena.matrix<T>(rows, memory_ + query_);
  b.dq = arena.matrix<T>(rows, query_);
  AttentionArgs<T>& a = b.args;
  a = s.args;
  a.dcontext = b.dread.columns(0, memory_);
  a.dqueries = arena.matrix<T>(rows, key_width_);
  a.dkeys = dkeys, a.dvalues = dvalues;
  if (!additive()) return b;
  const size_t numbers = static_cast<size_t>(seq.streams()) * key_width_;
  a.dv = arena.take<T>(numbers);
  std::fill_n(a.dv, numbers, T(0));
  return b;
}

template <class T>
void Attention<T>::backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, int from, int to, View<const T> dh,
                            const Saved& s, const Back& b) const {
  const int first = seq.start[from], rows = seq.start[to] - first;
  const double products = additive() ? static_cast<double>(key_width_) * query_ : 0;
  const ProfileScope profiled(context.profile, Phase::attention, 2.0 * rows * (products + s.read.cols * query_));
  context.pool.parallel_for(rows, grain(), [&](int64_t begin, int64_t end) {
    tanh_backward<T>(dh, s.h, b.dz, first + static_cast<int>(begin), static_cast<int>(end - begin));
  });
  const View<T> dread = b.dread.middle(first, rows), dq = b.dq.middle(first, rows);
  context.kernels.gemm(context.pool, {b.dz.middle(first, rows), packed[out_back_], nullptr, false, {dread.cols}, dread});
  context.kernels.attention_backward(context.pool, steps(seq, from, to, b.args));
  copy_rows(dread.columns(memory_, query_), dq);
  const View<T> dqueries = b.args.dqueries.middle(first, rows);
  if (additive()) {
    context.kernels.gemm(context.pool, {dqueries, packed[query_back_], nullptr, true, {query_}, dq});
    return;
  }
  add_rows<T>(dq, dqueries, dq, 0, rows);
}

template <class T>
void Attention<T>::end_backward(Context<T>& context, const Seq& seq, const Saved& s, const Back& b, Params<T>& grads) const {
  if (grads.size() == 0) return;
  const double products = additive() ? static_cast<double>(key_width_) * query_ : 0;
  const ProfileScope profiled(context.profile, Phase::attention, 2.0 * seq.rows() * (products + s.read.cols * query_));
  add_outer_product<T>(context, b.dz, {query_}, s.read, grads.view(w_out_));
  if (!additive()) return;
  add_outer_product<T>(context, b.args.dqueries, {key_width_}, s.q, grads.view(w_query_));
  T* score = grads.values(score_).data();
  for (int r = 0; r < seq.streams(); ++r) {
    const T* own = b.args.dv + static_cast<ptrdiff_t>(r) * key_width_;
    for (int i = 0; i < key_width_; ++i) score[i] += own[i];
  }
}

template struct Encoded<float>;
template struct Encoded<double>;
template class Attention<float>;
template class Attention<double>;

}  // namespace rnn::core
