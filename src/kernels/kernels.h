// Why: the one door to fast loops: a table of whole operations per instruction set (float) and as plain loops (double).
//
// Letters: T steps, B batch (streams), I inputs, H hidden units, P projected size, G gates, K classes, M rows, L lanes.
// Contract of every function: noexcept, no allocation, buffers do not overlap unless said; an output element is summed in one
// order that does not depend on the other rows of the call, on chunks or on the number of threads. In float, denormal numbers
// count as zero, whatever the mode of the calling thread; NaN stays NaN.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "base/view.h"
#include "cells/cell.h"

namespace rnn {

// How the rows of a gate matrix [gates * units, .] become columns: blocks of L units, in each block gate after gate. Position i
// is lane i % L of gate (i / L) % gates of block i / (L * gates); its row is (first + gate) * units + unit. Units are padded to
// full blocks with zeros. gates = 1, first = 0 is the plain order (padded at the end).
struct Columns {
  int units = 0, gates = 1, first = 0;
  int blocks(int lanes) const { return (units + lanes - 1) / lanes; }
  int vectors(int lanes) const { return blocks(lanes) * gates; }
  int padded(int lanes) const { return vectors(lanes) * lanes; }
  // Source row of position i, -1 for padding.
  int row(int i, int lanes) const {
    const int unit = i / (lanes * gates) * lanes + i % lanes;
    return unit < units ? (first + i / lanes % gates) * units + unit : -1;
  }
};

// The right-hand side of a product C[M, n] = A[M, k] B[k, n], in panels of a few vectors of columns: panel after panel, inside
// a panel k after k. B(k, n) = source[k_rows.row(k) * k_stride + n_rows.row(n) * n_stride].
struct PackForm {
  Columns k, n;
  int64_t k_stride = 1, n_stride = 1;

  // B = W^T for W [rows, k] as PyTorch stores it: y = x W^T, columns in gate blocks.
  static PackForm forward(Columns rows, int k, int stride) { return {{k}, rows, 1, stride}; }
  // B = W: dx = dy W, dy in gate blocks.
  static PackForm backward(Columns rows, int k, int stride) { return {rows, {k}, stride, 1}; }
  // B = X [M, n] as it stands: the right side of dW = dY^T X.
  static PackForm plain(int rows, int n, int stride) { return {{rows}, {n}, stride, 1}; }
  size_t size(int lanes) const { return static_cast<size_t>(k.padded(k.gates > 1 ? lanes : 1)) * n.padded(lanes); }
  int depth(int lanes) const { return k.gates > 1 ? k.padded(lanes) : k.units; }  // k of the product
};

// C[rows, 0..n) = A B, + bias or + C.
template <class T>
struct GemmArgs {
  View<const T> a;          // [M, k]
  const T* b = nullptr;     // packed
  const T* bias = nullptr;  // [padded n] in packed column order, or null
  bool accumulate = false;  // add to C; not together with bias
  Columns n;                // the columns of B; gates > 1: C has the padded width; plain: C has n.units columns
  View<T> c;                // [M, padded or n.units]
};

// One direction of one recurrent layer over a packed batch. Buffers with "blocks" are padded to L units and in gate blocks.
template <class T>
struct RecurrentArgs {
  CellKind cell = CellKind::lstm;
  int flags = 0;
  int hidden = 0;        // H
  int output = 0;        // width of h: P with a projection, else H
  bool reverse = false;  // walk t downwards; a row joins at its last step
  int steps = 0, streams = 0;
  const int* start = nullptr;      // [steps + 1] packed rows of each step
  const uint8_t* reset = nullptr;  // [rows] or null: 1 takes the initial state

  T* gates = nullptr;    // [rows, blocks(G)] in: W x + b; out: saved values; backward out: gradient by the pre-activations
  T* side = nullptr;     // [rows, blocks(1)] for cells with a side value
  T* recurrent[2] = {};  // backward, cells whose recurrent gradient differs from `gates`: per stage [rows, blocks(stage)]
  T* h = nullptr;        // [rows, output] outputs, row stride h_stride
  int64_t h_stride = 0;
  T* c = nullptr;  // [rows, blocks(1)] cell states (two-state cells)
  T* m = nullptr;  // [rows, blocks(1)] what the projection reads, with a projection

  const T* const* h0 = nullptr;  // [streams] initial state of each packed row, width output
  const T* const* c0 = nullptr;  // [streams] width H
  const T* h_reset = nullptr;    // what a reset row starts from; null: zeros
  const T* c_reset = nullptr;

  const T* weights[2] = {};         // packed recurrent weights per stage: forward form; backward: backward form
  const T* bias = nullptr;          // [blocks(1)] bias of the apart gate's recurrent part
  const T* unit_weights = nullptr;  // [blocks(1) x unit_weights]: block after block, vector after vector
  const T* projection = nullptr;    // packed W_hr: forward or backward form

