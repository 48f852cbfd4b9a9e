// Why: recurrent layers over packed batches: one direction of one layer, and the stack of them that users call "an LSTM".
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

namespace rnn::core {

struct RecurrentOptions {
  CellKind cell = CellKind::lstm;
  int flags = 0;         // CellFlags
  double cell_clip = 0;  // bound of the cell state (Sak, Senior and Beaufays 2014); 0: none
  int input = 0, hidden = 0;
  int layers = 1;
  int last_hidden = 0;  // units of the last layer; 0: as many as the others
  int projection = 0;   // LSTM: size of h; 0: none
  bool bidirectional = false;
  bool residual = false;     // layers above the first add their input to their output (Wu et al. 2016); equal widths
  double dropout = 0;        // between layers
  bool variational = false;  // every dropout has one mask per sequence (Gal and Ghahramani 2016) instead of one per step
  double state_dropout = 0;  // of h inside the recurrent product, one mask per sequence (Gal and Ghahramani 2016)
  double zoneout[2] =
      {};  // of h and c: probability that a unit keeps its old value (Krueger et al. 2017); of h not with a projection
  double weight_drop =
      0;  // of recurrent matrices, one mask per update (Merity, Keskar and Socher 2018); Model::drop_weights
  int width(int layer) const { return last_hidden > 0 && layer == layers - 1 ? last_hidden : hidden; }  // units
  int output() const { return projection > 0 ? projection : width(layers - 1); }  // of one direction of the last layer
  RecurrentOptions of_layer(int layer) const;                                     // the options of this layer alone
  int directions() const { return bidirectional ? 2 : 1; }
  int states() const { return cell_states(cell); }
  static int cell_states(CellKind kind);
};

// One direction of one layer. Const after declare(); thread-safe.
template <class T>
class RecurrentLayer {
 public:
  // Adds weight_ih, weight_hh, bias_ih, bias_hh (weight_hr, the cell's unit weights) under `stack` and a dot, each with a suffix
  // (_l0, _l0_reverse); with layer normalisation also the gains layer_norm_ih, layer_norm_hh and, for cells with a shown state,
  // layer_norm_c, each with the suffix and .weight, the last one also with .bias. Without a recurrent matrix there is no weight_hh
  // of that shape, no bias_hh and no layer_norm_hh. The biases of the normalised products are
  // bias_ih and bias_hh. `site` distinguishes its masks from those of other layers.
  RecurrentLayer(const RecurrentOptions& options, int input, bool reverse, uint32_t site, const std::string& stack,
                 int layer, ParamTable& table, Packed<T>& packed);

  struct Saved;  // what forward keeps for backward

