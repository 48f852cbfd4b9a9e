// Why: recurrent layers over packed batches: one direction of one layer, and the stack of them that users mean by "an LSTM".
#pragma once

#include <string>
#include <vector>

#include "base/rng.h"
#include "nn/context.h"
#include "nn/layers/product.h"
#include "nn/packed.h"
#include "nn/params.h"
#include "nn/seq.h"
#include "nn/state.h"

namespace rnn {

struct RecurrentOptions {
  CellKind cell = CellKind::lstm;
  int flags = 0;         // CellFlags
  double cell_clip = 0;  // bound of the cell state (Sak, Senior and Beaufays 2014); 0: none
  int input = 0, hidden = 0;
  int layers = 1;
  int last_hidden = 0;  // units of the last layer; 0: as many as the others
  int projection = 0;   // LSTM: size of h; 0: none
  bool bidirectional = false;
  double dropout = 0;        // between layers
  bool variational = false;  // every dropout has one mask per sequence (Gal and Ghahramani 2016) instead of one per step
  double state_dropout = 0;  // of h inside the recurrent product, one mask per sequence (the same)
  double zoneout[2] =
      {};  // of h and c: chance that a unit keeps its old value (Krueger et al. 2017); h not with a projection
  double weight_drop =
      0;  // of recurrent matrices, one mask per update (Merity, Keskar and Socher 2018); Model::drop_weights
  int width(int layer) const { return last_hidden > 0 && layer == layers - 1 ? last_hidden : hidden; }  // units
  int output() const { return projection > 0 ? projection : width(layers - 1); }  // of one direction of the last layer
  RecurrentOptions of_layer(int layer) const;                                     // the same for this layer alone
  int directions() const { return bidirectional ? 2 : 1; }
  int states() const { return cell_states(cell); }
  static int cell_states(CellKind kind);
};

// One direction of one layer. Const after declare(); thread-safe.
template <class T>
class RecurrentLayer {
 public:
  // Adds weight_ih, weight_hh, bias_ih, bias_hh (weight_hr, weight_peephole) under `prefix`, each with `suffix` (_l0, _l0_reverse); with
  // layer normalisation the gains layer_norm_ih, layer_norm_hh and (cells that show a state) layer_norm_c, each with `suffix`.weight,
  // the last one also with `suffix`.bias. What the products are shifted by is bias_ih and bias_hh.
  // `site` tells its masks from those of other layers.
  RecurrentLayer(const RecurrentOptions& options, int input, bool reverse, uint32_t site, const std::string& prefix,
                 const std::string& suffix, ParamTable& table, Packed<T>& packed);

  struct Saved;  // what forward leaves for backward

