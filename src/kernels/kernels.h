// Why: the one interface to the fast loops: a table of whole operations, per instruction set (float) and as plain loops
// (double).
//
// Letters: T steps, B batch (streams), I inputs, H hidden units, P projected size, G gates, K classes, M rows, L lanes.
// Contract of every function: noexcept, no allocation, buffers do not overlap unless stated; an output element is summed in
// one order that does not depend on the other rows of the call, on chunks or on the number of threads. In float, denormal
// numbers count as zero, whatever the mode of the calling thread; NaN stays NaN.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "base/view.h"
#include "cells/cell.h"

namespace rnn::core {

// How the rows of a gate matrix [gates * units, .] become columns: in blocks of L units, and in each block gate after gate.
// Position i is lane i % L of gate (i / L) % gates of block i / (L * gates); its row is (first + gate) * units + unit. Units
// are padded to full blocks with zeros. gates = 1, first = 0 is the plain order (padded at the end).
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
  // Position of a source row: the inverse of row().
  int position(int row, int lanes) const {
    const int unit = row % units, gate = row / units - first;
    return (unit / lanes * gates + gate) * lanes + unit % lanes;
  }
};

// The right-hand side of a product C[M, n] = A[M, k] B[k, n], in panels of a few vectors of columns: panel after panel, and
// inside a panel k after k. The source has rows of contiguous numbers: these are columns of B (turned: n is in the order of
// its rows, k plain) or rows of B (k is in the order of its rows, n plain).
struct PackForm {
  Columns k, n;
  int64_t stride = 1;  // between rows of the source
  bool turned = false;
  bool streamed = false;  // written past the caches, being too large for them; `out` is then 64-byte aligned

  // B = W^T for W [rows, k] as PyTorch stores it: y = x W^T, columns in gate blocks.
  static PackForm forward(Columns rows, int k, int stride) { return {{k}, rows, stride, true, false}; }
  // B = W: dx = dy W, dy in gate blocks.
  static PackForm backward(Columns rows, int k, int stride) { return {rows, {k}, stride, false, false}; }
  // B = X [M, n] unchanged.
  static PackForm plain(int rows, int n, int stride) { return {{rows}, {n}, stride, false, false}; }
  const Columns& rows() const { return turned ? n : k; }  // of the source
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

// Layer normalisation of a recurrent layer (Ba, Kiros and Hinton 2016, equations 20 to 22, 27 and 28). The products W x and
// R h of a row are normalised over all units of a group of gates (cell.h: all four gates of an LSTM together) and multiplied
// by a gain; biases are added after that. Cells with a shown state compute h from gain * normalised c' + bias. The deviation
// is the root of variance + epsilon.
template <class T>
struct NormArgs {
  const T* input_gain = nullptr;    // [blocks(G)]
  const T* recurrent_gain[2] = {};  // per stage [blocks(stage)]
  const T* state_gain = nullptr;    // [blocks(1)], cells with a shown state
  const T* state_bias = nullptr;
  // Forward out: the normalised values, without gain. One row per packed row, or without `keep` one per stream.
  T* input = nullptr;     // [rows, blocks(G)], with `keep`
  T* recurrent[2] = {};   // [rows or streams, blocks(stage)]
  T* state = nullptr;     // [rows or streams, blocks(1)]
  T* scales = nullptr;    // [rows or streams, kNormScales] 1 / deviation
  T* incoming = nullptr;  // [streams, blocks(1)] scratch of backward
  T* dinput = nullptr;    // [rows, blocks(G)] backward out: gradient w.r.t. W x
  T* drecurrent[2] = {};  // [rows, blocks(stage)] backward out: gradient w.r.t. R h
  T* dstate = nullptr;    // [rows, blocks(1)] backward out: gradient w.r.t. the input of h
};
// Of the input's groups, the recurrent product's groups, and the state. The epsilon is torch.nn.LayerNorm's.
constexpr int kNormGroups = 2, kNormScales = 2 * kNormGroups + 1;
constexpr double kNormEpsilon = 1e-5;

// One direction of one recurrent layer over a packed batch. Buffers with "blocks" are padded to L units and in gate blocks.
template <class T>
struct RecurrentArgs {
  CellKind cell = CellKind::lstm;
  int flags = 0;
  double cell_clip = 0;               // CellSettings
  const NormArgs<T>* norm = nullptr;  // with kLayerNorm; the units are not split over threads then
  int hidden = 0;                     // H
  int output = 0;                     // width of h: P with a projection, else H
  bool reverse = false;               // walk t downwards; a row starts at its last step
  int steps = 0, streams = 0;
  const int* start = nullptr;      // [steps + 1] packed rows of each step; part of a batch's steps need not begin at row 0
  const uint8_t* reset = nullptr;  // [rows] or null: 1 starts from the initial state

