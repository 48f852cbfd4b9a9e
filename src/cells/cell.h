// Why: what a cell is: the contract that every file next to this one fulfils, and the data that other rooms read.
//
// A cell defines one time step of one unit. It is a struct with
//   enum { ..., gates }        its gates in PyTorch's order; a[gate] is the pre-activation of the unit in that gate
//   enum { h, ..., states }    its states, the visible one first
//   sides                      values a step keeps besides the gates (0 or 1)
//   stages, first_gate(s), gate_count(s)
//                              a step is a list of stages: a recurrent product for some gates, then the lanes below. The
//                              operand of stage 0 is the previous step's h, that of stage 1 is side 0
//   apart                      the gate whose recurrent part is kept apart from its input part (it arrives as side 0), or -1
//   carries_h                  whether backward passes a gradient to the old h directly, not only through the product
//   unit_weights               weights that belong to one unit (peepholes, IndRNN's own weight), used as info.unit says
//   shown                      the state from which the visible one is computed (the cell state of an LSTM); layer
//                              normalisation normalises it first; or -1
//   norm_groups, norm_group(g) under layer normalisation the gates of a group share mean and deviation over all units; the
//                              group of gate g, groups in the order of their gates
//   info                       CellInfo: names, orders, texts, and whether there is a recurrent matrix. Without one the cell has
//                              one stage, `apart` is -1, carries_h is set, and a[gate] is the input part alone
//   forward<stage>(o, a, q, s, s1, p), o: CellSettings
//       a[gates]  in: pre-activations (input part + recurrent part); out: what backward needs
//       q[sides]  side values, in or out depending on the cell   s[states] old state   s1[states] new state
//       p[unit_weights] weights of the unit
//   backward<stage>(o, a, q, s, s1, d, ds, p), stages in descending order, dX = gradient of the loss w.r.t. X:
//       a[gates]  in: as forward left them; out: gradient w.r.t. the pre-activations
//       q[sides]  in: as forward left them; out (apart): gradient w.r.t. the recurrent part
//       d         last stage: d[states] gradient w.r.t. the new state; earlier stage: d[0] gradient w.r.t. the side value
//       ds[states] gradient w.r.t. the old state, without the part through the recurrent product: the last stage assigns,
//                  others add
//   unit_gradient(a, s, s1, dp): with a as backward left it, the gradient w.r.t. p of this step. s[h] is there in cells with
//       one state, s1[h] is not.
//   show(a, c), dshow(a, c, dh), cells with `shown`: h from the gates and that state; dshow turns the gates that show reads
//       into gradients w.r.t. their pre-activations and returns the gradient w.r.t. c. Under kLayerNorm the caller calls
//       both, forward and backward do not.
//
// V is a number: double, a dual number, a SIMD vector of units. Cells use only + - *, V(constant), sigmoid, tanh and
// select_positive, so that every number type fits. The cell files have no include guard: kernels include all.h inside
// each instruction set's namespace, namespace rnn::core::reference once more for plain numbers.
#pragma once

#include <array>
#include <string_view>

namespace rnn::core {

// Index into the list of cells in all.h. Only cells that other code speaks of have a name here; find_cell (names.h) knows all.
enum class CellKind : int { elman = 0, lstm = 1, gru = 2, gru_reset_before = 3, lstm_coupled = 4 };

// Options that change the equation of a unit, as a set of bits. kLayerNorm: pre-activations and the shown state arrive
// normalised (Ba, Kiros and Hinton 2016); kernels.h defines the normalisation.
enum CellFlags : int { kRelu = 1, kPeephole = 2, kLayerNorm = 4 };

// The options of a step.
struct CellSettings {
  int flags;
  double cell_clip;  // > 0: the new cell state is kept in [-cell_clip, cell_clip] (Sak, Senior and Beaufays 2014)
  constexpr CellSettings(int cell_flags = 0, double clip = 0) : flags(cell_flags), cell_clip(clip) {}
};

// matrix: pre-activations see the whole old h through a matrix and a second bias. none: they see the input alone, and a unit at most
// its own old state; no recurrent matrix, bias or product exists.
enum class Recurrence { matrix, none };

// What values a gate can have: those of a valve from 0 to 1, from -1 to 1, or any.
enum class GateRange { valve, bounded, any };

// A gate for people; without a name there is nothing to say about it (a cell whose only sum is its new state).
struct GateText {
  std::string_view name = {}, meaning = {};
  GateRange range = GateRange::valve;
};

// A name that people type, the flag behind it, and what such a network is called: "the plain RNN", "plain RNN".
struct CellVariant {
  std::string_view name = {};
  int flag = 0;
  std::string_view the = {}, label = {};
};

// The parameter of a cell with unit weights: a vector [H], or a matrix with a row per weight.
struct UnitWeights {
  std::string_view parameter;                  // its name, without layer
  int flag = 0;                                // there only with this flag; 0: always
  std::string_view letter = {}, meaning = {};  // in the equation; none if only a note speaks of it
  double low = 0, high = 0;                    // initial values uniform in [low, high); 0 and 0: as those of other weights
};

struct CellInfo {
  std::string_view name;        // in files
  std::string_view gate_names;  // one letter each, in this project's (PyTorch's) order
  int gates, states;
  std::array<int, 4> onnx_order;  // position p of the ONNX tensor holds our gate onnx_order[p]; ONNX and Keras have no cells
  std::array<int, 4> keras_order;            // without recurrent matrix
  std::string_view equation;                 // one line per statement
  std::string_view source;                   // where the cell was first described
  std::array<CellVariant, 2> variants = {};  // the second one may be absent
  std::string_view in_words = {};            // what happens at a step, in a sentence or two
  std::array<GateText, 4> gate_texts = {};
  Recurrence recurrence = Recurrence::matrix;
  int keep = -1, write = -1;  // the gate whose 1 keeps the old state, the one whose 1 lets new content in; -1: none
  UnitWeights unit = {};
};

}  // namespace rnn::core
