// Why: one direction of one recurrent layer: whole-sequence products around the recurrent kernel, forward and backward.
#include <algorithm>

#include "cells/reference.h"
#include "kernels/rows.h"
#include "nn/layers/recurrent.h"

namespace rnn::core {
namespace {

struct CellShape {
  int gates, states, stages, sides, unit_weights, apart, shown;  // stages: recurrent products, none without a matrix
  int first_gate[2], gate_count[2];
};

template <class... Cells>
CellShape shape_of(reference::CellTypes<Cells...>, CellKind kind) {
  const CellShape shapes[] = {{Cells::gates,
                               Cells::states,
                               Cells::info.recurrence == Recurrence::matrix ? Cells::stages : 0,
                               Cells::sides,
                               Cells::unit_weights,
                               Cells::apart,
                               Cells::shown,
                               {Cells::first_gate(0), Cells::first_gate(1)},
                               {Cells::gate_count(0), Cells::gate_count(1)}}...};
  return shapes[static_cast<int>(kind)];
}

// Gates of a block of steps: small enough to stay in the second-level caches between projection and recurrence.
constexpr int kBlockBytes = 1 << 20;

CellShape shape_of(CellKind kind) { return shape_of(reference::AllCells(), kind); }

// Runs through time. The kernel's reported seconds for products over many steps are input projection, the rest recurrence.
template <class T>
void run_pass(Context<T>& context, RecurrentArgs<T>& r, void (*pass)(Pool&, const RecurrentArgs<T>&), double input_products,
              double step_products) {
  double seconds = 0;
  const ProfileScope profiled(context.profile, Phase::recurrence, 2 * step_products);
  if (context.profile) r.input_seconds = &seconds;
  pass(context.pool, r);
  if (!context.profile) return;
  context.profile->move(Phase::recurrence, Phase::input_projection, seconds);
  context.profile->add_flops(Phase::input_projection, 2 * input_products);
}

}  // namespace

int RecurrentOptions::cell_states(CellKind kind) { return shape_of(kind).states; }

template <class T>
RecurrentLayer<T>::RecurrentLayer(const RecurrentOptions& options, int input, bool reverse, uint32_t site,
                                  const std::string& stack, int layer, ParamTable& table, Packed<T>& packed)
    : options_(options), input_(input), reverse_(reverse), site_(site) {
  const CellShape shape = shape_of(options.cell);
  gates_ = shape.gates, stages_ = shape.stages, sides_ = shape.sides, apart_ = shape.apart;
  const UnitWeights& unit = cell_info(options.cell).unit;
  unit_weights_ = unit.flag == 0 || options.flags & unit.flag ? shape.unit_weights : 0;
  split_ = apart_ >= 0 || stages_ > 1, shows_ = shape.shown >= 0;
  const int H = options.hidden, G = gates_;
  const std::string prefix = stack.empty() ? "" : stack + ".";
  const std::string suffix = "_l" + std::to_string(layer) + (reverse ? "_reverse" : "");
  const auto use = [&](Role role) { return ParamUse{role, stack, layer, reverse ? 1 : 0, H}; };
  const auto add_weight = [&](const char* name, int width, Role role) {
    return table.add_matrix(prefix + name + suffix, G * H, width, use(role));
  };
  const auto add_bias = [&](const char* name, Role role) {
    return table.add_vector(prefix + name + suffix, G * H, use(role));
  };
  w_ih_ = add_weight("weight_ih", input, Role::input);
  if (stages_ > 0) w_hh_ = add_weight("weight_hh", options.output(), Role::recurrent);
  b_ih_ = add_bias("bias_ih", Role::input_bias);
  if (stages_ > 0) b_hh_ = add_bias("bias_hh", Role::recurrent_bias);
  const Columns all{H, G, 0};
  input_form_ = packed.add_forward(w_ih_, all, input);
  input_back_ = packed.add_backward(w_ih_, all, input);
  bias_form_ = packed.add_vector(all, b_ih_, b_hh_, apart_);
  if (apart_ >= 0) apart_bias_ = packed.add_vector({H, 1, apart_}, b_hh_);
  for (int s = 0; s < stages_; ++s) {
    stage_columns_.push_back({H, shape.gate_count[s], shape.first_gate[s]});
    recurrent_form_.push_back(packed.add_forward(w_hh_, stage_columns_[s], options.output()));
    recurrent_back_.push_back(packed.add_backward(w_hh_, stage_columns_[s], options.output()));
  }
  if (options.projection > 0) {
    w_hr_ = table.add_matrix(prefix + "weight_hr" + suffix, options.projection, H, use(Role::projection));
    projection_form_ = packed.add_forward(w_hr_, {options.projection}, H);
    projection_back_ = packed.add_backward(w_hr_, {options.projection}, H);
  }
  if (unit_weights_ > 0) {
    const std::string name = prefix + std::string(unit.parameter) + suffix;
    w_unit_ = unit_weights_ == 1 ? table.add_vector(name, H, use(Role::unit))
                                 : table.add_matrix(name, unit_weights_, H, use(Role::unit));
    unit_form_ = packed.add_vector({H, unit_weights_, 0}, w_unit_);
  }
  if (options.flags & kLayerNorm) declare_norm(prefix, suffix, use(Role::gain), table, packed);
}

template <class T>
double RecurrentLayer<T>::products(int rows, int width) const {
  return static_cast<double>(rows) * gates_ * options_.hidden * width;
}

template <class T>
double RecurrentLayer<T>::step_products(int rows) const {
  return (stages_ > 0 ? products(rows, options_.output()) : 0) +
         static_cast<double>(rows) * options_.hidden * options_.projection;
}

template <class T>
RecurrentArgs<T> RecurrentLayer<T>::arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq,
                                              const Saved& saved) const {
  RecurrentArgs<T> r;
  r.cell = options_.cell, r.flags = options_.flags, r.cell_clip = options_.cell_clip;
  r.hidden = options_.hidden, r.output = options_.output(), r.reverse = reverse_;
  r.steps = seq.steps(), r.streams = seq.streams(), r.start = seq.start.data();
  r.reset = seq.reset.empty() ? nullptr : seq.reset.data();
  r.gates = saved.gates, r.side = saved.side, r.c = saved.c, r.m = saved.m;
  r.h = saved.y.address(), r.h_stride = saved.y.stride;
  r.h0 = saved.h0, r.c0 = saved.c0;
  r.h_mask = saved.h_mask, r.h0_masked = saved.h0_masked, r.masked = saved.masked;
  r.keep_old_stride = saved.keep_old_stride;
  for (int k = 0; k < 2; ++k) r.keep_old[k] = saved.keep_old[k], r.computed[k] = saved.computed[k];
  r.bias = apart_bias_ >= 0 ? packed[apart_bias_] : nullptr;
  r.unit_weights = unit_form_ >= 0 ? packed[unit_form_] : nullptr;
  r.scratch = context.arena.template take<T>(
      recurrent_scratch(seq.streams(), r.hidden, r.output, gates_, context.pool.size(), context.kernels.lanes));
  return r;
}