  // The input part W x + b. x without data: `gates` already holds it (with layer normalisation only W x). Otherwise it is
  // projected here, block by block of steps.
  View<const T> x;                   // [rows, I]
  const T* input_weights = nullptr;  // packed W, forward form
  const T* input_bias = nullptr;     // [blocks(G)]
  int block_rows = 0;                // rows projected at a time: at most this many, but at least one step
  bool keep = true;                  // false: inference; the values that a step computes besides h and c are not kept

  T* gates = nullptr;    // [rows, blocks(G)] in: W x + b; out: saved values; backward out: pre-activation gradients.
                         // With x and without keep: scratch of recurrent_gate_rows() rows
  T* side = nullptr;     // [rows, blocks(1)] for cells with a side value
  T* recurrent[2] = {};  // backward, cells whose recurrent gradient differs from `gates`: per stage [rows, blocks(stage)]
  T* h = nullptr;        // [rows, output] outputs, row stride h_stride
  int64_t h_stride = 0;
  T* c = nullptr;  // [rows, blocks(1)] cell states (two-state cells)
  T* m = nullptr;  // [rows, blocks(1)] input of the projection, with a projection

  const T* const* h0 = nullptr;  // [streams] initial state of each packed row, width output
  const T* const* c0 = nullptr;  // [streams] width H
  const T* h_reset = nullptr;    // initial state of a reset row; null: zeros
  const T* c_reset = nullptr;

  const T* weights[2] = {};  // packed recurrent weights per stage: forward form; backward: backward form; null and not
                             // read for cells without recurrent matrix, like the recurrent parts of NormArgs
  const T* bias = nullptr;   // [blocks(1)] bias of the apart gate's recurrent part
  const T* unit_weights = nullptr;  // [blocks(1) x unit_weights]: block after block, vector after vector
  const T* projection = nullptr;    // packed W_hr: forward or backward form

  // Masks for regularisation; null: none.
  const T* h_mask =
      nullptr;  // [streams, output] products see h * mask (variational dropout: Gal and Ghahramani 2016); no h_reset then;
                // not for cells without recurrent matrix
  const T* const* h0_masked = nullptr;  // [streams] with h_mask: h0 * mask
  T* masked = nullptr;                  // [rows, output] out, with h_mask: h * mask
  // [rows, blocks(1)], zero in the padding, for h (not with a projection) and c: the share k of the old state in the new
  // one, k * old + (1 - k) * computed (zoneout: Krueger et al. 2017). The row stride 0 is one row for all.
  const T* keep_old[2] = {};
  int64_t keep_old_stride = 0;
  T* computed[2] = {};  // [rows, blocks(1)] or null. out, with keep_old: the states before mixing; backward reads them

  // backward only
  const T* dh = nullptr;  // [rows, output] gradient w.r.t. the outputs, row stride dh_stride
  int64_t dh_stride = 0;
  const T* const* dh_last = nullptr;  // [streams] gradient w.r.t. the final states, or null
  const T* const* dc_last = nullptr;
  T* dh0 = nullptr;         // [streams, output] gradient w.r.t. the initial state, packed row order; null: not wanted
  T* dc0 = nullptr;         // [streams, H]
  T* dprojected = nullptr;  // [rows, output] out: whole gradient w.r.t. the projected h, with a projection
  View<T> dx;            // [rows, I] out: gradient w.r.t. x, from input_weights in backward form; without data: not wanted
  bool add_dx = false;   // dx += instead of dx =
  T* scratch = nullptr;  // recurrent_scratch() numbers
  double* input_seconds =
      nullptr;  // null, or += the seconds of the first worker's products over many steps (W x, dx); not in double

