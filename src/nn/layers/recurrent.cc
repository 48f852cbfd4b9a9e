// Why: stacks layers and directions, and moves states between stream order and packed order.
#include "nn/layers/recurrent.h"

#include <algorithm>

#include "kernels/rows.h"

namespace rnn::core {
namespace {

constexpr uint32_t kLayerSite = 16;  // the dropout sites below are the network's own

template <class T>
struct LayerRecord {
  typename RecurrentLayer<T>::Saved direction[2];
};

}  // namespace

RecurrentOptions RecurrentOptions::of_layer(int layer) const {
  RecurrentOptions one = *this;
  one.hidden = width(layer), one.last_hidden = 0, one.layers = 1;
  if (layer > 0) one.input = (projection > 0 ? projection : width(layer - 1)) * directions();
  return one;
}

template <class T>
Recurrent<T>::Recurrent(const RecurrentOptions& options, const std::string& stack, ParamTable& table, Packed<T>& packed,
                        uint32_t site)
    : options_(options), site_(site) {
  for (int l = 0; l < options.layers; ++l) {
    const RecurrentOptions one = options.of_layer(l);
    for (int d = 0; d < options.directions(); ++d) {
      state_begin_.push_back(state_width_);
      layers_.emplace_back(one, one.input, d == 1, site + static_cast<uint32_t>(2 * l + d), stack, l, table, packed);
      state_width_ += one.output() + (one.states() > 1 ? one.hidden : 0);
    }
  }
}

template <class T>
std::vector<ParamId> Recurrent<T>::recurrent_weights() const {
  std::vector<ParamId> ids;
  for (const auto& layer : layers_) {
    if (layer.recurrent_weight() >= 0) ids.push_back(layer.recurrent_weight());
  }
  return ids;
}

template <class T>
int Recurrent<T>::state_offset(int layer, int direction, int what) const {
  const auto i = static_cast<size_t>(layer * options_.directions() + direction);
  return state_begin_[i] + (what == 1 ? layers_[i].options().output() : 0);
}

template <class T>
Dropout Recurrent<T>::dropout_below(int layer) const {
  return {options_.dropout, site_ + kLayerSite + static_cast<uint32_t>(layer), options_.variational};
}

// out = a + b on all threads, rows of all three [first, first + count); out may be one of them.
template <class T>
static void add_together(Context<T>& context, View<const T> a, View<const T> b, View<T> out, int first, int count) {
  context.pool.parallel_for(count, std::max(1, 4096 / std::max(1, out.cols)), [&](int64_t begin, int64_t end) {
    add_rows<T>(a, b, out, first + static_cast<int>(begin), static_cast<int>(end - begin));
  });
}

// Pointers [streams] to column `offset` of the state row of each packed row.
template <class T>
static T** rows_at(Arena& arena, const Seq& seq, T* base, int64_t width, int offset) {
  T** pointers = arena.take<T*>(seq.streams());
  for (int r = 0; r < seq.streams(); ++r) pointers[r] = base + seq.order[r] * width + offset;
  return pointers;
}

// A sequence without steps ends in the state that it began with, numbers [offset, offset + count) of a row: so do its gradients.
template <class T>
static void pass_on(const Seq& seq, const State<T>* dlast, State<T>& dfirst, int offset, int count) {
  for (int r = seq.active(0); r < seq.streams(); ++r) {
    T* to = dfirst.row(seq.order[r]) + offset;
    if (dlast) {
      std::copy_n(dlast->row(seq.order[r]) + offset, count, to);
    } else {
      std::fill_n(to, count, T(0));
    }
  }
}

template <class T>
View<T> Recurrent<T>::forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, State<T>& state,
                              Tape* tape, const int32_t* x_rows) const {
  assert(state.rows() == seq.streams() && state.width() == state_width_);
  Arena& arena = context.arena;
  const int rows = seq.rows();
  T* initial = state.rows() > 0 ? state.row(0) : nullptr;
  if (tape) {  // backward needs the initial state again
    initial = arena.take<T>(static_cast<size_t>(seq.streams()) * state_width_);
    std::copy_n(state.row(0), static_cast<size_t>(seq.streams()) * state_width_, initial);
  }
  View<T> y, below;
  for (int l = 0; l < options_.layers; ++l) {
    if (l > 0) x = below = y;
    if (l > 0 && options_.dropout > 0 && context.training) {
      const View<T> dropped = arena.matrix<T>(rows, y.cols);
      dropout<T>(context, seq, dropout_below(l), y, dropped);
      x = dropped;
    }
    const int out = layers_[l * options_.directions()].options().output();
    y = arena.matrix<T>(rows, out * options_.directions());
    LayerRecord<T> record;
    for (int d = 0; d < options_.directions(); ++d) {
      const int h = state_offset(l, d, 0), c = state_offset(l, d, 1);
      const View<T> part = y.columns(d * out, out);
      record.direction[d] = layers_[l * options_.directions() + d].forward(
          context, packed, seq, x, rows_at(arena, seq, initial, state_width_, h),
          rows_at(arena, seq, initial, state_width_, c), rows_at(arena, seq, state.row(0), state_width_, h),
          rows_at(arena, seq, state.row(0), state_width_, c), part, tape != nullptr, l == 0 ? x_rows : nullptr);
    }
    if (tape) tape->push(record);
    if (adds(l)) {
      const View<T> sum = arena.matrix<T>(rows, y.cols);
      add_together<T>(context, y, below, sum, 0, rows);
      y = sum;
    }
  }
  return y;
}