  // backward only
  const T* dh = nullptr;  // [rows, output] gradient by the outputs, row stride dh_stride
  int64_t dh_stride = 0;
  const T* const* dh_last = nullptr;  // [streams] gradient by the final states, or null
  const T* const* dc_last = nullptr;
  T* dh0 = nullptr;         // [streams, output] gradient by the initial state, packed row order; null: not wanted
  T* dc0 = nullptr;         // [streams, H]
  T* dprojected = nullptr;  // [rows, output] out: whole gradient by the projected h, with a projection
  T* scratch = nullptr;     // recurrent_scratch() numbers
};

// Numbers of scratch that forward or backward over `streams` rows needs.
size_t recurrent_scratch(int streams, int hidden, int output, int gates, int threads, int lanes);

// Softmax cross-entropy over rows (label smoothing: Szegedy et al. 2016, as PyTorch defines it).
template <class T>
struct SoftmaxArgs {
  View<T> logits;                    // [M, K]; out (gradient): weight * (softmax - target distribution)
  const int32_t* targets = nullptr;  // [M]; not read where the weight is 0
  const float* weights = nullptr;    // [M] or null: 1
  T smoothing = 0;
  bool gradient = false;   // overwrite logits
  double* loss = nullptr;  // [M] out: weight * loss of the row, nats
  double* nll = nullptr;   // [M] or null. out: weight * -log p(target), without smoothing
};

// One optimizer step over a slab; g is scaled first.
template <class T>
struct StepArgs {
  T* p = nullptr;        // [n] weights
  const T* g = nullptr;  // [n] gradients
  T* m = nullptr;        // [n] momentum or first moment (may be null for plain SGD)
  T* v = nullptr;        // [n] second moment
  size_t n = 0;
  T scale = 1, clip_value = 0;  // g * scale, then clamped to [-clip_value, clip_value] if > 0
  T lr = 0, weight_decay = 0, momentum = 0, beta1 = 0, beta2 = 0, epsilon = 0, correction1 = 1, correction2 = 1;
  bool decoupled = false;  // AdamW (Loshchilov and Hutter 2019)
};

template <class T>
struct Kernels {
  const char* name;  // of the instruction set
  int lanes;         // L

  void (*pack)(Pool&, const PackForm&, const T* source, T* out);
  // out[i] = sum over sources of source[rows.row(i)], 0 for padding.
  void (*pack_vector)(const Columns& rows, const T* const* sources, int count, T* out);
  void (*gemm)(Pool&, const GemmArgs<T>&);
  // out[rows.row(i), m] = a[m, i]: gate blocks back to PyTorch's rows, turned; out [units * gates of `rows`, M] at row first*units.
  void (*transpose)(Pool&, View<const T> a, const Columns& rows, View<T> out);
  // out[rows.row(i)] += sum over m of a[m, i].
  void (*column_sums)(Pool&, View<const T> a, const Columns& rows, T* out);

  void (*recurrent_forward)(Pool&, const RecurrentArgs<T>&);
  void (*recurrent_backward)(Pool&, const RecurrentArgs<T>&);
  // Gradient by the unit weights, after recurrent_backward: out [unit_weights * H] +=.
  void (*unit_gradient)(Pool&, const RecurrentArgs<T>&, T* out);

  void (*softmax_cross_entropy)(Pool&, const SoftmaxArgs<T>&);
  double (*sum_squares)(Pool&, const T* x, size_t n);
  void (*sgd)(Pool&, const StepArgs<T>&);
  void (*adam)(Pool&, const StepArgs<T>&);

  // What the instruction set can do at best, on the calling thread; the results only keep the loops alive. Null for double.
  // n multiply-adds of L lanes each in registers, n a multiple of kFmaGroup.
  float (*fma_loop)(int64_t n);
  // Reads data [n] `rounds` times, n a multiple of kReadGroup.
  float (*read_loop)(const T* data, int64_t n, int64_t rounds);
};
constexpr int64_t kFmaGroup = 24, kReadGroup = 128;

// float: the instruction set chosen once, at first use: the best of this machine, or RNN_ISA (emulated, avx2, avx512).
// double: plain loops, the oracle. An unknown or unsupported RNN_ISA throws Error{usage, "cpu/isa"} here.
template <class T>
const Kernels<T>& kernels();
template <>
const Kernels<float>& kernels<float>();
template <>
const Kernels<double>& kernels<double>();

const Kernels<float>* kernels_for(std::string_view isa);  // null when this machine or this build lacks it
bool isa_supported(std::string_view isa);
const char* isa_name();                     // the name of kernels<float>()
std::vector<std::string_view> isa_names();  // all of this build, best last

}  // namespace rnn