  // x [rows, input] -> y [rows, output] (rows strided). h0, c0 [streams] point at the initial state of each packed row, widths
  // output and hidden; hn, cn at where the final states go (may be the same memory). keep: backward follows, x, y and the
  // initial states must live until then; else what is returned is of no use.
  Saved forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const T* const* h0,
                const T* const* c0, T* const* hn, T* const* cn, View<T> y, bool keep) const;
  // dy [rows, output] -> dx [rows, input] (null data: not wanted; `add`: added to what is there); adds to grads (empty: not
  // wanted). dh_last, dc_last: gradients by the final states or null; dh0 [streams, output], dc0 [streams, hidden] packed row
  // order, null: not wanted.
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved, View<const T> dy,
                View<T> dx, bool add, Params<T>& grads, const T* const* dh_last = nullptr, const T* const* dc_last = nullptr,
                T* dh0 = nullptr, T* dc0 = nullptr) const;

  struct Saved {
    View<const T> x;
    View<T> y;
    T *gates = nullptr, *side = nullptr, *c = nullptr, *m = nullptr;
    const T* const* h0 = nullptr;
    const T* const* c0 = nullptr;
    const T* h_mask = nullptr;  // as in RecurrentArgs, from here on
    const T* const* h0_masked = nullptr;
    T* masked = nullptr;
    const T* keep_old[2] = {};
    int64_t keep_old_stride = 0;
    T* computed[2] = {};
    NormArgs<T> norm;  // with kLayerNorm
  };
  const RecurrentOptions& options() const { return options_; }  // of this layer alone
  ParamId recurrent_weight() const { return w_hh_; }

 private:
  void take_masks(Context<T>& context, const Seq& seq, bool keep, Saved* saved) const;
  RecurrentArgs<T> arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved) const;
  bool normed() const { return gain_ih_ >= 0; }
  void declare_norm(const std::string& prefix, const std::string& suffix, ParamTable& table, Packed<T>& packed);
  NormArgs<T> take_norm(Context<T>& context, const Packed<T>& packed, const Seq& seq, bool keep) const;
  void take_norm_gradients(Context<T>& context, const Seq& seq, NormArgs<T>* norm) const;
  void norm_gradients(Context<T>& context, const Seq& seq, const RecurrentArgs<T>& r, Params<T>& grads) const;
  void recurrent_gradient(Context<T>& context, const Seq& seq, const Saved& saved, int stage, const T* d, T* sums,
                          Params<T>& grads) const;
  void weight_gradients(Context<T>& context, const Seq& seq, const Saved& saved, const RecurrentArgs<T>& r,
                        Params<T>& grads) const;
  // Multiply-adds of a product of all gates with `width` numbers per row, and of what every step multiplies.
  double products(int rows, int width) const;
  double step_products(int rows) const;
  View<const T> old_h(Context<T>& context, const Seq& seq, const Saved& saved) const;

  RecurrentOptions options_;
  int input_, gates_, stages_, sides_, unit_weights_, apart_;
  bool reverse_, split_, shows_;
  uint32_t site_;
  std::vector<Columns> stage_columns_;
  ParamId w_ih_, w_hh_, b_ih_, b_hh_, w_hr_ = -1, w_peephole_ = -1;
  ParamId gain_ih_ = -1, gain_hh_ = -1, gain_c_ = -1, norm_bias_c_ = -1;  // of layer normalisation
  int input_form_, input_back_, bias_form_, apart_bias_ = -1, peephole_form_ = -1, projection_form_ = -1,
                                            projection_back_ = -1;
  int gain_ih_form_ = -1, gain_c_form_ = -1, norm_bias_c_form_ = -1;
  std::vector<int> recurrent_form_, recurrent_back_, gain_hh_form_;
};

// A stack of layers in one or two directions with dropout between layers: torch.nn.RNN, LSTM and GRU.
template <class T>
class Recurrent {
 public:
  Recurrent(const RecurrentOptions& options, const std::string& prefix, ParamTable& table, Packed<T>& packed);
  const RecurrentOptions& options() const { return options_; }
  int output() const { return options_.output() * options_.directions(); }
  int state_width() const { return state_width_; }

  // x [rows, input] -> [rows, output()]. `state` has a row per stream: initial in, final out. tape null: inference.
  // A bidirectional stack whose state is carried between windows would be wrong: the caller must not.
  View<T> forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, State<T>& state,
                  Tape* tape) const;
  // dy [rows, output()] -> dx [rows, input] in `dx` (null data: not wanted). dstate_last, dstate_first: gradients by the final and
  // initial state in stream order, null: zero, not wanted. Adds to grads.
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape, View<T> dy, View<T> dx,
                Params<T>& grads, const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;

  // The recurrent matrices of all layers and directions.
  std::vector<ParamId> recurrent_weights() const;

  // Offset of h (what = 0) or c (1) of a layer and direction in a State row, and its width.
  int state_offset(int layer, int direction, int what) const;

 private:
  RecurrentOptions options_;
  std::vector<RecurrentLayer<T>> layers_;  // layer-major, then direction
  std::vector<int> state_begin_;           // of each of them in a State row
  int state_width_ = 0;
};

// What is dropped where: chance p, `site` tells the masks of one pass apart; variational: one mask per sequence, else one per step.
struct Dropout {
  double p;
  uint32_t site;
  bool variational;
};

// y = x * mask / (1 - p), the mask a function of (seed, update, site, stream, t, unit) (Srivastava et al. 2014). In place when
// y.data == x.data. Applied to a gradient it is its own adjoint.
template <class T>
void dropout(Context<T>& context, const Seq& seq, const Dropout& what, View<const T> x, View<T> y);

// Masks [streams, width] in the order of the packed rows, in the arena: 0, or 1 / (1 - p).
template <class T>
View<T> sequence_masks(Context<T>& context, const Seq& seq, double p, Purpose purpose, uint32_t site, int width);

// [rows, padded] in the arena, 1 with chance p in the first `width` numbers of a row, else 0.
template <class T>
View<T> zoneout_masks(Context<T>& context, const Seq& seq, double p, uint32_t site, int width, int padded);

}  // namespace rnn