// Outside training, zoneout mixes old and new with its probability: the mean of what training does.
template <class T>
void RecurrentLayer<T>::take_masks(Context<T>& context, const Seq& seq, bool keep, Saved* saved) const {
  Arena& arena = context.arena;
  const int out = options_.output(), H = options_.hidden, padded = Columns{H}.padded(context.kernels.lanes);
  if (context.training && options_.state_dropout > 0) {
    const View<T> masks = sequence_masks<T>(context, seq, options_.state_dropout, Purpose::state_dropout, site_, out);
    const View<T> first = arena.template matrix<T>(seq.streams(), out);
    const T** rows = arena.template take<const T*>(seq.streams());
    for (int r = 0; r < seq.streams(); ++r) {
      write_rows(saved->h0[r], first.middle(r, 1));
      rows[r] = first.address(r);
    }
    multiply_rows<T>(first, masks, first, 0, seq.streams());
    saved->h_mask = masks.address(), saved->h0_masked = rows;
    saved->masked = arena.template take<T>(static_cast<size_t>(seq.rows()) * out);
  }
  for (uint32_t k = 0; k < 2; ++k) {
    if (options_.zoneout[k] <= 0) continue;
    if (context.training) {
      saved->keep_old[k] = zoneout_masks<T>(context, seq, options_.zoneout[k], site_ * 2 + k, H, padded).address();
      saved->keep_old_stride = padded;
    } else {
      T* row = arena.template take<T>(padded);
      std::fill_n(std::fill_n(row, H, static_cast<T>(options_.zoneout[k])), padded - H, T(0));
      saved->keep_old[k] = row;
    }
    if (keep) saved->computed[k] = arena.template take<T>(static_cast<size_t>(seq.rows()) * padded);
  }
}

