// Why: layer normalisation of a recurrent layer: its gains, the memory that its passes need, its gradients.
#include "nn/layers/recurrent.h"

namespace rnn::core {

template <class T>
void RecurrentLayer<T>::declare_norm(const std::string& prefix, const std::string& suffix, const ParamUse& use,
                                     ParamTable& table, Packed<T>& packed) {
  const int H = options_.hidden;
  // Gain 1 and bias 0: normalised values pass unchanged.
  const auto add = [&](const char* name, const char* what, int size, Role role = Role::gain) {
    ParamUse own = use;
    own.role = role, own.init = role == Role::gain ? InitAs::ones : InitAs::zeros;
    return table.add_vector(prefix + name + suffix + what, size, own);
  };
  gain_ih_ = add("layer_norm_ih", ".weight", gates_ * H);
  if (stages_ > 0) gain_hh_ = add("layer_norm_hh", ".weight", gates_ * H);
  gain_ih_form_ = packed.add_vector({H, gates_, 0}, gain_ih_);
  for (const Columns& part : stage_columns_) gain_hh_form_.push_back(packed.add_vector(part, gain_hh_));
  if (!shows_) return;
  gain_c_ = add("layer_norm_c", ".weight", H), norm_bias_c_ = add("layer_norm_c", ".bias", H, Role::bias);
  gain_c_form_ = packed.add_vector({H}, gain_c_), norm_bias_c_form_ = packed.add_vector({H}, norm_bias_c_);
}

template <class T>
NormArgs<T> RecurrentLayer<T>::take_norm(Context<T>& context, const Packed<T>& packed, const Seq& seq, bool keep) const {
  const int lanes = context.kernels.lanes;
  const size_t rows = keep ? seq.rows() : seq.streams(),
               padded = static_cast<size_t>(Columns{options_.hidden}.padded(lanes));
  Arena& arena = context.arena;
  NormArgs<T> norm;
  norm.input_gain = packed[gain_ih_form_];
  if (keep) norm.input = arena.take<T>(rows * padded * gates_);
  for (int s = 0; s < stages_; ++s) {
    norm.recurrent_gain[s] = packed[gain_hh_form_[s]];
    norm.recurrent[s] = arena.take<T>(rows * stage_columns_[s].padded(lanes));
  }
  norm.scales = arena.take<T>(rows * kNormScales);
  if (!shows_) return norm;
  norm.state_gain = packed[gain_c_form_], norm.state_bias = packed[norm_bias_c_form_];
  norm.state = arena.take<T>(rows * padded);
  return norm;
}

template <class T>
void RecurrentLayer<T>::take_norm_gradients(Context<T>& context, const Seq& seq, NormArgs<T>* norm) const {
  const int lanes = context.kernels.lanes;
  const size_t rows = seq.rows(), padded = static_cast<size_t>(Columns{options_.hidden}.padded(lanes));
  Arena& arena = context.arena;
  norm->dinput = arena.take<T>(rows * padded * gates_);
  for (int s = 0; s < stages_; ++s) norm->drecurrent[s] = arena.take<T>(rows * stage_columns_[s].padded(lanes));
  if (!shows_) return;
  norm->dstate = arena.take<T>(rows * padded);
  norm->incoming = arena.take<T>(seq.streams() * padded);
}

// Biases are added after the gains, so both have the gradient w.r.t. the pre-activations. A recurrent gate that is kept
// apart has its own.
template <class T>
void RecurrentLayer<T>::norm_gradients(Context<T>& context, const Seq& seq, const RecurrentArgs<T>& r,
                                       Params<T>& grads) const {
  const int H = options_.hidden;
  const auto add = [&](const T* d, const T* x, int gates, ParamId bias, ParamId gain, int first) {
    context.kernels.column_sums(
        context.pool,
        {d, x, seq.rows(), {H, gates, 0}, grads.view(bias).address() + first * H, grads.view(gain).address() + first * H});
  };
  add(r.gates, r.norm->input, gates_, b_ih_, gain_ih_, 0);
  for (int s = 0; s < stages_; ++s) {
    const Columns& part = stage_columns_[s];
    add(split_ ? r.recurrent[s] : r.gates, r.norm->recurrent[s], part.gates, b_hh_, gain_hh_, part.first);
  }
  if (shows_) add(r.norm->dstate, r.norm->state, 1, norm_bias_c_, gain_c_, 0);
}

#define RNN_MEMBERS(T)                                                                                                \
  template void RecurrentLayer<T>::declare_norm(const std::string&, const std::string&, const ParamUse&, ParamTable&, \
                                                Packed<T>&);                                                          \
  template NormArgs<T> RecurrentLayer<T>::take_norm(Context<T>&, const Packed<T>&, const Seq&, bool) const;           \
  template void RecurrentLayer<T>::take_norm_gradients(Context<T>&, const Seq&, NormArgs<T>*) const;                  \
  template void RecurrentLayer<T>::norm_gradients(Context<T>&, const Seq&, const RecurrentArgs<T>&, Params<T>&) const;
RNN_MEMBERS(float)
RNN_MEMBERS(double)
#undef RNN_MEMBERS

}  // namespace rnn::core