template <class T>
void Recurrent<T>::backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape, View<T> dy, View<T> dx,
                            Params<T>& grads, const State<T>* dstate_last, State<T>* dstate_first) const {
  Arena& arena = context.arena;
  const ArenaScope scope(arena);
  const int rows = seq.rows();
  for (int l = options_.layers - 1; l >= 0; --l) {
    const RecurrentOptions& one = layers_[l * options_.directions()].options();
    const int out = one.output(), H = one.hidden;
    const auto record = tape.pop<LayerRecord<T>>();
    const bool wanted = l > 0 || dx;
    const View<T> below = l > 0 ? arena.matrix<T>(rows, one.input) : dx;
    for (int d = 0; d < options_.directions(); ++d) {
      const int h = state_offset(l, d, 0), c = state_offset(l, d, 1);
      const T** dh_last = nullptr;
      const T** dc_last = nullptr;
      if (dstate_last) {
        dh_last = rows_at(arena, seq, dstate_last->row(0), state_width_, h);
        dc_last = rows_at(arena, seq, dstate_last->row(0), state_width_, c);
      }
      T* dh0 = dstate_first ? arena.take<T>(static_cast<size_t>(seq.streams()) * out) : nullptr;
      T* dc0 = dstate_first ? arena.take<T>(static_cast<size_t>(seq.streams()) * H) : nullptr;
      layers_[l * options_.directions() + d].backward(context, packed, seq, record.direction[d], dy.columns(d * out, out),
                                                      wanted ? below : View<T>{}, d > 0, grads, dh_last, dc_last, dh0, dc0);
      for (int r = 0; r < seq.active(0) && dstate_first; ++r) {
        T* row = dstate_first->row(seq.order[r]);
        std::copy_n(dh0 + static_cast<size_t>(r) * out, out, row + h);
        if (options_.states() > 1) std::copy_n(dc0 + static_cast<size_t>(r) * H, H, row + c);
      }
      if (dstate_first) pass_on(seq, dstate_last, *dstate_first, h, out + (options_.states() > 1 ? H : 0));
    }
    if (l > 0 && options_.dropout > 0 && context.training) dropout<T>(context, seq, dropout_below(l), below, below);
    if (adds(l)) add_together<T>(context, below, dy, below, 0, rows);
    dy = below;
  }
}

// ---------------------------------------------------------------------------------------------------------- single steps