// Number of rows whose input part is projected at a time.
template <class T>
int RecurrentLayer<T>::block_rows(const Context<T>& context, int rows) const {
  const int width = Columns{options_.hidden, gates_, 0}.padded(context.kernels.lanes);
  return std::min(rows, std::max(1, kBlockBytes / static_cast<int>(width * sizeof(T))));
}

// Allocates the memory of a pass.
template <class T>
auto RecurrentLayer<T>::take_saved(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x,
                                   const T* const* h0, const T* const* c0, View<T> y, bool keep) const -> Saved {
  const int rows = seq.rows(), lanes = context.kernels.lanes, width = Columns{options_.hidden, gates_, 0}.padded(lanes);
  const size_t padded = static_cast<size_t>(Columns{options_.hidden}.padded(lanes));
  Arena& arena = context.arena;
  const int gate_rows = keep ? rows : recurrent_gate_rows(seq.streams(), block_rows(context, rows), context.pool.size());
  Saved saved;
  saved.x = x, saved.y = y, saved.gates = arena.take<T>(static_cast<size_t>(gate_rows) * width);
  saved.h0 = h0, saved.c0 = c0;
  if (sides_ > 0) saved.side = arena.take<T>(rows * padded);
  if (options_.states() > 1) saved.c = arena.take<T>(rows * padded);
  if (options_.projection > 0) saved.m = arena.take<T>(rows * padded);
  if (rows == 0) return saved;
  take_masks(context, seq, keep, &saved);
  if (normed()) saved.norm = take_norm(context, packed, seq, keep);
  return saved;
}

template <class T>
RecurrentArgs<T> RecurrentLayer<T>::forward_arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq,
                                                      const Saved& saved) const {
  RecurrentArgs<T> r = arguments(context, packed, seq, saved);
  if (normed()) r.norm = &saved.norm;
  r.input_weights = packed[input_form_], r.input_bias = packed[bias_form_];
  if (!saved.x_rows) r.x = saved.x;  // else the gates hold the product
  for (int s = 0; s < stages_; ++s) r.weights[s] = packed[recurrent_form_[s]];
  r.projection = projection_form_ >= 0 ? packed[projection_form_] : nullptr;
  return r;
}

template <class T>
auto RecurrentLayer<T>::forward(Context<T>& context, const Packed<T>& packed, const Seq& seq, View<const T> x,
                                const T* const* h0, const T* const* c0, T* const* hn, T* const* cn, View<T> y, bool keep,
                                const int32_t* x_rows) const -> Saved {
  const int rows = seq.rows();
  Saved saved = take_saved(context, packed, seq, x, h0, c0, y, keep);
  saved.x_rows = x_rows;
  if (rows == 0) return saved;
  const ArenaScope scope(context.arena);
  if (x_rows && !keep)  // take_saved has room for a block
    saved.gates = context.arena.template take<T>(static_cast<size_t>(rows) *
                                                 Columns{options_.hidden, gates_, 0}.padded(context.kernels.lanes));
  if (x_rows) project_shared(context, packed, rows, saved);
  RecurrentArgs<T> r = forward_arguments(context, packed, seq, saved);
  r.block_rows = block_rows(context, rows), r.keep = keep;
  run_pass(context, r, context.kernels.recurrent_forward, products(rows, input_), step_products(rows));
  final_states(context, seq, saved, hn, cn);
  return saved;
}