  // x [rows, input] -> y [rows, output] (rows strided). h0, c0 [streams] point at the initial state of each packed row,
  // widths output and hidden; hn, cn at where the final states go (may be the same memory). keep: backward follows, and x, y
  // and the initial states must live until then; without keep the result must not be used.
  // x_rows: null, or [rows] which row of x [any, input] each packed row reads: the product with W is then done once per row of x;
  // lives until backward.
  Saved forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const T* const* h0,
                const T* const* c0, T* const* hn, T* const* cn, View<T> y, bool keep, const int32_t* x_rows = nullptr) const;
  // dy [rows, output] -> dx [rows of x, input] (null data: not wanted; `add`: added to what is there); adds to grads (empty: not
  // wanted). dh_last, dc_last: gradients w.r.t. the final states, or null; dh0 [streams, output], dc0 [streams, hidden] in
  // packed row order, null: not wanted.
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved, View<const T> dy,
                View<T> dx, bool add, Params<T>& grads, const T* const* dh_last = nullptr, const T* const* dc_last = nullptr,
                T* dh0 = nullptr, T* dc0 = nullptr) const;

  struct Saved {
    View<const T> x;
    const int32_t* x_rows = nullptr;
    View<T> y;
    T *gates = nullptr, *side = nullptr, *c = nullptr, *m = nullptr;
    const T* const* h0 = nullptr;
    const T* const* c0 = nullptr;
    const T* h_mask = nullptr;  // from here on as in RecurrentArgs
    const T* const* h0_masked = nullptr;
    T* masked = nullptr;
    const T* keep_old[2] = {};
    int64_t keep_old_stride = 0;
    T* computed[2] = {};
    NormArgs<T> norm;  // with kLayerNorm
  };

  // The same in single steps, for inputs that depend on the previous step's output (input feeding); not for a reversed
  // direction. take_saved allocates the memory of the whole batch, with keep; the rows of x that belong to a step must be
  // filled before its forward_step, which writes the rows of y.
  Saved take_saved(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, const T* const* h0,
                   const T* const* c0, View<T> y, bool keep) const;
  void forward_step(Context<T>& context, const Packed<T>& packed, const Seq& seq, int t, const Saved& saved) const;
  // hn, cn [streams]: where the final states go.
  void final_states(const Context<T>& context, const Seq& seq, const Saved& saved, T* const* hn, T* const* cn) const;
  // What the backward steps have in common; in the arena until end_backward.
  struct StepGradients {
    RecurrentArgs<T> all;
    NormArgs<T> norm;
    View<T> carry[2][2];  // [turn][h, c] [streams, width] gradients w.r.t. the states that a step started from
    // After step 0: w.r.t. the initial states, in packed row order.
    View<T> initial(int k) const { return carry[1][k]; }
  };
  StepGradients begin_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved,
                               View<const T> dy, View<T> dx) const;
  // Call from the last step to the first: reads the rows of dy, writes those of dx.
  void backward_step(Context<T>& context, const Seq& seq, int t, const Saved& saved, const StepGradients& g) const;
  // Adds to grads (empty: not wanted).
  void end_backward(Context<T>& context, const Seq& seq, const Saved& saved, const StepGradients& g, Params<T>& grads) const;

  const RecurrentOptions& options() const { return options_; }  // of this layer alone
  ParamId recurrent_weight() const { return w_hh_; }            // -1: it has no recurrent matrix

 private:
  void take_masks(Context<T>& context, const Seq& seq, bool keep, Saved* saved) const;
  void project_shared(Context<T>& context, const Packed<T>& packed, int rows, const Saved& saved) const;
  View<const T> input_gradients(Context<T>& context, const Seq& seq, const Saved& saved, const RecurrentArgs<T>& r) const;
  View<const T> shared_gradients(Context<T>& context, const Saved& saved, View<const T> dgates) const;
  RecurrentArgs<T> arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved) const;
  RecurrentArgs<T> forward_arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved) const;
  RecurrentArgs<T> backward_arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved,
                                      View<const T> dy, View<T> dx, NormArgs<T>* norm) const;
  int block_rows(const Context<T>& context, int rows) const;
  // Turns the arguments of a whole pass into those of step t, which starts from the states of the previous step.
  void narrow(Context<T>& context, const Seq& seq, int t, const Saved& saved, RecurrentArgs<T>* r) const;
  bool normed() const { return gain_ih_ >= 0; }
  void declare_norm(const std::string& prefix, const std::string& suffix, const ParamUse& use, ParamTable& table,
                    Packed<T>& packed);
  NormArgs<T> take_norm(Context<T>& context, const Packed<T>& packed, const Seq& seq, bool keep) const;
  void take_norm_gradients(Context<T>& context, const Seq& seq, NormArgs<T>* norm) const;
  void norm_gradients(Context<T>& context, const Seq& seq, const RecurrentArgs<T>& r, Params<T>& grads) const;
  void recurrent_gradient(Context<T>& context, const Seq& seq, const Saved& saved, int stage, const T* d, T* sums,
                          Params<T>& grads) const;
  void weight_gradients(Context<T>& context, const Seq& seq, const Saved& saved, const RecurrentArgs<T>& r,
                        Params<T>& grads) const;
  // Multiply-adds of a product of all gates with `width` numbers per row, and of the products of every step.
  double products(int rows, int width) const;
  double step_products(int rows) const;
  View<const T> old_h(Context<T>& context, const Seq& seq, const Saved& saved) const;

  RecurrentOptions options_;
  int input_, gates_, stages_, sides_, unit_weights_, apart_;  // stages_: recurrent products of a step, 0 without a matrix
  bool reverse_, split_, shows_;
  uint32_t site_;
  std::vector<Columns> stage_columns_;
  ParamId w_ih_, w_hh_ = -1, b_ih_, b_hh_ = -1, w_hr_ = -1, w_unit_ = -1;
  ParamId gain_ih_ = -1, gain_hh_ = -1, gain_c_ = -1, norm_bias_c_ = -1;  // of layer normalisation
  int input_form_, input_back_, bias_form_, apart_bias_ = -1, unit_form_ = -1, projection_form_ = -1, projection_back_ = -1;
  int gain_ih_form_ = -1, gain_c_form_ = -1, norm_bias_c_form_ = -1;
  std::vector<int> recurrent_form_, recurrent_back_, gain_hh_form_;
};

// Where and how dropout applies: probability p; `site` distinguishes the masks of one pass; variational: one mask per
// sequence, else one per step.
struct Dropout {
  double p;
  uint32_t site;
  bool variational;
};