template <class T>
auto Recurrent<T>::begin_steps(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x,
                               const State<T>& state) const -> Steps {
  assert(!options_.bidirectional && state.rows() == seq.streams() && state.width() == state_width_);
  Arena& arena = context.arena;
  const int rows = seq.rows(), L = options_.layers;
  Steps s;
  s.saved = arena.take<typename RecurrentLayer<T>::Saved>(L);
  s.x = arena.take<View<T>>(L), s.masks = arena.take<View<T>>(L), s.out = arena.take<View<T>>(L);
  const size_t numbers = static_cast<size_t>(seq.streams()) * state_width_;
  T* initial = arena.take<T>(numbers);  // backward needs it again
  if (numbers > 0) std::copy_n(state.row(0), numbers, initial);
  for (int l = 0; l < L; ++l) {
    const bool drops = l > 0 && options_.dropout > 0 && context.training;
    s.x[l] = l == 0  ? View<T>{const_cast<T*>(x.address()), x.rows, x.cols, x.stride}
             : drops ? arena.matrix<T>(rows, width(l - 1))
                     : s.out[l - 1];
    s.masks[l] = {};
    if (drops) {
      s.masks[l] = arena.matrix<T>(rows, width(l - 1));
      fill_rows(s.masks[l], T(1));
      dropout<T>(context, seq, dropout_below(l), s.masks[l], s.masks[l]);
    }
    const View<T> y = arena.matrix<T>(rows, width(l));
    s.out[l] = adds(l) ? arena.matrix<T>(rows, width(l)) : y;
    s.saved[l] = layers_[l].take_saved(context, packed, seq, s.x[l],
                                       rows_at<const T>(arena, seq, initial, state_width_, state_offset(l, 0, 0)),
                                       rows_at<const T>(arena, seq, initial, state_width_, state_offset(l, 0, 1)), y, true);
  }
  s.y = s.out[L - 1];
  return s;
}

template <class T>
void Recurrent<T>::forward_step(Context<T>& context, const Packed<T>& packed, const Seq& seq, int t, const Steps& s) const {
  const int first = seq.start[t], rows = seq.active(t);
  for (int l = 0; l < options_.layers; ++l) {
    if (s.masks[l]) multiply_rows<T>(s.out[l - 1], s.masks[l], s.x[l], first, rows);
    layers_[l].forward_step(context, packed, seq, t, s.saved[l]);
    if (adds(l)) add_together<T>(context, s.saved[l].y, s.out[l - 1], s.out[l], first, rows);
  }
}

template <class T>
void Recurrent<T>::final_states(Context<T>& context, const Seq& seq, const Steps& s, State<T>& state) const {
  if (seq.streams() == 0) return;
  for (int l = 0; l < options_.layers; ++l) {
    layers_[l].final_states(context, seq, s.saved[l],
                            rows_at(context.arena, seq, state.row(0), state_width_, state_offset(l, 0, 0)),
                            rows_at(context.arena, seq, state.row(0), state_width_, state_offset(l, 0, 1)));
  }
}

template <class T>
auto Recurrent<T>::begin_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Steps& s, View<T> dy,
                                  View<T> dx) const -> StepsBack {
  StepsBack back;
  for (int l = 0; l < options_.layers; ++l) {
    back.dx.push_back(l == 0 ? dx : context.arena.template matrix<T>(seq.rows(), width(l - 1)));
    if (l > 0) back.dout.push_back(back.dx[l]);  // w.r.t. the output of the layer below, once the dropout between is undone
  }
  back.dout.push_back(dy);
  for (int l = 0; l < options_.layers; ++l)
    back.layers.push_back(layers_[l].begin_backward(context, packed, seq, s.saved[l], back.dout[l], back.dx[l]));
  return back;
}

template <class T>
void Recurrent<T>::backward_step(Context<T>& context, const Seq& seq, int t, const Steps& s, const StepsBack& back) const {
  const int first = seq.start[t], rows = seq.active(t);
  for (int l = options_.layers - 1; l >= 0; --l) {
    layers_[l].backward_step(context, seq, t, s.saved[l], back.layers[l]);
    if (s.masks[l]) multiply_rows<T>(back.dx[l], s.masks[l], back.dx[l], first, rows);
    if (adds(l)) add_together<T>(context, back.dx[l], back.dout[l], back.dx[l], first, rows);
  }
}

template <class T>
void Recurrent<T>::end_backward(Context<T>& context, const Seq& seq, const Steps& s, const StepsBack& back, Params<T>& grads,
                                State<T>* dstate_first) const {
  for (int l = 0; l < options_.layers; ++l) {
    layers_[l].end_backward(context, seq, s.saved[l], back.layers[l], grads);
    for (int k = 0; k < options_.states() && dstate_first; ++k) {
      const View<T> initial = back.layers[l].initial(k);
      for (int r = 0; r < seq.active(0); ++r)
        read_rows<T>(initial.middle(r, 1), dstate_first->row(seq.order[r]) + state_offset(l, 0, k));
      pass_on<T>(seq, nullptr, *dstate_first, state_offset(l, 0, k), initial.cols);
    }
  }
}

template class Recurrent<float>;
template class Recurrent<double>;

}  // namespace rnn::core