// The state after the last step of each sequence, or after the first when walking backwards.
template <class T>
void RecurrentLayer<T>::final_states(const Context<T>& context, const Seq& seq, const Saved& saved, T* const* hn,
                                     T* const* cn) const {
  const int64_t padded = Columns{options_.hidden}.padded(context.kernels.lanes);
  const int64_t grain = std::max<int64_t>(1, 16384 / padded);
  for (int t = reverse_ ? 0 : seq.steps() - 1, done = 0; t >= 0 && done < seq.active(0); --t) {
    context.pool.parallel_for(seq.active(t) - done, grain, [&](int64_t begin, int64_t end) {
      for (int row = done + static_cast<int>(begin); row < done + end; ++row) {
        const int at = seq.start[t] + row;
        read_rows<T>(saved.y.middle(at, 1), hn[row]);
        if (saved.c) std::copy_n(saved.c + at * padded, options_.hidden, cn[row]);
      }
    });
    done = seq.active(t);
  }
}

// norm: where the gradients of layer normalisation are put, for as long as the arguments are used.
template <class T>
RecurrentArgs<T> RecurrentLayer<T>::backward_arguments(Context<T>& context, const Packed<T>& packed, const Seq& seq,
                                                       const Saved& saved, View<const T> dy, View<T> dx,
                                                       NormArgs<T>* norm) const {
  const int rows = seq.rows(), lanes = context.kernels.lanes;
  RecurrentArgs<T> r = arguments(context, packed, seq, saved);
  *norm = saved.norm;
  if (normed()) take_norm_gradients(context, seq, norm), r.norm = norm;
  for (int s = 0; s < stages_; ++s) {
    r.weights[s] = packed[recurrent_back_[s]];
    if (split_) r.recurrent[s] = context.arena.template take<T>(static_cast<size_t>(rows) * stage_columns_[s].padded(lanes));
  }
  if (options_.projection > 0) {
    r.projection = packed[projection_back_];
    r.dprojected = context.arena.template take<T>(static_cast<size_t>(rows) * r.output);
  }
  r.dh = dy.address(), r.dh_stride = dy.stride;
  if (!saved.x_rows) r.dx = dx;
  r.input_weights = packed[input_back_];
  return r;
}

template <class T>
void RecurrentLayer<T>::backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved,
                                 View<const T> dy, View<T> dx, bool add, Params<T>& grads, const T* const* dh_last,
                                 const T* const* dc_last, T* dh0, T* dc0) const {
  const int rows = seq.rows();
  if (rows == 0) return;
  const ArenaScope scope(context.arena);
  NormArgs<T> norm;
  RecurrentArgs<T> r = backward_arguments(context, packed, seq, saved, dy, dx, &norm);
  r.dh_last = dh_last, r.dc_last = dc_last, r.dh0 = dh0, r.dc0 = dc0, r.add_dx = add;
  run_pass(context, r, context.kernels.recurrent_backward, r.dx ? products(rows, input_) : 0, step_products(rows));
  if (saved.x_rows && dx) {
    const int depth = PackForm::backward({options_.hidden, gates_}, input_, input_).depth(context.kernels.lanes);
    const View<const T> dproducts = input_gradients(context, seq, saved, r).columns(0, depth);  // without padding
    context.kernels.gemm(context.pool, {dproducts, packed[input_back_], nullptr, add, {input_}, dx});
  }
  if (grads.size() > 0) weight_gradients(context, seq, saved, r, grads);
}

// Gradient w.r.t. the products W x: a row per row of x.
template <class T>
View<const T> RecurrentLayer<T>::input_gradients(Context<T>& context, const Seq& seq, const Saved& saved,
                                                 const RecurrentArgs<T>& r) const {
  const int padded = Columns{options_.hidden, gates_, 0}.padded(context.kernels.lanes);
  const View<const T> dgates{r.norm ? r.norm->dinput : r.gates, seq.rows(), padded, padded};
  return saved.x_rows ? shared_gradients(context, saved, dgates) : dgates;
}

