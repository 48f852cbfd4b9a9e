// Why: stacks layers and directions, and moves states between stream order and packed order.
#include "nn/layers/recurrent.h"

#include <algorithm>

namespace rnn {
namespace {

constexpr uint32_t kLayerSite = 16;  // dropout sites below are the network's own

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
Recurrent<T>::Recurrent(const RecurrentOptions& options, const std::string& prefix, ParamTable& table, Packed<T>& packed)
    : options_(options) {
  for (int l = 0; l < options.layers; ++l) {
    const RecurrentOptions one = options.of_layer(l);
    for (int d = 0; d < options.directions(); ++d) {
      const std::string suffix = "_l" + std::to_string(l) + (d == 1 ? "_reverse" : "");
      state_begin_.push_back(state_width_);
      layers_.emplace_back(one, one.input, d == 1, static_cast<uint32_t>(2 * l + d), prefix, suffix, table, packed);
      state_width_ += one.output() + (one.states() > 1 ? one.hidden : 0);
    }
  }
}

template <class T>
std::vector<ParamId> Recurrent<T>::recurrent_weights() const {
  std::vector<ParamId> ids;
  for (const auto& layer : layers_) ids.push_back(layer.recurrent_weight());
  return ids;
}

template <class T>
int Recurrent<T>::state_offset(int layer, int direction, int what) const {
  const auto i = static_cast<size_t>(layer * options_.directions() + direction);
  return state_begin_[i] + (what == 1 ? layers_[i].options().output() : 0);
}

// Pointers [streams] to column `offset` of the state row of each packed row.
template <class T>
static T** rows_at(Arena& arena, const Seq& seq, T* base, int64_t width, int offset) {
  T** pointers = arena.take<T*>(seq.streams());
  for (int r = 0; r < seq.streams(); ++r) pointers[r] = base + seq.order[r] * width + offset;
  return pointers;
}

template <class T>
View<T> Recurrent<T>::forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, State<T>& state,
                              Tape* tape) const {
  assert(state.rows() == seq.streams() && state.width() == state_width_);
  Arena& arena = context.arena;
  const int rows = seq.rows();
  T* initial = state.rows() > 0 ? state.row(0) : nullptr;
  if (tape) {  // backward wants the initial state again
    initial = arena.take<T>(static_cast<size_t>(seq.streams()) * state_width_);
    std::copy_n(state.row(0), static_cast<size_t>(seq.streams()) * state_width_, initial);
  }
  View<T> y;
  for (int l = 0; l < options_.layers; ++l) {
    if (l > 0 && options_.dropout > 0 && context.training) {
      const View<T> dropped = arena.matrix<T>(rows, y.cols);
      dropout<T>(context, seq, {options_.dropout, kLayerSite + static_cast<uint32_t>(l), options_.variational}, y, dropped);
      x = dropped;
    } else if (l > 0) {
      x = y;
    }
    const int out = layers_[l * options_.directions()].options().output();
    y = arena.matrix<T>(rows, out * options_.directions());
    LayerRecord<T> record;
    for (int d = 0; d < options_.directions(); ++d) {
      const int h = state_offset(l, d, 0), c = state_offset(l, d, 1);
      const View<T> part{y.data + d * out, rows, out, y.stride};
      record.direction[d] = layers_[l * options_.directions() + d].forward(
          context, packed, seq, x, rows_at(arena, seq, initial, state_width_, h),
          rows_at(arena, seq, initial, state_width_, c), rows_at(arena, seq, state.row(0), state_width_, h),
          rows_at(arena, seq, state.row(0), state_width_, c), part, tape != nullptr);
    }
    if (tape) tape->push(record);
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
    const bool wanted = l > 0 || dx.data;
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
      layers_[l * options_.directions() + d].backward(context, packed, seq, record.direction[d],
                                                      {dy.data + d * out, rows, out, dy.stride}, wanted ? below : View<T>{},
                                                      d > 0, grads, dh_last, dc_last, dh0, dc0);
      for (int r = 0; r < seq.active(0) && dstate_first; ++r) {
        T* row = dstate_first->row(seq.order[r]);
        std::copy_n(dh0 + static_cast<size_t>(r) * out, out, row + h);
        if (options_.states() > 1) std::copy_n(dc0 + static_cast<size_t>(r) * H, H, row + c);
      }
    }
    if (l > 0 && options_.dropout > 0 && context.training) {
      dropout<T>(context, seq, {options_.dropout, kLayerSite + static_cast<uint32_t>(l), options_.variational}, below,
                 below);
    }
    dy = below;
  }
}

template class Recurrent<float>;
template class Recurrent<double>;

}  // namespace rnn