// A stack of layers in one or two directions with dropout between layers: torch.nn.RNN, LSTM and GRU.
template <class T>
class Recurrent {
 public:
  // `site`: distinguishes its masks from those of another stack of the same model; a multiple of 128.
  Recurrent(const RecurrentOptions& options, const std::string& stack, ParamTable& table, Packed<T>& packed,
            uint32_t site = 0);
  const RecurrentOptions& options() const { return options_; }
  int output() const { return options_.output() * options_.directions(); }
  int state_width() const { return state_width_; }

  // x [rows, input] -> [rows, output()]. `state` has a row per stream: initial in, final out. tape null: inference.
  // The caller must not carry the state of a bidirectional stack from window to window: the result would be wrong.
  // x_rows: null, or [rows] which row of x [any, input] each packed row reads (RecurrentLayer); lives until backward.
  View<T> forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x, State<T>& state, Tape* tape,
                  const int32_t* x_rows = nullptr) const;
  // dy [rows, output()] -> dx [rows of x, input] in `dx` (null data: not wanted). dstate_last, dstate_first: gradients w.r.t. the
  // final and initial states in stream order; null: zero, not wanted. Adds to grads.
  void backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, Tape& tape, View<T> dy, View<T> dx,
                Params<T>& grads, const State<T>* dstate_last = nullptr, State<T>* dstate_first = nullptr) const;

  // The same in single steps (RecurrentLayer), one direction. x, all arguments of begin_steps and the record must live until
  // end_backward.
  struct Steps;
  Steps begin_steps(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x,
                    const State<T>& state) const;
  void forward_step(Context<T>& context, const Packed<T>& packed, const Seq& seq, int t, const Steps& steps) const;
  void final_states(Context<T>& context, const Seq& seq, const Steps& steps, State<T>& state) const;
  struct StepsBack;
  // dy [rows, output()]: the rows of a step must be filled before its backward_step.
  StepsBack begin_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Steps& steps, View<T> dy,
                           View<T> dx) const;
  void backward_step(Context<T>& context, const Seq& seq, int t, const Steps& steps, const StepsBack& back) const;
  void end_backward(Context<T>& context, const Seq& seq, const Steps& steps, const StepsBack& back, Params<T>& grads,
                    State<T>* dstate_first) const;

  // The recurrent matrices of all layers and directions; none for a cell without.
  std::vector<ParamId> recurrent_weights() const;

  // Offset of h (what = 0) or c (1) of a layer and direction in a State row, and its width.
  int state_offset(int layer, int direction, int what) const;

 private:
  bool adds(int layer) const { return options_.residual && layer > 0; }
  Dropout dropout_below(int layer) const;
  int width(int layer) const { return layers_[static_cast<size_t>(layer)].options().output(); }

  RecurrentOptions options_;
  uint32_t site_;
  std::vector<RecurrentLayer<T>> layers_;  // layer-major, then direction
  std::vector<int> state_begin_;           // offset of each of them in a State row
  int state_width_ = 0;
};

// Trivially copyable; the arrays have an element per layer and lie in the arena.
template <class T>
struct Recurrent<T>::Steps {
  typename RecurrentLayer<T>::Saved* saved;
  View<T>* x;      // [rows, input] input of the layer; for layer 0 the caller's
  View<T>* masks;  // [rows, input] of the dropout below it, or without data
  View<T>* out;    // [rows, output] its output
  View<T> y;       // output of the last layer
};

template <class T>
struct Recurrent<T>::StepsBack {
  std::vector<typename RecurrentLayer<T>::StepGradients> layers;
  std::vector<View<T>> dout, dx;  // w.r.t. the output and the input of each layer
};

// y = x * mask / (1 - p), the mask a function of (seed, update, site, stream, t, unit) (Srivastava et al. 2014). In place
// when y.data == x.data. It is its own adjoint: apply it to a gradient in the same way.
template <class T>
void dropout(Context<T>& context, const Seq& seq, const Dropout& what, View<const T> x, View<T> y);

// Masks [streams, width] in the order of the packed rows, in the arena: 0, or 1 / (1 - p).
template <class T>
View<T> sequence_masks(Context<T>& context, const Seq& seq, double p, Purpose purpose, uint32_t site, int width);

// [rows, padded] in the arena, 1 with probability p in the first `width` numbers of a row, else 0.
template <class T>
View<T> zoneout_masks(Context<T>& context, const Seq& seq, double p, uint32_t site, int width, int padded);

}  // namespace rnn::core