template <class T>
void RecurrentLayer<T>::weight_gradients(Context<T>& context, const Seq& seq, const Saved& saved, const RecurrentArgs<T>& r,
                                         Params<T>& grads) const {
  const auto& k = context.kernels;
  const int rows = seq.rows(), H = options_.hidden, padded = Columns{H}.padded(k.lanes);
  const Columns all{H, gates_, 0};
  const ProfileScope profiled(context.profile, Phase::weight_gradients,
                              2 * (products(saved.x.rows, input_) + step_products(rows)));
  const ArenaScope inputs(context.arena);
  const View<const T> dgates = input_gradients(context, seq, saved, r);
  if (r.norm) {
    norm_gradients(context, seq, r, grads);
    add_outer_product(context, dgates, all, saved.x, grads.view(w_ih_));
    for (int s = 0; s < stages_; ++s) recurrent_gradient(context, seq, saved, s, r.norm->drecurrent[s], nullptr, grads);
  } else if (!split_ && stages_ > 0 && !saved.x_rows) {  // the recurrent product has the same gradient as the input's
    const ArenaScope scope(context.arena);
    const View<const T> old = old_h(context, seq, saved);
    OuterArgs<T> both{dgates, all, {{saved.x, grads.view(w_ih_)}, {old, grads.view(w_hh_)}}, {}, nullptr};
    both.sums[0] = grads.view(b_ih_).address(), both.sums[1] = grads.view(b_hh_).address();
    both.scratch = context.arena.template take<T>(outer_scratch(input_, old.cols, context.pool.size(), k.lanes));
    k.outer(context.pool, both);
  } else {
    add_outer_product(context, dgates, all, saved.x, grads.view(w_ih_), grads.view(b_ih_).address());
    for (int s = 0; s < stages_; ++s)
      recurrent_gradient(context, seq, saved, s, split_ ? r.recurrent[s] : r.gates, grads.view(b_hh_).address(), grads);
  }
  if (options_.projection > 0) {
    const int P = options_.projection;
    add_outer_product(context, {r.dprojected, rows, P, P}, {P}, {saved.m, rows, H, padded}, grads.view(w_hr_));
  }
  if (unit_weights_ > 0) k.unit_gradient(context.pool, r, grads.view(w_unit_).address());
}

// Gradient of one stage's recurrent weights, from d, that of their product; sums [gates * H] or null: += d's column sums.
template <class T>
void RecurrentLayer<T>::recurrent_gradient(Context<T>& context, const Seq& seq, const Saved& saved, int stage, const T* d,
                                           T* sums, Params<T>& grads) const {
  const int H = options_.hidden, rows = seq.rows(), lanes = context.kernels.lanes, padded = Columns{H}.padded(lanes);
  const Columns part = stage_columns_[stage];
  const ArenaScope scope(context.arena);
  const View<const T> operand = stage == 0 ? old_h(context, seq, saved) : View<const T>{saved.side, rows, H, padded};
  const int width = part.padded(lanes);
  add_outer_product(context, {d, rows, width, width}, {H, part.gates, 0}, operand,
                    grads.view(w_hh_).middle(part.first * H, part.gates * H), sums ? sums + part.first * H : nullptr);
}

// h of the previous step, masked where it was, row by row: what the recurrent weights were multiplied with.
template <class T>
View<const T> RecurrentLayer<T>::old_h(Context<T>& context, const Seq& seq, const Saved& saved) const {
  const int P = options_.output();
  const View<const T> h = saved.masked ? View<const T>{saved.masked, seq.rows(), P, P} : View<const T>(saved.y);
  const T* const* h0 = saved.masked ? saved.h0_masked : saved.h0;
  const View<T> old = context.arena.template matrix<T>(seq.rows(), P);
  context.pool.parallel_for(seq.steps(), 1, [&](int64_t begin, int64_t end) {
    for (int t = static_cast<int>(begin); t < end; ++t) {
      const int before = reverse_ ? t + 1 : t - 1;
      const int active = before < 0 || before >= seq.steps() ? 0 : seq.active(before);
      for (int row = 0; row < seq.active(t); ++row) {
        const int at = seq.start[t] + row;
        if (!seq.reset.empty() && seq.reset[at]) {
          fill_rows(old.middle(at, 1), T(0));
        } else if (row < active) {
          copy_row(h, seq.start[before] + row, old, at);
        } else {
          write_rows(h0[row], old.middle(at, 1));
        }
      }
    }
  });
  return old;
}