  CellSettings settings() const { return {flags, cell_clip}; }
  // Row of NormArgs that belongs to packed row `row` of step t.
  int64_t norm_row(int t, int row) const { return (keep ? start[t] : 0) + row; }

  // Steps are counted in the order of the walk: step i is time(i).
  int time(int i) const { return reverse ? steps - 1 - i : i; }
  int rows_of(int t) const { return start[t + 1] - start[t]; }
  // The end of the block of steps that begins with step i of the walk: at most `limit` rows, but at least one step; rows(t)
  // counts them.
  template <class Rows>
  int block_end(int i, int limit, const Rows& rows) const {
    int sum = rows(time(i++));
    while (i < steps && sum + rows(time(i)) <= limit) sum += rows(time(i++));
    return i;
  }
  // First packed row of the block [from, to) of steps, and the row after its last.
  int first_row(int from, int to) const { return start[reverse ? time(to - 1) : from]; }
  int last_row(int from, int to) const { return start[(reverse ? time(from) : to - 1) + 1]; }
};

// Numbers of scratch that forward or backward over `streams` rows needs.
size_t recurrent_scratch(int streams, int hidden, int output, int gates, int threads, int lanes);
// Rows of gates that inference needs: for each thread its part of block_rows, or of a step that has more rows than that.
int recurrent_gate_rows(int streams, int block_rows, int threads);

// Gradients of weights: out += d^T x for one or two x with the same d, and the column sums of d.
template <class T>
struct OuterArgs {
  View<const T> d;  // [M, padded in the order of rows]; with one gate rows.units columns are enough
  Columns rows;     // first = 0
  struct Part {
    View<const T> x;  // [M, n]; without data: this part is absent
    View<T> out;      // [units * gates, n]
  } parts[2] = {};
  T* sums[2] = {};       // [units * gates] or null: += the sum of each column of d
  T* scratch = nullptr;  // outer_scratch() numbers
};

// How the rows of a pass are divided into blocks: rows per block, columns of d at a time, numbers of scratch per worker.
constexpr int kOuterDepth = 256, kOuterMaxDepth = 384, kOuterColumns = 256;
constexpr size_t kOuterWorker = size_t{kOuterMaxDepth} * kOuterColumns;
inline size_t outer_scratch(int n0, int n1, int threads, int lanes) {
  const auto padded = [&](int n) { return Columns{n}.padded(lanes); };
  return static_cast<size_t>(padded(n0) + padded(n1)) * kOuterMaxDepth + threads * kOuterWorker;
}

// Attention of decoder rows over memories of different lengths (Bahdanau, Cho and Bengio 2015; Luong, Pham and Manning
// 2015): row start[t] + r of step t attends to the memory rows [begin[r], begin[r] + length[r]). A call may cover any
// consecutive steps of a batch; start then does not begin at 0. Backward goes through the steps from last to first, within a
// call and from call to call.
template <class T>
struct AttentionArgs {
  int steps = 0;
  const int* start = nullptr;   // [steps + 1] packed rows of each step; a step has no more rows than the previous one
  const int* begin = nullptr;   // [streams] first memory row; two packed rows may share a memory, but not in backward
  const int* length = nullptr;  // [streams] memory rows; 0: the context is zero

  View<const T> queries;  // [rows, A]
  View<const T> keys;     // [memory rows, A]
  View<const T> values;   // [memory rows, M]
  const T* v = nullptr;   // [A]: a score is v . tanh(query + key) (additive); null: scale * query . key
  T scale = 1;
  View<T> weights;  // [rows, longest length or more] out; backward: in. Softmax of the scores; not written after length[r]
  View<T> context;  // [rows, M] out: sum of weights * values

  // backward only; context is not read. Each packed row belongs to one worker.
  View<const T> dcontext;  // [rows, M]
  View<T> dqueries;        // [rows, A] out
  View<T> dkeys;           // [memory rows, A] +=
  View<T> dvalues;         // [memory rows, M] +=
  T* dv = nullptr;         // [streams, A] +=, with v: each packed row's share of the gradient w.r.t. v