// ---------------------------------------------------------------------------------------------------------- single steps

template <class T>
void RecurrentLayer<T>::narrow(Context<T>& context, const Seq& seq, int t, const Saved& saved, RecurrentArgs<T>* r) const {
  const int n = seq.active(t);
  r->steps = 1, r->streams = n, r->start = seq.start.data() + t;
  if (t == 0) return;
  const int64_t padded = Columns{options_.hidden}.padded(context.kernels.lanes), out = options_.output();
  Arena& arena = context.arena;
  const T** h = arena.take<const T*>(n);
  const T** c = saved.c ? arena.take<const T*>(n) : nullptr;
  const T** masked = saved.masked ? arena.take<const T*>(n) : nullptr;
  for (int row = 0; row < n; ++row) {
    const int before = seq.start[t - 1] + row;
    h[row] = saved.y.address(before);
    if (c) c[row] = saved.c + before * padded;
    if (masked) masked[row] = saved.masked + before * out;
  }
  r->h0 = h, r->c0 = c, r->h0_masked = masked;
}

template <class T>
void RecurrentLayer<T>::forward_step(Context<T>& context, const Packed<T>& packed, const Seq& seq, int t,
                                     const Saved& saved) const {
  const ArenaScope scope(context.arena);
  RecurrentArgs<T> r = forward_arguments(context, packed, seq, saved);
  narrow(context, seq, t, saved, &r);
  const int rows = seq.active(t);
  r.block_rows = rows;
  run_pass(context, r, context.kernels.recurrent_forward, products(rows, input_), step_products(rows));
}

template <class T>
auto RecurrentLayer<T>::begin_backward(Context<T>& context, const Packed<T>& packed, const Seq& seq, const Saved& saved,
                                       View<const T> dy, View<T> dx) const -> StepGradients {
  StepGradients g;
  g.all = backward_arguments(context, packed, seq, saved, dy, dx, &g.norm);
  const int widths[] = {options_.output(), options_.hidden};
  for (auto& carry : g.carry) {
    for (int k = 0; k < options_.states(); ++k) {
      carry[k] = context.arena.template matrix<T>(seq.streams(), widths[k]);
      fill_rows(carry[k], T(0));
    }
  }
  return g;
}

// What step t passes to the previous one alternates between two buffers; rows that end at t find zeros in the other one.
template <class T>
void RecurrentLayer<T>::backward_step(Context<T>& context, const Seq& seq, int t, const Saved& saved,
                                      const StepGradients& g) const {
  const ArenaScope scope(context.arena);
  RecurrentArgs<T> r = g.all;
  if (normed()) r.norm = &g.norm;
  narrow(context, seq, t, saved, &r);
  const int rows = seq.active(t), from = t % 2;
  const T** last[2] = {};
  for (int k = 0; k < options_.states(); ++k) {
    last[k] = context.arena.template take<const T*>(rows);
    for (int row = 0; row < rows; ++row) last[k][row] = g.carry[from][k].address(row);
  }
  r.dh_last = last[0], r.dc_last = last[1];
  r.dh0 = g.carry[1 - from][0].address(), r.dc0 = g.carry[1 - from][1].address();
  run_pass(context, r, context.kernels.recurrent_backward, r.dx ? products(rows, input_) : 0, step_products(rows));
}

template <class T>
void RecurrentLayer<T>::end_backward(Context<T>& context, const Seq& seq, const Saved& saved, const StepGradients& g,
                                     Params<T>& grads) const {
  if (grads.size() == 0 || seq.rows() == 0) return;
  RecurrentArgs<T> r = g.all;
  if (normed()) r.norm = &g.norm;
  weight_gradients(context, seq, saved, r, grads);
}

template class RecurrentLayer<float>;
template class RecurrentLayer<double>;

}  // namespace rnn::core