  int rows_of(int t) const { return start[t + 1] - start[t]; }
  int streams() const { return steps == 0 ? 0 : rows_of(0); }
};

// Sums over rows: of each column of d, and of each column of d * x.
template <class T>
struct ColumnSumsArgs {
  const T* d = nullptr;  // [rows, padded]
  const T* x = nullptr;  // [rows, padded]
  int rows = 0;
  Columns columns;        // first = 0
  T* sums = nullptr;      // [units * gates] +=
  T* products = nullptr;  // [units * gates] +=
};

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
  uint8_t* correct =
      nullptr;  // [M] or null. out: 1 where the target's logit is the first of the largest; 0 where the weight is
};

// One optimizer step over a piece of the slab; g is scaled first and left zero. Elements are independent of each other.
template <class T>
struct StepArgs {
  T* p = nullptr;  // [n] weights
  T* g = nullptr;  // [n] gradients in, zeros out
  T* m = nullptr;  // [n] momentum or first moment (may be null for plain SGD)
  T* v = nullptr;  // [n] second moment
  size_t n = 0;
  T scale = 1, clip_value = 0;  // g * scale, then clamped to [-clip_value, clip_value] if > 0
  T lr = 0, weight_decay = 0, momentum = 0, beta1 = 0, beta2 = 0, epsilon = 0, correction1 = 1, correction2 = 1;
  bool decoupled = false;  // AdamW (Loshchilov and Hutter 2019)
  bool sum = false;        // rms: v is the sum of squares, not their running mean
  T* average = nullptr;    // [n] or null: += average_rate * (new weights - average); 1: = new weights
  T average_rate = 0;
};

template <class T>
struct Kernels {
  const char* name;  // of the instruction set
  int lanes;         // L

  void (*pack)(Pool&, const PackForm&, const T* source, T* out);
  // The part of pack() that comes from rows [begin, end) of the source; they belong to one gate, begin at a multiple of L of
  // its units, and end at another one or with the gate. Together these parts write all of `out`, including the padding.
  void (*pack_rows)(const PackForm&, const T* source, int begin, int end, T* out);
  // out[i] = sum over sources of source[rows.row(i)], 0 for padding.
  void (*pack_vector)(const Columns& rows, const T* const* sources, int count, T* out);
  void (*gemm)(Pool&, const GemmArgs<T>&);
  void (*outer)(Pool&, const OuterArgs<T>&);

  void (*recurrent_forward)(Pool&, const RecurrentArgs<T>&);
  void (*recurrent_backward)(Pool&, const RecurrentArgs<T>&);
  // Gradient w.r.t. the unit weights, after recurrent_backward: out [unit_weights * H] +=.
  void (*unit_gradient)(Pool&, const RecurrentArgs<T>&, T* out);
  void (*column_sums)(Pool&, const ColumnSumsArgs<T>&);

  void (*attention_forward)(Pool&, const AttentionArgs<T>&);
  void (*attention_backward)(Pool&, const AttentionArgs<T>&);

  // x = tanh(x), each number on its own.
  void (*tanh)(Pool&, View<T> x);

  // out = log softmax of each row of x, never above 0; out may be x. For a target this is minus the loss that
  // softmax_cross_entropy computes, rounded. A row with NaN or +inf, or with nothing above -inf, has none and is not
  // written; returns the number of such rows.
  int (*log_softmax)(Pool&, View<const T> x, View<T> out);
  void (*softmax_cross_entropy)(Pool&, const SoftmaxArgs<T>&);
  double (*sum_squares)(Pool&, const T* x, size_t n);
  void (*sgd)(const StepArgs<T>&);
  void (*adam)(const StepArgs<T>&);
  void (*rms)(const StepArgs<T>&);  // RMSprop, Adagrad

  // What the instruction set can achieve at best, on the calling thread; the results only keep the loops alive. Null for
  // double. n multiply-adds of L lanes each in registers, n a multiple of kFmaGroup.
  float (*fma_loop)(int64_t n);
  // Reads data [n] `rounds` times, n a multiple of kReadGroup.
  float (*read_loop)(const T* data, int64_t n, int64_t rounds);
};
constexpr int64_t kFmaGroup = 24, kReadGroup = 128;

// float: the instruction set chosen once, at first use: the best of this machine, or RNN_ISA (emulated, avx2, avx512).
// double: plain loops, the reference. An unknown or unsupported RNN_ISA throws Error{usage, "cpu/isa"} here.
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

}  // namespace rnn::core
